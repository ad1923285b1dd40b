//! The path of everything else: all pixels are decoded, reduced, turned, converted and encoded.

use super::colors::Colors;
use super::finish::{finished, settings, target};
use crate::execute::preserved_metadata::{PreservedMetadata, preserved};
use crate::execute::stage_timer::StageTimer;
use crate::execute::{fit, later_frame, tone};
use crate::formats::decode_request::DecodeRequest;
use crate::formats::opened::OpenedFile;
use crate::formats::{decode, profile};
use crate::pixels::{Raster, alpha, orient, resize};
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::prepared::Prepared;
use crate::report::Stage;
use crate::{Format, Result, Warning};

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, file: &OpenedFile<'_>) -> Result<Prepared<'a>> {
    let mut timer = StageTimer::start();
    let info = plan.info();
    let mut preserved = preserved(plan, file)?;
    let profile = profile::of(file, info, plan.options().input_limits.icc_bytes)?;
    let mut colors = Colors { profile, to_srgb: pixels.to_srgb };
    let raster = decoded(plan, pixels, file.bytes(), &mut colors, &mut preserved)?;
    timer.finish(Stage::Decode);
    let raster = resize::to_size(alpha::drop_if_opaque(raster), info.orientation.apply_to(pixels.size));
    timer.finish(Stage::Resize);
    let raster = orient::upright(raster, info.orientation);
    timer.finish(Stage::Orient);
    let raster = colors.converted(info, raster, &mut preserved);
    let mut raster = if pixels.output == OutputRule::Jpeg { alpha::on_white(raster) } else { raster };
    alpha::clear_hidden(&mut raster);
    timer.finish(Stage::Color);
    let target = target(plan, pixels, settings(pixels, &preserved), &preserved);
    let fitted = fit::raster(&raster, &pixels.attempts, &target)?;
    timer.finish(Stage::Encode);
    Ok(finished(plan, pixels, fitted, preserved, timer))
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
    let mut raster = match decode::decode_reduced(bytes, info, size, &request)? {
        Some(reduced) => reduced,
        None => decode::decode(bytes, info, &request)?,
    };
    if info.format == Format::Tiff && alpha::show_if_invisible(&mut raster) {
        let why = "it is zero everywhere, so that nothing would be seen; the picture is taken as opaque";
        preserved.warnings.push(Warning::AlphaIgnored(why.into()));
    }
    later_frame::of_gif(plan, bytes, raster, &mut preserved.warnings)
}
