//! Parsing of a frame, row by row of macroblocks.

use crate::bool_decoder::BoolDecoder;
use crate::error::{Error, Result};
use crate::frame_header::FrameHeader;
use crate::header::Header;
use crate::modes;
use crate::parsed::{ParsedRow, mode};
use crate::residual::{Around, residual};
use crate::simd::{Level, dispatch};

/// Parses a key frame: the first of the two stages of decoding.
pub struct Parser<'a> {
    header: Header,
    pub(crate) frame: FrameHeader,
    pub(crate) level: Level,
    /// The first partition, behind the frame header.
    modes: BoolDecoder<'a>,
    tokens: [BoolDecoder<'a>; 8],
    next_row: u32,
    above: Vec<Above>,
}

/// What is known of the macroblock above.
#[derive(Clone, Copy, Default)]
struct Above {
    modes: [u8; 4],
    /// Which blocks at the lower edge have coefficients, as in [`Around`].
    presence: u32,
}

impl<'a> Parser<'a> {
    /// Reads the headers of `data`, the content of a `VP8 ` chunk.
    ///
    /// # Errors
    ///
    /// Those of [`Header::read`], and [`Error::Truncated`] if the first partition is cut off, or the sizes of the
    /// others, or if nothing of the last one is there.
    pub fn new(data: &'a [u8]) -> Result<Self> {
        let header = Header::read(data)?;
        let truncated = Error::Truncated { decoded: 0, total: header.rows() };
        let (first, rest) = header.partitions(data)?;
        let mut modes = BoolDecoder::new(first);
        let frame = FrameHeader::read(&mut modes);
        if modes.past_end() {
            return Err(truncated);
        }
        let tokens = token_partitions(rest, frame.partitions).ok_or(truncated)?;
        let above = vec![Above::default(); header.columns()];
        Ok(Self { header, frame, level: Level::new(), modes, tokens, next_row: 0, above })
    }

    /// The facts at the start of the frame.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Parses the next row of macroblocks into `row`. False if there is no more; `row` is left alone then.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if a partition ends before the row does. As in libwebp, that is so as soon as fewer
    /// than eight unread bits are left when one is to be read. The error comes again with each further call.
    pub fn row(&mut self, row: &mut ParsedRow) -> Result<bool> {
        if self.next_row == self.header.rows() {
            return Ok(false);
        }
        let partition = self.next_row as usize % self.frame.partitions;
        if !self.past_end(partition) {
            row.fit(self.header.columns());
            row.number = self.next_row;
            row.simple_filter = self.frame.simple_filter;
            // The shifts of BMI2 make arithmetic decoding faster.
            dispatch!(self.level, simd => {
                let _ = simd;
                self.modes(row);
                self.tokens(partition, row);
            });
        }
        if self.past_end(partition) {
            return Err(Error::Truncated { decoded: self.next_row, total: self.header.rows() });
        }
        self.next_row += 1;
        Ok(true)
    }

    fn past_end(&self, partition: usize) -> bool {
        self.modes.past_end() || self.tokens[partition].past_end()
    }

    /// Parses the modes of a row. Which filter applies follows from them, but for whether macroblocks have
    /// coefficients; those that are known not to have any come to have no inner edges filtered.
    #[inline(always)]
    fn modes(&mut self, row: &mut ParsedRow) {
        let mut left = [mode::DC; 4];
        let mut decoder = self.modes;
        for (macroblock, above) in row.macroblocks.iter_mut().zip(&mut self.above) {
            let segment = self.frame.segment_map.map_or(0, |map| modes::segment(&mut decoder, &map));
            macroblock.segment = segment;
            macroblock.skipped = self.frame.skip.is_some_and(|probability| decoder.bool(probability));
            modes::modes(&mut decoder, &mut above.modes, &mut left, macroblock);
        }
        self.modes = decoder;
    }

    /// Parses the coefficients of a row whose modes are known, and completes its filters with them.
    #[inline(always)]
    fn tokens(&mut self, partition: usize, row: &mut ParsedRow) {
        let mut decoder = self.tokens[partition];
        let mut left = 0;
        let mut place = &mut row.coefficients[..];
        for (macroblock, above) in row.macroblocks.iter_mut().zip(&mut self.above) {
            let mut around = Around { above: above.presence, left };
            let segment = usize::from(macroblock.segment);
            macroblock.kinds = 0;
            if macroblock.skipped {
                around.skip(macroblock.luma);
            } else {
                let (probabilities, quantizer) = (&self.frame.probabilities, &self.frame.quantizers[segment]);
                let used = residual(&mut decoder, probabilities, quantizer, &mut around, macroblock, place);
                place = &mut place[used..];
            }
            let by_subblocks = macroblock.luma == mode::SUBBLOCKS;
            macroblock.filter = self.frame.loop_filters[segment][usize::from(by_subblocks)];
            macroblock.filter.inner = by_subblocks || macroblock.kinds != 0;
            (above.presence, left) = (around.above, around.left);
        }
        self.tokens[partition] = decoder;
    }

    /// Bytes that a parser takes on the heap.
    pub(crate) fn memory_for(header: &Header) -> u64 {
        (header.columns() * size_of::<Above>() + size_of::<crate::frame_header::Probabilities>()) as u64
    }
}

/// The partitions with tokens, from the bytes behind the first partition (RFC 6386, section 9.5). As in libwebp,
/// one that is cut off ends with the data, and there has to be something of the last one.
fn token_partitions(data: &[u8], count: usize) -> Option<[BoolDecoder<'_>; 8]> {
    let (sizes, mut rest) = data.split_at_checked(3 * (count - 1))?;
    let mut partitions = [BoolDecoder::new(&[]); 8];
    for (partition, size) in partitions.iter_mut().zip(sizes.as_chunks::<3>().0) {
        let size = u32::from_le_bytes([size[0], size[1], size[2], 0]) as usize;
        let (data, behind) = rest.split_at(size.min(rest.len()));
        *partition = BoolDecoder::new(data);
        rest = behind;
    }
    partitions[count - 1] = BoolDecoder::new(rest);
    (!rest.is_empty()).then_some(partitions)
}
