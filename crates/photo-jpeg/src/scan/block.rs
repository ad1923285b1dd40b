//! Decoding one block with every check, and the order of blocks in an MCU.

use crate::error::{Error, Result};
use crate::header::Header;
use crate::huffman::decode::{AcTable, DcTable, Entry};
use crate::quant::ZIGZAG;

use super::bit_reader::BitReader;

/// A block of an MCU.
#[derive(Debug, Clone, Copy)]
pub(crate) struct McuBlock {
    /// Which component it belongs to, as an index into the scan's components.
    pub(crate) component: usize,
    /// Its place in the MCU, in blocks of its component.
    pub(crate) x: u32,
    /// Its place in the MCU, in blocks of its component.
    pub(crate) y: u32,
}

/// What decoding a scan needs to know: the blocks of an MCU and the tables of each component.
#[derive(Debug)]
pub(crate) struct Mcu {
    /// At least one, at most ten: the header parser holds that (T.81, B.2.3).
    pub(crate) blocks: Vec<McuBlock>,
    /// Per component: tables for DC and AC.
    pub(crate) tables: Vec<(DcTable, AcTable)>,
}

impl Mcu {
    /// The MCUs of the first scan.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it lacks a Huffman table.
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
        Ok(Self { blocks, tables: tables.into_iter().map(|(_, dc, ac)| (dc, ac)).collect() })
    }

    /// The tables for block `phase` of an MCU, and its component.
    #[inline(always)]
    pub(crate) fn phase(&self, phase: usize) -> (&DcTable, &AcTable, usize) {
        let component = self.blocks[phase].component;
        let (dc, ac) = &self.tables[component];
        (dc, ac, component)
    }

    /// The place that follows `phase`.
    #[inline(always)]
    pub(crate) fn after(&self, phase: usize) -> usize {
        if phase + 1 == self.blocks.len() { 0 } else { phase + 1 }
    }
}

/// DC predictions of up to three components, as they are stored: modulo 2^16.
pub(crate) type Predictions = [i16; 3];

/// A code that is in no table, or more than 64 coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrupt;

/// Where a decoder is: the state that decides all that follows, but for the DC predictions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    pub(crate) bits: BitReader<'a>,
    /// The next block's place in its MCU.
    pub(crate) phase: usize,
    pub(crate) predictions: Predictions,
}

impl Cursor<'_> {
    /// Decodes a block into `out`, which is zeroed first, in natural order (T.81, F.2.2).
    pub(crate) fn block(&mut self, mcu: &Mcu, out: &mut [i16; 64]) -> std::result::Result<(), Corrupt> {
        let ac = open(mcu, &mut self.bits, self.phase, &mut self.predictions, out)?;
        coefficients(&mut self.bits, ac, out)?;
        self.phase = mcu.after(self.phase);
        Ok(())
    }
}

/// Zeroes a block and decodes its DC; gives the table for its AC coefficients.
#[inline(always)]
pub(super) fn open<'a>(
    mcu: &'a Mcu,
    bits: &mut BitReader<'_>,
    phase: usize,
    predictions: &mut Predictions,
    block: &mut [i16; 64],
) -> std::result::Result<&'a AcTable, Corrupt> {
    *block = [0; 64];
    let (dc, ac, component) = mcu.phase(phase);
    let prediction = &mut predictions[component];
    *prediction = prediction.wrapping_add(difference(bits, dc)?);
    block[0] = *prediction;
    Ok(ac)
}

/// A DC difference.
#[inline(always)]
fn difference(bits: &mut BitReader<'_>, table: &DcTable) -> std::result::Result<i16, Corrupt> {
    bits.refill();
    let entry = table.peek(bits.window);
    if entry.advance() == 1 {
        bits.consume(entry.bits());
        return Ok(entry.value());
    }
    let symbol = table.long(bits.window).ok_or(Corrupt)?;
    bits.consume(symbol.bits);
    Ok(symbol.value)
}

/// The AC coefficients of a block.
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

/// Advance, value and bits of a symbol that the look-up does not give at once.
#[inline]
pub(super) fn rare(table: &AcTable, window: u64) -> std::result::Result<(u32, i16, u32), Corrupt> {
    let symbol = table.long(window).ok_or(Corrupt)?;
    let advance = match (symbol.size, symbol.run) {
        (0, 0) => Entry::END,
        (0, 15) => 16,
        // A run without a value means nothing in a sequential scan.
        (0, _) => return Err(Corrupt),
        (_, run) => run + 1,
    };
    Ok((advance, symbol.value, symbol.bits))
}
