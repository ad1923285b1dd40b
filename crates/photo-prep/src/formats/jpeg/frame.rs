//! What the tables and the frame header of a JPEG say.

use crate::formats::jpeg;
use crate::formats::jpeg::validate::Named;
use crate::formats::jpeg::{JpegLayout, Segment, marker};
use crate::info::{ColorModel, JpegInfo, JpegProcess};
use crate::metadata::bytes::be16;
use crate::{Error, Format, Result, Size};

/// The facts of the first frame.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) size: Size,
    pub(crate) precision: u8,
    pub(crate) model: ColorModel,
    pub(crate) info: JpegInfo,
    /// Why the structure is not sound enough to be handed on as it is.
    pub(crate) first_violation: Option<String>,
}

struct Component {
    id: u8,
    sampling: (u8, u8),
    table: u8,
}

/// Reads frame, tables and scans.
///
/// # Errors
/// [`Error::Malformed`] where there is no frame header or it is broken, [`Error::Unsupported`] for a height
/// that is given only after the first scan.
pub(crate) fn read(bytes: &[u8], layout: &JpegLayout) -> Result<Frame> {
    let frames: Vec<&Segment> = layout.segments.iter().filter(|s| marker::is_frame(s.marker)).collect();
    let Some(&sof) = frames.first() else {
        let (at, why) = layout.fault.clone().unwrap_or((bytes.len(), "the file ends".into()));
        return Err(Error::malformed(Format::Jpeg, at, format!("no frame header; {why}")));
    };
    let (size, precision, components) = frame_header(bytes, sof)?;
    let scans = layout.segments.iter().filter(|s| s.marker == marker::SOS);
    let info = JpegInfo {
        process: process(sof.marker),
        sampling: components.iter().map(|c| c.sampling).collect(),
        restart_interval: restart_interval(bytes, layout),
        scans: u32::try_from(scans.count()).unwrap_or(u32::MAX),
        decode_cost: jpeg::decode_cost::of(bytes, layout, sof.marker, size, &named(&components)),
        quality: quant_table(bytes, layout, components.first().map_or(0, |c| c.table))
            .map(|t| estimate_quality(&t)),
        has_tables: has_tables(bytes, layout),
        natively_decodable: photo_jpeg::Header::read(bytes).is_ok(),
    };
    let model = color_model(bytes, layout, &components);
    let first_violation = first_violation(bytes, layout, &components, frames.len(), size, &info);
    Ok(Frame { size, precision, model, info, first_violation })
}

fn frame_header(bytes: &[u8], sof: &Segment) -> Result<(Size, u8, Vec<Component>)> {
    let at = sof.whole.start;
    let bad = |reason: &str| Error::malformed(Format::Jpeg, at, reason);
    let data = sof.data(bytes);
    let (&[precision], Some(height), Some(width)) =
        (data.first_chunk::<1>().unwrap_or(&[0]), be16(data, 1), be16(data, 3))
    else {
        return Err(bad("the frame header is too short"));
    };
    let count = usize::from(*data.get(5).unwrap_or(&0));
    let parts = data.get(6..6 + 3 * count).ok_or_else(|| bad("the frame header is too short"))?;
    if width == 0 || count == 0 {
        return Err(bad("the frame header gives no width or no components"));
    }
    if height == 0 {
        let feature =
            "the height is missing from the frame header; save the picture again with another program";
        return Err(Error::unsupported(Format::Jpeg, feature));
    }
    let components = parts
        .chunks_exact(3)
        .filter_map(|c| c.first_chunk::<3>())
        .map(|&[id, hv, table]| Component { id, sampling: (hv >> 4, hv & 15), table })
        .collect::<Vec<_>>();
    if components.iter().any(|c| !(1..=4).contains(&c.sampling.0) || !(1..=4).contains(&c.sampling.1)) {
        return Err(bad("a sampling factor is not in 1..=4"));
    }
    Ok((Size::new(width.into(), height.into()), precision, components))
}

fn named(components: &[Component]) -> Vec<Named> {
    components.iter().map(|c| Named { id: c.id, sampling: c.sampling, table: c.table }).collect()
}

fn process(sof: u8) -> JpegProcess {
    match sof {
        0xC0 => JpegProcess::Baseline,
        0xC1 => JpegProcess::ExtendedSequential,
        0xC2 => JpegProcess::Progressive,
        0xC3 => JpegProcess::Lossless,
        0xC9 | 0xCA => JpegProcess::Arithmetic,
        _ => JpegProcess::Other,
    }
}

fn restart_interval(bytes: &[u8], layout: &JpegLayout) -> u16 {
    let dri = layout.segments.iter().rfind(|s| s.marker == marker::DRI);
    dri.and_then(|s| be16(s.data(bytes), 0)).unwrap_or(0)
}

