//! TIFF and WebP to samples, by the `image` crate.

use std::io::Cursor;

use image::codecs::{tiff::TiffDecoder, webp::WebPDecoder};
use image::error::{ImageError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, Limits};

use super::Terms;
use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::wide::Wide;
use crate::pixels::{Layout, Raster, narrow};
use crate::{Error, Format, LimitKind, Result};

pub(super) fn decode(bytes: &[u8], info: &ImageInfo, terms: &Terms) -> Result<Raster> {
    let memory = terms.memory;
    let to_error = |e| error(info.format, memory, e);
    let mut limits = Limits::default();
    limits.max_alloc = Some(memory);
    let input = Cursor::new(bytes);
    let picture = match info.format {
        Format::WebP => WebPDecoder::new(input).and_then(|d| limited(d, limits)),
        Format::Tiff => TiffDecoder::new(input).and_then(|d| limited(d, limits)),
        other => return Err(Error::unsupported(other, "there is no decoder for it here")),
    };
    let picture = picture.map_err(to_error)?;
    let size = Size::new(picture.width(), picture.height());
    if size != info.size {
        let reason = format!("the header says {}, the data is for {size}", info.size);
        return Err(Error::malformed(info.format, None, reason));
    }
    let (layout, data) = samples(picture, &terms.wide).map_err(|e| Error::malformed(info.format, None, e))?;
    Raster::new(size, layout, data).ok_or_else(|| Error::malformed(info.format, None, "samples are missing"))
}

fn limited(mut decoder: impl ImageDecoder, limits: Limits) -> Result<DynamicImage, ImageError> {
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

/// 8-bit samples of any picture; 16 bits as `wide` has it, floating point is clamped to 0..=1.
fn samples(picture: DynamicImage, wide: &Wide) -> Result<(Layout, Vec<u8>), String> {
    let from_wide = |layout, samples: &[u16]| {
        let mut out = Vec::with_capacity(samples.len());
        wide.append(layout, samples, &mut out).map(|()| (layout, out))
    };
    Ok(match picture {
        DynamicImage::ImageLuma8(p) => (Layout::Gray, p.into_raw()),
        DynamicImage::ImageLumaA8(p) => (Layout::GrayAlpha, p.into_raw()),
        DynamicImage::ImageRgb8(p) => (Layout::Rgb, p.into_raw()),
        DynamicImage::ImageRgba8(p) => (Layout::Rgba, p.into_raw()),
        DynamicImage::ImageLuma16(p) => from_wide(Layout::Gray, p.as_raw())?,
        DynamicImage::ImageLumaA16(p) => from_wide(Layout::GrayAlpha, p.as_raw())?,
        DynamicImage::ImageRgb16(p) => from_wide(Layout::Rgb, p.as_raw())?,
        DynamicImage::ImageRgba16(p) => from_wide(Layout::Rgba, p.as_raw())?,
        DynamicImage::ImageRgb32F(p) => (Layout::Rgb, narrow::float(p.as_raw()).collect()),
        DynamicImage::ImageRgba32F(p) => (Layout::Rgba, narrow::float(p.as_raw()).collect()),
        other => (Layout::Rgba, other.into_rgba8().into_raw()),
    })
}

fn error(format: Format, memory: u64, error: ImageError) -> Error {
    match error {
        ImageError::Limits(l) if matches!(l.kind(), LimitErrorKind::InsufficientMemory) => {
            Error::LimitExceeded { what: LimitKind::Memory, actual: memory + 1, limit: memory }
        }
        ImageError::Unsupported(u) => Error::unsupported(format, u.to_string()),
        ImageError::IoError(_) => {
            Error::malformed(format, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(format, None, other.to_string()),
    }
}
