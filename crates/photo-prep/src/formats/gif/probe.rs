//! Facts of a GIF (CompuServe, GIF89a): the blocks are walked to the trailer.

use crate::formats::probe_support::plain;
use crate::info::{ColorModel, ImageInfo};
use crate::metadata::bytes::le16;
use crate::{Error, Format, Result, Size, Warning};

/// What the walk over the blocks found.
#[derive(Default)]
struct Blocks {
    /// The first frame: the canvas it needs, and whether it starts at the canvas' corner.
    first: Option<(Size, bool)>,
    frames: usize,
    /// Whether the first frame has a transparent color.
    transparent: bool,
    /// Whether the first frame has a table of colors of its own.
    colors: bool,
    private: usize,
    end: Option<usize>,
}

pub(crate) fn probe(bytes: &[u8]) -> Result<ImageInfo> {
    let cut = || Error::malformed(Format::Gif, bytes.len(), "the file ends within the header");
    let (width, height) = (le16(bytes, 6).ok_or_else(cut)?, le16(bytes, 8).ok_or_else(cut)?);
    let flags = *bytes.get(10).ok_or_else(cut)?;
    let canvas = Size::new(width.into(), height.into());
    let blocks = walk(bytes, 13 + table_bytes(flags));
    let Some((frame, covers)) = blocks.first else {
        return Err(Error::malformed(Format::Gif, bytes.len(), "no frame"));
    };
    // A first frame that sticks out of its canvas enlarges it, as browsers and Pillow take it.
    let size = Size::new(canvas.width.max(frame.width), canvas.height.max(frame.height));
    let mut info = plain(Format::Gif, size, bytes, ColorModel::Palette);
    info.alpha = blocks.transparent || !(covers && frame.width >= size.width && frame.height >= size.height);
    info.animated = blocks.frames > 1;
    info.private_bytes = blocks.private as u64;
    info.unreferenced_bytes = blocks.end.map_or(0, |e| bytes.len().saturating_sub(e)) as u64;
    if flags & 0x80 == 0 && !blocks.colors {
        let why = "a GIF without a table of colors: its numbers are taken as grays from black to white";
        info.warnings.push(Warning::ColorAssumed(why.into()));
    }
    info.well_formed = blocks.end.is_some();
    if !info.well_formed {
        info.warnings.push(Warning::MalformedStructure("the trailer is missing".into()));
    }
    Ok(info)
}

fn table_bytes(flags: u8) -> usize {
    if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 }
}

fn walk(bytes: &[u8], mut at: usize) -> Blocks {
    let mut blocks = Blocks::default();
    let mut transparent = false;
    // Each block takes some bytes, and none is remembered.
    loop {
        match bytes.get(at) {
            Some(0x21) => {
                let label = bytes.get(at + 1).copied().unwrap_or(0);
                if label == 0xF9 && blocks.frames == 0 {
                    transparent = bytes.get(at + 3).is_some_and(|f| f & 1 != 0);
                }
                let end = end_of_sub_blocks(bytes, at + 2);
                let loops = bytes.get(at + 3..at + 14) == Some(b"NETSCAPE2.0");
                if label != 0xF9 && !loops {
                    blocks.private += end - at;
                }
                at = end;
            }
            Some(0x2C) => {
                let number = |i| le16(bytes, at + i).map_or(0, u32::from);
                if blocks.frames == 0 {
                    let covers = number(1) == 0 && number(3) == 0;
                    blocks.first = Some((Size::new(number(1) + number(5), number(3) + number(7)), covers));
                    blocks.transparent = transparent;
                }
                let flags = bytes.get(at + 9).copied().unwrap_or(0);
                blocks.colors |= blocks.frames == 0 && flags & 0x80 != 0;
                blocks.frames += 1;
                at = end_of_sub_blocks(bytes, at + 11 + table_bytes(flags));
            }
            Some(0x3B) => {
                blocks.end = Some(at + 1);
                return blocks;
            }
            _ => return blocks,
        }
    }
}

/// Just after the empty block that ends a run of sub-blocks, or the end of the file.
fn end_of_sub_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&length) = bytes.get(at) {
        at += 1 + usize::from(length);
        if length == 0 {
            return at;
        }
    }
    bytes.len()
}
