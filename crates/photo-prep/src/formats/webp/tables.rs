//! Bytes of memory that the Huffman tables of a lossless WebP take (RFC 9649, 3). No header tells how many
//! there are, and 64 Ki groups of five could take gigabytes: the stream is walked up to the picture's own
//! pixels.

use crate::Size;

/// Groups of codes and the places of their tables, as a growing array holds them.
const GROUP: u64 = 1_024;
/// The order in which the lengths of code lengths' codes are stored (RFC 9649, 3.7.2.1.2).
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The bytes for the stream of a picture of `size`, without the header that VP8L chunks have; more than
/// `most` is not counted to its end. `None` if it is damaged or cut off before the picture's pixels.
pub(crate) fn bytes(stream: &[u8], size: Size, most: u64) -> Option<u64> {
    let mut bits = Bits { bytes: stream, at: 0 };
    let width = transforms(&mut bits, size)?;
    let cache = color_cache(&mut bits)?;
    let mut groups = 1;
    if bits.read(1)? == 1 {
        let shift = bits.read(3)? + 2;
        groups = 1 + u64::from(image(&mut bits, blocks(width, shift), blocks(size.height, shift))?);
    }
    let mut sum = groups * GROUP;
    for _ in 0..groups {
        for code in codes(&mut bits, cache)? {
            sum += code.table_bytes();
        }
        if sum > most {
            break;
        }
    }
    Some(sum)
}

fn blocks(side: u32, shift: u32) -> u32 {
    side.div_ceil(1 << shift)
}

/// Walks over the transforms. Gives the width of the picture that is left: several small indices share a
/// pixel.
fn transforms(bits: &mut Bits<'_>, size: Size) -> Option<u32> {
    let mut width = size.width;
    let mut seen = [false; 4];
    while bits.read(1)? == 1 {
        let kind = bits.read(2)?;
        if std::mem::replace(seen.get_mut(kind as usize)?, true) {
            return None;
        }
        match kind {
            0 | 1 => {
                let shift = bits.read(3)? + 2;
                image(bits, blocks(width, shift), blocks(size.height, shift))?;
            }
            3 => {
                let colors = bits.read(8)? + 1;
                image(bits, colors, 1)?;
                let shift = match colors {
                    0..=2 => 3,
                    3..=4 => 2,
                    5..=16 => 1,
                    _ => 0,
                };
                width = blocks(width, shift);
            }
            _ => {}
        }
    }
    Some(width)
}

/// Symbols that stand for colors of the cache.
fn color_cache(bits: &mut Bits<'_>) -> Option<usize> {
    if bits.read(1)? == 0 {
        return Some(0);
    }
    let order = bits.read(4)?;
    (1..=11).contains(&order).then_some(1 << order)
}

/// The codes of green with lengths of copies and the cache, of red, blue, alpha, and of distances.
fn codes(bits: &mut Bits<'_>, cache: usize) -> Option<[Code; 5]> {
    let mut code = |symbols| Code::read(bits, symbols);
    Some([code(256 + 24 + cache)?, code(256)?, code(256)?, code(256)?, code(40)?])
}

/// Walks over the pixels of a small image. Gives the largest number of red and green of its literal pixels,
/// which all others repeat.
fn image(bits: &mut Bits<'_>, width: u32, height: u32) -> Option<u32> {
    let cache = color_cache(bits)?;
    let [green, red, blue, alpha, distance] = codes(bits, cache)?;
    let all = u64::from(width) * u64::from(height);
    let (mut done, mut largest) = (0, 0);
    while done < all {
        let start = bits.at;
        match green.symbol(bits)? {
            literal @ 0..256 => {
                largest = largest.max(red.symbol(bits)? << 8 | literal);
                blue.symbol(bits)?;
                alpha.symbol(bits)?;
                done += 1;
                if bits.at == start {
                    break; // No bits for a pixel: they are all the same.
                }
            }
            copy @ 256..280 => {
                done += copied(bits, copy - 256)?;
                let symbol = distance.symbol(bits)?;
                copied(bits, symbol)?;
            }
            _ => done += 1,
        }
    }
    Some(largest)
}

/// A length or distance by its symbol and further bits (RFC 9649, 3.6.2.2.1).
fn copied(bits: &mut Bits<'_>, symbol: u32) -> Option<u64> {
    if symbol < 4 {
        return Some(u64::from(symbol) + 1);
    }
    let extra = (symbol - 2) >> 1;
    let start = u64::from(2 + (symbol & 1)) << extra;
    Some(start + u64::from(bits.read(extra)?) + 1)
}

/// A canonical Huffman code, by the number of its codes of each length.
struct Code {
    counts: [u16; 16],
    /// In the order of their codes; one alone takes no bits.
    symbols: Vec<u16>,
}

impl Code {
    fn read(bits: &mut Bits<'_>, symbols: usize) -> Option<Self> {
        let code = if bits.read(1)? == 1 { Self::simple(bits) } else { Self::of(&lengths(bits, symbols)?) }?;
        code.symbols.iter().all(|s| usize::from(*s) < symbols).then_some(code)
    }

    /// One or two symbols, written out. The decoder has the first of two at 0, whichever is smaller.
    fn simple(bits: &mut Bits<'_>) -> Option<Self> {
        let (two, wide) = (bits.read(1)? == 1, bits.read(1)? == 1);
        let mut symbols = vec![bits.read(if wide { 8 } else { 1 })? as u16];
        let mut counts = [0; 16];
        if two {
            symbols.push(bits.read(8)? as u16);
            counts[1] = 2;
        }
        Some(Self { counts, symbols })
    }

