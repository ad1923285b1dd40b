//! PNG to samples, by the `png` crate: rows come out with 8 bits a sample.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Limits, Reader, Transformations};

use super::deep::Deep;
use super::plain_rows;
use crate::formats::decode_request::DecodeRequest;
use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::pixels::bands::{self, RowSource};
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, Result};

pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, request: &DecodeRequest) -> Result<Raster> {
    if let Some(raster) = by_rows(bytes, request, bands::whole)? {
        return Ok(raster);
    }
    let mut rows = Rows::open(bytes, request)?;
    let (size, layout, data) = (rows.size(), rows.layout(), rows.whole()?);
    Raster::new(size, layout, data).ok_or_else(|| missing(info.size))
}

/// What `run` makes of the picture row by row; `None` where it is interlaced. `run` may be called a second
/// time, where the first call ended with an error.
pub(crate) fn by_rows<T>(
    bytes: &[u8],
    request: &DecodeRequest,
    run: impl Fn(&mut dyn RowSource) -> Result<T> + Sync,
) -> Result<Option<T>>
where
    T: Send,
{
    // What ends in an error there is asked of the `png` crate, which reads more kinds, and tells what is wrong.
    if let Some(Ok(made)) = plain_rows::with(bytes, &request.depth, &run) {
        return Ok(Some(made));
    }
    let mut rows = Rows::open(bytes, request)?;
    if rows.reader.info().interlaced { Ok(None) } else { run(&mut rows).map(Some) }
}

/// Whether every pixel is fully transparent.
pub(crate) fn is_invisible(bytes: &[u8], request: &DecodeRequest) -> Result<bool> {
    let mut rows = Rows::open(bytes, request)?;
    let (n, height) = (rows.layout().channels(), rows.size().height);
    if !rows.layout().has_alpha() {
        return Ok(false);
    }
    let shows = |data: &[u8]| data.chunks_exact(n).any(|pixel| pixel[n - 1] > 0);
    if rows.reader.info().interlaced {
        let bytes = Raster::bytes_for(rows.size(), rows.layout()) as u64;
        return Ok(2 * bytes <= request.memory && !shows(&rows.whole()?));
    }
    let mut row = Vec::new();
    for _ in 0..height {
        row.clear();
        rows.append(1, &mut row)?;
        if shows(&row) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Rows of 8 bits a sample, from the top.
pub(crate) struct Rows<'a> {
    reader: Reader<Cursor<&'a [u8]>>,
    layout: Layout,
    /// Where samples are converted before they are rounded: their way to 8 bits, and a row of them.
    depth: Option<Deep<'a>>,
    /// Bytes that the decoder may allocate.
    memory: u64,
    /// Rows that are still to come.
    left: usize,
}

impl<'a> Rows<'a> {
    fn open(bytes: &'a [u8], request: &'a DecodeRequest) -> Result<Self> {
        let bytes_limit = usize::try_from(request.memory).unwrap_or(usize::MAX);
        let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: bytes_limit });
        decoder.set_transformations(Transformations::EXPAND);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let reader = decoder.read_info().map_err(|e| error(e, request.memory))?;
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
        let has_16_bits = depth == BitDepth::Sixteen;
        let depth = (has_16_bits || request.depth.is_for_all_depths())
            .then(|| Deep::new(&request.depth, has_16_bits));
        Ok(Self { reader, layout, depth, memory: request.memory, left })
    }

    /// Interlaced pictures need all rows at once.
    fn whole(&mut self) -> Result<Vec<u8>> {
        let lengths = self.reader.output_buffer_size().zip(self.reader.output_line_size(self.size().width));
        let (length, line) =
            lengths.ok_or_else(|| Error::malformed(Format::Png, None, "the picture is too large"))?;
        let mut data = vec![0; length];
        self.reader.next_frame(&mut data).map_err(|e| error(e, self.memory))?;
        let samples = Raster::bytes_for(self.size(), self.layout);
        let Some(depth) = &mut self.depth else { return Ok(data) };
        let mut out = Vec::with_capacity(samples);
        // By rows, so that the numbers never stand beside all of the bytes.
        for row in data.chunks(line.max(1)) {
            depth.append(self.layout, row, &mut out)?;
        }
        Ok(out)
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
            let row = self.reader.next_row().map_err(|e| error(e, self.memory))?;
            let Some(row) = row else { return Err(missing(self.size())) };
            match &mut self.depth {
                Some(depth) => depth.append(self.layout, row.data(), out)?,
                None => out.extend_from_slice(row.data()),
            }
        }
        self.left = self.left.saturating_sub(count);
        if self.left == 0 {
            // What is wrong with the end of the data is only told to who asks for a row too many.
            self.reader.next_row().map_err(|e| error(e, self.memory))?;
        }
        Ok(())
    }
}

fn missing(size: Size) -> Error {
    Error::malformed(Format::Png, None, format!("picture data for {size} is missing"))
}

fn error(error: png::DecodingError, memory: u64) -> Error {
    match error {
        png::DecodingError::LimitsExceeded => Error::MemoryExceeded { limit: memory },
        png::DecodingError::IoError(_) => {
            Error::malformed(Format::Png, None, "picture data is missing: the file was cut off")
        }
        other => Error::malformed(Format::Png, None, other.to_string()),
    }
}
