//! Decodes a scan, one strip of MCU rows at a time: the order of its blocks, and its restart markers. What a
//! block is made of, [`HuffmanCoder`] and [`ArithmeticCoder`] know.

use super::arithmetic_coder::ArithmeticCoder;
use super::fault::Fault;
use super::frame::FrameGeometry;
use super::huffman_coder::HuffmanCoder;
use super::scan_kind::ScanKind;
use super::strip::BlockStrip;
use crate::error::{self, Error};
use crate::header::Scan;

/// The decoder of a scan, with its progress through the picture.
pub(super) struct ScanDecoder<'a> {
    frame: &'a FrameGeometry,
    /// The indices in the frame of the scan's components.
    pub(super) components: Vec<usize>,
    coder: Coder<'a>,
    restart_interval: u32,
    /// The number of MCUs until the next restart marker. Without restart markers, it is more than any picture
    /// has.
    until_restart: u64,
    restarts: u32,
    /// The number of MCUs decoded.
    decoded: u64,
}

/// The entropy coding of a scan.
enum Coder<'a> {
    Huffman(HuffmanCoder<'a>),
    Arithmetic(Box<ArithmeticCoder<'a>>),
}

impl<'a> ScanDecoder<'a> {
    pub(super) fn new(bytes: &'a [u8], frame: &'a FrameGeometry, scan: &Scan) -> Self {
        let kind = ScanKind::of(frame.process, scan);
        let coder = if frame.arithmetic {
            Coder::Arithmetic(Box::new(ArithmeticCoder::new(bytes, kind, scan)))
        } else {
            Coder::Huffman(HuffmanCoder::new(bytes, kind, scan))
        };
        let mut decoder = Self {
            frame,
            components: scan.components.iter().map(|c| c.index).collect(),
            coder,
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
                Error::Truncated { offset: self.offset(), decoded: self.decoded, total: self.total() }
            }
            Fault::Bad(reason) => Error::malformed(self.offset(), reason),
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
                match &mut self.coder {
                    Coder::Huffman(coder) => coder.span(now, now_masks, &mut self.decoded)?,
                    Coder::Arithmetic(coder) => coder.span(now, now_masks, &mut self.decoded)?,
                }
                self.until_restart -= count as u64;
                (blocks, masks) = (later, later_masks);
            }
        }
        Ok(())
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
                        match &mut self.coder {
                            Coder::Huffman(coder) => coder.block(part, block)?,
                            Coder::Arithmetic(coder) => coder.block(part, block, &mut 0)?,
                        }
                    }
                }
            }
            self.until_restart -= 1;
            self.decoded += 1;
        }
        Ok(())
    }

    #[inline(always)]
    fn restart_if_due(&mut self) -> Result<(), Fault> {
        if self.until_restart > 0 {
            return Ok(());
        }
        match &mut self.coder {
            Coder::Huffman(coder) => coder.restart(self.restarts)?,
            Coder::Arithmetic(coder) => coder.restart(self.restarts)?,
        }
        self.restarts = (self.restarts + 1) % 8;
        self.until_restart = self.interval();
        Ok(())
    }

    /// Checks that nothing is left over after the last MCU.
    fn finish(&self) -> Result<(), Fault> {
        match &self.coder {
            Coder::Huffman(coder) if self.decoded == self.total() => coder.check_run(),
            _ => Ok(()),
        }
    }

    fn interval(&self) -> u64 {
        if self.restart_interval == 0 { u64::MAX } else { self.restart_interval.into() }
    }

    fn offset(&self) -> usize {
        match &self.coder {
            Coder::Huffman(coder) => coder.offset(),
            Coder::Arithmetic(coder) => coder.offset(),
        }
    }

    /// The number of MCUs in the scan.
    fn total(&self) -> u64 {
        match self.components.as_slice() {
            [one] => self.frame.coded_blocks(*one),
            _ => self.frame.mcus(),
        }
    }
}
