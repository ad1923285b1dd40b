//! GIF files: 87a and 89a, several frames, disposal, transparency, interlacing.

use crate::picture::Indexed;

/// A frame of a [`Gif`].
#[derive(Debug, Clone)]
pub struct Frame {
    /// Distance of the frame's left side from the canvas' left side, in pixels.
    pub left: u16,
    /// Distance from the top, in pixels.
    pub top: u16,
    /// The pixels; the palette is written with the frame if `local_palette` is set. Alpha of the palette is
    /// ignored.
    pub picture: Indexed,
    /// Index that leaves what was there before.
    pub transparent: Option<u8>,
    /// What happens to the canvas after the frame: 0 unspecified, 1 keep, 2 background, 3 previous.
    pub disposal: u8,
    /// Rows in four passes.
    pub interlaced: bool,
    /// Whether the frame brings its own palette.
    pub local_palette: bool,
}

impl Frame {
    /// A frame at the top left with the global palette, kept afterwards.
    pub fn new(picture: Indexed) -> Self {
        Self {
            left: 0,
            top: 0,
            picture,
            transparent: None,
            disposal: 1,
            interlaced: false,
            local_palette: false,
        }
    }
}

/// What a GIF file shall hold.
#[derive(Debug, Clone)]
pub struct Gif {
    /// Width of the canvas in pixels.
    pub width: u16,
    /// Height of the canvas in pixels.
    pub height: u16,
    /// Write version 87a: no delays, transparency, disposal or comments.
    pub version_87a: bool,
    /// The global palette is the first frame's, unless that has a local one.
    pub frames: Vec<Frame>,
    /// Text of a comment extension.
    pub comment: Option<String>,
    /// Repeat for ever (the NETSCAPE extension).
    pub looping: bool,
}

impl Gif {
    /// One picture that fills the canvas.
    ///
    /// # Panics
    /// If a side is over 65,535 pixels.
    pub fn still(picture: Indexed) -> Self {
        let side = |v: u32| {
            u16::try_from(v).unwrap_or_else(|_| panic!("a side of {v} pixels: GIF has at most 65,535"))
        };
        let (width, height) = (side(picture.width), side(picture.height));
        Self {
            width,
            height,
            version_87a: false,
            frames: vec![Frame::new(picture)],
            comment: None,
            looping: false,
        }
    }
}

/// Writes a GIF.
///
/// # Panics
/// If a palette has more than 256 colors or an index is beyond the palette's power of two.
pub fn encode(gif: &Gif) -> Vec<u8> {
    let mut out = if gif.version_87a { b"GIF87a".to_vec() } else { b"GIF89a".to_vec() };
    out.extend(gif.width.to_le_bytes());
    out.extend(gif.height.to_le_bytes());
    let global = gif.frames.first().filter(|f| !f.local_palette).map(|f| &f.picture.palette);
    let bits = global.map_or(1, |palette| palette_bits(palette));
    out.extend([if global.is_some() { 0xF0 | (bits - 1) } else { 0x70 }, 0, 0]);
    if let Some(palette) = global {
        push_palette(&mut out, palette, bits);
    }
    if gif.looping && !gif.version_87a {
        out.extend(b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0");
    }
    if let Some(comment) = gif.comment.as_ref().filter(|_| !gif.version_87a) {
        out.extend([0x21, 0xFE]);
        push_blocks(&mut out, comment.as_bytes());
    }
    for frame in &gif.frames {
        push_frame(&mut out, frame, gif.version_87a, bits);
    }
    out.push(0x3B);
    out
}

fn push_frame(out: &mut Vec<u8>, frame: &Frame, version_87a: bool, global_bits: u8) {
    if !version_87a {
        out.extend([0x21, 0xF9, 4, frame.disposal << 2 | u8::from(frame.transparent.is_some()), 10, 0]);
        out.extend([frame.transparent.unwrap_or(0), 0]);
    }
    let bits = if frame.local_palette { palette_bits(&frame.picture.palette) } else { global_bits };
    out.push(0x2C);
    for v in [frame.left, frame.top, frame.picture.width as u16, frame.picture.height as u16] {
        out.extend(v.to_le_bytes());
    }
    let local = if frame.local_palette { 0x80 | (bits - 1) } else { 0 };
    out.push(local | u8::from(frame.interlaced) << 6);
    if frame.local_palette {
        push_palette(out, &frame.picture.palette, bits);
    }
    let code_size = bits.max(2);
    let indices = if frame.interlaced { interlace(&frame.picture) } else { frame.picture.indices.clone() };
    assert!(indices.iter().all(|i| u16::from(*i) < 1 << code_size), "an index beyond the palette");
    let coded = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, code_size).encode(&indices);
    out.push(code_size);
    push_blocks(out, &coded.unwrap_or_else(|error| panic!("LZW: {error}")));
}

