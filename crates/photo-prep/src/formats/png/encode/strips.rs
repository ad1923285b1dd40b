//! One zlib stream (RFC 1950) in strips that are filtered and deflated at the same time, on all cores.
//!
//! Each strip is a run of whole deflate blocks that ends at a byte, so that strips can be put one behind the
//! other. A strip knows the 32 KB before it, so that nothing is lost at the seams.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;
use zlib_rs::adler32::{adler32, adler32_combine};
use zlib_rs::{Deflate, DeflateConfig, DeflateError, DeflateFlush, Status, Strategy};

use super::filter::{Filter, Rows};

/// How hard the shortest file is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// A sample of each strip tells how it is filtered and deflated.
    Usual,
    /// Each strip is filtered and deflated in every way. Takes ten times as long, and saves 3 to 20 %.
    Most,
}

/// The picture's data for IDAT chunks, a piece for each.
///
/// # Errors
/// What the deflater says.
pub(super) fn deflated(rows: Rows<'_>, effort: Effort) -> Result<Vec<Vec<u8>>, DeflateError> {
    let each = (STRIP / (rows.row + 1)).max(1);
    let strips: Vec<Strip<'_>> = (0..rows.count().div_ceil(each))
        .into_par_iter()
        .map(|n| Strip::filtered(rows, n * each..((n + 1) * each).min(rows.count()), effort))
        .collect::<Result<_, _>>()?;
    joined(&strips, effort)
}

/// As [`deflated`], of rows that are filtered already, `row` bytes with their filter types.
pub(super) fn deflated_as_is(filtered: &[u8], row: usize) -> Result<Vec<Vec<u8>>, DeflateError> {
    let each = (STRIP / row.max(1)).max(1) * row.max(1);
    let strips: Vec<Strip<'_>> =
        filtered.par_chunks(each).map(|data| Strip::new(data.into())).collect::<Result<_, _>>()?;
    joined(&strips, Effort::Usual)
}

/// The strips as one zlib stream.
fn joined(strips: &[Strip<'_>], effort: Effort) -> Result<Vec<Vec<u8>>, DeflateError> {
    let mut pieces: Vec<(Vec<u8>, u32)> = (0..strips.len())
        .into_par_iter()
        .map(|n| {
            let Some(strip) = strips.get(n) else { return Ok((Vec::new(), 1)) };
            let before = n.checked_sub(1).and_then(|n| strips.get(n));
            let deflated = strip.deflated(before, n + 1 == strips.len(), effort)?;
            Ok((deflated, adler32(1, &strip.data)))
        })
        .collect::<Result<_, DeflateError>>()?;
    let sums = pieces.iter().zip(strips);
    let sum = sums.fold(1, |sum, (piece, strip)| adler32_combine(sum, piece.1, strip.data.len() as u64));
    if let Some((last, _)) = pieces.last_mut() {
        last.extend(sum.to_be_bytes());
    }
    Ok(pieces.into_iter().map(|(deflated, _)| deflated).collect())
}

/// Bytes of filtered rows that make a strip.
const STRIP: usize = 1 << 19;
/// How far back a deflate stream can refer.
const WINDOW: usize = 1 << 15;

/// Filtered rows, and the way that they are deflated.
struct Strip<'a> {
    data: Cow<'a, [u8]>,
    strategy: Strategy,
}

impl<'a> Strip<'a> {
    fn new(data: Cow<'a, [u8]>) -> Result<Self, DeflateError> {
        let strategy = if runs_are_enough(&data)? { Strategy::Rle } else { Strategy::Default };
        Ok(Self { data, strategy })
    }

    /// Rows under the filters that suit them.
    fn filtered(rows: Rows<'a>, range: Range<usize>, effort: Effort) -> Result<Self, DeflateError> {
        if rows.step.is_none() {
            return Self::new(rows.filtered(range, Filter::None).into());
        }
        if effort == Effort::Most {
            return Self::shortest(rows, range);
        }
        let strip = Self::new(rows.filtered(range.clone(), Filter::Smallest).into())?;
        // Pixels that repeat do so unfiltered, too; differences of photos don't.
        let sample = middle(&range, (2 * WINDOW).div_ceil(rows.row + 1));
        let length = |filter| length(&rows.filtered(sample.clone(), filter), Strategy::Default, 6);
        let plain = strip.strategy == Strategy::Default && length(Filter::None)? < length(Filter::Smallest)?;
        if plain { Self::new(rows.filtered(range, Filter::None).into()) } else { Ok(strip) }
    }

    /// The rows under each of the filters and strategies, whichever takes the fewest bytes.
    fn shortest(rows: Rows<'a>, range: Range<usize>) -> Result<Self, DeflateError> {
        let mut best: Option<(usize, Self)> = None;
        for filter in Filter::ALL {
            let data = rows.filtered(range.clone(), filter);
            for strategy in [Strategy::Rle, Strategy::Default] {
                let length = length(&data, strategy, 6)?;
                if best.as_ref().is_none_or(|(least, _)| length < *least) {
                    best = Some((length, Self { data: data.clone().into(), strategy }));
                }
            }
        }
        best.map_or_else(|| Self::new(Cow::Owned(Vec::new())), |(_, strip)| Ok(strip))
    }

