//! The blocks of a scan with Huffman coding (ITU-T T.81, F.2.2 and G.1.2).

use super::bit_reader::StuffedBitReader;
use super::block::{self, SpectralBand};
use super::fault::Fault;
use super::scan_kind::ScanKind;
use crate::header::Scan;
use crate::huffman::decode::{AcTable, DcTable};

/// The decoder of the blocks of a scan.
pub(super) struct HuffmanCoder<'a> {
    kind: ScanKind,
    parts: Vec<ScanPart>,
    band: SpectralBand,
    bits: StuffedBitReader<'a>,
    /// The number of following blocks without (new) coefficients.
    run: u32,
}

/// A component in a scan, with its tables and its DC prediction.
struct ScanPart {
    dc: Option<DcTable>,
    ac: Option<AcTable>,
    prediction: i16,
}

impl<'a> HuffmanCoder<'a> {
    pub(super) fn new(bytes: &'a [u8], kind: ScanKind, scan: &Scan) -> Self {
        let parts = scan.components.iter().map(|c| ScanPart {
            dc: c.dc.as_deref().map(DcTable::dc),
            ac: c.ac.as_deref().map(AcTable::ac),
            prediction: 0,
        });
        let bits = StuffedBitReader::new(bytes, scan.data_start);
        Self { kind, parts: parts.collect(), band: SpectralBand::of(scan), bits, run: 0 }
    }

    /// Decodes blocks of one component without a restart marker between them, and counts them.
    pub(super) fn span<const N: usize>(
        &mut self,
        blocks: &mut [[i16; N]],
        masks: &mut [u64],
        decoded: &mut u64,
    ) -> Result<(), Fault> {
        match self.kind {
            ScanKind::AcFirst => self.ac_first(blocks, masks, decoded),
            ScanKind::AcRefine => self.ac_refine(blocks, masks, decoded),
            _ => {
                for block in blocks {
                    self.block(0, block)?;
                    *decoded += 1;
                }
                Ok(())
            }
        }
    }

    fn ac_first<const N: usize>(
        &mut self,
        blocks: &mut [[i16; N]],
        masks: &mut [u64],
        decoded: &mut u64,
    ) -> Result<(), Fault> {
        let Some(table) = self.parts.first().and_then(|part| part.ac.as_ref()) else { return Err(NO_TABLE) };
        let (mut bits, band) = (self.bits, self.band);
        let mut pairs = blocks.iter_mut().zip(masks);
        let mut result = Ok(());
        while pairs.len() > 0 {
            let skipped = pairs.len().min(self.run as usize);
            self.run -= skipped as u32;
            *decoded += skipped as u64;
            let Some((block, mask)) = pairs.nth(skipped) else { break };
            match block::first(&mut bits, table, band, block, mask) {
                Ok(run) if !bits.overdrawn() => self.run = run,
                other => result = other.and(Err(Fault::End)),
            }
            if result.is_err() {
                break;
            }
            *decoded += 1;
        }
        self.bits = bits;
        result
    }

    fn ac_refine<const N: usize>(
        &mut self,
        blocks: &mut [[i16; N]],
        masks: &mut [u64],
        decoded: &mut u64,
    ) -> Result<(), Fault> {
        let Some(table) = self.parts.first().and_then(|part| part.ac.as_ref()) else { return Err(NO_TABLE) };
        let (mut bits, band) = (self.bits, self.band);
        let mut result = Ok(());
        for (block, mask) in blocks.iter_mut().zip(masks) {
            let after = if self.run > 0 {
                block::only_correct(&mut bits, band, block, *mask);
                Ok(self.run - 1)
            } else {
                block::refine(&mut bits, table, band, block, mask)
            };
            match after {
                Ok(run) if !bits.overdrawn() => self.run = run,
                other => result = other.and(Err(Fault::End)),
            }
            if result.is_err() {
                break;
            }
            *decoded += 1;
        }
        self.bits = bits;
        result
    }

    /// Decodes a block of a scan that may have several components.
    #[inline(always)]
    pub(super) fn block<const N: usize>(&mut self, part: usize, block: &mut [i16; N]) -> Result<(), Fault> {
        let Some(part) = self.parts.get_mut(part) else { return Err(NO_TABLE) };
        if self.kind == ScanKind::DcRefine {
            self.bits.refill();
            block[0] |= (self.bits.take(1) as i16) << self.band.low;
        } else {
            let Some(table) = &part.dc else { return Err(NO_TABLE) };
            part.prediction = part.prediction.wrapping_add(block::difference(&mut self.bits, table)?);
            block[0] = part.prediction << self.band.low;
        }
        if self.kind == ScanKind::Sequential {
            let Some(table) = &part.ac else { return Err(NO_TABLE) };
            block::first(&mut self.bits, table, self.band, block, &mut 0)?;
        }
        if self.bits.overdrawn() { Err(Fault::End) } else { Ok(()) }
    }

    /// Passes over the restart marker with this number, which must come next.
    pub(super) fn restart(&mut self, number: u32) -> Result<(), Fault> {
        self.check_run()?;
        self.bits.restart(number)?;
        self.parts.iter_mut().for_each(|part| part.prediction = 0);
        Ok(())
    }

    /// Checks that no run of empty blocks is left over.
    pub(super) fn check_run(&self) -> Result<(), Fault> {
        match self.run {
            0 => Ok(()),
            _ => Err(Fault::Bad("a run of empty blocks goes on behind the last block")),
        }
    }

    /// The byte offset of the data not yet used, for reporting errors.
    pub(super) fn offset(&self) -> usize {
        self.bits.offset()
    }
}

/// The header's reader ensures that every scan has the tables it needs, so that this can't happen.
const NO_TABLE: Fault = Fault::Bad("a scan without its Huffman table");
