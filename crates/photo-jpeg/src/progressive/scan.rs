//! Decodes a scan, one strip of MCU rows at a time.

use super::bit_reader::StuffedBitReader;
use super::block::{self, SpectralBand};
use super::fault::Fault;
use super::frame::FrameGeometry;
use super::strip::BlockStrip;
use crate::error::{self, Error};
use crate::header::{Process, Scan};
use crate::huffman::decode::{AcTable, DcTable};

/// The decoder of a scan, with its progress through the picture.
pub(super) struct ScanDecoder<'a> {
    frame: &'a FrameGeometry,
    kind: ScanKind,
    /// The components of the scan.
    pub(super) parts: Vec<ScanPart>,
    band: SpectralBand,
    bits: StuffedBitReader<'a>,
    /// The number of following blocks without (new) coefficients.
    run: u32,
    restart_interval: u32,
    /// The number of MCUs until the next restart marker. Without restart markers, it is more than any picture
    /// has.
    until_restart: u64,
    restarts: u32,
    /// The number of MCUs decoded.
    decoded: u64,
}

/// A component in a scan, with its tables and its DC prediction.
pub(super) struct ScanPart {
    /// The index of the component in the frame.
    pub(super) index: usize,
    dc: Option<DcTable>,
    ac: Option<AcTable>,
    prediction: i16,
}

/// What a scan codes of each block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanKind {
    Sequential,
    DcFirst,
    DcRefine,
    AcFirst,
    AcRefine,
}

impl<'a> ScanDecoder<'a> {
    pub(super) fn new(bytes: &'a [u8], frame: &'a FrameGeometry, scan: &Scan) -> Self {
        let kind = match (frame.process, scan.spectral_start, scan.approx_high) {
            (Process::Sequential, ..) => ScanKind::Sequential,
            (_, 0, 0) => ScanKind::DcFirst,
            (_, 0, _) => ScanKind::DcRefine,
            (_, _, 0) => ScanKind::AcFirst,
            _ => ScanKind::AcRefine,
        };
        let parts = scan.components.iter().map(|c| ScanPart {
            index: c.index,
            dc: c.dc.as_deref().map(DcTable::dc),
            ac: c.ac.as_deref().map(AcTable::ac),
            prediction: 0,
        });
        let band = SpectralBand {
            start: u32::from(scan.spectral_start.max(1)),
            end: scan.spectral_end.into(),
            low: scan.approx_low.into(),
        };
        let mut decoder = Self {
            frame,
            kind,
            parts: parts.collect(),
            band,
            bits: StuffedBitReader::new(bytes, scan.data_start),
            run: 0,
            restart_interval: scan.restart_interval,
            until_restart: 0,
            restarts: 0,
            decoded: 0,
        };
        decoder.until_restart = decoder.interval();
        decoder
    }

