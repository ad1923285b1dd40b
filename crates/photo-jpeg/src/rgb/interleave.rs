//! Interleaves three channels of bytes, and splits them again, 16 pixels at a time.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, u8x16};

/// The number of pixels in a step.
pub(crate) const STEP: usize = 16;

/// For each vector of 16 interleaved bytes and each channel, the lane of the channel that goes into each
/// byte. An index of 255 selects nothing.
const INTERLEAVE: [[[u8; 16]; 3]; 3] = tables(true);

/// For each vector of 16 interleaved bytes and each channel, the byte that goes into each lane of the
/// channel. An index of 255 selects nothing.
const DEINTERLEAVE: [[[u8; 16]; 3]; 3] = tables(false);

const fn tables(interleave: bool) -> [[[u8; 16]; 3]; 3] {
    let mut tables = [[[255; 16]; 3]; 3];
    let mut byte = 0;
    while byte < 3 * STEP {
        let (vector, place, channel, lane) = (byte / 16, byte % 16, byte % 3, byte / 3);
        if interleave {
            tables[vector][channel][place] = lane as u8;
        } else {
            tables[vector][channel][lane] = place as u8;
        }
        byte += 1;
    }
    tables
}

/// Interleaves three channels of 16 pixels into 48 bytes.
#[inline(always)]
pub(crate) fn interleave<S: Simd>(simd: S, channels: [u8x16<S>; 3], out: &mut [u8]) {
    let out = out.as_chunks_mut::<16>().0;
    for (out, tables) in out.iter_mut().zip(&INTERLEAVE) {
        let mut all = u8x16::splat(simd, 0);
        for channel in 0..3 {
            all |= channels[channel].swizzle_dyn_precise(u8x16::from_slice(simd, &tables[channel]));
        }
        all.store_slice(out);
    }
}

/// Splits 16 pixels, in 48 bytes, into three channels.
#[inline(always)]
pub(crate) fn deinterleave<S: Simd>(simd: S, pixels: &[u8]) -> [u8x16<S>; 3] {
    let mut channels = [u8x16::splat(simd, 0); 3];
    for (bytes, tables) in pixels.as_chunks::<16>().0.iter().zip(&DEINTERLEAVE) {
        let bytes = u8x16::from_slice(simd, bytes);
        for channel in 0..3 {
            channels[channel] |= bytes.swizzle_dyn_precise(u8x16::from_slice(simd, &tables[channel]));
        }
    }
    channels
}

/// Interleaves three rows of equal length.
#[inline(always)]
pub(crate) fn interleave_row<S: Simd>(simd: S, rows: [&[u8]; 3], out: &mut [u8]) {
    let whole = rows[0].len() / STEP;
    for n in 0..whole {
        let mut channels = [u8x16::splat(simd, 0); 3];
        for channel in 0..3 {
            channels[channel] = u8x16::from_slice(simd, &rows[channel][STEP * n..STEP * n + STEP]);
        }
        interleave(simd, channels, &mut out[3 * STEP * n..3 * STEP * (n + 1)]);
    }
    for (x, pixel) in out.as_chunks_mut::<3>().0.iter_mut().enumerate().skip(STEP * whole) {
        *pixel = [rows[0][x], rows[1][x], rows[2][x]];
    }
}

/// Splits a row of interleaved pixels. The rows of `out` have room for a multiple of [`STEP`] pixels. The
/// last pixel of an odd row is stored twice, for averaging pairs.
#[inline(always)]
pub(crate) fn deinterleave_row<S: Simd>(simd: S, pixels: &[u8], out: [&mut [u8]; 3]) {
    let width = pixels.len() / 3;
    let whole = width / STEP;
    for n in 0..whole {
        let channels = deinterleave(simd, &pixels[3 * STEP * n..3 * STEP * (n + 1)]);
        for channel in 0..3 {
            channels[channel].store_slice(&mut out[channel][STEP * n..STEP * n + STEP]);
        }
    }
    let rest = pixels.as_chunks::<3>().0.iter().enumerate().skip(STEP * whole);
    for (x, pixel) in rest {
        for channel in 0..3 {
            out[channel][x] = pixel[channel];
        }
    }
    if width % 2 == 1 {
        for channel in out {
            channel[width] = channel[width - 1];
        }
    }
}
