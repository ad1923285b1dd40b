//! Huffman tables for decoding. For most coefficients, a single look-up gives run, size and value at once.

use super::HuffmanSpec;

/// A table for AC coefficients. Two of these and two DC tables take 20 KB, which fits into a core's
/// first-level cache.
pub(crate) type AcTable = DecodeTable<AC_ENTRIES>;

/// The number of entries in the look-up of an AC table.
pub(crate) const AC_ENTRIES: usize = 2048;

/// A table for DC differences.
pub(crate) type DcTable = DecodeTable<512>;

/// An entry of the look-up in [`DecodeTable`], packed for the hot loop:
///
/// * bits 0..6: the number of bits to consume;
/// * bits 8..16: how far the coefficient index advances (`run + 1`), or [`Entry::END`], or [`Entry::RARE`];
/// * bits 16..32: the signed value; in a rare entry instead the size (4 bits), the run (4 bits), and a 1 if
///   the code is known.
///
/// In a DC table all known entries are rare ones, except in one for lossless files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry(u32);

impl Entry {
    /// The advance of an end-of-block code. It is beyond any index and different from the advance of rare
    /// entries.
    pub(crate) const END: u32 = 64;
    /// The advance of an entry without a complete value.
    pub(crate) const RARE: u32 = 128;

    fn complete(bits: u32, advance: u32, value: i32) -> Self {
        Self(bits | advance << 8 | (value as u32) << 16)
    }

    fn rare(bits: u32, run: u32, size: u32) -> Self {
        Self(bits | Self::RARE << 8 | size << 16 | run << 20 | 1 << 24)
    }

    const UNKNOWN: Self = Self(Self::RARE << 8);

    /// The number of bits to consume.
    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        self.0 & 63
    }

    /// The entry as packed. Shifting by it is the same as shifting by its number of bits, because its low
    /// byte holds nothing else.
    #[inline(always)]
    pub(crate) fn raw(self) -> u32 {
        self.0
    }

    /// How far the coefficient index advances.
    #[inline(always)]
    pub(crate) fn advance(self) -> u32 {
        self.0 >> 8 & 255
    }

    /// The coefficient, or the DC difference.
    #[inline(always)]
    pub(crate) fn value(self) -> i16 {
        (self.0 >> 16) as i16
    }

    /// The run and size of a rare entry whose code is complete; its bits are those of the code alone.
    #[inline(always)]
    pub(crate) fn run_size(self) -> Option<(u32, u32)> {
        (self.0 >> 24 & 1 == 1).then_some((self.0 >> 20 & 15, self.0 >> 16 & 15))
    }
}

/// A symbol that the look-up did not decode completely.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symbol {
    /// The number of zero coefficients before this one.
    pub(crate) run: u32,
    /// The number of bits of the value; 0 for end-of-block (run 0) and for sixteen zeros (run 15).
    pub(crate) size: u32,
    /// The coefficient.
    pub(crate) value: i16,
    /// The number of bits to consume, for code and value: at most 32.
    pub(crate) bits: u32,
}

/// A table for decoding (ITU-T T.81, F.2.2.3). The look-up has `N` entries, a power of two, and is indexed by
/// the next bits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DecodeTable<const N: usize> {
    pub(crate) lookup: Box<[Entry; N]>,
    /// For each code length: the end of its codes, left-aligned in 16 bits, and the number that turns a code
    /// into an index of its symbol.
    ends: [u32; 17],
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl AcTable {
    /// The table for AC coefficients, whose symbols are runs and sizes.
    pub(crate) fn ac(spec: &HuffmanSpec) -> Self {
        Self::new(spec, |symbol, bits, rest| {
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (0, 0) => Entry::complete(bits, Entry::END, 0),
                (15, 0) => Entry::complete(bits, 16, 0),
                (_, 0) => Entry::rare(bits, run, 0),
                _ => Self::value(bits, run, size, rest),
            }
        })
    }
}

impl DcTable {
    /// The table for the differences of a lossless file, whose sizes go up to 16. A size of 16, which has no
    /// bits, becomes one of 0 with a run of 1.
    pub(crate) fn lossless(spec: &HuffmanSpec) -> Self {
        Self::new(spec, |symbol, bits, rest| match symbol {
            16.. => Entry::rare(bits, 1, 0),
            size => Self::value(bits, 0, size.into(), rest),
        })
    }

    /// The table for DC differences, whose symbols are sizes. Its look-up has codes alone: whether it also had a
    /// value could not be foreseen, and a wrong guess costs a core more than [`Self::difference`] does.
    pub(crate) fn dc(spec: &HuffmanSpec) -> Self {
        Self::new(spec, |symbol, bits, _| Entry::rare(bits, 0, u32::from(symbol & 15)))
    }

