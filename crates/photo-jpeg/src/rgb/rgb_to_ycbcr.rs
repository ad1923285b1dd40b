//! Converts RGB to the planes of a picture. Each sample is a weighted sum of the three channels, averaged
//! over its pixels.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x16, i32x8, u8x16, u8x32, u16x16};

use super::interleave::STEP;
use super::ycbcr_to_rgb::{narrow, pair};

/// The weights of red, green and blue in a component. All weights are negated, because -0.5 fits into 16 bits
/// and 0.5 doesn't.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelWeights {
    /// The weights of red and green.
    rg: [i16; 2],
    /// A second weight of green, and the weight of blue. Green's weight in luma is too large for one number.
    gb: [i16; 2],
    /// The number of fraction bits in the weights.
    fraction: u32,
    chroma: bool,
}

/// Y, Cb and Cr after BT.601. The weights of luma add up to 1 and those of chroma to 0, so that gray stays
/// gray.
pub(super) const YCBCR: [ChannelWeights; 3] = [
    ChannelWeights { rg: [-19_595, -19_235], gb: [-19_235, -7471], fraction: 16, chroma: false },
    ChannelWeights { rg: [11_058, 21_710], gb: [0, -32_768], fraction: 16, chroma: true },
    ChannelWeights { rg: [-32_768, 27_439], gb: [0, 5329], fraction: 16, chroma: true },
];

/// Red, green and blue.
pub(super) const RGB: [ChannelWeights; 3] = [
    ChannelWeights { rg: [-32_768, 0], gb: [0, 0], fraction: 15, chroma: false },
    ChannelWeights { rg: [0, -32_768], gb: [0, 0], fraction: 15, chroma: false },
    ChannelWeights { rg: [0, 0], gb: [0, -32_768], fraction: 15, chroma: false },
];

impl ChannelWeights {
    /// The number from which the negated sum is subtracted before the shift, for sums over `2^extra` pixels.
    /// It is one half, and for chroma 128 more, less the smallest step, because pure blue has a Cb of 255.5.
    #[inline(always)]
    fn offset(&self, extra: u32) -> i32 {
        let shift = self.fraction + extra;
        let half = 1 << (shift - 1);
        if self.chroma { (128 << shift) + half - 1 } else { half }
    }
}

/// Makes a row of each of `N` components, whose samples stand for `W` times `H` pixels each (1 or 2). `rows`
/// holds two rows of red, green and blue; the second is used only if `H` is 2. They must be as long as `out`
/// requires in whole steps of `16 * W` pixels.
#[inline(always)]
pub(super) fn row<S: Simd, const N: usize, const W: usize, const H: usize>(
    simd: S,
    rows: &[[&[u8]; 2]; 3],
    weights: &[ChannelWeights],
    out: [&mut [u8]; N],
) {
    let length = out[0].len();
    for n in 0..length.div_ceil(STEP) {
        let samples = step::<S, N, W, H>(simd, rows, weights, n);
        for component in 0..N {
            let out = &mut out[component][STEP * n..];
            if let Some(out) = out.first_chunk_mut::<STEP>() {
                samples[component].store_slice(out);
            } else {
                let mut last = [0; STEP];
                samples[component].store_slice(&mut last);
                out.copy_from_slice(&last[..out.len()]);
            }
        }
    }
}

#[inline(always)]
fn step<S: Simd, const N: usize, const W: usize, const H: usize>(
    simd: S,
    rows: &[[&[u8]; 2]; 3],
    weights: &[ChannelWeights],
    n: usize,
) -> [u8x16<S>; N] {
    let (rg, gb) = pairs::<S, W, H>(simd, rows, STEP * W * n);
    let extra = (W * H).ilog2();
    let mut samples = [u8x16::splat(simd, 0); N];
    for component in 0..N {
        let weights = &weights[component];
        let offset = i32x8::splat(simd, weights.offset(extra));
        let (first, second) = (pair(simd, weights.rg), pair(simd, weights.gb));
        let mut halves = [offset; 2];
        for half in 0..2 {
            let sum = offset - rg[half].pairwise_dot_product(first) - gb[half].pairwise_dot_product(second);
            halves[half] = sum >> (weights.fraction + extra);
        }
        samples[component] = narrow(halves[0].relaxed_narrow(halves[1]));
    }
    samples
}

/// The sums of the pixels of 16 samples from pixel `x` on, as pairs of red and green and as pairs of green
/// and blue.
#[inline(always)]
fn pairs<S: Simd, const W: usize, const H: usize>(
    simd: S,
    rows: &[[&[u8]; 2]; 3],
    x: usize,
) -> ([i16x16<S>; 2], [i16x16<S>; 2]) {
    if W == 1 && H == 1 {
        let mut channels = [u8x16::splat(simd, 0); 3];
        for channel in 0..3 {
            channels[channel] = u8x16::from_slice(simd, &rows[channel][0][x..x + STEP]);
        }
        let [r, g, b] = channels;
        let rg = [widen(r.zip_low(g)), widen(r.zip_high(g))];
        return (rg, [widen(g.zip_low(b)), widen(g.zip_high(b))]);
    }
    let mut channels = [i16x16::splat(simd, 0); 3];
    for channel in 0..3 {
        for row in &rows[channel][..H] {
            channels[channel] += sums::<S, W>(simd, row, x);
        }
    }
    let [r, g, b] = channels;
    let (rg, gb) = (r.interleave(g), g.interleave(b));
    ([rg.0, rg.1], [gb.0, gb.1])
}

/// The sums of `W` neighboring pixels each, for 16 samples of a row.
#[inline(always)]
fn sums<S: Simd, const W: usize>(simd: S, row: &[u8], x: usize) -> i16x16<S> {
    if W == 1 {
        return widen(u8x16::from_slice(simd, &row[x..x + STEP]));
    }
    u8x32::from_slice(simd, &row[x..x + 2 * STEP]).pairwise_widening_add().bitcast()
}

#[inline(always)]
fn widen<S: Simd>(samples: u8x16<S>) -> i16x16<S> {
    let (low, high) = samples.widen();
    let both: u16x16<S> = low.combine(high);
    both.bitcast()
}
