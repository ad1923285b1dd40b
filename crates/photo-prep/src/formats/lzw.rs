//! LZW as GIF and TIFF have it, a whole frame or strip at once.
//!
//! Each string of the table was written to the output before, one byte shorter: so an entry is a place in the
//! output and a length, and for most of them, which are short, the bytes themselves: reading what was written
//! just before would wait for the writes.

/// The longest code, in bits.
const MAX_BITS: u32 = 12;
/// All values of a byte stand in front of the output, as the strings of one byte.
const LITERALS: usize = 256;
/// Bytes that are copied at once.
const CHUNK: usize = 8;
/// Room behind the output, for the longest string and what is copied too much.
const SLACK: usize = (1 << MAX_BITS) + CHUNK;

/// Whose codes they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The low bits of a byte first.
    Gif,
    /// The high bits of a byte first, and codes that grow one earlier (TIFF 6.0, section 13).
    #[cfg_attr(not(feature = "tiff"), allow(dead_code, reason = "the decoder is the same"))]
    Tiff,
}

/// What was packed.
pub(crate) struct Expanded {
    buffer: Vec<u8>,
    length: usize,
}

impl Expanded {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(LITERALS..LITERALS + self.length).unwrap_or_default()
    }

    #[cfg(feature = "tiff")]
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.buffer.truncate(LITERALS + self.length);
        self.buffer.drain(..LITERALS);
        self.buffer
    }
}

/// The first `length` bytes that `data` stands for; its first codes are values of `min_bits` bits. `None`
/// where the data is broken or ends before, or codes start with one bit, which no standard provides for.
pub(crate) fn expanded(kind: Kind, min_bits: u8, data: &[u8], length: usize) -> Option<Expanded> {
    match kind {
        Kind::Gif => expand::<false>(min_bits, data, length),
        Kind::Tiff => expand::<true>(min_bits, data, length),
    }
}

#[inline(never)]
fn expand<const TIFF: bool>(min_bits: u8, data: &[u8], length: usize) -> Option<Expanded> {
    if !(2..=8).contains(&min_bits) || u32::try_from(length).is_err() {
        return None;
    }
    let mut buffer = vec![0; length.checked_add(LITERALS + SLACK)?];
    buffer.iter_mut().zip(0..=255).for_each(|(byte, value)| *byte = value);
    // Apart from the rest of the table, which then stays in registers.
    let mut entries = entries(min_bits);
    let (mut table, mut bits) = (Table::<TIFF>::new(min_bits), Bits::<TIFF> { data, buffer: 0, count: 0 });
    let (mut at, end) = (LITERALS, LITERALS + length);
    while at < end {
        let code = bits.next(table.bits)?;
        if code == table.clear {
            table.clear();
            continue;
        }
        let string = table.string(&mut entries, code)?;
        *buffer.get_mut(at..)?.first_chunk_mut::<CHUNK>()? = string.bytes.to_le_bytes();
        let length = usize::from(string.length);
        if length > CHUNK {
            copy(&mut buffer, string.from as usize, at, length)?;
        }
        table.last = Entry { from: at as u32, ..string };
        at += length;
    }
    Some(Expanded { buffer, length })
}

/// Copies forward within the buffer, the first chunk of which is there already; bytes behind the copy are
/// overwritten.
fn copy(buffer: &mut [u8], from: usize, to: usize, length: usize) -> Option<()> {
    for done in (CHUNK..length).step_by(CHUNK) {
        let chunk = *buffer.get(from + done..)?.first_chunk::<CHUNK>()?;
        *buffer.get_mut(to + done..)?.first_chunk_mut::<CHUNK>()? = chunk;
    }
    if from + length > to {
        // The code just made: its string ends with the byte it begins with.
        *buffer.get_mut(to + length - 1)? = *buffer.get(to)?;
    }
    Some(())
}

/// A string, by where it was written before.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Its first bytes, the first one lowest.
    bytes: u64,
    from: u32,
    length: u16,
}

