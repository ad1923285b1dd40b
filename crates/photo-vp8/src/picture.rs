//! Decoding of a whole picture at once.

use crate::error::Result;
use crate::header::Header;
use crate::parsed::ParsedRow;
use crate::parser::Parser;
use crate::reconstructor::Reconstructor;

/// A decoded picture: planes without gaps between their rows, of BT.601 in studio range.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Luma: `width` x `height` samples.
    pub y: Vec<u8>,
    /// The blue chroma: half as many samples in a row, and half as many rows, rounded up.
    pub u: Vec<u8>,
    /// The red chroma, laid out as the blue one.
    pub v: Vec<u8>,
}

/// Decodes a key frame, the content of a `VP8 ` chunk, on the calling thread. Takes memory for the whole
/// picture.
///
/// # Errors
///
/// Those of [`Parser::new`] and [`Parser::row`]: a picture of which anything is missing is refused.
pub fn decode(data: &[u8]) -> Result<Picture> {
    let mut parser = Parser::new(data)?;
    let header: Header = *parser.header();
    let mut reconstructor = Reconstructor::new(&header);
    let (width, height) = (header.width as usize, header.height as usize);
    let mut picture = Picture { width, height, y: Vec::new(), u: Vec::new(), v: Vec::new() };
    let mut row = ParsedRow::default();
    while parser.row(&mut row)? {
        let rows = reconstructor.row(&row);
        (0..rows.count).for_each(|at| picture.y.extend_from_slice(rows.y_row(at)));
        for at in 0..rows.chroma_count {
            picture.u.extend_from_slice(rows.u_row(at));
            picture.v.extend_from_slice(rows.v_row(at));
        }
    }
    Ok(picture)
}