    /// `None` unless all codes are taken, or there is one symbol only.
    fn of(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0u16; 16];
        lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        let mut places = [0u16; 16];
        for length in 1..16 {
            places[length] = places[length - 1] + counts[length - 1];
        }
        let mut symbols = vec![0; counts.iter().map(|count| usize::from(*count)).sum()];
        for (symbol, length) in (0u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            let place = &mut places[usize::from(*length)];
            symbols[usize::from(*place)] = symbol;
            *place += 1;
        }
        let taken: u32 = (1..16).map(|length| u32::from(counts[length]) << (15 - length)).sum();
        (symbols.len() == 1 || taken == 1 << 15).then_some(Self { counts, symbols })
    }

    /// The next symbol: codes of a length follow on those of the length before (RFC 1951, 3.2.2).
    fn symbol(&self, bits: &mut Bits<'_>) -> Option<u32> {
        if let [only] = self.symbols.as_slice() {
            return Some(u32::from(*only));
        }
        let (mut code, mut first, mut index) = (0u32, 0u32, 0u32);
        for count in self.counts.into_iter().skip(1).map(u32::from) {
            code = code << 1 | bits.read(1)?;
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).map(|s| u32::from(*s));
            }
            (index, first) = (index + count, (first + count) << 1);
        }
        None
    }

    /// As `image-webp` 0.2.4 holds it: a table of up to 10 bits, two nodes of 16 bytes for each longer code.
    fn table_bytes(&self) -> u64 {
        if self.symbols.len() == 1 {
            return 0;
        }
        let longest = (1..16).rfind(|length| self.counts[*length] > 0).unwrap_or(0);
        let longer: u64 = self.counts[11..].iter().map(|count| u64::from(*count)).sum();
        (4 << longest.min(10)) + 2 * 16 * longer + 64
    }
}

/// The lengths of so many symbols' codes, in a code of their own (RFC 9649, 3.7.2.1.2).
fn lengths(bits: &mut Bits<'_>, symbols: usize) -> Option<Vec<u8>> {
    let mut own = [0; 19];
    for place in ORDER.into_iter().take(4 + bits.read(4)? as usize) {
        own[place] = bits.read(3)? as u8;
    }
    let code = Code::of(&own)?;
    let mut left = symbols;
    if bits.read(1)? == 1 {
        let width = 2 + 2 * bits.read(3)?;
        left = 2 + bits.read(width)? as usize;
        if left > symbols {
            return None;
        }
    }
    let (mut lengths, mut last) = (Vec::with_capacity(symbols), 8);
    while lengths.len() < symbols && left > 0 {
        left -= 1;
        let (length, count) = match code.symbol(bits)? {
            16 => (last, 3 + bits.read(2)?),
            17 => (0, 3 + bits.read(3)?),
            18 => (0, 11 + bits.read(7)?),
            length => (length as u8, 1),
        };
        if length != 0 {
            last = length;
        }
        lengths.extend(std::iter::repeat_n(length, count as usize));
        if lengths.len() > symbols {
            return None;
        }
    }
    Some(lengths)
}

/// The bits of a stream, the lowest of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, the first one lowest.
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for place in 0..count {
            let byte = *self.bytes.get(self.at >> 3)?;
            value |= u32::from(byte >> (self.at & 7) & 1) << place;
            self.at += 1;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use photo_testkit::encode::webp_groups::many_groups;
    use proptest::prelude::*;

    use super::*;
    use crate::{Error, LimitKind, Options};

    /// One group: green has 2048 codes of 11 bits.
    const EACH: u64 = GROUP + (4 << 10) + 2 * 16 * 2048 + 64;

    fn counted(webp: &[u8], most: u64) -> Option<u64> {
        let size = crate::probe(webp).unwrap().size;
        bytes(webp.get(12 + 8 + 5..)?, size, most)
    }

    #[test]
    fn all_groups_are_counted() {
        for (blocks, groups) in [(1, 1), (5, 7), (20, 300)] {
            let webp = many_groups(blocks, groups);
            assert_eq!(counted(&webp, u64::MAX), Some(u64::from(groups) * EACH));
            assert!(image::load_from_memory(&webp).is_ok(), "{groups}");
            assert!(crate::prepare(&webp).is_ok(), "{groups}");
        }
        let webp = many_groups(20, 300);
        assert!(counted(&webp, 10 * EACH).is_some_and(|sum| sum <= 320 * GROUP + 11 * EACH));
    }

    #[test]
    fn more_than_the_memory_is_refused() {
        let limits = crate::InputLimits::default().memory(100 * EACH);
        let refused = Options::default().input_limits(limits).probe(&many_groups(20, 300)).unwrap_err();
        assert!(matches!(refused, Error::LimitExceeded { what: LimitKind::Memory, .. }), "{refused}");
    }

    #[test]
    fn a_cut_off_stream_is_damaged() {
        let webp = many_groups(5, 7);
        let stream = &webp[25..];
        let size = crate::probe(&webp).unwrap().size;
        let needed = (0..stream.len()).find(|end| bytes(&stream[..*end], size, u64::MAX).is_some()).unwrap();
        assert!((900..1_200).contains(&needed), "{needed}");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(stream: Vec<u8>, width in 1u32..200, height in 1u32..200) {
            _ = bytes(&stream, Size::new(width, height), u64::MAX);
        }

        #[test]
        fn damage_never_panics(at in 0usize..1_500, value: u8) {
            let mut webp = many_groups(5, 7);
            if let Some(byte) = webp.get_mut(at + 25) {
                *byte = value;
            }
            _ = bytes(&webp[25..], Size::new(20, 20), u64::MAX);
        }
    }
}