    /// Decodes the DC difference at the top of `window`, which must hold at least 32 valid bits: its value and its
    /// number of bits. `None` for a code that is not in the table, which is one of [`Self::dc`].
    #[inline(always)]
    pub(crate) fn difference(&self, window: u64) -> Option<(i16, u32)> {
        let entry = self.peek(window);
        let (code, size) = match entry.run_size() {
            Some((_, size)) => (entry.bits(), size),
            None => self.search((window >> 48) as u32).map(|(_, size, code)| (code, size))?,
        };
        // EXTEND (T.81, F.2.2.1): a value that begins with a 0 is less by all ones.
        let behind = window << code;
        let value = (behind >> 1 >> (63 - size)) as i32;
        let ones = (1 << size) - 1;
        let difference = value - (ones & !((behind as i64 >> 63) as i32));
        Some((difference as i16, code + size))
    }
}

impl<const N: usize> DecodeTable<N> {
    /// The number of bits that a look-up reads.
    pub(crate) const BITS: u32 = N.trailing_zeros();

    /// The entry for a code of `bits` bits that is followed by the bits `rest`. It includes the value if
    /// `rest` holds all of it.
    fn value(bits: u32, run: u32, size: u32, rest: u32) -> Entry {
        if bits + size > Self::BITS {
            return Entry::rare(bits, run, size);
        }
        Entry::complete(bits + size, run + 1, extend(rest >> (Self::BITS - bits - size), size))
    }

    /// Builds a table. `entry` makes an entry from a symbol, the length of its code, and the look-up bits
    /// behind the code, right-aligned.
    fn new(spec: &HuffmanSpec, entry: impl Fn(u8, u32, u32) -> Entry) -> Self {
        let mut table = Self {
            lookup: Box::new([Entry::UNKNOWN; N]),
            ends: [0; 17],
            offsets: [0; 17],
            symbols: [0; 256],
        };
        let (mut code, mut index) = (0u32, 0usize);
        for (bits, &count) in (1u32..).zip(&spec.counts) {
            table.offsets[bits as usize] = index as i32 - code as i32;
            for _ in 0..count {
                let symbol = spec.symbols.get(index).copied().unwrap_or_default();
                table.symbols[index & 255] = symbol;
                table.fill(code, bits, |rest| entry(symbol, bits, rest));
                code += 1;
                index += 1;
            }
            table.ends[bits as usize] = code << (16 - bits);
            code <<= 1;
        }
        table
    }

    fn fill(&mut self, code: u32, bits: u32, entry: impl Fn(u32) -> Entry) {
        if bits > Self::BITS {
            return;
        }
        let free = Self::BITS - bits;
        for rest in 0..1 << free {
            if let Some(slot) = self.lookup.get_mut((code << free | rest) as usize) {
                *slot = entry(rest);
            }
        }
    }

    /// The entry for the next bits, which are left-aligned in `window`.
    #[inline(always)]
    pub(crate) fn peek(&self, window: u64) -> Entry {
        self.lookup[(window >> (64 - Self::BITS)) as usize]
    }

    /// Decodes the symbol at the top of `window`, which must hold at least 32 valid bits. `None` for a code
    /// that is not in the table.
    #[inline]
    pub(crate) fn long(&self, window: u64) -> Option<Symbol> {
        let entry = self.peek(window);
        let (run, size, bits) = match entry.run_size() {
            Some((run, size)) => (run, size, entry.bits()),
            None => self.search((window >> 48) as u32)?,
        };
        let value = if size == 0 { 0 } else { extend((window << bits >> (64 - size)) as u32, size) as i16 };
        Some(Symbol { run, size, value, bits: bits + size })
    }

    /// The run, the size and the number of bits of the code at the top of `window`. `None` for a code that is
    /// not in the table.
    pub(crate) fn code(&self, window: u64) -> Option<(u32, u32, u32)> {
        self.search((window >> 48) as u32)
    }

    fn search(&self, next16: u32) -> Option<(u32, u32, u32)> {
        let bits = (1..=16u32).find(|&l| next16 < self.ends[l as usize])?;
        let index = (next16 >> (16 - bits)) as i32 + self.offsets[bits as usize];
        let symbol = self.symbols.get(usize::try_from(index).ok()?)?;
        Some((u32::from(symbol >> 4), u32::from(symbol & 15), bits))
    }
}

/// The value that `size` bits represent (T.81, F.2.2.1, EXTEND).
#[inline(always)]
pub(crate) fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 {
        return 0;
    }
    let bits = bits & ((1 << size) - 1);
    if bits >> (size - 1) == 0 { bits as i32 - (1 << size) + 1 } else { bits as i32 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_code_of_ones_gives_a_difference() {
        let table = DcTable::dc(&HuffmanSpec::dc_luma());
        assert_eq!(table.difference(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn differences_are_what_the_standard_s_steps_give(window: u64) {
            for spec in [HuffmanSpec::dc_luma(), HuffmanSpec::dc_chroma()] {
                let table = DcTable::dc(&spec);
                // One bit after the other (T.81, F.2.2.3 and F.2.2.1).
                let step_by_step = table.code(window).map(|(_, size, code)| {
                    let bits = (0..size).fold(0, |bits, n| bits << 1 | (window >> (63 - code - n) & 1) as u32);
                    (extend(bits, size) as i16, code + size)
                });
                prop_assert_eq!(table.difference(window), step_by_step);
            }
        }
    }
}
