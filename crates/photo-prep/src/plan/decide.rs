//! From facts and options to a route.

use super::definition::Plan;
use super::frame::{self, Frame};
use super::judge::{self, Remedy};
use super::resources::Resources;
use super::route::{CoefficientsPlan, DecodePath, OutputRule, PixelsPlan, Route};
use super::{estimate, policy};
use crate::formats::jpeg;
use crate::info::{ColorModel, ImageInfo};
use crate::sampling::{DecodeScale, JpegSampling};
use crate::violation::{Violation, ViolationKind};
use crate::{
    ColorPolicy, EdgePolicy, Error, Format, Framing, LimitKind, Options, Orientation, OutputFormat, Result,
    Size, Subsampling, Verify,
};

pub(super) fn plan(info: &ImageInfo, options: &Options, resources: Resources) -> Result<Plan> {
    check_input(info, options)?;
    let options = &options.resolved();
    let frame = frame::frame(info.upright_size(), options, judge::longest_side(info, options));
    let violations = judge::violations(info, options, &frame);
    if violations.iter().any(|violation| !violation.fixable) {
        return Err(Error::Unfixable { violations });
    }
    let route = route(info, options, &violations, frame);
    let progressive = options.requirements.allow_progressive;
    let route = if progressive { route } else { route.without_progressive() };
    let planned = |route, violations| planned(info, options, resources, route, violations);
    let mut plan = planned(route, violations);
    if let Route::Coefficients(coefficients) = &plan.route
        && beside_input(&plan) > options.input_limits.memory
    {
        plan = planned(Route::Pixels(coefficients.fallback.clone()), plan.violations);
    }
    check_decode_cost(&plan)?;
    shrink_to_memory(&mut plan, resources);
    let (what, actual, limit) = (LimitKind::Memory, beside_input(&plan), options.input_limits.memory);
    if actual > limit {
        return Err(Error::LimitExceeded { what, actual, limit });
    }
    Ok(plan)
}

/// The first route that mends all violations.
fn route(info: &ImageInfo, options: &Options, violations: &[Violation], frame: Frame) -> Route {
    let remedies = violations.iter().map(|violation| judge::remedy(violation, info, options));
    let turned = info.orientation != Orientation::Upright;
    match remedies.max() {
        None => Route::PassThrough,
        // Without its metadata, a file can't tell any more how it must be turned.
        Some(Remedy::Rewrite) if !turned => Route::Rewrite,
        Some(remedy) => lossy_route(info, options, violations, remedy, frame),
    }
}

/// By coefficients where they can mend all that is wrong, else by pixels.
fn lossy_route(
    info: &ImageInfo,
    options: &Options,
    violations: &[Violation],
    remedy: Remedy,
    frame: Frame,
) -> Route {
    let pixels = pixels_plan(info, options, frame, None);
    if remedy <= Remedy::Coefficients
        && let Some(coefficients) = coefficients_plan(info, options, &pixels)
    {
        return Route::Coefficients(coefficients);
    }
    match source_tables_quality(info, options, violations, &pixels) {
        Some(quality) => Route::Pixels(pixels_plan(info, options, frame, Some(quality))),
        None => Route::Pixels(pixels),
    }
}

fn planned(
    info: &ImageInfo,
    options: &Options,
    resources: Resources,
    route: Route,
    violations: Vec<Violation>,
) -> Plan {
    let estimate = estimate::of(info, &route, options.verify, resources);
    Plan { info: info.clone(), options: *options, violations, estimate, route }
}

fn check_input(info: &ImageInfo, options: &Options) -> Result<()> {
    let limits = &options.input_limits;
    let scans = info.jpeg.as_ref().map_or(0, |j| j.scans.into());
    let checks = [
        (LimitKind::InputBytes, info.bytes, limits.bytes),
        (LimitKind::Pixels, info.size.pixels(), limits.pixels),
        (LimitKind::Scans, scans, limits.scans.into()),
        (LimitKind::IccBytes, info.icc.map_or(0, |i| i.bytes), limits.icc_bytes),
    ];
    match checks.into_iter().find(|(_, actual, limit)| actual > limit) {
        Some((what, actual, limit)) => Err(Error::LimitExceeded { what, actual, limit }),
        None => Ok(()),
    }
}

