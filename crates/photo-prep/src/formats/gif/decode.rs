//! The first frame of a GIF on its canvas, by the `gif` crate.

use std::borrow::Cow;

use gif::{ColorOutput, DecodeOptions, Frame, MemoryLimit};
use rayon::prelude::*;

use crate::formats::lzw::{self, Kind};
use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, LimitKind, Result};

pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let bytes = &*with_colors(bytes);
    if let Some(frame) = packed_frame(bytes, memory) {
        let (length, place) = (frame.width as usize * frame.height as usize, Placement::of(&frame));
        let packed = frame.buffer.split_first();
        let expanded = packed.and_then(|(bits, data)| lzw::expanded(Kind::Gif, *bits, data, length));
        if let (Some(expanded), false, Some(palette)) = (expanded, frame.interlaced, &frame.palette) {
            return place.on_canvas(info.size, expanded.bytes(), palette);
        }
    }
    decode_by_crate(bytes, info, memory)
}

/// The first frame, its data still packed, with the colors that are for it; `None` where anything is out of
/// order.
fn packed_frame(bytes: &[u8], memory: u64) -> Option<Frame<'static>> {
    let mut options = options(memory);
    options.skip_frame_decoding(true);
    let decoder = options.read_info(bytes).ok()?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let mut frame = decoder.into_iter().next()?.ok()?;
    frame.palette = frame.palette.take().or(global).or_else(|| Some(grays(bytes)));
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    // Beside the indices there are the packed bytes.
    (pixels + frame.buffer.len() as u64 <= memory).then_some(frame)
}

/// The file with a table of grays where it has no table for all frames, since the crate refuses frames
/// without colors.
pub(crate) fn with_colors(bytes: &[u8]) -> Cow<'_, [u8]> {
    const HAS_TABLE: u8 = 0x80;
    match bytes.split_at_checked(13) {
        Some((head, rest)) if head.get(10).is_some_and(|flags| flags & HAS_TABLE == 0) => {
            let mut file = [head, &grays(bytes), rest].concat();
            if let Some(flags) = file.get_mut(10) {
                *flags |= HAS_TABLE;
            }
            Cow::Owned(file)
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// The colors of a picture that has no table of them: from black to white. Its header tells how many there
/// are all the same (GIF89a, section 18); two are what the standard recommends, 256 what Pillow shows.
pub(crate) fn grays(bytes: &[u8]) -> Vec<u8> {
    let most = (2u32 << (bytes.get(10).copied().unwrap_or(7) & 7)) - 1;
    (0..=most).flat_map(|index| [(index * 255 / most) as u8; 3]).collect()
}

pub(crate) fn options(memory: u64) -> DecodeOptions {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(false);
    options.allow_unknown_blocks(true);
    options.set_memory_limit(MemoryLimit::Bytes(memory.try_into().unwrap_or(std::num::NonZeroU64::MIN)));
    options
}

/// Also decodes interlaced frames, frames that are cut off behind their last pixel, and knows what is wrong
/// with others.
fn decode_by_crate(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let mut decoder = options(memory).read_info(bytes).map_err(error)?;
    let missing = |what: &str| Error::malformed(Format::Gif, None, what);
    let frame = decoder.next_frame_info().map_err(error)?.ok_or_else(|| missing("no frame"))?;
    let frame_size = Size::new(frame.width.into(), frame.height.into());
    if frame_size.pixels() > memory {
        let (what, limit) = (LimitKind::Memory, memory);
        return Err(Error::LimitExceeded { what, actual: frame_size.pixels(), limit });
    }
    let place = Placement::of(frame);
    let palette = decoder.palette().map_or_else(|_| grays(bytes), <[u8]>::to_vec);
    let mut indices = vec![0; usize::try_from(frame_size.pixels()).unwrap_or(usize::MAX)];
    decoder.read_into_buffer(&mut indices).map_err(error)?;
    place.on_canvas(info.size, &indices, &palette)
}

/// Where the frame lies on the canvas.
pub(super) struct Placement {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    pub(super) transparent: Option<u8>,
}

impl Placement {
    pub(super) fn of(frame: &Frame<'_>) -> Self {
        Self {
            left: frame.left.into(),
            top: frame.top.into(),
            width: frame.width.into(),
            height: frame.height.into(),
            transparent: frame.transparent,
        }
    }

    /// The frame's colors on a canvas of this size.
    pub(super) fn on_canvas(&self, canvas: Size, indices: &[u8], palette: &[u8]) -> Result<Raster> {
        let raster = if self.covers(canvas, indices) {
            Raster::new(canvas, Layout::Rgb, self.compose::<3>(canvas, indices, palette))
        } else {
            Raster::new(canvas, Layout::Rgba, self.compose::<4>(canvas, indices, palette))
        };
        raster.ok_or_else(|| Error::malformed(Format::Gif, None, "the canvas has no size"))
    }

    /// Whether the frame leaves nothing of the canvas transparent.
    fn covers(&self, canvas: Size, indices: &[u8]) -> bool {
        let (width, height) = (canvas.width as usize, canvas.height as usize);
        let whole = self.left == 0 && self.top == 0 && self.width >= width && self.height >= height;
        whole && self.transparent.is_none_or(|index| memchr::memchr(index, indices).is_none())
    }

    /// The frame's colors, the first `N` of red, green, blue and alpha, on a canvas that is transparent
    /// elsewhere; what lies outside of it is cut off.
    fn compose<const N: usize>(&self, canvas: Size, indices: &[u8], palette: &[u8]) -> Vec<u8> {
        let (width, height) = (canvas.width as usize, canvas.height as usize);
        let colors: [[u8; N]; 256] =
            std::array::from_fn(|i| self.color(i as u8, palette).first_chunk().copied().unwrap_or([0; N]));
        let mut out = vec![[0; N]; width * height];
        let lines = indices.par_chunks_exact(self.width.max(1));
        out.par_chunks_exact_mut(width).skip(self.top).zip(lines).for_each(|(row, line)| {
            for (pixel, &index) in row.iter_mut().skip(self.left).zip(line) {
                *pixel = colors[usize::from(index)];
            }
        });
        out.into_flattened()
    }

    /// Indices past the palette are black, as most viewers show them.
    fn color(&self, index: u8, palette: &[u8]) -> [u8; 4] {
        if self.transparent == Some(index) {
            return [0; 4];
        }
        match palette.chunks_exact(3).nth(index.into()) {
            Some(&[r, g, b]) => [r, g, b, 255],
            _ => [0, 0, 0, 255],
        }
    }
}

pub(crate) fn error(error: gif::DecodingError) -> Error {
    match error {
        gif::DecodingError::Io(_) => {
            Error::malformed(Format::Gif, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(Format::Gif, None, other.to_string()),
    }
}
