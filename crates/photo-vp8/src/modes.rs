//! Parsing of the modes of macroblocks (RFC 6386, sections 9.3, 11.2 to 11.4 and 19.3).

use crate::bool_decoder::BoolDecoder;
use crate::parsed::{Macroblock, mode};
use crate::tables::modes::SUBBLOCK;

/// Reads the number of a macroblock's segment.
#[inline(always)]
pub(crate) fn segment(decoder: &mut BoolDecoder<'_>, probabilities: &[u8; 3]) -> u8 {
    if decoder.bool(probabilities[0]) {
        2 + u8::from(decoder.bool(probabilities[2]))
    } else {
        u8::from(decoder.bool(probabilities[1]))
    }
}

/// Reads the modes of a macroblock. `above` and `left` are the modes of the subblocks at the edges of its
/// neighbors, and become those of its own.
#[inline(always)]
pub(crate) fn modes(
    decoder: &mut BoolDecoder<'_>,
    above: &mut [u8; 4],
    left: &mut [u8; 4],
    to: &mut Macroblock,
) {
    to.luma = luma(decoder);
    if to.luma == mode::SUBBLOCKS {
        for (row, left) in to.subblocks.as_chunks_mut::<4>().0.iter_mut().zip(left) {
            for (mode, above) in row.iter_mut().zip(&mut *above) {
                let probabilities = &SUBBLOCK[usize::from(*above).min(9)][usize::from(*left).min(9)];
                *mode = subblock(decoder, probabilities);
                *above = *mode;
                *left = *mode;
            }
        }
    } else {
        *above = [to.luma; 4];
        *left = [to.luma; 4];
    }
    to.chroma = chroma(decoder);
}

#[inline(always)]
fn luma(decoder: &mut BoolDecoder<'_>) -> u8 {
    if !decoder.bool(145) {
        mode::SUBBLOCKS
    } else if decoder.bool(156) {
        if decoder.bool(128) { mode::TRUE_MOTION } else { mode::HORIZONTAL }
    } else if decoder.bool(163) {
        mode::VERTICAL
    } else {
        mode::DC
    }
}

#[inline(always)]
fn chroma(decoder: &mut BoolDecoder<'_>) -> u8 {
    if !decoder.bool(142) {
        mode::DC
    } else if !decoder.bool(114) {
        mode::VERTICAL
    } else if decoder.bool(183) {
        mode::TRUE_MOTION
    } else {
        mode::HORIZONTAL
    }
}

/// Reads the mode of a subblock of luma.
#[inline(always)]
fn subblock(decoder: &mut BoolDecoder<'_>, probabilities: &[u8; 9]) -> u8 {
    if !decoder.bool(probabilities[0]) {
        mode::DC
    } else if !decoder.bool(probabilities[1]) {
        mode::TRUE_MOTION
    } else if !decoder.bool(probabilities[2]) {
        mode::VERTICAL
    } else if !decoder.bool(probabilities[3]) {
        if !decoder.bool(probabilities[4]) {
            mode::HORIZONTAL
        } else if !decoder.bool(probabilities[5]) {
            mode::RIGHT_DOWN
        } else {
            mode::VERTICAL_RIGHT
        }
    } else if !decoder.bool(probabilities[6]) {
        mode::LEFT_DOWN
    } else if !decoder.bool(probabilities[7]) {
        mode::VERTICAL_LEFT
    } else if !decoder.bool(probabilities[8]) {
        mode::HORIZONTAL_DOWN
    } else {
        mode::HORIZONTAL_UP
    }
}
