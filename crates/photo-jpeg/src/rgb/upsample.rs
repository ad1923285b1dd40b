//! Stretches rows of subsampled components to the width of the picture.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x16, u16x16};

use super::interleave::STEP;
use super::ycbcr_to_rgb::narrow;

/// Stores each sample twice, up to the length of `out`.
pub(super) fn repeat(samples: &[u8], out: &mut [u8]) {
    for (out, &sample) in out.chunks_mut(2).zip(samples) {
        out.fill(sample);
    }
}

/// Interpolates samples as libjpeg's "fancy upsampling" does, to the bit. In each direction in which the
/// component is subsampled, a pixel is 3/4 of the sample that it lies in plus 1/4 of the next nearest one.
/// That keeps samples centered in their pixels.
#[derive(Debug)]
pub(super) struct FancyUpsampler {
    /// A row of samples, or three times one row plus another. It has one more sample on both sides and is
    /// padded to whole steps.
    sums: Vec<u16>,
}

/// The rows of samples around a row of pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceRows<'a> {
    /// The row of samples that the pixels lie in.
    pub(super) near: &'a [u8],
    /// The next nearest row of samples; at the edges of the picture, the same row. `None` if the component
    /// isn't subsampled vertically.
    pub(super) far: Option<&'a [u8]>,
    /// Whether the pixels are the lower of the two rows in `near`.
    pub(super) lower: bool,
}

impl FancyUpsampler {
    /// An upsampler for components of up to `width` samples in a row.
    pub(super) fn new(width: usize) -> Self {
        Self { sums: vec![0; width.next_multiple_of(STEP) + 2] }
    }

    /// Makes a row of pixels, `W` for each sample (1 or 2). `out` must have room for `W` times the samples,
    /// padded to a multiple of 16.
    #[inline(always)]
    pub(super) fn row<S: Simd, const W: usize>(&mut self, simd: S, source: &SourceRows<'_>, out: &mut [u8]) {
        self.sum(source);
        let count = source.near.len();
        self.sums[0] = self.sums[1];
        self.sums[count + 1] = self.sums[count];
        // The sums of another component may be too large for this one's shift.
        self.sums[count + 2..count.next_multiple_of(STEP) + 2].fill(0);
        let (biases, shift) = match (W, source.far) {
            (1, _) => ([if source.lower { 2 } else { 1 }, 0], 2),
            (_, None) => ([1, 2], 2),
            (_, Some(_)) => ([8, 7], 4),
        };
        for n in 0..count.div_ceil(STEP) {
            let out = &mut out[STEP * W * n..STEP * W * (n + 1)];
            let sums = &self.sums[STEP * n..STEP * (n + 1) + 2];
            let near = u16x16::from_slice(simd, &sums[1..=STEP]);
            if W == 1 {
                finish(simd, near, biases[0], shift).store_slice(out);
                continue;
            }
            let left = near * 3 + u16x16::from_slice(simd, &sums[..STEP]);
            let right = near * 3 + u16x16::from_slice(simd, &sums[2..]);
            let left = finish(simd, left, biases[0], shift);
            let right = finish(simd, right, biases[1], shift);
            left.zip_low(right).store_slice(&mut out[..STEP]);
            left.zip_high(right).store_slice(&mut out[STEP..]);
        }
    }

    #[inline(always)]
    fn sum(&mut self, source: &SourceRows<'_>) {
        let sums = &mut self.sums[1..];
        if let Some(far) = source.far {
            for ((sum, &near), &far) in sums.iter_mut().zip(source.near).zip(far) {
                *sum = 3 * u16::from(near) + u16::from(far);
            }
        } else {
            for (sum, &near) in sums.iter_mut().zip(source.near) {
                *sum = u16::from(near);
            }
        }
    }
}

#[inline(always)]
fn finish<S: Simd>(simd: S, sums: u16x16<S>, bias: u16, shift: u32) -> u8x16<S> {
    narrow(((sums + u16x16::splat(simd, bias)) >> shift).bitcast())
}
