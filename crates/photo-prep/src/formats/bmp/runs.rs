//! Run lengths of indices (RLE4 and RLE8), straight to colors.

use rayon::prelude::*;

use crate::formats::bmp::header::Header;
use crate::metadata::bytes::array;
use crate::{Error, Format, Result};

/// The samples of a run-length coded picture. Skipped pixels are of color 0; what sticks out of the picture
/// is cut off.
///
/// # Errors
/// [`Error::Malformed`] where the runs end before the picture does, without saying that they are to end.
pub(super) fn decode<const N: usize>(
    bytes: &[u8],
    header: &Header,
    colors: [[u8; N]; 256],
) -> Result<Vec<u8>> {
    let (width, height) = (header.size.width as usize, header.size.height as usize);
    let mut out = vec![0; width * height * N];
    if colors[0] != [0; N] {
        let pixels = out.as_chunks_mut::<N>().0;
        pixels.par_chunks_mut(1 << 16).for_each(|part| part.fill(colors[0]));
    }
    let mut canvas = Canvas { pixels: out.as_chunks_mut().0, colors, width, height, x: 0, y: 0 };
    let ended = if header.depth == 4 {
        run::<N, 4>(bytes, header.data, &mut canvas)
    } else {
        run::<N, 8>(bytes, header.data, &mut canvas)
    };
    let rows = canvas.y + usize::from(canvas.x >= width);
    if !ended && rows < height {
        let reason = format!("the picture data ends after {rows} of {height} rows; the file was cut off");
        return Err(Error::malformed(Format::Bmp, bytes.len(), reason));
    }
    Ok(out)
}

/// How many rows the runs fill, or all where they say that they are to end.
pub(super) fn rows_there(bytes: &[u8], header: &Header) -> u64 {
    let (width, height) = (header.size.width as usize, header.size.height as usize);
    let mut canvas = Canvas { pixels: &mut [], colors: [[0]; 256], width, height, x: 0, y: 0 };
    let ended = if header.depth == 4 {
        run::<1, 4>(bytes, header.data, &mut canvas)
    } else {
        run::<1, 8>(bytes, header.data, &mut canvas)
    };
    (if ended { height } else { canvas.y + usize::from(canvas.x >= width) }) as u64
}

/// Follows the codes of `BITS`-bit indices; whether they came to their end or to that of the picture.
fn run<const N: usize, const BITS: usize>(bytes: &[u8], mut at: usize, canvas: &mut Canvas<'_, N>) -> bool {
    while let Some([count, value]) = array(bytes, at) {
        at += 2;
        match (count, value) {
            (0, END_OF_ROW) => canvas.to(0, 1),
            (0, END_OF_PICTURE) => return true,
            (0, DELTA) => {
                let Some([right, up]) = array(bytes, at) else { return false };
                canvas.to(canvas.x.saturating_add(right.into()), up.into());
                at += 2;
            }
            (0, count) => {
                let length = (usize::from(count) * BITS).div_ceil(8);
                let rest = bytes.get(at..).unwrap_or_default();
                let stored = rest.get(..length).unwrap_or(rest);
                canvas.paint(usize::from(count).min(stored.len() * 8 / BITS), |i| index::<BITS>(stored, i));
                if stored.len() < length {
                    return false;
                }
                at += length.next_multiple_of(2);
            }
            (count, value) => canvas.paint(count.into(), |i| index::<BITS>(&[value], i % (8 / BITS))),
        }
        if canvas.y >= canvas.height {
            return true;
        }
    }
    false
}

/// Index number `i` of `bytes`, the high bits of a byte first.
fn index<const BITS: usize>(bytes: &[u8], i: usize) -> u8 {
    let byte = bytes.get(i * BITS / 8).copied().unwrap_or(0);
    match (BITS, i % 2) {
        (4, 0) => byte >> 4,
        (4, _) => byte & 15,
        _ => byte,
    }
}

/// The picture, and the place of the next pixel; rows count from the bottom.
struct Canvas<'a, const N: usize> {
    pixels: &'a mut [[u8; N]],
    colors: [[u8; N]; 256],
    width: usize,
    height: usize,
    x: usize,
    y: usize,
}

impl<const N: usize> Canvas<'_, N> {
    /// Goes to column `x`, `up` rows further up.
    fn to(&mut self, x: usize, up: usize) {
        self.x = x;
        self.y = self.y.saturating_add(up).min(self.height);
    }

    /// Paints the next `count` pixels of the row, number `i` with `index(i)`; those past its end are left
    /// out.
    fn paint(&mut self, count: usize, index: impl Fn(usize) -> u8) {
        let row = self.height.saturating_sub(self.y + 1) * self.width;
        let (from, to) = (self.x.min(self.width), self.x.saturating_add(count).min(self.width));
        let pixels = self.pixels.get_mut(row + from..row + to).unwrap_or_default();
        for (i, pixel) in pixels.iter_mut().enumerate() {
            *pixel = self.colors[usize::from(index(i))];
        }
        self.x = self.x.saturating_add(count);
    }
}

const END_OF_ROW: u8 = 0;
const END_OF_PICTURE: u8 = 1;
const DELTA: u8 = 2;
