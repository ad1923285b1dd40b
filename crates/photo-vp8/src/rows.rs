//! Rows of a picture that are final.

use crate::header::Header;
use crate::plane::Plane;

/// Rows of a picture that a [`Reconstructor`](crate::Reconstructor) hands out: rows of luma, and those of
/// chroma that lie in between, half as many, rounded up at the lower end of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The number of the first row of luma, an even one. The first row of chroma has half of that number.
    pub first: usize,
    /// Rows of luma.
    pub count: usize,
    /// Rows of chroma.
    pub chroma_count: usize,
    /// Samples in a row of luma.
    pub width: usize,
    /// Samples in a row of chroma: half as many, rounded up.
    pub chroma_width: usize,
    /// Whether these are the last rows of the picture.
    pub last: bool,
    /// Luma. The row with index `i` begins at `i * y_stride`.
    pub y: &'a [u8],
    /// Samples from a row of luma to the next.
    pub y_stride: usize,
    /// The blue chroma. The row with index `i` begins at `i * uv_stride`.
    pub u: &'a [u8],
    /// The red chroma, laid out as the blue one.
    pub v: &'a [u8],
    /// Samples from a row of chroma to the next.
    pub uv_stride: usize,
}

impl<'a> Rows<'a> {
    /// What is final with a row of macroblocks.
    pub(crate) fn new(header: &Header, row: u32, planes: &'a [Plane; 3]) -> Self {
        let [y, u, v] = planes;
        let (width, height) = (header.width as usize, header.height as usize);
        let last = row + 1 == header.rows();
        // Before the first row of macroblocks there are no kept rows.
        let skipped = if row == 0 { y.kept() } else { 0 };
        let first = 16 * row as usize + skipped - y.kept();
        let end = if last { height } else { 16 * row as usize + 16 - y.kept() };
        let count = end - first;
        Self {
            first,
            count,
            chroma_count: count.div_ceil(2),
            width,
            chroma_width: width.div_ceil(2),
            last,
            y: y.rows_from(skipped),
            y_stride: y.stride,
            u: u.rows_from(skipped / 2),
            v: v.rows_from(skipped / 2),
            uv_stride: u.stride,
        }
    }

    /// The row of luma with index `at`, which is below `count`.
    #[must_use]
    pub fn y_row(&self, at: usize) -> &'a [u8] {
        &self.y[at * self.y_stride..][..self.width]
    }

    /// The row of blue chroma with index `at`, which is below `chroma_count`.
    #[must_use]
    pub fn u_row(&self, at: usize) -> &'a [u8] {
        &self.u[at * self.uv_stride..][..self.chroma_width]
    }

    /// The row of red chroma with index `at`, which is below `chroma_count`.
    #[must_use]
    pub fn v_row(&self, at: usize) -> &'a [u8] {
        &self.v[at * self.uv_stride..][..self.chroma_width]
    }
}
