//! The route that makes all pixels anew: decode, reduce, turn, convert, encode.

use std::borrow::Cow;

use super::clock::Clock;
use super::fit::{Fitted, Target};
use super::keep::{Kept, kept};
use super::{as_png, fit, later_frame, tone};
use crate::codec::jpeg_encode::JpegSettings;
use crate::codec::{self, Terms, profile};
use crate::info::{ColorModel, IccSpace, ImageInfo};
use crate::pixels::wide::Wide;
use crate::pixels::{Layout, Raster, alpha, color, orient, resize};
use crate::plan::{OutputRule, PixelsPlan, Plan, Rung};
use crate::prepared::Prepared;
use crate::report::{Report, Stage};
use crate::{Error, Format, Orientation, Result, Size, Warning};

pub(super) fn run<'a>(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    let info = &plan.info;
    let mut kept = kept(plan, bytes)?;
    let size = stored(pixels.size, info.orientation);
    let profile = profile::of(bytes, info, plan.options.input_limits.icc_bytes)?;
    let mut colors = Colors { profile, to_srgb: pixels.to_srgb };
    let memory = plan.options.input_limits.memory;
    let wide = match info.hdr {
        Some(hdr) => tone::map(bytes, info, hdr, memory, &mut kept.warnings)?,
        None => colors.wide(info, &mut kept),
    };
    let terms = Terms { scale: pixels.scale, memory, wide };
    let mut raster = match codec::decode_reduced(bytes, info, size, &terms)? {
        Some(reduced) => reduced,
        None => codec::decode(bytes, info, &terms)?,
    };
    if info.format == Format::Tiff && alpha::show_if_invisible(&mut raster) {
        let why = "it is zero everywhere, so that nothing would be seen; the picture is taken as opaque";
        kept.warnings.push(Warning::AlphaIgnored(why.into()));
    }
    let raster = later_frame::of_gif(plan, bytes, raster, &mut kept.warnings)?;
    clock.lap(Stage::Decode);
    let raster = resize::to_size(alpha::drop_if_opaque(raster), size);
    clock.lap(Stage::Resize);
    let raster = orient::upright(raster, info.orientation);
    clock.lap(Stage::Orient);
    let raster = colors.converted(info, raster, &mut kept);
    let (format, raster) = settle_format(pixels, raster, &kept)?;
    clock.lap(Stage::Color);
    let target = Target {
        max_bytes: plan.options.limits.max_bytes,
        floor: pixels.quality_floor,
        settings: settings(pixels, &kept),
        chunks: kept.png_chunks(),
    };
    let fitted = match format {
        Format::Png => fit::png(raster, &target, pixels.output != OutputRule::Png)?,
        _ => fit::jpeg_of(&raster, &target)?,
    };
    clock.lap(Stage::Encode);
    Ok(finished(plan, pixels, fitted, kept, clock))
}

/// The upright size as the source lies.
fn stored(upright: Size, orientation: Orientation) -> Size {
    if orientation.swaps_sides() { upright.transposed() } else { upright }
}

pub(super) fn settings(pixels: &PixelsPlan, kept: &Kept) -> JpegSettings {
    let (quality, sampling, segments) = (pixels.quality, pixels.sampling, kept.jpeg_segments());
    JpegSettings { quality, sampling, tables: None, segments }
}

/// What becomes of the colours.
struct Colors {
    profile: Option<Vec<u8>>,
    to_srgb: bool,
}

impl Colors {
    /// The way of samples of more than 8 bits, which are converted before they are rounded; nothing is left to convert then.
    fn wide(&mut self, info: &ImageInfo, kept: &mut Kept) -> Wide {
        // Inks are rounded first: there, a step of 255 is nowhere more than one of what is seen.
        let has_wide = match info.format {
            Format::Png => info.bit_depth == 16,
            Format::Tiff => info.bit_depth > 8 && info.model != ColorModel::Cmyk,
            Format::Heic => info.bit_depth > 8,
            _ => false,
        };
        let (Some(profile), Some(icc), true) = (&self.profile, info.icc, has_wide && self.to_srgb) else {
            return Wide::Rounded;
        };
        let wide = Wide::to_srgb(profile, icc.space == IccSpace::Gray);
        self.profile = None;
        wide.unwrap_or_else(|why| {
            kept.warnings.push(Warning::BrokenProfile(why));
            Wide::Rounded
        })
    }

    /// Colours as the plan wants them; where they can't be converted, they are taken as sRGB with a warning.
    fn converted(self, info: &ImageInfo, raster: Raster, kept: &mut Kept) -> Raster {
        let inks = raster.layout() == Layout::Cmyk;
        let raster = match (self.profile, self.to_srgb) {
            (Some(profile), true) => match color::to_srgb(&raster, &profile) {
                Ok(done) => done,
                Err(why) => {
                    kept.warnings.push(Warning::BrokenProfile(why));
                    raster
                }
            },
            // sRGB needs no profile, and a profile for inks is of no use to RGB.
            (profile @ Some(_), false) if !inks && !info.icc.is_some_and(|i| i.is_srgb) => {
                kept.icc = profile;
                raster
            }
            _ => raster,
        };
        if raster.layout() == Layout::Cmyk { color::inks_to_rgb(&raster) } else { raster }
    }
}

/// Which format the rule gives for these pixels, and the pixels as that format can hold them.
fn settle_format(pixels: &PixelsPlan, raster: Raster, kept: &Kept) -> Result<(Format, Raster)> {
    Ok(match pixels.output {
        OutputRule::Jpeg => (Format::Jpeg, alpha::on_white(raster)),
        OutputRule::Png => (Format::Png, raster),
        OutputRule::PngIfBetter if raster.layout().has_alpha() => (Format::Png, raster),
        OutputRule::PngIfBetter => {
            let png = as_png::is_nearly_as_small(&raster, &settings(pixels, kept))?;
            (if png { Format::Png } else { Format::Jpeg }, raster)
        }
    })
}

pub(super) fn finished<'a>(
    plan: &Plan,
    pixels: &PixelsPlan,
    fitted: Fitted,
    kept: Kept,
    clock: Clock,
) -> Prepared<'a> {
    let info = &plan.info;
    let exact = fitted.rung == Rung::LosslessPng
        && fitted.size == info.upright_size()
        && !pixels.to_srgb
        && info.bit_depth <= 8;
    let mut report = Report::new(plan, fitted.rung, exact, fitted.format, fitted.size, fitted.bytes.len());
    report.quality = fitted.quality;
    report.encodes = fitted.encodes;
    report.transforms = fitted.transforms;
    report.stages = clock.laps();
    report.warnings.extend(kept.losses(fitted.format));
    let bytes = kept.settled(fitted.bytes, fitted.format, fitted.size);
    report.output.bytes = bytes.len() as u64;
    Prepared::new(Cow::Owned(bytes), fitted.format, fitted.size, report)
}

/// An error for a limit that nothing could hold.
pub(super) fn cannot_fit(best_bytes: Option<usize>, limit: u64) -> Error {
    Error::CannotFit { best_bytes: best_bytes.map(|b| b as u64), limit }
}
