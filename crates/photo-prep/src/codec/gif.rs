//! The first frame of a GIF on its canvas, by the `gif` crate.

use gif::{ColorOutput, DecodeOptions, MemoryLimit};

use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, LimitKind, Result};

pub(super) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(false);
    options.allow_unknown_blocks(true);
    options.set_memory_limit(MemoryLimit::Bytes(memory.try_into().unwrap_or(std::num::NonZeroU64::MIN)));
    let mut decoder = options.read_info(bytes).map_err(error)?;
    let missing = |what: &str| Error::malformed(Format::Gif, None, what);
    let frame = decoder.next_frame_info().map_err(error)?.ok_or_else(|| missing("no frame"))?;
    let frame_size = Size::new(frame.width.into(), frame.height.into());
    if frame_size.pixels() > memory {
        let (what, limit) = (LimitKind::Memory, memory);
        return Err(Error::LimitExceeded { what, actual: frame_size.pixels(), limit });
    }
    let place = Placement {
        left: frame.left.into(),
        top: frame.top.into(),
        width: frame.width.into(),
        transparent: frame.transparent,
    };
    let palette = decoder.palette().map_err(|_| missing("no table of colours"))?.to_vec();
    let mut indices = vec![0; usize::try_from(frame_size.pixels()).unwrap_or(usize::MAX)];
    decoder.read_into_buffer(&mut indices).map_err(error)?;
    let canvas = place.compose(info.size, &indices, &palette);
    Raster::new(info.size, Layout::Rgba, canvas).ok_or_else(|| missing("the canvas has no size"))
}

/// Where the frame lies on the canvas.
struct Placement {
    left: usize,
    top: usize,
    width: usize,
    transparent: Option<u8>,
}

impl Placement {
    /// The frame's colours on a canvas that is transparent elsewhere; what lies outside of it is cut off.
    fn compose(&self, canvas: Size, indices: &[u8], palette: &[u8]) -> Vec<u8> {
        let (width, height) = (canvas.width as usize, canvas.height as usize);
        let colors: Vec<[u8; 4]> = (0..=255u8).map(|i| self.color(i, palette)).collect();
        let mut out = vec![0; width * height * 4];
        let rows = out.chunks_exact_mut(width * 4).skip(self.top);
        for (row, line) in rows.zip(indices.chunks_exact(self.width.max(1))) {
            let pixels = row.chunks_exact_mut(4).skip(self.left);
            for (pixel, &index) in pixels.zip(line) {
                pixel.copy_from_slice(&colors[usize::from(index)]);
            }
        }
        out
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

fn error(error: gif::DecodingError) -> Error {
    match error {
        gif::DecodingError::Io(_) => {
            Error::malformed(Format::Gif, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(Format::Gif, None, other.to_string()),
    }
}
