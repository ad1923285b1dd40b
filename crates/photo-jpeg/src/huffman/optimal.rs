//! Finds the best Huffman code for given symbol counts, with codes of at most 16 bits.

use std::cmp::Reverse;

use super::HuffmanSpec;

impl HuffmanSpec {
    /// The optimal table for symbols that occur `counts` times (ITU-T T.81, K.2, figures K.1 to K.4).
    ///
    /// Symbols that don't occur get no code. No code is all ones (rule C.2): a reserved 257th symbol that
    /// occurs once gets that code and is then dropped. The standard's own rule enforces the limit of 16 bits,
    /// which costs almost nothing for pictures.
    pub(crate) fn optimal(counts: &[u64; 256]) -> Self {
        let sizes = code_sizes(counts);
        let mut bits = [0u32; LONGEST + 1];
        for &size in sizes.iter().filter(|&&size| size > 0) {
            bits[size.min(LONGEST)] += 1;
        }
        limit_to_16(&mut bits);
        drop_reserved(&mut bits);
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| sizes[usize::from(symbol)] > 0).collect();
        // Symbols of the same size may get codes of different lengths. The more frequent symbol gets the
        // shorter code.
        symbols.sort_by_key(|&symbol| {
            (sizes[usize::from(symbol)], Reverse(counts[usize::from(symbol)]), symbol)
        });
        let mut table = Self { counts: [0; 16], symbols };
        for (count, &codes) in table.counts.iter_mut().zip(&bits[1..=16]) {
            *count = codes.min(255) as u8;
        }
        table
    }
}

/// The code sizes of a Huffman tree without a length limit (figure K.1). The last entry belongs to the
/// reserved symbol.
fn code_sizes(counts: &[u64; 256]) -> [usize; RESERVED + 1] {
    let mut weights = [0u64; RESERVED + 1];
    weights[..RESERVED].copy_from_slice(counts);
    weights[RESERVED] = 1;
    let mut sizes = [0usize; RESERVED + 1];
    let mut next: [Option<usize>; RESERVED + 1] = [None; RESERVED + 1];
    while let Some((least, second)) = two_least(&weights) {
        weights[least] = weights[least].saturating_add(weights[second]);
        weights[second] = 0;
        let last = deepen(&mut sizes, &next, least);
        next[last] = Some(second);
        deepen(&mut sizes, &next, second);
    }
    sizes
}

/// The positions of the smallest and the second smallest weight above 0. Of equal weights the last one
/// counts, as the standard requires.
fn two_least(weights: &[u64; RESERVED + 1]) -> Option<(usize, usize)> {
    let mut least: Option<usize> = None;
    let mut second: Option<usize> = None;
    for (index, &weight) in weights.iter().enumerate().filter(|&(_, &weight)| weight > 0) {
        if least.is_none_or(|least| weight <= weights[least]) {
            second = least;
            least = Some(index);
        } else if second.is_none_or(|second| weight <= weights[second]) {
            second = Some(index);
        }
    }
    least.zip(second)
}

/// Adds a bit to the size of every symbol in the chain that begins at `index`, and returns the last symbol of
/// the chain. The chains are the trees built so far, each as a list of its leaves.
fn deepen(
    sizes: &mut [usize; RESERVED + 1],
    next: &[Option<usize>; RESERVED + 1],
    mut index: usize,
) -> usize {
    sizes[index] += 1;
    while let Some(after) = next[index] {
        index = after;
        sizes[index] += 1;
    }
    index
}

/// Shortens codes of more than 16 bits, pair by pair (figure K.3).
fn limit_to_16(bits: &mut [u32; LONGEST + 1]) {
    for long in (17..=LONGEST).rev() {
        while bits[long] > 0 {
            let Some(short) = (1..long - 1).rev().find(|&short| bits[short] > 0) else { return };
            bits[long] = bits[long].saturating_sub(2);
            bits[long - 1] += 1;
            bits[short + 1] += 2;
            bits[short] -= 1;
        }
    }
}

/// Removes one of the longest codes, which is the reserved symbol's.
fn drop_reserved(bits: &mut [u32; LONGEST + 1]) {
    if let Some(longest) = bits.iter_mut().rev().find(|codes| **codes > 0) {
        *longest -= 1;
    }
}

const RESERVED: usize = 256;
/// The longest code of a tree with 257 leaves.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kraft(table: &HuffmanSpec) -> u64 {
        table.counts.iter().zip(1u32..).map(|(&count, size)| u64::from(count) << (16 - size)).sum()
    }

    #[test]
    fn one_symbol_gets_one_bit() {
        let mut counts = [0; 256];
        counts[7] = 1000;
        let table = HuffmanSpec::optimal(&counts);
        assert_eq!((table.counts[0], table.symbols), (1, vec![7]));
    }

    #[test]
    fn no_symbols_give_an_empty_table() {
        assert!(HuffmanSpec::optimal(&[0; 256]).symbols.is_empty());
    }

    #[test]
    fn fibonacci_counts_stay_within_16_bits() {
        let mut counts = [0; 256];
        let (mut a, mut b) = (1u64, 1u64);
        for count in counts.iter_mut().take(80) {
            *count = a;
            (a, b) = (b, a + b);
        }
        let table = HuffmanSpec::optimal(&counts);
        assert_eq!(table.symbols.len(), 80);
        assert_eq!(table.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 80);
        assert!(kraft(&table) < 1 << 16);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_symbol_has_a_code_and_none_is_all_ones(
            counts in proptest::collection::vec(prop_oneof![Just(0u64), 1u64..20, 1u64..1_000_000_000], 256),
        ) {
            let counts: [u64; 256] = counts.try_into().unwrap();
            let table = HuffmanSpec::optimal(&counts);
            prop_assert_eq!(table.symbols.len(), counts.iter().filter(|&&count| count > 0).count());
            let codes: usize = table.counts.iter().map(|&count| usize::from(count)).sum();
            prop_assert_eq!(codes, table.symbols.len());
            prop_assert!(kraft(&table) < 1 << 16);
            let mut by_count: Vec<(u64, u8)> =
                table.symbols.iter().map(|&symbol| (counts[usize::from(symbol)], symbol)).collect();
            by_count.sort_unstable();
            let codes = table.codes();
            for pair in by_count.windows(2).filter(|pair| pair[0].0 < pair[1].0) {
                prop_assert!(codes[usize::from(pair[0].1)].len >= codes[usize::from(pair[1].1)].len);
            }
        }
    }
}