/// `photo-jpeg` has a better bound: the bytes of a file that it reads, and few scans.
fn check_decode_cost(plan: &Plan) -> Result<()> {
    let elsewhere = match &plan.route {
        Route::Pixels(pixels) => pixels.decode_path == DecodePath::Raster,
        Route::Coefficients(_) => false,
        // Gone through by a general decoder where `photo-jpeg` doesn't read the file.
        Route::PassThrough | Route::Rewrite => {
            plan.options.verify == Verify::Full
                && plan.info.jpeg.as_ref().is_some_and(|jpeg| !jpeg.natively_decodable)
        }
    };
    let actual = plan.info.jpeg.as_ref().filter(|_| elsewhere).map_or(0, |jpeg| jpeg.decode_cost);
    let limit = plan.options.input_limits.decode_cost;
    if actual > limit {
        return Err(Error::LimitExceeded { what: LimitKind::DecodeCost, actual, limit });
    }
    Ok(())
}

/// How pixels are made; `source_tables` is given where the source's quantization tables, of about that
/// quality, are used again.
fn pixels_plan(info: &ImageInfo, options: &Options, frame: Frame, source_tables: Option<u8>) -> PixelsPlan {
    let output = output_rule(info, options);
    let (size, content) = (frame.size, frame.crop.map_or(info.upright_size(), |rect| rect.size));
    let scale = f64::from(size.width) / f64::from(content.width);
    // Pixels that stay one to one gain nothing from a higher quality than they had; reduced ones do.
    let source_quality =
        info.jpeg.as_ref().and_then(|j| j.quality).filter(|_| size == content).unwrap_or(100);
    let quality = source_tables.unwrap_or(policy::best_quality(info, options).min(source_quality));
    let sampling = sampling(info, options);
    let inks = matches!(info.model, ColorModel::Cmyk | ColorModel::Ycck);
    let framed = frame.crop.is_some() || frame.canvas.is_some() || size.pixels() > content.pixels();
    let path = if framed { DecodePath::Raster } else { decode_path(info) };
    PixelsPlan {
        decode_path: path,
        scale: if info.format == Format::Jpeg { decode_scale(scale, path) } else { DecodeScale::Full },
        crop: frame.crop,
        size,
        canvas: frame.canvas,
        smallest: frame::smallest(frame.output(), &options.requirements),
        output,
        sampling,
        reuse_source_tables: source_tables.is_some(),
        to_srgb: inks
            || info.hdr.is_some()
            || gets_colored(info, options, frame)
            || options.color != ColorPolicy::Preserve && info.icc.is_some_and(|icc| !icc.is_srgb),
        attempts: policy::for_pixels(
            info,
            options,
            &policy::Picture { output, size, sampling, quality, reduced: size != info.upright_size() },
        ),
    }
}

/// Whether a gray picture gets a color around or behind it, for which its profile is of no use.
fn gets_colored(info: &ImageInfo, options: &Options, frame: Frame) -> bool {
    let around = frame.canvas.is_some() && matches!(options.framing, Framing::Pad(color) if !color.is_gray());
    let behind = info.alpha && !options.background.is_gray();
    info.model == ColorModel::Gray && (around || behind)
}

/// Whether coefficients can mend all that is wrong, and how.
fn coefficients_plan(info: &ImageInfo, options: &Options, pixels: &PixelsPlan) -> Option<CoefficientsPlan> {
    if pixels.decode_path != DecodePath::Planes {
        return None;
    }
    let (kept, trims) = without_partial_mcus(info)?;
    if trims && options.edges == EdgePolicy::Exact {
        return None;
    }
    let size = info.orientation.apply_to(kept);
    let halved_chroma = policy::halved_chroma(info, options, pixels);
    let attempts = policy::for_coefficients(info, options, size, halved_chroma.is_some());
    Some(CoefficientsPlan { size, trims, attempts, halved_chroma, fallback: pixels.clone() })
}

/// The quality of a JPEG that only has to be turned, but has incomplete MCUs in the way: it loses least with
/// the tables it has.
fn source_tables_quality(
    info: &ImageInfo,
    options: &Options,
    violations: &[Violation],
    pixels: &PixelsPlan,
) -> Option<u8> {
    let only_turned = violations.iter().all(|violation| {
        matches!(violation.kind, ViolationKind::Orientation(_))
            || judge::remedy(violation, info, options) == Remedy::Rewrite
    });
    let reusable = only_turned && pixels.decode_path == DecodePath::Planes && !pixels.to_srgb;
    let auto = options.subsampling == Subsampling::Auto;
    info.jpeg.as_ref().and_then(|j| j.quality).filter(|_| reusable && auto)
}

