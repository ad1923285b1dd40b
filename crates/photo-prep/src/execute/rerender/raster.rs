//! The path of everything else: all pixels are decoded, cropped, scaled, turned, converted, put on their
//! background and encoded.

use super::colors::Colors;
use super::finish::{finished, settings, target};
use crate::execute::preserved_metadata::{PreservedMetadata, preserved};
use crate::execute::stage_timer::StageTimer;
use crate::execute::{fit, later_frame, tone};
use crate::formats::decode_request::DecodeRequest;
use crate::formats::opened::OpenedFile;
use crate::formats::{decode, profile};
use crate::pixels::{Raster, alpha, frame, orient, resize};
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::prepared::Prepared;
use crate::report::Stage;
use crate::{Format, Framing, Result, Warning};

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, file: &OpenedFile<'_>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    let info = plan.info();
    let mut preserved = preserved(plan, file)?;
    let profile = profile::of(file, info, plan.options().input_limits.icc_bytes)?;
    let mut colors = Colors { profile, to_srgb: pixels.to_srgb };
    let raster = decoded(plan, pixels, file.bytes(), &mut colors, &mut preserved)?;
    let raster = part_that_stays(plan, pixels, raster);
    timer.finish(Stage::Decode);
    preserved.warnings.extend(enlarged(plan, pixels));
    let raster = resize::to_size(alpha::drop_if_opaque(raster), info.orientation.apply_to(pixels.size));
    timer.finish(Stage::Resize);
    let raster = orient::upright(raster, info.orientation);
    timer.finish(Stage::Orient);
    let raster = colors.converted(info, raster, &mut preserved);
    let flattened = raster.layout().has_alpha() && must_be_opaque(plan, pixels);
    let raster = if flattened { alpha::on_background(raster, plan.options().background) } else { raster };
    let mut raster = on_canvas(plan, pixels, raster);
    alpha::clear_hidden(&mut raster);
    timer.finish(Stage::Color);
    let target = target(plan, pixels, settings(pixels, &preserved), &preserved);
    let fitted = fit::raster(&raster, &pixels.attempts, &target)?;
    timer.finish(Stage::Encode);
    let mut prepared = finished(plan, pixels, fitted, preserved, timer);
    prepared.report_mut().lossless &= !flattened;
    Ok(prepared)
}

/// The picture as it lies, without what is cut off. Where it was decoded smaller, that is rounded to pixels of
/// the smaller picture, of which the output has still fewer.
fn part_that_stays(plan: &Plan, pixels: &PixelsPlan, raster: Raster) -> Raster {
    let Some(part) = pixels.crop else { return raster };
    let info = plan.info();
    let lies = info.orientation.stored_part(part, info.upright_size()).rescaled(info.size, raster.size());
    frame::cropped(raster, lies)
}

fn enlarged(plan: &Plan, pixels: &PixelsPlan) -> Option<Warning> {
    let (from, to) = (pixels.crop.map_or(plan.info().upright_size(), |part| part.size), pixels.size);
    (to.pixels() > from.pixels()).then_some(Warning::Enlarged { from, to })
}

fn must_be_opaque(plan: &Plan, pixels: &PixelsPlan) -> bool {
    pixels.output == OutputRule::Jpeg || !plan.options().requirements.allow_alpha
}

fn on_canvas(plan: &Plan, pixels: &PixelsPlan, raster: Raster) -> Raster {
    match (pixels.canvas, plan.options().framing) {
        (Some(canvas), Framing::Pad(color)) => frame::padded(raster, canvas, color),
        _ => raster,
    }
}

/// The pixels as they lie in the file, reduced while they are decoded where that can be done.
fn decoded(
    plan: &Plan,
    pixels: &PixelsPlan,
    bytes: &[u8],
    colors: &mut Colors,
    preserved: &mut PreservedMetadata,
) -> Result<Raster> {
    let (info, memory) = (plan.info(), plan.options().input_limits.memory);
    let depth = match info.hdr {
        Some(hdr) => tone::map(bytes, info, hdr, memory, &mut preserved.warnings)?,
        None => colors.depth(info, preserved),
    };
    let request = DecodeRequest { scale: pixels.scale, memory, depth };
    let size = info.orientation.apply_to(pixels.size);
    // What is cut off is known in whole pixels of the whole picture.
    let reduced = match pixels.crop {
        None => decode::decode_reduced(bytes, info, size, &request)?,
        Some(_) => None,
    };
    let mut raster = match reduced {
        Some(reduced) => reduced,
        None => decode::decode(bytes, info, &request)?,
    };
    if info.format == Format::Tiff && alpha::show_if_invisible(&mut raster) {
        let why = "it is zero everywhere, so that nothing would be seen; the picture is taken as opaque";
        preserved.warnings.push(Warning::AlphaIgnored(why.into()));
    }
    later_frame::of_gif(plan, bytes, raster, &mut preserved.warnings)
}
