//! Facts of a JPEG.

use super::icc_segments;
use crate::formats::jpeg::JpegLayout;
use crate::formats::opened::OpenedFile;
use crate::formats::probe_support::take_icc;
use crate::formats::{embedded_facts, jpeg};
use crate::info::{ColorModel, ImageInfo, ProfileSource};
use crate::metadata::xmp;
use crate::{Error, Format, InputLimits, LimitKind, Result, Warning};

pub(crate) fn probe(file: &OpenedFile<'_>, limits: &InputLimits) -> Result<ImageInfo> {
    let (bytes, layout) = (file.bytes(), file.jpeg()?);
    let frame = jpeg::frame::read(bytes, layout)?;
    let mut info = ImageInfo::new(Format::Jpeg, frame.size, bytes);
    info.model = frame.model;
    info.bit_depth = frame.precision;
    let (actual, limit) = (frame.info.scans.into(), limits.scans.into());
    if actual > limit {
        return Err(Error::LimitExceeded { what: LimitKind::Scans, actual, limit });
    }
    embedded_facts::take(&mut info, &super::embedded::embedded(bytes, layout), limits)?;
    info.untrue |= layout.segments.iter().any(|s| jpeg::tells_of_other_pictures(s, bytes));
    if let Some(joined) = icc_segments::from_jpeg(bytes, layout, limits.icc_bytes)? {
        embedded_facts::icc_told(&mut info);
        let in_order = joined.as_ref().is_ok_and(|joined| joined.in_order);
        take_icc(&mut info, joined.map(|joined| joined.profile));
        if info.icc.is_some() && !in_order {
            info.profile = ProfileSource::Disordered;
        }
    }
    info.has_gain_map |= has_gain_map(bytes, layout);
    info.well_formed = frame.first_violation.is_none();
    info.warnings.extend(frame.first_violation.map(Warning::MalformedStructure));
    if layout.hollow > 0 {
        let what = format!("{} segments of impossible length, passed over", layout.hollow);
        info.warnings.push(Warning::MalformedStructure(what));
    }
    info.private_bytes = private_bytes(bytes, layout);
    info.unreferenced_bytes = unreferenced_bytes(bytes, layout);
    info.has_content_credentials = layout.segments.iter().any(|s| jpeg::is_credentials(s, bytes));
    let by_channels = matches!(info.model, ColorModel::Cmyk | ColorModel::Ycck | ColorModel::Rgb);
    info.by_rows = frame.info.natively_decodable && by_channels;
    info.jpeg = Some(frame.info);
    Ok(info)
}

/// By the segments of this picture, or by the metadata of the next picture behind it.
fn has_gain_map(bytes: &[u8], layout: &JpegLayout) -> bool {
    /// Metadata come first; the rest is the map's own picture.
    const LOOKED_AT: usize = 1 << 16;
    let behind = layout.end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    let behind = behind.get(..LOOKED_AT).unwrap_or(behind);
    let next = memchr::memmem::find(behind, &[0xFF, 0xD8, 0xFF]).and_then(|start| behind.get(start..));
    next.is_some_and(xmp::tells_of_gain_map)
        || layout.segments.iter().any(|segment| jpeg::tells_of_gain_map(segment, bytes))
}

fn private_bytes(bytes: &[u8], layout: &JpegLayout) -> u64 {
    let dropped = layout.segments.iter().filter(|s| !jpeg::is_kept(s, bytes));
    let surplus: usize = layout.segments.iter().map(|s| jpeg::surplus(s, bytes)).sum();
    dropped.map(|s| s.whole.len() as u64).sum::<u64>() + (surplus + layout.unlisted) as u64
}

fn unreferenced_bytes(bytes: &[u8], layout: &JpegLayout) -> u64 {
    let trailing = layout.end.map_or(0, |end| bytes.len().saturating_sub(end));
    (layout.stray + trailing) as u64
}