/// What stays of the stored picture if MCUs that would come to lie incomplete at the left or upper edge are
/// cut off, and whether any are; `None` if nothing stays.
fn without_partial_mcus(info: &ImageInfo) -> Option<(Size, bool)> {
    let sampling = info.jpeg.as_ref().map_or(&[][..], |jpeg| &jpeg.sampling);
    let mcu = photo_jpeg::syntax::MaxSampling::of_frame(sampling.iter().copied()).mcu_size();
    let (flip_x, flip_y) = jpeg::decode_planes::orientation(info.orientation).flips();
    let side = |size: u32, mcu: u32, flip: bool| if flip { size / mcu * mcu } else { size };
    let (width, height) = (info.size.width, info.size.height);
    let kept = Size::new(side(width, mcu.0, flip_x), side(height, mcu.1, flip_y));
    (kept.width > 0 && kept.height > 0).then_some((kept, kept != info.size))
}

fn decode_path(info: &ImageInfo) -> DecodePath {
    let native = info.jpeg.as_ref().is_some_and(|jpeg| jpeg.natively_decodable);
    let planes = matches!(info.model, ColorModel::Gray | ColorModel::YCbCr);
    if native && planes { DecodePath::Planes } else { DecodePath::Raster }
}

/// Half size only where at least a factor of 1.6 is left to the resampler. Against a full decode that costs
/// 0.1 points of SSIMULACRA2 (12 and 108 MP); at 0.35 it still cost 0.1 (48 MP), but at 0.38 0.9 (12 MP), and
/// at 0.45 0.5 and 2.2. DESIGN.md has the table.
fn decode_scale(scale: f64, path: DecodePath) -> DecodeScale {
    match scale {
        // Reducing in bands needs two rows of a block at least.
        s if s <= 0.075 && path == DecodePath::Raster => DecodeScale::Eighth,
        s if s <= 0.15 => DecodeScale::Quarter,
        s if s <= 0.31 => DecodeScale::Half,
        _ => DecodeScale::Full,
    }
}

/// What the limit on memory is held against: the input is there already.
fn beside_input(plan: &Plan) -> u64 {
    plan.estimate.peak_memory.saturating_sub(plan.info.bytes)
}

/// A half-size decode of a JPEG beats refusing it, as long as nothing is enlarged afterwards.
fn shrink_to_memory(plan: &mut Plan, resources: Resources) {
    let too_much = beside_input(plan) > plan.options.input_limits.memory;
    let (info, Route::Pixels(pixels)) = (&plan.info, &mut plan.route) else { return };
    let whole = pixels.crop.map_or(info.upright_size(), |part| part.size);
    let still_reduces = pixels.size.width <= whole.width / 2 && pixels.size.height <= whole.height / 2;
    if too_much && pixels.scale == DecodeScale::Full && info.format == Format::Jpeg && still_reduces {
        pixels.scale = DecodeScale::Half;
        plan.estimate = estimate::of(info, &plan.route, plan.options.verify, resources);
    }
}

fn output_rule(info: &ImageInfo, options: &Options) -> OutputRule {
    match (options.format, info.format) {
        (OutputFormat::Jpeg, _) => OutputRule::Jpeg,
        (OutputFormat::Png, _) => OutputRule::Png,
        (OutputFormat::Auto, Format::Jpeg) => OutputRule::Jpeg,
        (OutputFormat::Auto, Format::Heic) if !info.alpha => OutputRule::Jpeg,
        (OutputFormat::Auto, _) => OutputRule::PngIfBetter,
    }
}

/// As the source has it, in full where it is lossless; turned on its side, half width becomes half height.
fn sampling(info: &ImageInfo, options: &Options) -> JpegSampling {
    let factors = match (&info.jpeg, info.luma_factors) {
        (Some(jpeg), _) if jpeg.is_subsampled() => jpeg.sampling.as_slice(),
        (Some(_), _) | (None, None | Some((1, 1))) => &[],
        (None, Some(luma)) => &[luma, (1, 1), (1, 1)],
    };
    match options.subsampling {
        Subsampling::S444 => JpegSampling::S444,
        Subsampling::S420 => JpegSampling::S420,
        Subsampling::Auto => match factors {
            [] => JpegSampling::S444,
            [(2, 1), (1, 1), (1, 1), ..] if info.orientation.swaps_sides() => JpegSampling::S440,
            [(1, 2), (1, 1), (1, 1), ..] if info.orientation.swaps_sides() => JpegSampling::S422,
            [(2, 1), (1, 1), (1, 1), ..] => JpegSampling::S422,
            [(1, 2), (1, 1), (1, 1), ..] => JpegSampling::S440,
            _ => JpegSampling::S420,
        },
    }
}
