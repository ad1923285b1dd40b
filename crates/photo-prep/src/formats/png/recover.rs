//! PNG: what can be inflated, zeros for the rest, which is black or transparent.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::formats::coverage::{Coverage, within};
use crate::formats::png;
use crate::formats::png::{Header, PngLayout, SIGNATURE};
use crate::{Error, Format, InputLimits, Result};

pub(crate) fn coverage(bytes: &[u8]) -> Option<Coverage> {
    let layout = png::walk(bytes).ok()?;
    let header = png::header(bytes, &layout).ok()?;
    let length = inflate(bytes, &layout, header, &mut std::io::sink())?;
    Some(rows(header, length)).filter(|there| !there.is_all() || layout.cut_off)
}

pub(crate) fn recovered(bytes: &[u8], limits: &InputLimits) -> Result<Option<(Vec<u8>, Coverage)>> {
    let layout = png::walk(bytes)?;
    let header = png::header(bytes, &layout)?;
    let whole = header.data_bytes();
    within(whole, limits)?;
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    let Some(length) = inflate(bytes, &layout, header, &mut data) else { return Ok(None) };
    let there = rows(header, length);
    if there.is_all() && !layout.cut_off {
        return Ok(None);
    }
    let packed = std::io::copy(&mut std::io::repeat(0).take(whole - length), &mut data)
        .and_then(|_| data.finish())
        .map_err(|e| Error::malformed(Format::Png, None, e.to_string()))?;
    let too_long = || Error::malformed(Format::Png, None, "the picture is too large");
    let idat = png::make_chunk(*b"IDAT", &packed).ok_or_else(too_long)?;
    let mut out = SIGNATURE.to_vec();
    let mut idat = Some(idat);
    for chunk in &layout.chunks {
        if chunk.kind != *b"IDAT" {
            out.extend_from_slice(bytes.get(chunk.whole.clone()).unwrap_or_default());
        } else if let Some(idat) = idat.take() {
            out.extend_from_slice(&idat);
        }
    }
    out.extend(png::make_chunk(*b"IEND", &[]).ok_or_else(too_long)?);
    Ok(Some((out, there)))
}

/// Hands on the picture data as far as it goes and tells its length; `None` where it is broken rather than
/// cut off.
fn inflate(bytes: &[u8], layout: &PngLayout, header: Header, to: &mut impl Write) -> Option<u64> {
    // Of a chunk with a wrong checksum nothing can be believed.
    if layout.fault.is_some() && !layout.cut_off {
        return None;
    }
    let mut data = flate2::read::ZlibDecoder::new(layout.idat(bytes)).take(header.data_bytes());
    let (mut length, mut buffer) = (0, vec![0; 1 << 16]);
    loop {
        match data.read(&mut buffer) {
            Ok(0) => return Some(length),
            Ok(n) => {
                to.write_all(buffer.get(..n)?).ok()?;
                length += n as u64;
            }
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Some(length),
            Err(_) => return None,
        }
    }
}

/// Whole rows in so many bytes, those of an interlaced picture's passes one after the other.
fn rows(header: Header, mut length: u64) -> Coverage {
    let (mut there, mut of) = (0, 0);
    for (rows, row_bytes) in header.passes() {
        let whole = (length / row_bytes).min(rows);
        length -= whole * row_bytes;
        there += whole;
        of += rows;
        // A row that is there in part ends the count.
        if whole < rows {
            length = 0;
        }
    }
    Coverage::rows(there, of)
}