    /// Decodes one strip of MCU rows. `strips` holds that strip of each of the scan's components.
    ///
    /// # Errors
    /// [`Error::Truncated`] or [`Error::Malformed`]. The decoder must not be used after an error.
    pub(super) fn strip<const N: usize>(
        &mut self,
        strips: &mut [&mut BlockStrip<'_, N>],
    ) -> error::Result<()> {
        let done = match strips {
            [one] => self.single(one),
            several => self.interleaved(several),
        };
        done.and_then(|()| self.finish()).map_err(|fault| match fault {
            Fault::End => {
                Error::Truncated { offset: self.bits.offset(), decoded: self.decoded, total: self.total() }
            }
            Fault::Bad(reason) => Error::malformed(self.bits.offset(), reason),
        })
    }

    /// Decodes a strip of a scan of one component. Its MCUs are single blocks, and there are only as many as
    /// hold samples (A.2.2).
    fn single<const N: usize>(&mut self, strip: &mut BlockStrip<'_, N>) -> Result<(), Fault> {
        let wide = strip.blocks_wide.max(1);
        let coded = strip.coded_wide.min(wide);
        let rows = strip.blocks.chunks_exact_mut(wide).zip(strip.masks.chunks_exact_mut(wide));
        for (blocks, masks) in rows.take(strip.coded_high) {
            let (mut blocks, mut masks) = (&mut blocks[..coded], &mut masks[..coded]);
            while !blocks.is_empty() {
                self.restart_if_due()?;
                let count = usize::try_from(self.until_restart).map_or(blocks.len(), |n| n.min(blocks.len()));
                let (now, later) = std::mem::take(&mut blocks).split_at_mut(count);
                let (now_masks, later_masks) = std::mem::take(&mut masks).split_at_mut(count);
                self.span(now, now_masks)?;
                self.until_restart -= count as u64;
                (blocks, masks) = (later, later_masks);
            }
        }
        Ok(())
    }

    /// Decodes blocks of one component without a restart marker between them.
    fn span<const N: usize>(&mut self, blocks: &mut [[i16; N]], masks: &mut [u64]) -> Result<(), Fault> {
        match self.kind {
            ScanKind::AcFirst => self.ac_first(blocks, masks),
            ScanKind::AcRefine => self.ac_refine(blocks, masks),
            _ => {
                for block in blocks {
                    self.block(0, block)?;
                    self.decoded += 1;
                }
                Ok(())
            }
        }
    }

    fn ac_first<const N: usize>(&mut self, blocks: &mut [[i16; N]], masks: &mut [u64]) -> Result<(), Fault> {
        let Some(table) = self.parts.first().and_then(|part| part.ac.as_ref()) else { return Err(NO_TABLE) };
        let (mut bits, band) = (self.bits, self.band);
        let mut pairs = blocks.iter_mut().zip(masks);
        let mut result = Ok(());
        while pairs.len() > 0 {
            let skipped = pairs.len().min(self.run as usize);
            self.run -= skipped as u32;
            self.decoded += skipped as u64;
            let Some((block, mask)) = pairs.nth(skipped) else { break };
            match block::first(&mut bits, table, band, block, mask) {
                Ok(run) if !bits.overdrawn() => self.run = run,
                other => result = other.and(Err(Fault::End)),
            }
            if result.is_err() {
                break;
            }
            self.decoded += 1;
        }
        self.bits = bits;
        result
    }

    fn ac_refine<const N: usize>(&mut self, blocks: &mut [[i16; N]], masks: &mut [u64]) -> Result<(), Fault> {
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
            self.decoded += 1;
        }
        self.bits = bits;
        result
    }

    /// Decodes a strip of a scan of several components, whose MCUs have `h * v` blocks of each (A.2.3).
    fn interleaved<const N: usize>(&mut self, strips: &mut [&mut BlockStrip<'_, N>]) -> Result<(), Fault> {
        let rows = strips.iter().map(|s| s.mcu_rows).min().unwrap_or(0);
        for (y, x) in (0..rows).flat_map(|y| (0..self.frame.mcus_wide).map(move |x| (y, x))) {
            self.restart_if_due()?;
            for (part, strip) in strips.iter_mut().enumerate() {
                let corner = y * strip.v * strip.blocks_wide + x * strip.h;
                for row in 0..strip.v {
                    let at = corner + row * strip.blocks_wide;
                    for block in strip.blocks.get_mut(at..at + strip.h).unwrap_or_default() {
                        self.block(part, block)?;
                    }
                }
            }
            self.until_restart -= 1;
            self.decoded += 1;
        }
        Ok(())
    }

    /// Decodes a block of a scan that may have several components.
    #[inline(always)]
    fn block<const N: usize>(&mut self, part: usize, block: &mut [i16; N]) -> Result<(), Fault> {
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

    #[inline(always)]
    fn restart_if_due(&mut self) -> Result<(), Fault> {
        if self.until_restart > 0 {
            return Ok(());
        }
        self.check_run()?;
        self.bits.restart(self.restarts)?;
        self.restarts = (self.restarts + 1) % 8;
        self.until_restart = self.interval();
        self.parts.iter_mut().for_each(|part| part.prediction = 0);
        Ok(())
    }

    /// Checks that nothing is left over after the last MCU.
    fn finish(&self) -> Result<(), Fault> {
        if self.decoded == self.total() { self.check_run() } else { Ok(()) }
    }

    fn check_run(&self) -> Result<(), Fault> {
        match self.run {
            0 => Ok(()),
            _ => Err(Fault::Bad("a run of empty blocks goes on behind the last block")),
        }
    }

    fn interval(&self) -> u64 {
        if self.restart_interval == 0 { u64::MAX } else { self.restart_interval.into() }
    }

    /// The number of MCUs in the scan.
    fn total(&self) -> u64 {
        match self.parts.as_slice() {
            [one] => self.frame.coded_blocks(one.index),
            _ => self.frame.mcus(),
        }
    }
}

/// The header's reader ensures that every scan has the tables it needs, so that this can't happen.
const NO_TABLE: Fault = Fault::Bad("a scan without its Huffman table");
