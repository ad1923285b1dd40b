//! The tables that DQT and DHT segments define, and the interval of DRI (T.81, B.2.4).

use super::bytes::be16;
use super::marker;
use super::segment::Segment;

/// A quantization table in a DQT segment (T.81, B.2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantDefinition<'a> {
    /// The byte offset of the definition in the payload.
    pub at: usize,
    /// What stands for the precision, 0 to 15: 0 for divisors of 8 bits, 1 for 16; all others are read as 16
    /// bits too.
    pub precision: u8,
    /// The number of the table, as it stands there: 0 to 15. T.81 allows 0 to 3.
    pub number: u8,
    /// The 64 divisors in zigzag order, of one or two bytes each; `None` where the payload ends before the
    /// last one.
    divisors: Option<&'a [u8]>,
}

impl QuantDefinition<'_> {
    /// The divisors in zigzag order, which may be 0 in a broken file; `None` where the payload ends before
    /// the last one.
    #[must_use]
    pub fn zigzag(&self) -> Option<[u16; 64]> {
        let divisors = self.divisors?;
        let mut values = [0; 64];
        if self.precision == 0 {
            values.iter_mut().zip(divisors).for_each(|(value, &byte)| *value = byte.into());
        } else {
            let pairs = divisors.as_chunks().0;
            values.iter_mut().zip(pairs).for_each(|(value, &pair)| *value = u16::from_be_bytes(pair));
        }
        Some(values)
    }
}

/// The tables in the payload of a DQT segment. One that is cut off is the last.
pub fn quant_tables(payload: &[u8]) -> impl Iterator<Item = QuantDefinition<'_>> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let (&head, after) = rest.split_first()?;
        let at = payload.len() - rest.len();
        let (precision, number) = (head >> 4, head & 15);
        let split = after.split_at_checked(if precision == 0 { 64 } else { 128 });
        rest = split.map_or(&[], |(_, after)| after);
        Some(QuantDefinition { at, precision, number, divisors: split.map(|(divisors, _)| divisors) })
    })
}

/// The divisors, in zigzag order, of the first table with this number in a file; `None` where there is none.
/// A table that is cut off ends the search.
#[must_use]
pub fn first_quant_table(bytes: &[u8], segments: &[Segment], number: u8) -> Option<[u16; 64]> {
    let tables =
        segments.iter().filter(|s| s.marker == marker::DQT).flat_map(|s| quant_tables(s.data(bytes)));
    for table in tables {
        let divisors = table.zigzag()?;
        if table.number == number {
            return Some(divisors);
        }
    }
    None
}

/// A Huffman table in a DHT segment (T.81, B.2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HuffmanDefinition<'a> {
    /// The byte offset of the definition in the payload.
    pub at: usize,
    /// The class, as it stands there: 0 for DC, 1 for AC; T.81 allows no other up to 15.
    pub class: u8,
    /// The number of the table, as it stands there: 0 to 15. T.81 allows 0 to 3.
    pub number: u8,
    /// The number of codes of each length from 1 to 16 bits; `None` where the payload ends before the last
    /// one.
    pub counts: Option<&'a [u8; 16]>,
    /// The symbols of these codes; `None` where the payload ends before the last one.
    pub symbols: Option<&'a [u8]>,
}

impl HuffmanDefinition<'_> {
    /// Whether there can be this many codes of each length: by Kraft's inequality, and no more than the 256
    /// symbols of a byte. T.81 reserves the code that is all ones (annex C). libjpeg reads tables that use
    /// it, and so does this function. False where the payload ends before the counts.
    #[must_use]
    pub fn is_prefix_code(&self) -> bool {
        let Some(counts) = self.counts else { return false };
        let used: u32 = counts.iter().zip(1..).map(|(&n, length)| u32::from(n) << (16 - length)).sum();
        used <= 1 << 16 && total(counts) <= 256
    }
}

fn total(counts: &[u8; 16]) -> usize {
    counts.iter().map(|&count| usize::from(count)).sum()
}

/// The tables in the payload of a DHT segment. One that is cut off is the last.
pub fn huffman_tables(payload: &[u8]) -> impl Iterator<Item = HuffmanDefinition<'_>> {
    let mut rest = payload;
    std::iter::from_fn(move || {
        let (&head, after) = rest.split_first()?;
        let at = payload.len() - rest.len();
        let counted = after.split_first_chunk();
        let split = counted.and_then(|(counts, after)| after.split_at_checked(total(counts)));
        rest = split.map_or(&[], |(_, after)| after);
        let (counts, symbols) = (counted.map(|(counts, _)| counts), split.map(|(symbols, _)| symbols));
        Some(HuffmanDefinition { at, class: head >> 4, number: head & 15, counts, symbols })
    })
}

/// The number of MCUs between restart markers in the payload of a DRI segment, 0 for none; `None` where it is
/// too short. Further bytes are ignored, where T.81 (B.2.4.4) allows none.
#[must_use]
pub fn restart_interval(payload: &[u8]) -> Option<u16> {
    be16(payload, 0)
}

/// The restart interval in MCUs that the last DRI segment of a file gives; 0 for none.
#[must_use]
pub fn last_restart_interval(bytes: &[u8], segments: &[Segment]) -> u16 {
    let dri = segments.iter().rfind(|segment| segment.marker == marker::DRI);
    dri.and_then(|segment| restart_interval(segment.data(bytes))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantization_tables_are_read_one_after_the_other() {
        let wide: Vec<u8> = (0..64).flat_map(|n: u16| (n + 300).to_be_bytes()).collect();
        let payload = [&[0x01][..], &[7; 64], &[0x12], &wide, &[0x03, 9]].concat();
        let tables: Vec<_> = quant_tables(&payload).collect();
        let heads: Vec<_> = tables.iter().map(|t| (t.at, t.precision, t.number)).collect();
        assert_eq!(heads, [(0, 0, 1), (65, 1, 2), (194, 0, 3)]);
        assert_eq!(tables[0].zigzag(), Some([7; 64]));
        assert_eq!(tables[1].zigzag().map(|values| values[63]), Some(363));
        assert_eq!(tables[2].zigzag(), None);
        assert_eq!(quant_tables(&[]).count(), 0);
    }

    #[test]
    fn huffman_tables_are_read_one_after_the_other() {
        let mut counts = [0; 16];
        counts[1] = 2;
        let payload = [&[0x00][..], &counts, &[5, 6], &[0x13], &counts, &[7]].concat();
        let tables: Vec<_> = huffman_tables(&payload).collect();
        assert_eq!((tables[0].symbols, tables[0].counts), (Some(&[5, 6][..]), Some(&counts)));
        assert_eq!((tables[1].at, tables[1].class, tables[1].number), (19, 1, 3));
        assert_eq!((tables[1].counts, tables[1].symbols), (Some(&counts), None));
        assert_eq!(huffman_tables(&payload[..10]).map(|t| t.counts).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn codes_that_run_over_are_no_prefix_code() {
        let fits = |counts| {
            HuffmanDefinition { at: 0, class: 0, number: 0, counts: Some(&counts), symbols: None }
                .is_prefix_code()
        };
        let mut counts = [0u8; 16];
        counts[0] = 2;
        assert!(fits(counts));
        counts[1] = 1;
        assert!(!fits(counts));
        assert!(!fits([3; 16]));
        counts = [0; 16];
        (counts[14], counts[15]) = (200, 56);
        assert!(fits(counts));
        counts[15] = 57;
        assert!(!fits(counts));
    }
}
