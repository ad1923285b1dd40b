//! Parsing of coefficients (RFC 6386, section 13).
//!
//! Booleans depend on each other, and a third of those that tell whether a coefficient is zero can't be
//! foreseen. What that costs is nearly all of the time; looking for unread bits less often, unrolling the
//! positions, and compiling the types of blocks apart were tried and bring nothing.

use crate::bool_decoder::{BoolDecoder, Probability};

/// Probabilities of the tokens of a type of block, by position, context and node of the token tree.
pub(crate) type BlockProbabilities = [[[Probability; 11]; 3]; 17];

/// Where in raster order the coefficients lie that are coded one after the other.
const ZIGZAG: [u8; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// Reads the coefficients of a block from position `first` on, which is 0 or 1, and puts what is not zero
/// into `to`, times `factors`: one for DC, one for AC coefficients. Products wrap around at 16 bits, as in
/// libwebp.
///
/// Returns the position behind the last coefficient that is coded; `first` if none is.
#[inline(always)]
pub(crate) fn coefficients(
    decoder: &mut BoolDecoder<'_>,
    probabilities: &BlockProbabilities,
    context: usize,
    factors: [i32; 2],
    first: usize,
    to: &mut [i16; 16],
) -> usize {
    let mut at = first;
    let mut tree = &probabilities[at][context];
    let mut factor = factors[first];
    loop {
        if !decoder.likely(tree[0]) {
            return at;
        }
        while !decoder.likely(tree[1]) {
            at += 1;
            if at == 16 {
                return 16;
            }
            tree = &probabilities[at][0];
            factor = factors[1];
        }
        let next = &probabilities[at + 1];
        let magnitude = if decoder.likely(tree[2]) {
            let magnitude = large(decoder, tree);
            tree = &next[2];
            magnitude
        } else {
            tree = &next[1];
            1
        };
        to[usize::from(ZIGZAG[at])] = (decoder.signed(magnitude) * factor) as i16;
        factor = factors[1];
        at += 1;
        if at == 16 {
            return 16;
        }
    }
}

/// Reads a magnitude of at least 2.
#[inline(always)]
fn large(decoder: &mut BoolDecoder<'_>, tree: &[Probability; 11]) -> i32 {
    /// The probabilities of the extra bits of the categories 3 to 6 (RFC 6386, section 13.2).
    const EXTRA: [&[u8]; 4] = [
        &[173, 148, 140],
        &[176, 155, 140, 135],
        &[180, 157, 141, 134, 130],
        &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
    ];
    if !decoder.likely(tree[3]) {
        return if decoder.likely(tree[4]) { 3 + decoder.bit(tree[5]) } else { 2 };
    }
    if !decoder.likely(tree[6]) {
        if !decoder.likely(tree[7]) {
            return 5 + decoder.bit(Probability::new(159));
        }
        let high = decoder.bit(Probability::new(165));
        return 7 + 2 * high + decoder.bit(Probability::new(145));
    }
    let high = usize::from(decoder.likely(tree[8]));
    let category = 2 * high + usize::from(decoder.likely(tree[9 + high]));
    let extra = EXTRA[category].iter().fold(0, |extra, bit| extra << 1 | decoder.bit(Probability::new(*bit)));
    3 + (8 << category) + extra
}
