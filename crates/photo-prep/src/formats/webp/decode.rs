//! WebP to samples: lossy pictures without alpha by `photo-vp8`, all others by `image-webp`.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::container::check_size;
use super::lossy;
use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::bands::{self, RowSource};
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, Result};

/// What `run` makes of the picture row by row; `None` where it is not lossy, or has alpha or several frames.
pub(crate) fn by_rows<T: Send>(
    bytes: &[u8],
    info: &ImageInfo,
    run: impl Fn(&mut dyn RowSource) -> Result<T> + Sync,
) -> Result<Option<T>> {
    if info.by_rows { lossy::with(bytes, info, &run).map(Some) } else { Ok(None) }
}

pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    if info.by_rows && Raster::bytes_for(info.size, Layout::Rgb) as u64 > memory {
        return Err(Error::MemoryExceeded { limit: memory });
    }
    if let Some(raster) = by_rows(bytes, info, bands::whole)? {
        return Ok(raster);
    }
    let to_error = |e| error(info.format, memory, e);
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(to_error)?;
    decoder.set_memory_limit(usize::try_from(memory).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    let size = Size::new(width, height);
    check_size(info, size)?;
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let needed = decoder.output_buffer_size().filter(|needed| *needed as u64 <= memory);
    let mut data = vec![0; needed.ok_or(Error::MemoryExceeded { limit: memory })?];
    decoder.read_image(&mut data).map_err(to_error)?;
    Raster::new(size, layout, data).ok_or_else(|| Error::malformed(info.format, None, "samples are missing"))
}

fn error(format: Format, memory: u64, error: DecodingError) -> Error {
    match error {
        DecodingError::MemoryLimitExceeded => Error::MemoryExceeded { limit: memory },
        DecodingError::UnsupportedFeature(what) => Error::unsupported(format, what),
        DecodingError::IoError(_) => {
            Error::malformed(format, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(format, None, other.to_string()),
    }
}
