//! The path of JPEGs that `photo-jpeg` reads: decoded and reduced as planes, colors converted on what is
//! left, turned while encoding.

use std::borrow::Cow;

use photo_jpeg::QuantTable;

use super::finish::{finished, settings, target};
use super::redecoder::Redecoder;
use super::source_planes::decoded_to_convert;
use crate::Result;
use crate::execute::fit::{self, Source};
use crate::execute::preserved_metadata::preserved;
use crate::execute::stage_timer::StageTimer;
use crate::formats::jpeg::encode::{JpegSettings, OrientedPlanes};
use crate::formats::opened::OpenedFile;
use crate::formats::{jpeg, profile};
use crate::pixels::orient;
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::prepared::Prepared;
use crate::report::Stage;

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, file: &OpenedFile<'_>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    let (info, input_limits) = (plan.info(), &plan.options().input_limits);
    let mut preserved = preserved(plan, file)?;
    let profile = profile::of(file, info, input_limits.icc_bytes)?;
    let bytes = file.bytes();
    let (mut planes, conversion) = decoded_to_convert(plan, pixels, bytes, profile.as_deref(), pixels.size)?;
    timer.finish(Stage::Decode);
    preserved.warnings.extend(conversion.and_then(|conversion| conversion.run(&mut planes)));
    if !pixels.to_srgb && !info.icc.is_some_and(|icc| icc.is_srgb) {
        preserved.icc.clone_from(&profile);
    }
    timer.finish(Stage::Color);
    let settings = settings(pixels, &preserved);
    let settings = JpegSettings { tables: source_tables(plan, pixels, file)?, ..settings };
    let target = target(plan, pixels, settings, &preserved);
    let fitted = if pixels.output == OutputRule::Png {
        let raster = orient::upright(jpeg::decode_planes::raster(&planes)?, info.orientation);
        timer.finish(Stage::Orient);
        fit::raster(&raster, &pixels.attempts, &target)?
    } else {
        let redecoder = Redecoder::new(plan, pixels, bytes, profile.as_deref());
        let picture = OrientedPlanes { planes: Cow::Owned(planes), orientation: info.orientation };
        let remade = |size, sampling| redecoder.planes(size, sampling);
        fit::planes(Source { picture, remade: &remade }, &pixels.attempts, &target)?
    };
    timer.finish(Stage::Encode);
    Ok(finished(plan, pixels, fitted, preserved, timer))
}

/// The source's tables for the upright picture, if the plan wants them.
fn source_tables(plan: &Plan, pixels: &PixelsPlan, file: &OpenedFile<'_>) -> Result<Option<[QuantTable; 3]>> {
    if !pixels.reuse_source_tables {
        return Ok(None);
    }
    let Some(tables) = jpeg::frame::quant_tables(file.bytes(), file.jpeg()?) else { return Ok(None) };
    let [Some(luma), Some(blue), Some(red)] = tables.map(QuantTable::from_zigzag) else { return Ok(None) };
    let turned = plan.info().orientation.swaps_sides();
    Ok(Some([luma, blue, red].map(|table| if turned { table.transposed() } else { table })))
}
