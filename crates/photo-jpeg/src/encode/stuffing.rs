//! Estimates from the counts of symbols how many bytes of the entropy-coded data will be 0xFF, and so be
//! followed by a stuffed zero.
//!
//! The estimate treats the data as symbols drawn independently, with probabilities from their counts. It asks
//! how likely eight ones in a row are, from a place in the data that is as likely as any other. The ones in a
//! code are known, and half of a value's bits are ones. For a thousand files of 0.7 MP, with all samplings
//! and qualities from 74 to 98, this predicted the lengths to within 0.09 %, and 0.01 % too short on average.

use crate::encode::codes::{CodeTable, Counts};

const BITS: usize = 8;

/// The expected number of stuffed bytes.
pub(super) fn stuffed_bytes(codes: &CodeTable, counts: &Counts) -> f64 {
    let all: f64 = counts.iter().map(|&count| count as f64).sum();
    let symbols = || counts.iter().enumerate().filter(|(_, count)| **count > 0);
    // How likely data that starts at the beginning of a symbol begins with a given number of ones.
    let mut begins = [1.0; BITS + 1];
    for wanted in 1..=BITS {
        let of = |(index, &count): (usize, &u64)| count as f64 * ones(codes, index, 0, wanted, &begins);
        begins[wanted] = symbols().map(of).sum::<f64>() / all.max(1.0);
    }
    // Every bit is equally likely to be the first of a byte.
    let runs: f64 = symbols()
        .map(|(index, &count)| {
            let from_all = (0..codes.lens(index).0).map(|from| ones(codes, index, from, BITS, &begins));
            count as f64 * from_all.sum::<f64>()
        })
        .sum();
    runs / BITS as f64
}

/// How likely the `wanted` bits from bit `from` of a symbol and its value on are all ones, including the bits
/// that follow the symbol.
fn ones(codes: &CodeTable, index: usize, from: usize, wanted: usize, begins: &[f64; BITS + 1]) -> f64 {
    let (len, size) = codes.lens(index);
    let here = wanted.min(len.saturating_sub(from));
    let of_code = here.min((len - size).saturating_sub(from));
    // The bits of the code are above those of the value.
    let code = (codes.bits_of(index) >> size) << from & low_bits(len - size);
    let top = code >> (len - size - of_code);
    if of_code > 0 && top != low_bits(of_code) {
        return 0.0;
    }
    let value = 0.5f64.powi((here - of_code) as i32);
    value * begins.get(wanted - here).copied().unwrap_or(0.0)
}

fn low_bits(count: usize) -> u64 {
    (1 << count) - 1
}
