//! Conversion of rows to RGB: upsampling of chroma and fixed-point BT.601, as libwebp does both by default.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x16, u16x8};

/// Values of a [`ChromaSums`] behind those of its row.
const SLACK: usize = 16;

/// Three times each sample of the nearer row of chroma plus that of the farther one. The first and the last
/// are there twice, for the pixels at the ends of the row.
pub(crate) struct ChromaSums(Vec<u16>);

impl ChromaSums {
    pub(crate) fn new(chroma_width: usize) -> Self {
        Self(vec![0; chroma_width + 2 + SLACK])
    }

    #[inline(always)]
    fn fill(&mut self, near: &[u8], far: &[u8]) {
        let sums = near.iter().zip(far).map(|(near, far)| 3 * u16::from(*near) + u16::from(*far));
        self.0[1..].iter_mut().zip(sums).for_each(|(to, sum)| *to = sum);
        let end = near.len();
        self.0[0] = self.0[1];
        self.0[end + 1] = self.0[end];
    }

    /// The chroma of the 16 pixels from column `16 * at` on: 9, 3, 3 and 1 sixteenths of the four samples
    /// around.
    #[inline(always)]
    fn pixels<S: Simd>(&self, simd: S, at: usize) -> [u16x8<S>; 2] {
        let sums = &self.0[8 * at..][..10];
        let left = u16x8::from_slice(simd, &sums[..8]);
        let middle = u16x8::from_slice(simd, &sums[1..9]) * 3 + 8;
        let right = u16x8::from_slice(simd, &sums[2..]);
        let (low, high) = ((middle + left) >> 4).interleave((middle + right) >> 4);
        [low, high]
    }
}

/// Converts a row. `near` and `far` are the rows of U and V whose samples lie nearest to it, and on the other
/// side of it; `to` gets three bytes for each sample of `luma`.
#[inline(always)]
pub(crate) fn convert<S: Simd>(
    simd: S,
    luma: &[u8],
    near: [&[u8]; 2],
    far: [&[u8]; 2],
    [u, v]: &mut [ChromaSums; 2],
    to: &mut [u8],
) {
    u.fill(near[0], far[0]);
    v.fill(near[1], far[1]);
    let (vectors, rest) = luma.as_chunks::<16>();
    let (pixels, pixels_rest) = to.as_chunks_mut::<48>();
    for (at, (luma, to)) in vectors.iter().zip(pixels).enumerate() {
        *to = sixteen(simd, luma, u.pixels(simd, at), v.pixels(simd, at));
    }
    if !rest.is_empty() {
        let at = vectors.len();
        let mut luma = [0; 16];
        luma[..rest.len()].copy_from_slice(rest);
        let converted = sixteen(simd, &luma, u.pixels(simd, at), v.pixels(simd, at));
        let bytes = 3 * rest.len();
        pixels_rest[..bytes].copy_from_slice(&converted[..bytes]);
    }
}

/// Sixteen pixels.
#[inline(always)]
fn sixteen<S: Simd>(simd: S, luma: &[u8; 16], u: [u16x8<S>; 2], v: [u16x8<S>; 2]) -> [u8; 48] {
    let (low, high) = u8x16::from_slice(simd, luma).widen();
    // Closures that `array::map` calls are not compiled for the level.
    let low = eight(simd, low, u[0], v[0]);
    let high = eight(simd, high, u[1], v[1]);
    let r = low[0].relaxed_narrow(high[0]);
    let g = low[1].relaxed_narrow(high[1]);
    let b = low[2].relaxed_narrow(high[2]);
    let mut to = [0; 48];
    for (to, sources) in to.as_chunks_mut::<16>().0.iter_mut().zip(&SOURCES) {
        let r = r.swizzle_dyn_precise(u8x16::from_slice(simd, &sources[0]));
        let g = g.swizzle_dyn_precise(u8x16::from_slice(simd, &sources[1]));
        let b = b.swizzle_dyn_precise(u8x16::from_slice(simd, &sources[2]));
        (r | g | b).store_slice(to);
    }
    to
}

/// Which sample of a channel goes where in a third of 48 bytes; 255 for none.
const SOURCES: [[[u8; 16]; 3]; 3] = {
    let mut table = [[[255; 16]; 3]; 3];
    let mut byte = 0;
    while byte < 48 {
        table[byte / 16][byte % 3][byte % 16] = (byte / 3) as u8;
        byte += 1;
    }
    table
};

/// Red, green and blue of eight pixels, with the constants of libwebp: 14 bits behind the point for factors,
/// 6 for sums.
#[inline(always)]
fn eight<S: Simd>(simd: S, y: u16x8<S>, u: u16x8<S>, v: u16x8<S>) -> [u16x8<S>; 3] {
    let (y, u, v) = (high_product(simd, y << 8, 19077), u << 8, v << 8);
    // Sums fit into 16 bits without a sign, and what would be negative is zero in the end.
    let red = (y + high_product(simd, v, 26149)).saturating_sub(u16x8::splat(simd, 14234));
    let without = high_product(simd, u, 6419) + high_product(simd, v, 13320);
    let green = (y + 8708).saturating_sub(without);
    let blue = (y + high_product(simd, u, 33050)).saturating_sub(u16x8::splat(simd, 17685));
    [(red >> 6).min(255), (green >> 6).min(255), (blue >> 6).min(255)]
}

/// The upper halves of products.
#[inline(always)]
fn high_product<S: Simd>(simd: S, value: u16x8<S>, factor: u16) -> u16x8<S> {
    let (low, high) = value.widening_mul(u16x8::splat(simd, factor));
    let (low, high): (u16x8<S>, u16x8<S>) = (low.bitcast(), high.bitcast());
    low.unzip_high(high)
}
