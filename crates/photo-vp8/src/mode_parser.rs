//! Parsing of the modes of a frame, row by row of macroblocks.

use crate::bool_decoder::BoolDecoder;
use crate::error::{Error, Result};
use crate::frame_header::Segmentation;
use crate::header::Header;
use crate::modes;
use crate::parsed::{ParsedRow, mode};
use crate::simd::{Level, dispatch};

/// Parses the modes of macroblocks, which lie in the first partition: the first half of a
/// [`Parser`](crate::Parser), of which [`Parser::into_halves`](crate::Parser::into_halves) makes it.
pub struct ModeParser<'a> {
    pub(crate) header: Header,
    pub(crate) level: Level,
    pub(crate) decoder: BoolDecoder<'a>,
    pub(crate) segmentation: Segmentation,
    pub(crate) next_row: u32,
    /// The modes of the subblocks above.
    pub(crate) above: Vec<[u8; 4]>,
}

impl ModeParser<'_> {
    /// Parses the modes of the next row of macroblocks into `row`, which [`TokenParser::row`] completes.
    /// False if there is no more; `row` is left alone then.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] as of [`Parser::row`](crate::Parser::row).
    ///
    /// [`TokenParser::row`]: crate::TokenParser::row
    pub fn row(&mut self, row: &mut ParsedRow) -> Result<bool> {
        if self.next_row == self.header.rows() {
            return Ok(false);
        }
        row.fit(self.header.columns());
        row.number = self.next_row;
        row.is_complete = false;
        if !self.decoder.past_end() {
            // The shifts of BMI2 make arithmetic decoding faster.
            dispatch!(self.level, simd => {
                let _ = simd;
                self.modes(row);
            });
        }
        if self.decoder.past_end() {
            return Err(Error::Truncated { decoded: self.next_row, total: self.header.rows() });
        }
        self.next_row += 1;
        Ok(true)
    }

    #[inline(always)]
    fn modes(&mut self, row: &mut ParsedRow) {
        let Segmentation { map, skip } = self.segmentation;
        let mut left = [mode::DC; 4];
        let mut decoder = self.decoder;
        for (macroblock, above) in row.macroblocks.iter_mut().zip(&mut self.above) {
            macroblock.segment = map.map_or(0, |map| modes::segment(&mut decoder, &map));
            macroblock.skipped = skip.is_some_and(|probability| decoder.bool(probability));
            modes::modes(&mut decoder, above, &mut left, macroblock);
        }
        self.decoder = decoder;
    }
}