impl Entry {
    /// The string and one more byte, which comes right behind it in the output.
    #[inline(always)]
    fn and(self, byte: u64) -> Self {
        let shift = 8 * u32::from(self.length);
        Self { bytes: self.bytes | byte.checked_shl(shift).unwrap_or(0), length: self.length + 1, ..self }
    }
}

/// The values as the strings of one byte, and room for the others.
fn entries(min_bits: u8) -> [Entry; 1 << MAX_BITS] {
    let mut entries = [Entry::default(); 1 << MAX_BITS];
    entries.iter_mut().take(1 << min_bits).zip(0..).for_each(|(e, value)| {
        *e = Entry { bytes: u64::from(value), from: value, length: 1 };
    });
    entries
}

struct Table<const TIFF: bool> {
    /// The code that empties the table; the one after it ends the data.
    clear: usize,
    /// The code that is made next.
    next: usize,
    /// Bits of the codes at the moment.
    bits: u32,
    /// The string of the last code; empty after the table was emptied.
    last: Entry,
}

impl<const TIFF: bool> Table<TIFF> {
    fn new(min_bits: u8) -> Self {
        let mut table = Self { clear: 1 << min_bits, next: 0, bits: 0, last: Entry::default() };
        table.clear();
        table
    }

    fn clear(&mut self) {
        self.next = self.clear + 2;
        self.bits = self.clear.trailing_zeros() + 1;
        self.last = Entry::default();
    }

    /// The string of `code`, after the last string and its first byte have become the next code. `None` where
    /// there is no such code, or it is the end.
    #[inline(always)]
    fn string(&mut self, entries: &mut [Entry; 1 << MAX_BITS], code: usize) -> Option<Entry> {
        let known = code < self.next;
        let mut string = entries[code % (1 << MAX_BITS)];
        if self.last.length > 0 && self.next < entries.len() {
            // The code that is made just now may be the one that is asked for.
            let first = if known { string.bytes } else { self.last.bytes } & 0xFF;
            let made = self.last.and(first);
            entries[self.next] = made;
            if !known {
                string = if code == self.next { made } else { Entry::default() };
            }
            self.next += 1;
            let grows_at = self.next + usize::from(TIFF);
            self.bits += u32::from(grows_at >> self.bits != 0 && self.bits < MAX_BITS);
        } else if !known {
            return None;
        }
        (string.length > 0).then_some(string)
    }
}

/// Codes. The bits that come next are the lowest of `buffer`, for TIFF the highest.
struct Bits<'a, const TIFF: bool> {
    data: &'a [u8],
    buffer: u64,
    count: u32,
}

