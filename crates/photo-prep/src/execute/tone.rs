//! The way of a picture of high dynamic range to sRGB: its light is measured, then mapped.

use std::sync::Mutex;

use crate::formats::decode;
use crate::formats::decode_request::DecodeRequest;
use crate::info::{Hdr, ImageInfo};
use crate::pixels::depth::DepthConversion;
use crate::pixels::tone::{PeakMeter, ToneMap};
use crate::sampling::DecodeScale;
use crate::{Error, Result, Warning};

/// Measures the picture by decoding it once, and makes the map for its brightest light.
pub(super) fn map(
    bytes: &[u8],
    info: &ImageInfo,
    (hdr, primaries): (Hdr, u8),
    memory: u64,
    warnings: &mut Vec<Warning>,
) -> Result<DepthConversion> {
    let rare = || {
        let what =
            format!("{} light with colors of the rare kind number {primaries}; save it as sRGB", hdr.name());
        Error::unsupported(info.format, what)
    };
    let meter = PeakMeter::new(hdr, primaries).ok_or_else(rare)?;
    let terms = DecodeRequest {
        scale: DecodeScale::Full,
        memory,
        depth: DepthConversion::Measuring(Mutex::new(meter)),
    };
    decode::scan(bytes, info, &terms)?;
    let peak = terms.depth.into_meter().map_or(0.0, |meter| meter.peak());
    let map = ToneMap::new(hdr, primaries, peak).ok_or_else(rare)?;
    let told = format!("{}, brightest light {peak:.0} cd/m², reference white 203 cd/m² is white", hdr.name());
    warnings.push(Warning::ToneMapped(told));
    Ok(DepthConversion::Tone(map))
}
