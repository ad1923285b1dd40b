//! Converts planes of inks to interleaved samples.

use fearless_simd::Simd;
use rayon::prelude::*;

use super::{BAND, ycbcr_to_rgb};
use crate::header::ColorModel;
use crate::planes::Planes;
use crate::simd::{Level, dispatch};

impl Planes {
    /// Converts a picture of inks to interleaved CMYK: row after row, four bytes per pixel, where 255 is full
    /// coverage. `inverted` tells whether the file stores inks inverted
    /// ([`Header::has_inverted_inks`](crate::Header::has_inverted_inks)).
    ///
    /// Of YCCK, the first three inks are the complements of the red, green and blue that its first three
    /// components make. The result is empty unless there are four planes, all of the size of the picture.
    #[must_use]
    pub fn to_inks(&self, inverted: bool) -> Vec<u8> {
        to_inks(self, inverted, Level::new()).unwrap_or_default()
    }
}

fn to_inks(planes: &Planes, inverted: bool, level: Level) -> Option<Vec<u8>> {
    let [a, b, c, black] = planes.planes() else { return None };
    let size = (planes.width(), planes.height());
    if planes.planes().iter().any(|plane| (plane.width(), plane.height()) != size) {
        return None;
    }
    let width = planes.width() as usize;
    let mut out = vec![0; (4 * width).checked_mul(planes.height() as usize)?];
    let ycck = planes.color() == ColorModel::Ycck;
    out.par_chunks_mut(4 * width * BAND).enumerate().for_each_init(
        || vec![0; 3 * width],
        |rgb, (band, out)| {
            for (y, out) in (BAND * band..).zip(out.chunks_exact_mut(4 * width)) {
                let [a, b, c, black] = [a, b, c, black].map(|plane| plane.row(y as u32));
                if ycck {
                    dispatch!(level, simd => rgb_row(simd, a, [b, c], rgb));
                    // Inverted inks are the red, green and blue themselves.
                    let pixels = rgb.as_chunks::<3>().0.iter().map(|&[r, g, b]| [r, g, b]);
                    put(pixels, black, [!inverted, inverted], out);
                } else {
                    let pixels = a.iter().zip(b).zip(c).map(|((&a, &b), &c)| [a, b, c]);
                    put(pixels, black, [inverted; 2], out);
                }
            }
        },
    );
    Some(out)
}

#[inline(always)]
fn rgb_row<S: Simd>(simd: S, luma: &[u8], chroma: [&[u8]; 2], out: &mut [u8]) {
    ycbcr_to_rgb::row::<S, 1>(simd, luma, chroma, out);
}

/// Stores pixels, the three first inks or black as their complements where `inverted` says so.
#[inline(always)]
fn put(pixels: impl Iterator<Item = [u8; 3]>, black: &[u8], inverted: [bool; 2], out: &mut [u8]) {
    let [inks, key] = inverted.map(|inverted| if inverted { 0xFF } else { 0 });
    for ((out, [c, m, y]), &k) in out.as_chunks_mut::<4>().0.iter_mut().zip(pixels).zip(black) {
        *out = [c ^ inks, m ^ inks, y ^ inks, k ^ key];
    }
}