fn interlace(picture: &Indexed) -> Vec<u8> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let order = PASSES.into_iter().flat_map(|(first, step)| (first..height).step_by(step));
    order.flat_map(|row| &picture.indices[row * width..(row + 1) * width]).copied().collect()
}

fn palette_bits(palette: &[[u8; 4]]) -> u8 {
    assert!(palette.len() <= 256, "a GIF palette of {} colors", palette.len());
    palette.len().max(2).next_power_of_two().trailing_zeros() as u8
}

fn push_palette(out: &mut Vec<u8>, palette: &[[u8; 4]], bits: u8) {
    let end = out.len() + (3 << bits);
    out.extend(palette.iter().flat_map(|c| [c[0], c[1], c[2]]));
    out.resize(end, 0);
}

fn push_blocks(out: &mut Vec<u8>, data: &[u8]) {
    for block in data.chunks(255) {
        out.push(block.len() as u8);
        out.extend(block);
    }
    out.push(0);
}

/// First row and step of the four passes of an interlaced frame.
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pattern, photo_like};

    fn first_frame(bytes: &[u8]) -> Vec<u8> {
        image::load_from_memory_with_format(bytes, image::ImageFormat::Gif).unwrap().to_rgba8().into_raw()
    }

    #[test]
    fn stills_read_back_exactly() {
        for bits in [1, 2, 4, 8] {
            let picture = Indexed::quantize(&photo_like(45, 31, 6), bits);
            for (interlaced, version_87a, local_palette) in
                [(false, true, false), (true, false, false), (true, true, true)]
            {
                let mut gif = Gif { version_87a, comment: Some("c".into()), ..Gif::still(picture.clone()) };
                gif.frames[0].interlaced = interlaced;
                gif.frames[0].local_palette = local_palette;
                let bytes = encode(&gif);
                assert_eq!(
                    first_frame(&bytes),
                    picture.to_rgba().into_data(),
                    "{bits} bits {interlaced} {version_87a}"
                );
            }
        }
    }

    #[test]
    fn a_small_transparent_frame_is_composed_on_its_canvas() {
        let mut gif = Gif::still(pattern::screenshot(10, 6));
        (gif.width, gif.height) = (16, 12);
        (gif.frames[0].left, gif.frames[0].top, gif.frames[0].transparent) = (3, 4, Some(1));
        let picture = gif.frames[0].picture.clone();
        let shown = first_frame(&encode(&gif));
        let at = |x: usize, y: usize| &shown[(y * 16 + x) * 4..(y * 16 + x) * 4 + 4];
        assert_eq!(at(0, 0)[3], 0);
        for (x, y) in [(0, 0), (9, 5), (4, 3)] {
            let index = picture.indices[y * 10 + x];
            let expected = if index == 1 { 0 } else { 255 };
            assert_eq!(at(x + 3, y + 4)[3], expected, "{x},{y}");
        }
    }

    #[test]
    fn animations_have_their_frames_and_disposals() {
        let frames =
            (0..4).map(|i| Frame { disposal: i, ..Frame::new(pattern::screenshot(12, 8)) }).collect();
        let bytes = encode(&Gif { frames, looping: true, ..Gif::still(pattern::screenshot(12, 8)) });
        let mut reader = ::gif::DecodeOptions::new().read_info(bytes.as_slice()).unwrap();
        let mut disposals = Vec::new();
        while let Some(frame) = reader.read_next_frame().unwrap() {
            disposals.push(frame.dispose as u8);
        }
        assert_eq!(disposals, [0, 1, 2, 3]);
    }
}
