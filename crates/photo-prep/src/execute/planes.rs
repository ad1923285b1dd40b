//! The lane of ordinary JPEGs: decoded and reduced as planes, colours converted on what is left, turned while encoding.

use std::borrow::Cow;

use photo_jpeg::{ColorModel, Planes, QuantTable};

use super::again::Again;
use super::clock::Clock;
use super::fit::{self, Picture, Target};
use super::keep::kept;
use super::pixels::{finished, settings};
use crate::codec::jpeg_encode::{JpegSettings, Turned};
use crate::codec::{jpeg_planes, profile};
use crate::metadata::{jpeg, jpeg_frame};
use crate::pixels::{Layout, Raster, color, orient};
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::prepared::Prepared;
use crate::report::Stage;
use crate::{Error, Format, Orientation, Result, Size, Warning};

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    let mut kept = kept(plan, bytes)?;
    let profile = profile::of(bytes, &plan.info, plan.options.input_limits.icc_bytes)?;
    let mut planes = decoded(plan, pixels, bytes, pixels.size)?;
    clock.lap(Stage::Decode);
    convert(plan, pixels, profile.as_deref(), &mut planes, &mut kept.warnings);
    if !pixels.to_srgb && !plan.info.icc.is_some_and(|icc| icc.is_srgb) {
        kept.icc.clone_from(&profile);
    }
    clock.lap(Stage::Color);
    let target = Target {
        max_bytes: plan.options.limits.max_bytes,
        floor: pixels.quality_floor,
        settings: JpegSettings { tables: own_tables(plan, pixels, bytes)?, ..settings(pixels, &kept) },
        chunks: kept.png_chunks(),
    };
    let fitted = if pixels.output == OutputRule::Png {
        let raster = orient::upright(raster(&planes)?, plan.info.orientation);
        clock.lap(Stage::Orient);
        fit::png(raster, &target, false)?
    } else {
        let again = Again::new(plan, pixels, bytes, profile.as_deref());
        let smaller = |size| again.planes(size);
        let orientation = plan.info.orientation;
        let picture =
            Picture { turned: Turned { planes: Cow::Owned(planes), orientation }, smaller: &smaller };
        fit::jpeg(picture, &target)?
    };
    clock.lap(Stage::Encode);
    Ok(finished(plan, pixels, fitted, kept, clock))
}

/// The source's tables for the upright picture, if the plan wants them.
fn own_tables(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8]) -> Result<Option<[QuantTable; 2]>> {
    if !pixels.own_tables {
        return Ok(None);
    }
    let Some(tables) = jpeg_frame::quant_tables(bytes, &jpeg::walk(bytes)?) else { return Ok(None) };
    let [Some(luma), Some(chroma)] = tables.map(QuantTable::from_zigzag) else { return Ok(None) };
    let turned = plan.info.orientation.swaps_sides();
    Ok(Some([luma, chroma].map(|table| if turned { table.transposed() } else { table })))
}

/// The planes that become a picture of the upright size `upright`.
fn decoded(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8], upright: Size) -> Result<Planes> {
    let orientation = plan.info.orientation;
    let gray = plan.info.model == crate::ColorModel::Gray;
    let request = jpeg_planes::Request {
        size: if orientation.swaps_sides() { upright.transposed() } else { upright },
        scale: pixels.scale,
        sampling: jpeg_planes::factors(gray, pixels.sampling, orientation),
        // Pixels for a PNG are turned as pixels.
        orientation: if pixels.output == OutputRule::Png { Orientation::Upright } else { orientation },
        memory: plan.options.input_limits.memory,
        scans: plan.options.input_limits.scans,
    };
    jpeg_planes::decode(bytes, &request)
}

/// As [`decoded`], in the colours that the plan wants.
pub(super) fn converted(
    plan: &Plan,
    pixels: &PixelsPlan,
    bytes: &[u8],
    profile: Option<&[u8]>,
    upright: Size,
) -> Result<Planes> {
    let mut planes = decoded(plan, pixels, bytes, upright)?;
    convert(plan, pixels, profile, &mut planes, &mut Vec::new());
    Ok(planes)
}

/// Colours as the plan wants them; where they can't be converted, they are taken as sRGB with a warning.
fn convert(
    plan: &Plan,
    pixels: &PixelsPlan,
    profile: Option<&[u8]>,
    planes: &mut Planes,
    warnings: &mut Vec<Warning>,
) {
    let (Some(profile), true) = (profile, pixels.to_srgb) else { return };
    let converted = if plan.info.model == crate::ColorModel::Gray {
        color::gray_table(profile).map(|table| {
            for plane in &mut planes.planes {
                color::apply(&table, plane.data_mut(), 1);
            }
        })
    } else {
        color::rgb_to_srgb(profile).and_then(|convert| planes.map_rgb(convert))
    };
    warnings.extend(converted.err().map(Warning::BrokenProfile));
}

/// The planes as pixels, not yet turned.
pub(super) fn raster(planes: &Planes) -> Result<Raster> {
    let size = Size::new(planes.width, planes.height);
    let raster = match (planes.color, planes.planes.as_slice()) {
        (ColorModel::Gray, [plane]) => Raster::new(size, Layout::Gray, plane.data().to_vec()),
        _ => Raster::new(size, Layout::Rgb, planes.to_rgb()),
    };
    raster.ok_or_else(|| Error::malformed(Format::Jpeg, None, "the decoder gave another number of samples"))
}
