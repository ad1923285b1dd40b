//! The tables that marker segments define (T.81, B.2.4). A table applies until another one with the same
//! number replaces it.

use std::sync::Arc;

use super::model::Conditioning;
use crate::error::{Error, Result};
use crate::huffman::HuffmanSpec;
use crate::quant::{QuantTable, ZIGZAG};
use crate::syntax::{Segment, huffman_tables, marker, quant_tables, restart_interval};

/// All tables that apply at a place in the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableSet {
    /// Divisors in natural order. They may include zeros, which are an error only in a table that a component
    /// uses.
    quant: [Option<[u16; 64]>; 4],
    dc: [Option<Arc<HuffmanSpec>>; 4],
    ac: [Option<Arc<HuffmanSpec>>; 4],
    conditioning: ArithmeticConditioning,
    /// The number of MCUs between restart markers; 0 for none.
    pub(crate) restart_interval: u32,
}

/// The conditioning of arithmetic coding that DAC segments define (T.81, B.2.4.3), by table number.
#[derive(Debug, Clone)]
struct ArithmeticConditioning {
    /// L and U.
    dc: [(u8, u8); 16],
    /// Kx.
    ac: [u8; 16],
}

impl Default for ArithmeticConditioning {
    /// What applies without a DAC segment (T.81, F.1.4.4.1.4 and F.1.4.4.2.1).
    fn default() -> Self {
        Self { dc: [(0, 1); 16], ac: [5; 16] }
    }
}

impl TableSet {
    /// Takes the tables of a DQT, DHT or DAC segment, or the interval of a DRI segment. Returns false for any
    /// other segment.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a segment that is too short, a table number above 3, or a Huffman table that
    /// is not a prefix code.
    pub(crate) fn take(&mut self, bytes: &[u8], segment: &Segment) -> Result<bool> {
        let (data, at) = (segment.data(bytes), segment.payload.start);
        match segment.marker {
            marker::DQT => self.quantization(data, at)?,
            marker::DHT => self.huffman(data, at)?,
            marker::DAC => self.conditioning(data, at)?,
            marker::DRI => {
                let interval = restart_interval(data)
                    .ok_or(Error::malformed(at, "a DRI segment of the wrong length"))?;
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

    /// The conditioning of the statistics with these numbers, 0 to 15.
    pub(crate) fn conditioning_of(&self, dc_table: u8, ac_table: u8) -> Conditioning {
        let (dc_table, ac_table) = (dc_table & 15, ac_table & 15);
        let small = self.conditioning.dc[usize::from(dc_table)];
        Conditioning { dc_table, ac_table, small, last_low: self.conditioning.ac[usize::from(ac_table)] }
    }

    /// Takes the pairs of a DAC segment.
    fn conditioning(&mut self, data: &[u8], at: usize) -> Result<()> {
        let (pairs, rest) = data.as_chunks();
        if !rest.is_empty() {
            return Err(Error::malformed(at, "a DAC segment of the wrong length"));
        }
        for &[number, value] in pairs {
            let (low, high, index) = (value & 15, value >> 4, usize::from(number & 15));
            match number >> 4 {
                0 if low <= high => self.conditioning.dc[index] = (low, high),
                1 if (1..=63).contains(&value) => self.conditioning.ac[index] = value,
                _ => return Err(Error::malformed(at, "impossible conditioning of arithmetic coding")),
            }
        }
        Ok(())
    }

    /// Takes the tables of a DQT segment. Like other decoders, this one accepts 16-bit divisors in baseline
    /// files too.
    fn quantization(&mut self, data: &[u8], at: usize) -> Result<()> {
        for table in quant_tables(data) {
            let bad = |reason| Error::malformed(at + table.at, reason);
            if table.precision > 1 {
                return Err(bad("a quantization table of neither 8 nor 16 bits"));
            }
            let slot = self.quant.get_mut(usize::from(table.number));
            let slot = slot.ok_or(bad("a quantization table's number is above 3"))?;
            let values = table.zigzag().ok_or(bad("a quantization table is cut off"))?;
            let natural = slot.insert([0; 64]);
            for (value, &place) in values.into_iter().zip(&ZIGZAG) {
                natural[usize::from(place)] = value;
            }
        }
        Ok(())
    }

    /// Takes the tables of a DHT segment.
    fn huffman(&mut self, data: &[u8], at: usize) -> Result<()> {
        for table in huffman_tables(data) {
            let bad = |reason| Error::malformed(at + table.at, reason);
            let slots = match table.class {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(bad("a Huffman table is neither for DC nor for AC")),
            };
            let slot = slots.get_mut(usize::from(table.number));
            let slot = slot.ok_or(bad("a Huffman table's number is above 3"))?;
            let counts = table.counts.ok_or(bad("a Huffman table is cut off"))?;
            if !table.is_prefix_code() {
                return Err(bad("a Huffman table has more codes than there can be"));
            }
            let symbols = table.symbols.ok_or(bad("a Huffman table is cut off"))?;
            *slot = Some(Arc::new(HuffmanSpec { counts: *counts, symbols: symbols.to_vec() }));
        }
        Ok(())
    }
}
