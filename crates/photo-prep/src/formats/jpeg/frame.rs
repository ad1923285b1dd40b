//! What the tables and the frame header of a JPEG say.

use photo_jpeg::syntax::{
    self, CodedColor, CodingProcess, FrameComponent, FrameHeader, Segment, first_quant_table,
    last_restart_interval, marker,
};

use crate::formats::jpeg::JpegLayout;
use crate::info::{ColorModel, JpegInfo, JpegProcess};
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

/// Reads frame, tables and scans.
///
/// # Errors
/// [`Error::Malformed`] where there is no frame header or it is broken, [`Error::Unsupported`] where the height
/// is given nowhere.
pub(crate) fn read(bytes: &[u8], layout: &JpegLayout) -> Result<Frame> {
    let segments = &layout.segments;
    let Some(sof) = segments.iter().find(|s| marker::is_frame(s.marker)) else {
        let fault = layout.fault.as_ref().map(|fault| (fault.at, fault.to_string()));
        let (at, why) = fault.unwrap_or((bytes.len(), "the file ends".into()));
        return Err(Error::malformed(Format::Jpeg, at, format!("no frame header; {why}")));
    };
    let frame = frame_header(bytes, sof)?;
    let scans = segments.iter().filter(|s| s.marker == marker::SOS).count();
    let luma = frame.components.first().map_or(0, |c| c.quant_table);
    let info = JpegInfo {
        process: process(frame.process),
        sampling: frame.sampling().collect(),
        restart_interval: last_restart_interval(bytes, segments),
        scans: u32::try_from(scans).unwrap_or(u32::MAX),
        decode_cost: syntax::decode_cost(bytes, segments, &frame),
        quality: first_quant_table(bytes, segments, luma).map(|t| estimate_quality(&t)),
        has_tables: has_tables(bytes, layout),
        natively_decodable: photo_jpeg::Header::read(bytes).is_ok(),
    };
    let fault = layout.fault.as_ref().map(ToString::to_string);
    let first_violation =
        fault.or_else(|| Some(syntax::first_violation(bytes, segments, &frame)?.to_string()));
    Ok(Frame {
        size: Size::new(frame.width.into(), frame.height.into()),
        precision: frame.precision,
        model: color_model(bytes, layout, &frame),
        info,
        first_violation,
    })
}

fn frame_header(bytes: &[u8], sof: &Segment) -> Result<FrameHeader> {
    let bad = |reason: &str| Error::malformed(Format::Jpeg, sof.whole.start, reason);
    let mut frame = FrameHeader::read(sof.marker, sof.data(bytes)).map_err(|fault| bad(fault.reason()))?;
    if frame.height == 0 {
        let feature = "the height is given nowhere; save the picture again with another program";
        let missing = || Error::unsupported(Format::Jpeg, feature);
        frame.height = syntax::number_of_lines(bytes).ok_or_else(missing)?;
    }
    if !frame.components.iter().all(FrameComponent::has_possible_sampling) {
        return Err(bad("a sampling factor is not in 1..=4"));
    }
    Ok(frame)
}

fn process(process: CodingProcess) -> JpegProcess {
    match process {
        CodingProcess::Baseline => JpegProcess::Baseline,
        CodingProcess::ExtendedSequential => JpegProcess::ExtendedSequential,
        CodingProcess::Progressive => JpegProcess::Progressive,
        CodingProcess::Lossless { arithmetic: false } => JpegProcess::Lossless,
        CodingProcess::ArithmeticSequential | CodingProcess::ArithmeticProgressive => JpegProcess::Arithmetic,
        CodingProcess::Lossless { arithmetic: true } | CodingProcess::Differential { .. } => {
            JpegProcess::Other
        }
    }
}

fn color_model(bytes: &[u8], layout: &JpegLayout, frame: &FrameHeader) -> ColorModel {
    let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
    match CodedColor::in_file(bytes, &layout.segments, &ids) {
        CodedColor::Gray => ColorModel::Gray,
        CodedColor::YCbCr => ColorModel::YCbCr,
        CodedColor::Rgb => ColorModel::Rgb,
        CodedColor::Cmyk => ColorModel::Cmyk,
        CodedColor::Ycck => ColorModel::Ycck,
    }
}

/// The quantization tables of luma and of the differences of blue and of red, in zigzag order; `None` where
/// there are others.
pub(crate) fn quant_tables(bytes: &[u8], layout: &JpegLayout) -> Option<[[u16; 64]; 3]> {
    let sof = layout.segments.iter().find(|s| marker::is_frame(s.marker))?;
    let frame = frame_header(bytes, sof).ok()?;
    let mut tables =
        frame.components.iter().map(|c| first_quant_table(bytes, &layout.segments, c.quant_table));
    let luma = tables.next()??;
    let blue = tables.next().unwrap_or(Some(luma))?;
    let red = tables.next().unwrap_or(Some(blue))?;
    tables.next().is_none().then_some([luma, blue, red])
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