impl<const TIFF: bool> Bits<'_, TIFF> {
    #[inline(always)]
    fn next(&mut self, bits: u32) -> Option<usize> {
        if self.count < bits {
            self.refill();
            if self.count < bits {
                return None;
            }
        }
        self.count -= bits;
        if TIFF {
            let code = self.buffer >> (64 - bits);
            self.buffer <<= bits;
            return Some(code as usize);
        }
        let code = self.buffer & ((1 << bits) - 1);
        self.buffer >>= bits;
        Some(code as usize)
    }

    fn refill(&mut self) {
        if let Some((four, rest)) = self.data.split_first_chunk::<4>() {
            self.buffer |= if TIFF {
                u64::from(u32::from_be_bytes(*four)) << (32 - self.count)
            } else {
                u64::from(u32::from_le_bytes(*four)) << self.count
            };
            self.count += 32;
            self.data = rest;
            return;
        }
        for &byte in std::mem::take(&mut self.data) {
            self.buffer |= u64::from(byte) << if TIFF { 56 - self.count } else { self.count };
            self.count += 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the `weezl` crate, through `gif`.
    fn frame(indices: &[u8], width: u16) -> gif::Frame<'static> {
        let mut frame = gif::Frame {
            width,
            height: (indices.len() / usize::from(width)) as u16,
            buffer: indices.to_vec().into(),
            palette: Some(vec![0; 768]),
            ..gif::Frame::default()
        };
        frame.make_lzw_pre_encoded();
        frame
    }

    /// Runs of so many bytes, each of one of so many values.
    fn runs(values: u32, run: u32, length: usize, seed: u32) -> Vec<u8> {
        let value = |i: u32| ((i / run).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 16) % values;
        (0..length as u32).map(|i| value(i) as u8).collect()
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back(
            colors in 1u32..=256, run in 1u32..50, length in 1usize..30_000, cut in 0usize..30_000, seed in any::<u32>()
        ) {
            let indices = runs(colors, run, length, seed);
            let packed = frame(&indices, 1);
            let (bits, data) = packed.buffer.split_first().unwrap();
            let whole = expanded(Kind::Gif, *bits, data, length).unwrap();
            prop_assert!(whole.bytes() == indices);
            // Less of it, and less than is asked for.
            let part = cut.min(length);
            let some = expanded(Kind::Gif, *bits, data, part).unwrap();
            prop_assert!(some.bytes() == &indices[..part]);
            prop_assert!(expanded(Kind::Gif, *bits, &data[..data.len() * cut.min(29_999) / 30_000 / 2], length).is_none() || length < 20);
            prop_assert!(expanded(Kind::Gif, *bits, data, length + 1).is_none());
        }

        #[test]
        fn noise_is_read_as_by_the_definition(bits in 2u8..=8, data in proptest::collection::vec(any::<u8>(), 0..600)) {
            let want = by_definition(bits, &data);
            for length in [want.len(), want.len() / 2] {
                let got = expanded(Kind::Gif, bits, &data, length).unwrap();
                prop_assert_eq!(got.bytes(), &want[..length]);
            }
            prop_assert!(expanded(Kind::Gif, bits, &data, want.len() + 1).is_none());
        }
    }

    #[cfg(feature = "tiff")]
    proptest! {
        /// By the `weezl` crate.
        #[test]
        fn strips_of_tiffs_come_back(
            values in 1u32..=256, run in 1u32..50, length in 1usize..60_000, cut in 0usize..60_000, seed in any::<u32>()
        ) {
            let bytes = runs(values, run, length, seed);
            let packed = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&bytes).unwrap();
            for length in [length, cut.min(length)] {
                let got = expanded(Kind::Tiff, 8, &packed, length).unwrap();
                prop_assert!(got.into_bytes() == bytes[..length]);
            }
            prop_assert!(expanded(Kind::Tiff, 8, &packed, length + 1).is_none());
        }
    }

    /// GIF89a, appendix F, with strings as such: all bytes up to the end of the data, or to what is no code.
    fn by_definition(min_bits: u8, data: &[u8]) -> Vec<u8> {
        let clear = 1usize << min_bits;
        let bit = |i: usize| data.get(i / 8).map(|byte| usize::from(byte >> (i % 8) & 1));
        let start: Vec<Vec<u8>> =
            (0..clear + 2).map(|i| if i < clear { vec![i as u8] } else { Vec::new() }).collect();
        let (mut strings, mut last, mut out) = (start.clone(), None::<Vec<u8>>, Vec::new());
        let (mut at, mut width) = (0, usize::from(min_bits) + 1);
        loop {
            let Some(code) = (0..width).map(|i| bit(at + i).map(|b| b << i)).sum::<Option<usize>>() else {
                return out;
            };
            at += width;
            if code == clear {
                (strings, last, width) = (start.clone(), None, usize::from(min_bits) + 1);
                continue;
            }
            if let Some(last) = last.filter(|_| strings.len() < 4096) {
                let first = strings.get(code).unwrap_or(&last).first().copied().unwrap_or(0);
                strings.push([&last[..], &[first]].concat());
                width += usize::from(strings.len() == 1 << width && width < 12);
            }
            match strings.get(code) {
                Some(string) if !string.is_empty() => out.extend(string),
                _ => return out,
            }
            last = strings.get(code).cloned();
        }
    }

    #[test]
    fn every_length_of_run_comes_back() {
        // Runs of one value use each code right after it is made.
        for length in 1..3000 {
            let packed = frame(&vec![7; length], 1);
            let (bits, data) = packed.buffer.split_first().unwrap();
            let got = expanded(Kind::Gif, *bits, data, length).unwrap();
            assert!(got.bytes().iter().all(|&i| i == 7) && got.bytes().len() == length);
        }
    }
}
