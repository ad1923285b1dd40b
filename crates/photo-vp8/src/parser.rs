//! Parsing of a frame, row by row of macroblocks.

use crate::bool_decoder::BoolDecoder;
use crate::error::{Error, Result};
use crate::frame_header::{FrameHeader, Probabilities};
use crate::header::Header;
use crate::mode_parser::ModeParser;
use crate::parsed::ParsedRow;
use crate::simd::Level;
use crate::token_parser::{TokenParser, token_partitions};

/// Parses a key frame: the first of the two stages of decoding.
pub struct Parser<'a> {
    modes: ModeParser<'a>,
    tokens: TokenParser<'a>,
}

impl<'a> Parser<'a> {
    /// Reads the headers of `data`, the content of a `VP8 ` chunk.
    ///
    /// # Errors
    ///
    /// Those of [`Header::read`], and [`Error::Truncated`] if the first partition is cut off, or the sizes of
    /// the others, or if nothing of the last one is there.
    pub fn new(data: &'a [u8]) -> Result<Self> {
        Self::at_level(data, Level::new())
    }

    pub(crate) fn at_level(data: &'a [u8], level: Level) -> Result<Self> {
        let header = Header::read(data)?;
        let truncated = Error::Truncated { decoded: 0, total: header.rows() };
        let (first, rest) = header.partitions(data)?;
        let mut decoder = BoolDecoder::new(first);
        let FrameHeader { segmentation, tokens: frame } = FrameHeader::read(&mut decoder);
        if decoder.past_end() {
            return Err(truncated);
        }
        let partitions = token_partitions(rest, frame.partitions).ok_or(truncated)?;
        let above = vec![[0; 4]; header.columns()];
        let modes = ModeParser { header, level, decoder, segmentation, next_row: 0, above };
        let above = vec![0; header.columns()];
        let tokens = TokenParser { header, level, frame, partitions, next_row: 0, above };
        Ok(Self { modes, tokens })
    }

    /// The facts at the start of the frame.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.modes.header
    }

    /// Parses the next row of macroblocks into `row`. False if there is no more; `row` is left alone then.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if a partition ends before the row does. As in libwebp, that is so as soon as
    /// fewer than eight unread bits are left when one is to be read. The error comes again with each further
    /// call.
    pub fn row(&mut self, row: &mut ParsedRow) -> Result<bool> {
        // After an error of the tokens, the modes of their row are not parsed again.
        let total = self.header().rows();
        if self.tokens.next_row < self.modes.next_row {
            return Err(Error::Truncated { decoded: self.tokens.next_row, total });
        }
        let more = self.modes.row(row)?;
        if more {
            self.tokens.row(row)?;
        }
        Ok(more)
    }

    /// What parses modes, and what parses coefficients. A caller may run the first on another thread, ahead
    /// of the second: modes take about an eighth of the time.
    #[must_use]
    pub fn into_halves(self) -> (ModeParser<'a>, TokenParser<'a>) {
        (self.modes, self.tokens)
    }

    #[cfg(test)]
    pub(crate) fn quantizers(&mut self) -> &mut [crate::frame_header::Quantizer; 4] {
        &mut self.tokens.frame.quantizers
    }

    /// Bytes that a parser takes on the heap.
    pub(crate) fn memory_for(header: &Header) -> u64 {
        (header.columns() * (size_of::<[u8; 4]>() + size_of::<u32>()) + size_of::<Probabilities>()) as u64
    }
}
