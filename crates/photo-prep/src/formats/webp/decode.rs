//! WebP to samples, by the `image` crate.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, Limits};

use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, Result};

pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let to_error = |e| error(info.format, memory, e);
    let mut limits = Limits::default();
    limits.max_alloc = Some(memory);
    let picture = WebPDecoder::new(Cursor::new(bytes)).and_then(|d| limited(d, limits)).map_err(to_error)?;
    let size = Size::new(picture.width(), picture.height());
    if size != info.size {
        let reason = format!("the header says {}, the data is for {size}", info.size);
        return Err(Error::malformed(info.format, None, reason));
    }
    let (layout, data) = match picture {
        DynamicImage::ImageRgb8(p) => (Layout::Rgb, p.into_raw()),
        other => (Layout::Rgba, other.into_rgba8().into_raw()),
    };
    Raster::new(size, layout, data).ok_or_else(|| Error::malformed(info.format, None, "samples are missing"))
}

fn limited(mut decoder: impl ImageDecoder, limits: Limits) -> Result<DynamicImage, ImageError> {
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

fn error(format: Format, memory: u64, error: ImageError) -> Error {
    match error {
        ImageError::Limits(l) if matches!(l.kind(), LimitErrorKind::InsufficientMemory) => {
            Error::MemoryExceeded { limit: memory }
        }
        ImageError::Unsupported(u) => Error::unsupported(format, u.to_string()),
        ImageError::IoError(_) => {
            Error::malformed(format, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(format, None, other.to_string()),
    }
}
