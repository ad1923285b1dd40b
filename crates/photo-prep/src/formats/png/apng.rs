//! The frames of an animated PNG behind its default image (W3C PNG, third edition, 11.3.6), each as a PNG of
//! its own.

use crate::formats::png;
use crate::formats::png::{Chunk, Header, PngLayout, SIGNATURE};
use crate::metadata::bytes::be32;

/// So many frames are looked at, and so many pixels in them.
pub(crate) const FRAMES: usize = 100;
pub(crate) const PIXELS: u64 = 400_000_000;

/// A frame: where it lies on the canvas, and the chunks of its data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) left: u32,
    pub(crate) top: u32,
    /// The number of its fcTL chunk in the layout.
    at: usize,
}

impl Frame {
    pub(crate) fn covers(&self, header: Header) -> bool {
        (self.left, self.top, self.width, self.height) == (0, 0, header.width, header.height)
    }
}

/// The frames behind the default image that lie within the canvas.
pub(crate) fn frames<'a>(bytes: &'a [u8], layout: &'a PngLayout) -> impl Iterator<Item = Frame> + 'a {
    let canvas = png::header(bytes, layout).ok();
    let data_at = layout.chunks.iter().position(|c| c.kind == *b"IDAT").unwrap_or(usize::MAX);
    layout.chunks.iter().enumerate().skip(data_at).filter_map(move |(at, chunk)| {
        let data = bytes.get(chunk.data.clone()).filter(|_| chunk.kind == *b"fcTL" && chunk.sound)?;
        let number = |n: usize| be32(data, 4 + 4 * n);
        let frame = Frame { width: number(0)?, height: number(1)?, left: number(2)?, top: number(3)?, at };
        let canvas = canvas?;
        let within = frame.width > 0
            && frame.height > 0
            && frame.left.checked_add(frame.width)? <= canvas.width
            && frame.top.checked_add(frame.height)? <= canvas.height;
        within.then_some(frame)
    })
}

/// A frame as a file with the colors of the whole; `None` where its data are missing.
pub(crate) fn file(bytes: &[u8], layout: &PngLayout, frame: &Frame) -> Option<Vec<u8>> {
    let header = bytes.get(layout.chunks.first()?.data.clone())?.get(8..13)?;
    let size = [frame.width.to_be_bytes(), frame.height.to_be_bytes()].concat();
    let mut out = SIGNATURE.to_vec();
    out.extend(png::make_chunk(*b"IHDR", &[&size, header].concat())?);
    let before = layout.chunks.iter().skip(1).take_while(|c| c.kind != *b"IDAT");
    for chunk in before.filter(|c| !matches!(&c.kind, b"acTL" | b"fcTL")) {
        out.extend_from_slice(bytes.get(chunk.whole.clone())?);
    }
    let behind = layout.chunks.iter().skip(frame.at + 1).take_while(|c| c.kind == *b"fdAT" && c.sound);
    let mut empty = true;
    for chunk in behind {
        // Behind its number.
        out.extend(png::make_chunk(*b"IDAT", bytes.get(chunk.data.clone())?.get(4..)?)?);
        empty = false;
    }
    out.extend(png::make_chunk(*b"IEND", &[])?);
    (!empty).then_some(out)
}

/// The chunks that say what the colors mean, whole.
pub(crate) fn color_chunks(bytes: &[u8], layout: &PngLayout) -> Vec<u8> {
    let tells = |c: &&Chunk| matches!(&c.kind, b"cICP" | b"iCCP" | b"sRGB" | b"gAMA" | b"cHRM") && c.sound;
    let chunks = layout.chunks.iter().filter(tells).filter_map(|c| bytes.get(c.whole.clone()));
    chunks.collect::<Vec<_>>().concat()
}
