//! The residues of a macroblock: what inverse transforms make of its coefficients.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8, u8x16, u16x8};

use crate::inverse_dct::inverse_dct;
use crate::parsed::Kind;

/// Differences to the prediction, of 24 blocks in raster order. Those of blocks without coefficients are zero
/// if the block next to it has any, and else have no meaning.
pub(crate) type Residues = [[i16; 16]; 24];

/// Transforms the blocks of a macroblock, whose coefficients are at the beginning of `coefficients`; see
/// [`ParsedRow`](crate::ParsedRow). Returns what is behind them.
#[inline(always)]
pub(crate) fn residues<'a, S: Simd>(
    simd: S,
    kinds: u64,
    mut coefficients: &'a [i16],
    to: &mut Residues,
) -> &'a [i16] {
    let (pairs, _) = to.as_chunks_mut::<2>();
    for (at, [first, second]) in pairs.iter_mut().enumerate() {
        let kinds = kinds >> (4 * at) & 15;
        if kinds == 0 {
            continue;
        }
        coefficients = expand(kinds & 3, coefficients, first);
        coefficients = expand(kinds >> 2, coefficients, second);
        if kinds & 0b1010 != 0 {
            let [low, high] = inverse_dct(simd, [first, second]);
            store(low, first);
            store(high, second);
        } else {
            for block in [first, second] {
                *block = [block[0].saturating_add(4) >> 3; 16];
            }
        }
    }
    coefficients
}

/// Takes the coefficients of a block of this [`Kind`]. Returns those of the next ones.
#[inline(always)]
fn expand<'a>(kind: u64, coefficients: &'a [i16], block: &mut [i16; 16]) -> &'a [i16] {
    if kind == Kind::Full as u64
        && let Some((full, rest)) = coefficients.split_first_chunk()
    {
        *block = *full;
        return rest;
    }
    *block = [0; 16];
    if kind == Kind::Dc as u64
        && let Some((dc, rest)) = coefficients.split_first()
    {
        block[0] = *dc;
        return rest;
    }
    coefficients
}

#[inline(always)]
fn store<S: Simd>([low, high]: [i16x8<S>; 2], to: &mut [i16; 16]) {
    let (to_low, to_high) = to.split_at_mut(8);
    low.store_slice(to_low);
    high.store_slice(to_high);
}

/// Adds residues to predicted values and limits the sums to 8 bits.
#[inline(always)]
pub(crate) fn add<S: Simd>(predicted: u8x16<S>, residues: [i16x8<S>; 2]) -> u8x16<S> {
    let (low, high) = predicted.widen();
    let (low, high): (i16x8<S>, i16x8<S>) = (low.bitcast(), high.bitcast());
    narrow([low + residues[0], high + residues[1]])
}

/// Values limited to 8 bits.
#[inline(always)]
pub(crate) fn narrow<S: Simd>(values: [i16x8<S>; 2]) -> u8x16<S> {
    let low: u16x8<S> = values[0].max(0).min(255).bitcast();
    let high: u16x8<S> = values[1].max(0).min(255).bitcast();
    low.relaxed_narrow(high)
}
