//! Conversion of a picture to RGB while its rows come in.

use std::ops::Range;

use crate::header::Header;
use crate::rgb::{ChromaSums, convert};
use crate::rows::Rows;
use crate::simd::{Level, dispatch};

/// Makes RGB of the rows that a [`Reconstructor`](crate::Reconstructor) hands out one after the other.
///
/// Chroma is upsampled with the weights 9, 3, 3 and 1, and colors are converted in fixed-point arithmetic,
/// bit for bit as libwebp does by default. The last row of luma waits for the row of chroma below it.
pub struct Upsampler {
    level: Level,
    /// The number of the next row of RGB.
    next: usize,
    /// A row of luma that waits for chroma, if any does, and the last rows of U and V.
    waiting: Option<Vec<u8>>,
    chroma: [Vec<u8>; 2],
    spare: Vec<u8>,
    sums: [ChromaSums; 2],
}

impl Upsampler {
    /// Rows of RGB that come out of one call at most.
    pub const MAX_ROWS: usize = 25;

    /// For the picture with this header.
    #[must_use]
    pub fn new(header: &Header) -> Self {
        Self::at_level(header, Level::new())
    }

    pub(crate) fn at_level(header: &Header, level: Level) -> Self {
        let chroma_width = header.width.div_ceil(2) as usize;
        let sums = [(); 2].map(|()| ChromaSums::new(chroma_width));
        Self { level, next: 0, waiting: None, chroma: Default::default(), spare: Vec::new(), sums }
    }

    /// Writes the rows of RGB that are complete with `rows` to the beginning of `rgb`, three bytes a pixel,
    /// without gaps between rows. Returns the numbers of these rows in the picture: at most one more than
    /// `rows.count`, and at most [`Self::MAX_ROWS`].
    ///
    /// # Panics
    ///
    /// If `rows` are not the next rows of the picture, or if `rgb` is too short for its rows.
    pub fn rows(&mut self, rows: &Rows<'_>, rgb: &mut [u8]) -> Range<usize> {
        let waiting = usize::from(self.waiting.is_some());
        assert_eq!(rows.first, self.next + waiting, "rows have to come one after the other");
        let first = self.next;
        dispatch!(self.level, simd => self.convert(simd, rows, rgb));
        first..self.next
    }

    #[inline(always)]
    fn convert<S: fearless_simd::Simd>(&mut self, simd: S, rows: &Rows<'_>, rgb: &mut [u8]) {
        let pitch = 3 * rows.width;
        let mut to = rgb.chunks_exact_mut(pitch);
        let mut next = || to.next().unwrap_or_else(|| panic!("there is no place for a row of RGB"));
        let chroma = |at: usize| [rows.u_row(at), rows.v_row(at)];
        let kept = self.chroma.each_ref().map(|row| &row[..]);
        if let Some(luma) = self.waiting.take() {
            convert(simd, &luma, kept, chroma(0), &mut self.sums, next());
            self.next += 1;
            self.spare = luma;
        }
        for at in 0..rows.count {
            let near = at / 2;
            let far = match at % 2 {
                0 if near > 0 => chroma(near - 1),
                // Above the first row of the picture there is only its own chroma, below the last as well.
                0 if rows.first == 0 => chroma(0),
                0 => kept,
                _ if near + 1 < rows.chroma_count => chroma(near + 1),
                _ if rows.last => chroma(near),
                _ => break,
            };
            convert(simd, rows.y_row(at), chroma(near), far, &mut self.sums, next());
            self.next += 1;
        }
        if !rows.last {
            self.keep(rows);
        }
    }

    /// Keeps the last row, which waits.
    fn keep(&mut self, rows: &Rows<'_>) {
        let mut luma = std::mem::take(&mut self.spare);
        luma.clear();
        luma.extend_from_slice(rows.y_row(rows.count - 1));
        self.waiting = Some(luma);
        let last = rows.chroma_count - 1;
        for (to, row) in self.chroma.iter_mut().zip([rows.u_row(last), rows.v_row(last)]) {
            to.clear();
            to.extend_from_slice(row);
        }
    }

    /// Bytes that an upsampler takes on the heap.
    pub(crate) fn memory_for(header: &Header) -> u64 {
        // A row of luma, two of chroma, and sums of 16 bits of two.
        u64::from(header.width) * 4 + 128
    }
}