/// The color model, by the rules that libjpeg made common: an Adobe segment decides, then JFIF, then component ids.
fn color_model(bytes: &[u8], layout: &JpegLayout, components: &[Component]) -> ColorModel {
    let adobe = layout
        .segments
        .iter()
        .filter(|s| s.marker == marker::APP14)
        .find_map(|s| s.data(bytes).strip_prefix(b"Adobe")?.get(6).copied());
    let jfif =
        layout.segments.iter().any(|s| s.marker == marker::APP0 && s.data(bytes).starts_with(b"JFIF\0"));
    let ids: Vec<u8> = components.iter().map(|c| c.id).collect();
    match (components.len(), adobe) {
        (0..=2, _) => ColorModel::Gray,
        (3, _) if jfif => ColorModel::YCbCr,
        (3, Some(0)) => ColorModel::Rgb,
        (3, None) if ids == *b"RGB" => ColorModel::Rgb,
        (3, _) => ColorModel::YCbCr,
        // 1 makes no sense for four components: libjpeg takes it as 2.
        (_, Some(1 | 2)) => ColorModel::Ycck,
        _ => ColorModel::Cmyk,
    }
}

/// The quantization table `id`, in zigzag order.
fn quant_table(bytes: &[u8], layout: &JpegLayout, id: u8) -> Option<[u16; 64]> {
    let tables = layout.segments.iter().filter(|s| s.marker == marker::DQT);
    for segment in tables {
        let mut data = segment.data(bytes);
        while let Some((&head, rest)) = data.split_first() {
            let wide = head >> 4 != 0;
            let (table, after) = rest.split_at_checked(if wide { 128 } else { 64 })?;
            if head & 15 == id {
                return Some(std::array::from_fn(|i| {
                    if wide { be16(table, 2 * i).unwrap_or(0) } else { u16::from(table[i]) }
                }));
            }
            data = after;
        }
    }
    None
}

/// The quantization tables of luma and of chroma, in zigzag order; `None` where there are others.
pub(crate) fn quant_tables(bytes: &[u8], layout: &JpegLayout) -> Option<[[u16; 64]; 2]> {
    let sof = layout.segments.iter().find(|s| marker::is_frame(s.marker))?;
    let (_, _, components) = frame_header(bytes, sof).ok()?;
    let mut tables = components.iter().map(|c| quant_table(bytes, layout, c.table));
    let luma = tables.next()??;
    let chroma = tables.next().unwrap_or(Some(luma))?;
    tables.all(|t| t == Some(chroma)).then_some([luma, chroma])
}

/// The quality on libjpeg's scale whose luma table is nearest to `table` (sum of absolute differences).
pub(crate) fn estimate_quality(table: &[u16; 64]) -> u8 {
    let distance = |quality: u8| {
        let standard = standard_luma(quality);
        table.iter().zip(standard).map(|(&a, b)| u32::from(a.abs_diff(b))).sum::<u32>()
    };
    (1..=100).rev().min_by_key(|&q| distance(q)).unwrap_or(100)
}

/// The luma table of libjpeg at `quality`, in zigzag order.
pub(crate) fn standard_luma(quality: u8) -> [u16; 64] {
    photo_jpeg::QuantTable::luma(quality).zigzag()
}

/// Whether there is any table of each needed kind before the first scan.
fn has_tables(bytes: &[u8], layout: &JpegLayout) -> bool {
    let before_scan = || layout.segments.iter().take_while(|s| s.marker != marker::SOS);
    let any = |m: u8| before_scan().any(|s| s.marker == m && !s.data(bytes).is_empty());
    any(marker::DQT) && any(marker::DHT)
}

/// What speaks against handing the file on without decoding it.
fn first_violation(
    bytes: &[u8],
    layout: &JpegLayout,
    components: &[Component],
    frames: usize,
    size: Size,
    info: &JpegInfo,
) -> Option<String> {
    if let Some((_, why)) = &layout.fault {
        return Some(why.clone());
    }
    if frames != 1 {
        return Some(format!("{frames} frame headers"));
    }
    let scans = || layout.segments.iter().filter(|s| s.marker == marker::SOS);
    let in_first_scans = |id: u8| {
        scans().any(|s| {
            let data = s.data(bytes);
            let count = usize::from(data.first().copied().unwrap_or(0));
            (0..count).any(|i| data.get(1 + 2 * i) == Some(&id))
        })
    };
    if let Some(c) = components.iter().find(|c| !in_first_scans(c.id)) {
        return Some(format!("no scan holds component {}", c.id));
    }
    jpeg::validate::first_violation(bytes, layout, &named(components), info.process)
        .or_else(|| restarts_flaw(components, size, info, scans().collect()))
}

/// In a file of one interleaved scan, the number of restart markers follows from the header.
fn restarts_flaw(
    components: &[Component],
    size: Size,
    info: &JpegInfo,
    scans: Vec<&Segment>,
) -> Option<String> {
    let [scan] = scans.as_slice() else { return None };
    if info.process == JpegProcess::Progressive {
        return None;
    }
    let most = |f: fn(&Component) -> u8| components.iter().map(f).max().unwrap_or(1);
    let (h, v) = match components {
        [_] => (1, 1),
        _ => (most(|c| c.sampling.0), most(|c| c.sampling.1)),
    };
    let mcus =
        u64::from(size.width.div_ceil(8 * u32::from(h))) * u64::from(size.height.div_ceil(8 * u32::from(v)));
    let expected = match info.restart_interval {
        0 => 0,
        interval => (mcus - 1) / u64::from(interval),
    };
    (u64::from(scan.restarts) != expected)
        .then(|| format!("{} restart markers instead of {expected}", scan.restarts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_of_standard_tables_is_found() {
        for quality in 1..=100 {
            let found = estimate_quality(&standard_luma(quality));
            assert_eq!(standard_luma(found), standard_luma(quality), "quality {quality}");
        }
    }
}
