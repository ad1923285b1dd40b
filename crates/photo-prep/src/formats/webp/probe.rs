//! Facts of a WebP (RFC 9649).

use crate::formats::probe_support::{plain, take_icc};
use crate::formats::webp::first;
use crate::formats::{embedded_facts, webp};
use crate::info::{ColorModel, DecoderMemory, ImageInfo};
use crate::metadata::bytes::{le16, le24, le32};
use crate::metadata::icc;
use crate::{Error, Format, InputLimits, LimitKind, Result, Size};

pub(crate) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let chunks = webp::chunks(bytes)?;
    let find = |kind| first(bytes, &chunks, kind);
    let canvas = find(b"VP8X").and_then(extended_size);
    let stream = find(b"VP8 ").and_then(lossy_size).or_else(|| find(b"VP8L").and_then(lossless_size));
    let Some(size) = canvas.or(stream) else {
        return Err(Error::malformed(Format::WebP, bytes.len(), "no picture data"));
    };
    // Only frames of an animation may be smaller than the canvas.
    if let Some(stream) = stream.filter(|stream| *stream != size) {
        let reason = format!("the header says {size}, the picture data is for {stream}");
        return Err(Error::malformed(Format::WebP, 0, reason));
    }
    let mut info = plain(Format::WebP, size, bytes, ColorModel::Rgb);
    let flags = find(b"VP8X").and_then(|d| d.first().copied()).unwrap_or(0);
    let lossless_alpha = find(b"VP8L").and_then(|d| le32(d, 1)).is_some_and(|v| v >> 28 & 1 != 0);
    info.alpha = flags & 0x10 != 0 || lossless_alpha;
    info.decoder_memory = DecoderMemory::fixed(tables(bytes, size, &chunks, limits.memory)?);
    info.has_content_credentials = find(b"C2PA").is_some();
    info.animated = find(b"ANIM").is_some();
    let lossy = find(b"VP8 ").filter(|_| !info.alpha && !info.animated && find(b"VP8L").is_none());
    if let Some(header) = lossy.and_then(|data| photo_vp8::Header::read(data).ok()) {
        info.by_rows = true;
        info.decoder_memory = super::lossy::memory_for(&header);
    }
    // What lost something already has its chroma halved.
    info.luma_factors = find(b"VP8 ").map(|_| (2, 2));
    embedded_facts::take(&mut info, &super::embedded::embedded(bytes, &chunks), limits)?;
    if let Some(profile) = find(b"ICCP") {
        embedded_facts::icc_told(&mut info);
        icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        take_icc(&mut info, Ok(profile.to_vec()));
    }
    Ok(info)
}

/// Memory for the tables of the picture, of its alpha, or of the first frame's.
fn tables(bytes: &[u8], size: Size, chunks: &[webp::Chunk], most: u64) -> Result<u64> {
    let streams = |chunks: &[webp::Chunk], size: Size| {
        let picture =
            first(bytes, chunks, b"VP8L").and_then(|data| Some((data.get(5..)?, lossless_size(data)?)));
        let packed = |data: &&[u8]| data.first().is_some_and(|head| head & 3 == 1);
        let alpha =
            first(bytes, chunks, b"ALPH").filter(packed).and_then(|data| Some((data.get(1..)?, size)));
        [picture, alpha].into_iter().flatten()
    };
    let mut all: Vec<_> = streams(chunks, size).collect();
    if let Some((_, frame)) = chunks.iter().find(|c| c.0 == *b"ANMF") {
        let data = bytes.get(frame.clone()).unwrap_or_default();
        let inner = webp::chunks_from(bytes.get(..frame.end).unwrap_or_default(), frame.start + 16)?;
        if let (Some(width), Some(height)) = (le24(data, 6), le24(data, 9)) {
            all.extend(streams(&inner, Size::new(width + 1, height + 1)));
        }
    }
    let mut largest = 0;
    for (stream, size) in all {
        let damaged = || Error::malformed(Format::WebP, None, "its Huffman codes are damaged or cut off");
        largest = largest.max(webp::tables::bytes(stream, size, most).ok_or_else(damaged)?);
    }
    if largest > most {
        return Err(Error::LimitExceeded { what: LimitKind::Memory, actual: largest, limit: most });
    }
    Ok(largest)
}

fn extended_size(data: &[u8]) -> Option<Size> {
    Some(Size::new(le24(data, 4)? + 1, le24(data, 7)? + 1))
}

/// The key frame header (RFC 6386, 9.1): start code, then 14 bits of each side.
fn lossy_size(data: &[u8]) -> Option<Size> {
    if data.get(3..6)? != b"\x9D\x01\x2A" {
        return None;
    }
    Some(Size::new(u32::from(le16(data, 6)? & 0x3FFF), u32::from(le16(data, 8)? & 0x3FFF)))
}

fn lossless_size(data: &[u8]) -> Option<Size> {
    let bits = le32(data, 1).filter(|_| data.first() == Some(&0x2F))?;
    Some(Size::new((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}
