//! The tables that marker segments define (T.81, B.2.4). A table applies until another one with the same
//! number replaces it.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::huffman::HuffmanSpec;
use crate::marker_segment::{MarkerSegment, be16, marker};
use crate::quant::{QuantTable, ZIGZAG};

/// All tables that apply at a place in the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableSet {
    /// Divisors in natural order. They may include zeros, which are an error only in a table that a component
    /// uses.
    quant: [Option<[u16; 64]>; 4],
    dc: [Option<Arc<HuffmanSpec>>; 4],
    ac: [Option<Arc<HuffmanSpec>>; 4],
    /// The number of MCUs between restart markers; 0 for none.
    pub(crate) restart_interval: u32,
}

impl TableSet {
    /// Takes the tables of a DQT or DHT segment, or the interval of a DRI segment. Returns false for any
    /// other segment.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a segment that is too short, a table number above 3, or a Huffman table that
    /// is not a prefix code.
    pub(crate) fn take(&mut self, bytes: &[u8], segment: &MarkerSegment) -> Result<bool> {
        let (data, at) = (segment.data(bytes), segment.body.start);
        match segment.marker {
            marker::DQT => self.quantization(data, at)?,
            marker::DHT => self.huffman(data, at)?,
            marker::DRI => {
                let interval =
                    be16(data, 0).ok_or(Error::malformed(at, "a DRI segment of the wrong length"))?;
                self.restart_interval = interval.into();
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The quantization table with this number; `None` if it was never defined.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a divisor of 0, reported at byte `at`.
    pub(crate) fn quant(&self, number: u8, at: usize) -> Result<Option<QuantTable>> {
        let Some(values) = self.quant.get(usize::from(number)).copied().flatten() else { return Ok(None) };
        let table =
            QuantTable::new(values).ok_or(Error::malformed(at, "a quantization table holds a zero"))?;
        Ok(Some(table))
    }

    /// The Huffman table with this number for DC differences.
    pub(crate) fn dc(&self, number: u8) -> Option<Arc<HuffmanSpec>> {
        self.dc.get(usize::from(number)).cloned().flatten()
    }

    /// The Huffman table with this number for AC coefficients.
    pub(crate) fn ac(&self, number: u8) -> Option<Arc<HuffmanSpec>> {
        self.ac.get(usize::from(number)).cloned().flatten()
    }

    /// Reads a DQT segment (T.81, B.2.4.1). Like other decoders, this one accepts 16-bit divisors in baseline
    /// files too.
    fn quantization(&mut self, data: &[u8], at: usize) -> Result<()> {
        let mut rest = data;
        while let Some((&head, after)) = rest.split_first() {
            let bad = |reason| Error::malformed(at + data.len() - after.len() - 1, reason);
            let width = match head >> 4 {
                0 => 1,
                1 => 2,
                _ => return Err(bad("a quantization table of neither 8 nor 16 bits")),
            };
            let slot = self.quant.get_mut(usize::from(head & 15));
            let slot = slot.ok_or(bad("a quantization table's number is above 3"))?;
            let (values, after) =
                after.split_at_checked(64 * width).ok_or(bad("a quantization table is cut off"))?;
            let mut table = [0; 64];
            for (value, &place) in values.chunks_exact(width).zip(&ZIGZAG) {
                table[usize::from(place)] = value.iter().fold(0, |sum, &byte| sum << 8 | u16::from(byte));
            }
            *slot = Some(table);
            rest = after;
        }
        Ok(())
    }

    /// Reads a DHT segment (T.81, B.2.4.2).
    fn huffman(&mut self, data: &[u8], at: usize) -> Result<()> {
        let mut rest = data;
        while let Some((&head, after)) = rest.split_first() {
            let bad = |reason| Error::malformed(at + data.len() - after.len() - 1, reason);
            let slots = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(bad("a Huffman table is neither for DC nor for AC")),
            };
            let slot = slots.get_mut(usize::from(head & 15));
            let slot = slot.ok_or(bad("a Huffman table's number is above 3"))?;
            let (counts, after) = after.split_first_chunk::<16>().ok_or(bad("a Huffman table is cut off"))?;
            let total = counts.iter().map(|&n| usize::from(n)).sum();
            if total > 256 || !is_prefix_code(counts) {
                return Err(bad("a Huffman table has more codes than there can be"));
            }
            let (symbols, after) = after.split_at_checked(total).ok_or(bad("a Huffman table is cut off"))?;
            *slot = Some(Arc::new(HuffmanSpec { counts: *counts, symbols: symbols.to_vec() }));
            rest = after;
        }
        Ok(())
    }
}

/// Whether there can be this many codes of each length, by Kraft's inequality. T.81 reserves the code that is
/// all ones. libjpeg reads tables that use it, and so does this function.
fn is_prefix_code(counts: &[u8; 16]) -> bool {
    let used: u32 = counts.iter().zip(1..).map(|(&n, length)| u32::from(n) << (16 - length)).sum();
    used <= 1 << 16
}
