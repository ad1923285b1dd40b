//! BMP to samples, for every kind that Windows and OS/2 programs write.
//!
//! Not read, and said so: Huffman and 24-bit run lengths of OS/2, wrapped JPEG and PNG, 64 bits a pixel.

use super::header::{Coding, Header};
use super::palette::Palette;
use super::rows::{self, Rows};
use super::runs;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, LimitKind, Result};

/// Decodes a BMP. Needs no memory beside the result, which is never larger than `memory` bytes.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let header = Header::parse(bytes)?;
    let palette = Palette::read(bytes, &header);
    let layout = layout(&header, &palette, info);
    let (size, start) = (header.size, header.data);
    let length = Raster::bytes_for(size, layout);
    if length as u64 > memory {
        let (what, actual) = (LimitKind::Memory, length as u64);
        return Err(Error::LimitExceeded { what, actual, limit: memory });
    }
    let data = match (header.coding, layout) {
        (Coding::RunLengths, Layout::Gray) => runs::decode(bytes, &header, palette.grays())?,
        (Coding::RunLengths, _) => runs::decode(bytes, &header, palette.colors())?,
        (Coding::Plain, _) => Rows::open(bytes, header, layout, palette)?.decode(),
    };
    Raster::new(size, layout, data).ok_or_else(|| Error::malformed(Format::Bmp, start, "samples are missing"))
}

/// Bytes that a stored row takes, with its padding.
pub(crate) fn stride(header: &Header) -> u64 {
    rows::row_bytes(header).1
}

/// How many rows of picture data are there, at most as many as the picture has.
pub(crate) fn rows_there(bytes: &[u8], header: &Header) -> u64 {
    let there = match header.coding {
        Coding::RunLengths => runs::rows_there(bytes, header),
        Coding::Plain => rows::rows_there(bytes, header),
    };
    there.min(header.size.height.into())
}

/// The picture row by row; `None` where that is not possible.
pub(crate) fn rows<'a>(bytes: &'a [u8], info: &ImageInfo) -> Result<Option<Rows<'a>>> {
    let header = Header::parse(bytes)?;
    if !header.has_rows() {
        return Ok(None);
    }
    let palette = Palette::read(bytes, &header);
    let layout = layout(&header, &palette, info);
    Rows::open(bytes, header, layout, palette).map(Some)
}

fn layout(header: &Header, palette: &Palette, info: &ImageInfo) -> Layout {
    match (header.depth, header.masks.alpha) {
        // A profile is for RGB, so that its picture stays RGB.
        (..=8, _) if palette.is_gray() && info.icc.is_none() => Layout::Gray,
        (..=8, _) | (_, 0) => Layout::Rgb,
        _ => Layout::Rgba,
    }
}

/// The color profile that the header tells of.
pub(crate) fn icc_profile(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(Header::parse(bytes).ok()?.profile?)
}
