//! PNG to samples, by the `png` crate: rows are rounded to 8 bits as they come.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster, narrow};
use crate::{Error, Format, LimitKind, Result};

pub(super) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let bytes_limit = usize::try_from(memory).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: bytes_limit });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(error)?;
    let (color, depth) = reader.output_color_type();
    let layout = match color {
        ColorType::Grayscale => Layout::Gray,
        ColorType::GrayscaleAlpha => Layout::GrayAlpha,
        ColorType::Rgb => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
        ColorType::Indexed => return Err(Error::malformed(Format::Png, None, "the palette is missing")),
    };
    let size = Size::new(reader.info().width, reader.info().height);
    let wide = depth == BitDepth::Sixteen;
    let data = if reader.info().interlaced {
        whole(&mut reader, wide)?
    } else {
        rows(&mut reader, size, layout, wide)?
    };
    Raster::new(size, layout, data).ok_or_else(|| {
        Error::malformed(Format::Png, None, format!("picture data for {} is missing", info.size))
    })
}

/// Interlaced pictures need all rows at once.
fn whole(reader: &mut Reader<Cursor<&[u8]>>, wide: bool) -> Result<Vec<u8>> {
    let length = reader.output_buffer_size();
    let length = length.ok_or_else(|| Error::malformed(Format::Png, None, "the picture is too large"))?;
    let mut data = vec![0; length];
    reader.next_frame(&mut data).map_err(error)?;
    Ok(if wide { narrow::be16(&data).collect() } else { data })
}

fn rows(reader: &mut Reader<Cursor<&[u8]>>, size: Size, layout: Layout, wide: bool) -> Result<Vec<u8>> {
    let mut data = Vec::with_capacity(Raster::bytes_for(size, layout));
    while let Some(row) = reader.next_row().map_err(error)? {
        if wide {
            data.extend(narrow::be16(row.data()));
        } else {
            data.extend_from_slice(row.data());
        }
    }
    Ok(data)
}

fn error(error: png::DecodingError) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => {
            Error::LimitExceeded { what: LimitKind::Memory, actual: u64::MAX, limit: 0 }
        }
        png::DecodingError::IoError(_) => {
            Error::malformed(Format::Png, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(Format::Png, None, other.to_string()),
    }
}
