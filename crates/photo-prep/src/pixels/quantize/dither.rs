//! An index for each pixel; with the error spread to the neighbors (R. Floyd, L. Steinberg, "An adaptive
//! algorithm for spatial grayscale" (1976)).

use rayon::prelude::*;

use super::space::{Places, place};
use crate::pixels::{Raster, rgba};

/// Rows that one task does; no error goes from one to the next.
const ROWS: usize = 64;

/// Wholly transparent pixels get the palette's transparent color, if it has one.
pub(super) fn indices(colors: &[[u8; 4]], raster: &Raster, dithered: bool) -> Vec<u8> {
    let (width, n) = (raster.size().width as usize, raster.layout().channels());
    let mut indices = vec![0; width * raster.size().height as usize];
    let places = Places::new(&colors.iter().map(|&color| place(color)).collect::<Vec<_>>());
    let work = indices.par_chunks_mut(ROWS * width).zip(raster.data().par_chunks(ROWS * width * n));
    work.for_each(|(to, from)| {
        let mut search = Search::new(colors, &places);
        if dithered {
            search.dither(from, n, width, to);
        } else {
            to.iter_mut().zip(from.chunks_exact(n)).for_each(|(to, p)| *to = search.index_of(rgba(p)));
        }
    });
    indices
}

/// The nearest colors, with what has been found before.
struct Search<'a> {
    colors: &'a [[u8; 4]],
    places: &'a Places,
    known: Vec<([u8; 4], Option<u8>)>,
}

/// Slots of what has been found.
const BITS: u32 = 13;

impl<'a> Search<'a> {
    fn new(colors: &'a [[u8; 4]], places: &'a Places) -> Self {
        Self { colors, places, known: vec![([0; 4], None); 1 << BITS] }
    }

    fn index_of(&mut self, color: [u8; 4]) -> u8 {
        let slot = (u32::from_le_bytes(color).wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize;
        match self.known[slot] {
            (known, Some(index)) if known == color => index,
            _ => {
                let index = self.places.nearest(&place(color)) as u8;
                self.known[slot] = (color, Some(index));
                index
            }
        }
    }

    /// Pixels whose very color is in the palette keep it, and hand on nothing: flat areas stay flat.
    fn dither(&mut self, from: &[u8], n: usize, width: usize, to: &mut [u8]) {
        // The errors that this row and the next have been given, in sixteenths, with a pixel more at each
        // end.
        let mut now = vec![[0i32; 4]; width + 2];
        let mut next = now.clone();
        for (row, out) in from.chunks_exact(n * width).zip(to.chunks_exact_mut(width)) {
            for (x, (pixel, index)) in row.chunks_exact(n).zip(out).enumerate() {
                let pixel = rgba(pixel);
                *index = self.index_of(pixel);
                if pixel[3] == 0 || self.colors[usize::from(*index)] == pixel {
                    continue;
                }
                let mut wanted = [0i32; 4];
                for (k, value) in wanted.iter_mut().enumerate() {
                    *value = (i32::from(pixel[k]) + (now[x + 1][k] + 8) / 16).clamp(0, 255);
                }
                // What is opaque stays as opaque as the palette has it; what is seen stays to be seen.
                wanted[3] = if pixel[3] == 255 { 255 } else { wanted[3].max(1) };
                *index = self.index_of(wanted.map(|v| v as u8));
                let got = self.colors[usize::from(*index)];
                for k in 0..4 {
                    let error = wanted[k] - i32::from(got[k]);
                    now[x + 2][k] += 7 * error;
                    next[x][k] += 3 * error;
                    next[x + 1][k] += 5 * error;
                    next[x + 2][k] += error;
                }
            }
            std::mem::swap(&mut now, &mut next);
            next.fill([0; 4]);
        }
    }
}
