//! Decodes single blocks with every check, and knows the order of blocks in an MCU.

use crate::error::{Error, Result};
use crate::header::Header;
use crate::huffman::decode::{AcTable, DcTable, Entry};
use crate::quant::ZIGZAG;

use super::bit_reader::BitReader;

/// A block of an MCU.
#[derive(Debug, Clone, Copy)]
pub(crate) struct McuBlock {
    /// The block's component, as an index into the components of the frame.
    pub(crate) component: usize,
    /// Its column in the MCU, in blocks of its component.
    pub(crate) x: u32,
    /// Its row in the MCU, in blocks of its component.
    pub(crate) y: u32,
}

/// What a decoder needs to know of a scan: the blocks of an MCU and the tables of each component.
#[derive(Debug)]
pub(crate) struct Mcu {
    /// The blocks of an MCU: one to ten, which the header's reader ensures (T.81, B.2.3).
    pub(crate) blocks: Vec<McuBlock>,
    /// The DC and AC table of each component.
    pub(crate) tables: Vec<(DcTable, AcTable)>,
    /// Whether all blocks are of different components with the same tables, as those of most CMYK files are. Their
    /// order then can't be seen in the data.
    pub(crate) interchangeable: bool,
}

impl Mcu {
    /// The MCUs of the file's first scan.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the scan lacks a Huffman table.
    pub(crate) fn of(header: &Header) -> Result<Self> {
        let (mut blocks, mut tables) = (Vec::new(), Vec::new());
        for part in &header.scan.components {
            let component =
                header.components.get(part.index).ok_or(Error::Argument("a component is missing"))?;
            let (h, v) = (component.h.into(), component.v.into());
            let places = (0..v).flat_map(|y| (0..h).map(move |x| (x, y)));
            blocks.extend(places.map(|(x, y)| McuBlock { component: part.index, x, y }));
            let (Some(dc), Some(ac)) = (&part.dc, &part.ac) else {
                return Err(Error::malformed(header.scan.data_start, "a Huffman table is missing"));
            };
            tables.push((part.index, DcTable::dc(dc), AcTable::ac(ac)));
        }
        tables.sort_by_key(|t| t.0);
        let parts = &header.scan.components;
        let interchangeable = blocks.len() == parts.len()
            && parts.windows(2).all(|pair| pair[0].dc == pair[1].dc && pair[0].ac == pair[1].ac);
        let tables = tables.into_iter().map(|(_, dc, ac)| (dc, ac)).collect();
        Ok(Self { blocks, tables, interchangeable })
    }

    /// How many phases behind phase `at` a decoder is that is at phase `guessed`; `None` if the data of both can't
    /// be the same.
    pub(super) fn lag(&self, at: usize, guessed: usize) -> Option<usize> {
        let count = self.blocks.len();
        let lag = (at + count - guessed) % count;
        (lag == 0 || self.interchangeable).then_some(lag)
    }

    /// The phase and the predictions of a decoder that was `lag` phases behind. What it took for one component
    /// was the one so many phases later.
    pub(super) fn caught_up(
        &self,
        phase: usize,
        predictions: Predictions,
        lag: usize,
    ) -> (usize, Predictions) {
        let count = self.blocks.len();
        if lag == 0 {
            return (phase, predictions);
        }
        let mut moved = predictions;
        for (from, block) in self.blocks.iter().enumerate() {
            let to = self.blocks[(from + lag) % count].component;
            moved[to] = predictions[block.component];
        }
        ((phase + lag) % count, moved)
    }

    /// The tables and the component of block `phase` of an MCU.
    #[inline(always)]
    pub(crate) fn phase(&self, phase: usize) -> (&DcTable, &AcTable, usize) {
        let component = self.blocks[phase].component;
        let (dc, ac) = &self.tables[component];
        (dc, ac, component)
    }

    /// The phase that follows `phase`: the next block of the MCU, or the first block of the next one.
    #[inline(always)]
    pub(crate) fn after(&self, phase: usize) -> usize {
        if phase + 1 == self.blocks.len() { 0 } else { phase + 1 }
    }
}

/// The DC predictions of up to four components, modulo 2^16.
pub(crate) type Predictions = [i16; 4];

/// The error for a code that is in no table, or for more than 64 coefficients in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrupt;

/// The state of a decoder. Apart from the DC predictions, it determines all that follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) bits: BitReader<'a>,
    /// The index of the next block in its MCU.
    pub(crate) phase: usize,
    pub(crate) predictions: Predictions,
}

impl Cursor<'_> {
    /// Decodes a block into `out`, in natural order (T.81, F.2.2). Zeroes `out` first.
    pub(crate) fn block(&mut self, mcu: &Mcu, out: &mut [i16; 64]) -> std::result::Result<(), Corrupt> {
        *out = [0; 64];
        let (dc, ac, component) = mcu.phase(self.phase);
        out[0] = next_dc(dc, &mut self.bits, &mut self.predictions[component])?;
        coefficients(&mut self.bits, ac, out)?;
        self.phase = mcu.after(self.phase);
        Ok(())
    }
}

/// Decodes a DC, which is `prediction` and a difference. It is the prediction of the next one.
#[inline(always)]
pub(super) fn next_dc(
    table: &DcTable,
    bits: &mut BitReader<'_>,
    prediction: &mut i16,
) -> std::result::Result<i16, Corrupt> {
    bits.refill();
    let (difference, count) = table.difference(bits.window).ok_or(Corrupt)?;
    bits.consume(count);
    *prediction = prediction.wrapping_add(difference);
    Ok(*prediction)
}

/// Decodes the AC coefficients of a block.
fn coefficients(
    bits: &mut BitReader<'_>,
    table: &AcTable,
    out: &mut [i16; 64],
) -> std::result::Result<(), Corrupt> {
    let mut k = 0;
    while k < 63 {
        bits.refill();
        let entry = table.peek(bits.window);
        let (advance, value, consumed) = match entry.advance() {
            Entry::END => (Entry::END, 0, entry.bits()),
            Entry::RARE => rare(table, bits.window)?,
            advance => (advance, entry.value(), entry.bits()),
        };
        bits.consume(consumed);
        if advance == Entry::END {
            return Ok(());
        }
        k += advance;
        *out.get_mut(usize::from(*ZIGZAG.get(k as usize).ok_or(Corrupt)?)).ok_or(Corrupt)? = value;
    }
    Ok(())
}

/// The advance, the value and the number of bits of a symbol that the look-up does not decode completely.
#[inline]
pub(super) fn rare(table: &AcTable, window: u64) -> std::result::Result<(u32, i16, u32), Corrupt> {
    let symbol = table.long(window).ok_or(Corrupt)?;
    let advance = match (symbol.size, symbol.run) {
        (0, 0) => Entry::END,
        (0, 15) => 16,
        // In a sequential scan, a run without a value has no meaning.
        (0, _) => return Err(Corrupt),
        (_, run) => run + 1,
    };
    Ok((advance, symbol.value, symbol.bits))
}
