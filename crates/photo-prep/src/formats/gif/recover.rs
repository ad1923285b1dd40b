//! GIF: the lines that can be unpacked; the rest is transparent, or of the first color.

use gif::{Decoder, Frame};

use crate::formats::coverage::Coverage;
use crate::formats::gif::decode::{error, grays, options, with_colors};
use crate::metadata::bytes::le16;
use crate::{Error, Format, LimitKind, Result};

pub(crate) fn coverage(bytes: &[u8], memory: u64) -> Option<Coverage> {
    lines(bytes, memory).ok().map(|lines| lines.there)
}

pub(crate) fn recovered(bytes: &[u8], memory: u64) -> Result<Option<(Vec<u8>, Coverage)>> {
    let Lines { frame, there } = lines(bytes, memory)?;
    let (Some(width), Some(height)) = (le16(bytes, 6), le16(bytes, 8)) else { return Ok(None) };
    let written = |e: gif::EncodingError| Error::malformed(Format::Gif, None, e.to_string());
    let mut out = Vec::new();
    let mut encoder = gif::Encoder::new(&mut out, width, height, &[]).map_err(written)?;
    encoder.write_frame(&frame).map_err(written)?;
    drop(encoder);
    Ok(Some((out, there)))
}

/// The first frame, filled.
struct Lines {
    frame: Frame<'static>,
    there: Coverage,
}

fn lines(bytes: &[u8], memory: u64) -> Result<Lines> {
    let bytes = &*with_colors(bytes);
    let mut decoder = options(memory).read_info(bytes).map_err(error)?;
    let no_frame = || Error::malformed(Format::Gif, None, "no frame");
    let mut frame = decoder.next_frame_info().map_err(error)?.ok_or_else(no_frame)?.clone();
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    if (width * height) as u64 > memory {
        let (what, actual) = (LimitKind::Memory, (width * height) as u64);
        return Err(Error::LimitExceeded { what, actual, limit: memory });
    }
    frame.palette = Some(decoder.palette().map_or_else(|_| grays(bytes), <[u8]>::to_vec));
    let mut indices = vec![frame.transparent.unwrap_or(0); width * height];
    let there = unpack(&mut decoder, &mut indices, &frame);
    frame.interlaced = false;
    frame.buffer = indices.into();
    Ok(Lines { frame, there: Coverage::rows(there, height as u64) })
}

/// Reads line by line until the data ends, and tells how many lines there were.
fn unpack(decoder: &mut Decoder<&[u8]>, indices: &mut [u8], frame: &Frame<'_>) -> u64 {
    let (width, height) = (usize::from(frame.width).max(1), usize::from(frame.height));
    let mut line = vec![0; width];
    let mut there = 0;
    for y in order(height, frame.interlaced) {
        if !decoder.fill_buffer(&mut line).is_ok_and(|filled| filled) {
            break;
        }
        there += 1;
        if let Some(place) = indices.get_mut(y * width..(y + 1) * width) {
            place.copy_from_slice(&line);
        }
    }
    there
}

/// The places of the stored lines.
fn order(height: usize, interlaced: bool) -> Vec<usize> {
    let passes: &[(usize, usize)] = if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
    passes.iter().flat_map(|&(first, step)| (first..height).step_by(step)).collect()
}