    /// Deflated, knowing what comes before.
    fn deflated(
        &self,
        before: Option<&Self>,
        is_last: bool,
        effort: Effort,
    ) -> Result<Vec<u8>, DeflateError> {
        let level = if effort == Effort::Most { 9 } else { 6 };
        let mut deflater = deflater(self.strategy, level);
        if let Some(before) = before
            && self.strategy == Strategy::Default
        {
            let from = before.data.len().saturating_sub(WINDOW);
            deflater.set_dictionary(before.data.get(from..).unwrap_or_default())?;
        }
        // The header of the stream: a window of 32 KB, the default effort.
        let head = if before.is_none() { vec![0x78, 0x9C] } else { Vec::new() };
        let end = if is_last { DeflateFlush::Finish } else { DeflateFlush::SyncFlush };
        all(deflater, &self.data, end, head)
    }
}

/// So many of the rows, from their middle.
fn middle(range: &Range<usize>, count: usize) -> Range<usize> {
    let from = range.start + range.len().saturating_sub(count) / 2;
    from..(from + count).min(range.end)
}

/// Whether matches farther away than one byte are not worth looking for, or save hardly 1.5 %. Filtered
/// photos come out 5 % smaller without them, since distances cost more bits than they save, and in a quarter
/// of the time.
fn runs_are_enough(data: &[u8]) -> Result<bool, DeflateError> {
    const SAMPLE: usize = 1 << 15;
    let from = data.len().saturating_sub(SAMPLE) / 2;
    let sample = data.get(from..data.len().min(from + SAMPLE)).unwrap_or_default();
    Ok(1000 * length(sample, Strategy::Rle, 6)? < 1015 * length(sample, Strategy::Default, 6)?)
}

fn length(data: &[u8], strategy: Strategy, level: i32) -> Result<usize, DeflateError> {
    all(deflater(strategy, level), data, DeflateFlush::Finish, Vec::new()).map(|deflated| deflated.len())
}

fn deflater(strategy: Strategy, level: i32) -> Deflate {
    // Negative bits: without header and sum.
    Deflate::new_with_config(DeflateConfig { level, window_bits: -15, strategy, ..DeflateConfig::default() })
}

/// All of `data`, deflated up to `end`, appended to `out`.
fn all(
    mut deflater: Deflate,
    data: &[u8],
    end: DeflateFlush,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, DeflateError> {
    /// More than what a flush writes, so that room left over means that it is done.
    const ROOM: usize = 1 << 10;
    let head = out.len();
    out.resize(head + data.len() / 2 + ROOM, 0);
    loop {
        let (read, written) = (deflater.total_in() as usize, head + deflater.total_out() as usize);
        if out.len() - written < ROOM / 2 {
            out.resize(out.len() + data.len() / 4 + ROOM, 0);
        }
        let status = deflater.compress(&data[read..], &mut out[written..], end)?;
        let written = head + deflater.total_out() as usize;
        if status == Status::StreamEnd
            || end != DeflateFlush::Finish
                && deflater.total_in() as usize == data.len()
                && written < out.len()
        {
            out.truncate(written);
            return Ok(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn inflated(pieces: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::ZlibDecoder::new(&pieces.concat()[..]).read_to_end(&mut out).unwrap();
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn strips_are_one_stream(
            row in 1usize..5000, kb in 0usize..1800, noise in 0u32..9, step in proptest::option::of(1usize..5)
        ) {
            let count = (kb * 1024 / row).max(1);
            let data: Vec<u8> = (0..row * count)
                .map(|i| ((i / 7) as u32 ^ (i as u32).wrapping_mul(2_654_435_761) >> 24 & noise) as u8)
                .collect();
            let rows = Rows { data: &data, row, step };
            let pieces = deflated(rows, Effort::Usual).unwrap();
            prop_assert!(inflated(&pieces).len() == (row + 1) * count);
            let filtered = rows.filtered(0..count, Filter::Smallest);
            prop_assert!(inflated(&deflated_as_is(&filtered, row + 1).unwrap()) == filtered);
        }
    }

    /// Bytes below 2^`bits` that follow from nothing (xorshift).
    fn noise(length: usize, bits: u32) -> Vec<u8> {
        let mut state = 1u32;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        (0..length).map(|_| (next() >> (32 - bits)) as u8).collect()
    }

    #[test]
    fn each_strip_is_deflated_the_way_that_suits_it() {
        let noise = noise(1 << 16, 5);
        assert!(runs_are_enough(&noise).unwrap());
        let pattern: Vec<u8> = noise[..500].iter().copied().cycle().take(1 << 16).collect();
        assert!(!runs_are_enough(&pattern).unwrap());
    }

    #[test]
    fn what_is_far_above_is_found_across_seams() {
        let data = noise(9000, 8).repeat(150);
        let pieces = deflated(Rows { data: &data, row: 9000, step: None }, Effort::Usual).unwrap();
        assert_eq!(pieces.len(), 3);
        // 7,500 bytes; without the rows above it 16,500.
        assert!(pieces[1].len() < 8500, "{}", pieces[1].len());
    }
}
