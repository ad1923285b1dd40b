//! Reconstruction of a picture from parsed rows of macroblocks.

use crate::header::Header;
use crate::loop_filter;
use crate::parsed::{Macroblock, ParsedRow, mode};
use crate::plane::Plane;
use crate::predict::{Neighbors, chroma, luma, subblocks};
use crate::residues::residues;
use crate::rows::Rows;
use crate::simd::{Level, dispatch};
use fearless_simd::Simd;

/// Predicts, adds residues and filters: the second of the two stages of decoding.
///
/// Of the picture it holds 24 rows.
pub struct Reconstructor {
    header: Header,
    level: Level,
    next_row: u32,
    /// Y, U and V.
    planes: [Plane; 3],
}

impl Reconstructor {
    /// For the picture with this header.
    #[must_use]
    pub fn new(header: &Header) -> Self {
        Self::at_level(header, Level::new())
    }

    pub(crate) fn at_level(header: &Header, level: Level) -> Self {
        let planes = [16, 8, 8].map(|size| Plane::new(header.columns(), size));
        Self { header: *header, level, next_row: 0, planes }
    }

    /// Reconstructs a row of macroblocks, and hands out the rows of the picture that are final with it.
    ///
    /// The last eight rows of luma, and four of chroma, wait for the next call, which may still filter them.
    /// With the last row of macroblocks everything is handed out.
    ///
    /// # Panics
    ///
    /// If `row` is not the next row of a picture of this size, or lacks its coefficients.
    pub fn row(&mut self, row: &ParsedRow) -> Rows<'_> {
        assert_eq!(row.number, self.next_row, "rows of macroblocks have to come one after the other");
        assert_eq!(row.macroblocks.len(), self.header.columns(), "the row is one of another picture");
        assert!(row.is_complete, "the coefficients of the row are missing");
        if row.number > 0 {
            self.planes.iter_mut().for_each(Plane::advance);
        }
        dispatch!(self.level, simd => self.reconstruct(simd, row));
        self.next_row += 1;
        Rows::new(&self.header, row.number, &self.planes)
    }

    #[inline(always)]
    fn reconstruct<S: Simd>(&mut self, simd: S, row: &ParsedRow) {
        let mut coefficients = &row.coefficients[..];
        for (x, macroblock) in row.macroblocks.iter().enumerate() {
            let neighbors = Neighbors { above: row.number > 0, left: x > 0 };
            coefficients = self.macroblock(simd, x, macroblock, neighbors, coefficients);
        }
        self.planes.iter_mut().for_each(Plane::keep_above);
        for (x, macroblock) in row.macroblocks.iter().enumerate() {
            let filter = macroblock.filter;
            loop_filter::macroblock(simd, &mut self.planes, x, row.number > 0, filter, row.simple_filter);
        }
    }

    /// Reconstructs a macroblock without filtering it. Returns the coefficients of the next ones.
    #[inline(always)]
    fn macroblock<'a, S: Simd>(
        &mut self,
        simd: S,
        x: usize,
        macroblock: &Macroblock,
        neighbors: Neighbors,
        coefficients: &'a [i16],
    ) -> &'a [i16] {
        let mut differences = [[0; 16]; 24];
        let kinds = macroblock.kinds;
        let coefficients = residues(simd, kinds, coefficients, &mut differences);
        let [y, u, v] = &mut self.planes;
        if macroblock.luma == mode::SUBBLOCKS {
            subblocks(simd, y, x, &macroblock.subblocks, kinds, &differences);
        } else {
            let any = (kinds & 0xFFFF_FFFF != 0).then_some(&differences);
            luma(simd, y, x, macroblock.luma, neighbors, any);
        }
        let any = (kinds >> 32 != 0).then_some(&differences);
        chroma(simd, [u, v], x, macroblock.chroma, neighbors, any);
        coefficients
    }

    /// Bytes that a reconstructor takes on the heap.
    pub(crate) fn memory_for(header: &Header) -> u64 {
        [16, 8, 8].iter().map(|size| Plane::memory_for(header.columns(), *size)).sum()
    }
}
