//! Parsing of the coefficients of a frame, row by row of macroblocks.

use crate::bool_decoder::BoolDecoder;
use crate::error::{Error, Result};
use crate::frame_header::TokenHeader;
use crate::header::Header;
use crate::parsed::{ParsedRow, mode};
use crate::residual::{Around, residual};
use crate::simd::{Level, dispatch};

/// Parses the coefficients of macroblocks, whose modes are known: the second half of a
/// [`Parser`](crate::Parser), of which [`Parser::into_halves`](crate::Parser::into_halves) makes it.
pub struct TokenParser<'a> {
    pub(crate) header: Header,
    pub(crate) level: Level,
    pub(crate) frame: TokenHeader,
    pub(crate) partitions: [BoolDecoder<'a>; 8],
    pub(crate) next_row: u32,
    /// Which blocks above have coefficients, as in [`Around`].
    pub(crate) above: Vec<u32>,
}

impl TokenParser<'_> {
    /// Completes the next row of macroblocks, whose modes a [`ModeParser`](crate::ModeParser) has parsed.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] as of [`Parser::row`](crate::Parser::row).
    ///
    /// # Panics
    ///
    /// If `row` is not the next row of this picture, or complete already.
    pub fn row(&mut self, row: &mut ParsedRow) -> Result<()> {
        assert_eq!(row.number, self.next_row, "rows of macroblocks have to come one after the other");
        assert_eq!(row.macroblocks.len(), self.header.columns(), "the row is one of another picture");
        assert!(!row.is_complete, "the row is complete");
        let partition = self.next_row as usize % self.frame.partitions;
        if !self.partitions[partition].past_end() {
            row.simple_filter = self.frame.simple_filter;
            // The shifts of BMI2 make arithmetic decoding faster.
            dispatch!(self.level, simd => {
                let _ = simd;
                self.tokens(partition, row);
            });
        }
        if self.partitions[partition].past_end() {
            return Err(Error::Truncated { decoded: self.next_row, total: self.header.rows() });
        }
        row.is_complete = true;
        self.next_row += 1;
        Ok(())
    }

    #[inline(always)]
    fn tokens(&mut self, partition: usize, row: &mut ParsedRow) {
        let mut decoder = self.partitions[partition];
        let mut left = 0;
        let mut place = &mut row.coefficients[..];
        for (macroblock, above) in row.macroblocks.iter_mut().zip(&mut self.above) {
            let mut around = Around { above: *above, left };
            let segment = usize::from(macroblock.segment);
            macroblock.kinds = 0;
            if macroblock.skipped {
                around.skip(macroblock.luma);
            } else {
                let (probabilities, quantizer) = (&self.frame.probabilities, &self.frame.quantizers[segment]);
                let used = residual(&mut decoder, probabilities, quantizer, &mut around, macroblock, place);
                place = &mut place[used..];
            }
            // Edges inside a macroblock that has nothing of its own inside are not filtered.
            let by_subblocks = macroblock.luma == mode::SUBBLOCKS;
            macroblock.filter = self.frame.loop_filters[segment][usize::from(by_subblocks)];
            macroblock.filter.inner = by_subblocks || macroblock.kinds != 0;
            (*above, left) = (around.above, around.left);
        }
        self.partitions[partition] = decoder;
    }
}

/// The partitions with tokens, from the bytes behind the first partition (RFC 6386, section 9.5). As in
/// libwebp, one that is cut off ends with the data, and there has to be something of the last one.
pub(crate) fn token_partitions(data: &[u8], count: usize) -> Option<[BoolDecoder<'_>; 8]> {
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
