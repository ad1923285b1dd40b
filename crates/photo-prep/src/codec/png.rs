//! PNG to samples, by the `png` crate: rows are rounded to 8 bits as they come.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::bands::RowSource;
use crate::pixels::{Layout, Raster, narrow};
use crate::{Error, Format, LimitKind, Result};

pub(super) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let mut rows = Rows::open(bytes, memory)?;
    let (size, layout) = (rows.size(), rows.layout());
    let data = if rows.reader.info().interlaced {
        whole(&mut rows.reader, rows.wide)?
    } else {
        let mut data = Vec::with_capacity(Raster::bytes_for(size, layout));
        rows.append(size.height as usize, &mut data)?;
        data
    };
    Raster::new(size, layout, data).ok_or_else(|| missing(info.size))
}

/// The picture row by row; `None` where it is interlaced.
pub(super) fn rows(bytes: &[u8], memory: u64) -> Result<Option<Rows<'_>>> {
    Ok(Some(Rows::open(bytes, memory)?).filter(|rows| !rows.reader.info().interlaced))
}

/// Rows of 8 bits a sample, from the top.
pub(super) struct Rows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    layout: Layout,
    wide: bool,
    /// Rows that are still to come.
    left: usize,
}

impl<'a> Rows<'a> {
    fn open(bytes: &'a [u8], memory: u64) -> Result<Self> {
        let bytes_limit = usize::try_from(memory).unwrap_or(usize::MAX);
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: bytes_limit });
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let reader = decoder.read_info().map_err(error)?;
        let (color, depth) = reader.output_color_type();
        let layout = match color {
            ColorType::Grayscale => Layout::Gray,
            ColorType::GrayscaleAlpha => Layout::GrayAlpha,
            ColorType::Rgb => Layout::Rgb,
            ColorType::Rgba => Layout::Rgba,
            ColorType::Indexed => {
                return Err(Error::malformed(Format::Png, None, "the palette is missing"));
            }
        };
        let left = reader.info().height as usize;
        Ok(Self { reader, layout, wide: depth == BitDepth::Sixteen, left })
    }
}

impl RowSource for Rows<'_> {
    fn size(&self) -> Size {
        Size::new(self.reader.info().width, self.reader.info().height)
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        for _ in 0..count {
            let row = self.reader.next_row().map_err(error)?;
            let Some(row) = row else { return Err(missing(self.size())) };
            if self.wide {
                out.extend(narrow::be16(row.data()));
            } else {
                out.extend_from_slice(row.data());
            }
        }
        self.left = self.left.saturating_sub(count);
        if self.left == 0 {
            // What is wrong with the end of the data is only told to who asks for a row too many.
            self.reader.next_row().map_err(error)?;
        }
        Ok(())
    }
}

fn missing(size: Size) -> Error {
    Error::malformed(Format::Png, None, format!("picture data for {size} is missing"))
}

/// Interlaced pictures need all rows at once.
fn whole(reader: &mut Reader<Cursor<&[u8]>>, wide: bool) -> Result<Vec<u8>> {
    let length = reader.output_buffer_size();
    let length = length.ok_or_else(|| Error::malformed(Format::Png, None, "the picture is too large"))?;
    let mut data = vec![0; length];
    reader.next_frame(&mut data).map_err(error)?;
    Ok(if wide { narrow::be16(&data).collect() } else { data })
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
