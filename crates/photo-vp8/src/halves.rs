//! Vectors whose halves are eight samples of each of two rows.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x16};

/// Eight samples of each of two rows.
#[inline(always)]
pub(crate) fn both<S: Simd>(simd: S, first: &[u8], second: &[u8]) -> u8x16<S> {
    let mut both = [0; 16];
    both[..8].copy_from_slice(&first[..8]);
    both[8..].copy_from_slice(&second[..8]);
    u8x16::from_slice(simd, &both)
}

/// Stores both halves.
#[inline(always)]
pub(crate) fn put<S: Simd>(samples: u8x16<S>, first: &mut [u8], second: &mut [u8]) {
    let samples = samples.to_array();
    first[..8].copy_from_slice(&samples[..8]);
    second[..8].copy_from_slice(&samples[8..]);
}
