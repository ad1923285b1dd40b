//! The quality policy: what is tried to hold the byte limit, in which order, and every number that decides
//! over it.

use super::attempts::{Attempt, FewerPixels, TableRange};
use super::balance::Balance;
use super::png_policy;
use super::route::{OutputRule, PixelsPlan};
use crate::info::{ColorModel, ImageInfo};
use crate::sampling::JpegSampling;
use crate::{Format, Options, Size, Subsampling};

/// A progressive file takes twice as long to write and to read; it must be so much smaller than a sequential
/// one to be worth it.
const PROGRESSIVE_GAIN: u8 = 2;

/// Measured on photos of 3 MP: at qualities of 54 and below, 2 to 5 points of SSIMULACRA2 better, at 60 to 63
/// 0.3 to 1.5, at 74 and 75 from 2.4 worse to 1.7 better. Chroma at half width is better left alone: 2 to 5
/// points worse.
const HALVED_CHROMA_BELOW: u8 = 68;

/// Tables that lose no more than the picture's own.
const OWN_QUALITY: u8 = 100;

/// Sizes that are looked at before it only matters to fit at all.
const TRIES: u32 = 3;

/// Times that a source is decoded again for one size: real pictures are fitted by two or three.
const REDECODES: u32 = 4;

/// Scans from which on decoding again may take seconds: real progressive files have ten.
const MANY_SCANS: u32 = 32;

/// A JPEG that comes from lossless pixels has chroma at full size from here on: 7 to 11 points of SSIMULACRA2
/// on a portrait with reds, 2.5 on roses, -0.8 to 2.3 elsewhere.
const FULL_CHROMA_FROM: u8 = 80;

/// About what chroma at full size costs in quality.
const FULL_CHROMA_COSTS: u8 = 4;

/// No pixels go from here on: those that stay as they are lose nothing to the reduction. Photos of 4 and 5 MP,
/// points of SSIMULACRA2 against the best of fewer pixels: 2.3 at quality 82, 0.3 and -0.8 at 72 and 71, -1.5 at 66.
const WHOLE_FROM: u8 = 75;

/// Coefficients that are quantized once more lose more than new ones. Against fewer pixels, those of quality 92
/// are 2.6 points better at 83 on a smooth photo, and 0.9, 0.6 and 1.4 worse at 86, 80 and 74 on three others;
/// those of quality 80 are 4 points worse at 65.
const BELOW_OWN: u8 = 10;

/// From this quality on, coefficients are as good as new.
const AS_NEW: u8 = 96;

/// A PNG of so many bytes is small in itself.
const SMALL_PNG: u32 = 1_000_000;

/// A PNG from a source that has lost something already is small only where it is as small as this.
const SMALL_PNG_OF_LOSSY: u32 = 65_536;

/// Pixels against quality under a limit of bytes. DESIGN.md has the measurements.
pub(super) fn balance(max_bytes: u64, floor: u8) -> Balance {
    let bytes = max_bytes.max(1) as f64;
    // About one bit a pixel, some more where there are many pixels.
    let pixels = 8.0 * bytes / (1.1 * (bytes / 200_000.0).powf(0.15));
    // Few pixels are seen large, where their number tells more than their exactness.
    let quality = 56.0 + 9.0 * (bytes / 20_000.0).log2();
    let quality = quality.clamp(25.0, 84.0) as u8;
    Balance { pixels: (pixels as u64).max(1), quality, per_doubling: 5, most: 91, floor }
}

/// The same pixels with chroma halved, where the source has it at full size and the sampling is ours to
/// choose: at low qualities the bytes are better spent on luma.
pub(super) fn halved_chroma(info: &ImageInfo, options: &Options, pixels: &PixelsPlan) -> Option<PixelsPlan> {
    if !may_halve_chroma(info, options, pixels.sampling) {
        return None;
    }
    let sampling = JpegSampling::S420;
    let quality = pixels.quality().unwrap_or(options.quality.best);
    let (output, size, reduced) = (pixels.output, pixels.size, pixels.size != info.upright_size());
    let attempts = for_pixels(info, options, &Picture { output, size, sampling, quality, reduced });
    Some(PixelsPlan { sampling, attempts, ..pixels.clone() })
}

fn may_halve_chroma(info: &ImageInfo, options: &Options, sampling: JpegSampling) -> bool {
    options.subsampling == Subsampling::Auto
        && sampling == JpegSampling::S444
        && info.model != ColorModel::Gray
}

/// What is tried on a JPEG's coefficients, of so many pixels.
pub(super) fn for_coefficients(
    info: &ImageInfo,
    options: &Options,
    size: Size,
    may_halve_chroma: bool,
) -> Vec<Attempt> {
    let tables = tables(OWN_QUALITY, least_quality(info, options, size));
    let halved = Attempt::HalvedChroma { below: HALVED_CHROMA_BELOW, tables };
    let halved = may_halve_chroma.then_some(halved);
    let requantized = Attempt::Requantized(tables);
    let lossless = [Attempt::Optimized, Attempt::OptimizedProgressive];
    lossless.into_iter().chain(halved).chain([requantized]).collect()
}

/// The quality that a JPEG of all the planned pixels has at least.
fn least_quality(info: &ImageInfo, options: &Options, size: Size) -> u8 {
    let floor = options.quality.floor;
    let least = balance(options.requirements.byte_limit(), floor).least_quality(size.pixels());
    let one_to_one = 10 * size.pixels() >= 9 * info.size.pixels();
    let own = info.jpeg.as_ref().and_then(|jpeg| jpeg.quality).filter(|own| one_to_one && *own < AS_NEW);
    least.min(own.map_or(WHOLE_FROM, |own| own.saturating_sub(BELOW_OWN))).max(floor)
}

/// What pixels are to become.
pub(super) struct Picture {
    pub(super) output: OutputRule,
    /// Upright.
    pub(super) size: Size,
    pub(super) sampling: JpegSampling,
    /// Of a JPEG.
    pub(super) quality: u8,
    /// Whether it is smaller than the source.
    pub(super) reduced: bool,
}

/// What is tried on pixels.
pub(super) fn for_pixels(info: &ImageInfo, options: &Options, picture: &Picture) -> Vec<Attempt> {
    let Picture { output, quality, reduced, .. } = *picture;
    let png = png_policy::attempts(info, output, quality, reduced, small_png(info, options));
    let jpeg = (picture.output != OutputRule::Png).then(|| jpeg_attempts(info, options, picture));
    let fewer_pixels = Attempt::FewerPixels(fewer_pixels(info, options, picture));
    let fewer_pixels = (picture.output != OutputRule::Png).then_some(fewer_pixels);
    png.into_iter().chain(jpeg.into_iter().flatten()).chain(fewer_pixels).collect()
}

/// A PNG of so many bytes is small in itself, where the picture could be a JPEG; `None` where it only has to
/// fit, as that of a GIF.
fn small_png(info: &ImageInfo, options: &Options) -> Option<u32> {
    let small = if is_lossy(info) { SMALL_PNG_OF_LOSSY } else { SMALL_PNG };
    let small = u32::try_from(options.requirements.byte_limit()).map_or(small, |limit| limit.min(small));
    (info.format != Format::Gif).then_some(small)
}

/// The quality of a JPEG whose pixels are made anew: that of one from lossless pixels is higher.
pub(super) fn best_quality(info: &ImageInfo, options: &Options) -> u8 {
    if is_lossy(info) { options.quality.best } else { options.quality.of_lossless }
}

/// Whether the source has lost something already, as far as its header tells.
pub(super) fn is_lossy(info: &ImageInfo) -> bool {
    info.jpeg.is_some() || info.format == Format::Heic || info.luma_factors.is_some()
}

/// The attempts to keep all pixels in a JPEG.
fn jpeg_attempts(info: &ImageInfo, options: &Options, picture: &Picture) -> Vec<Attempt> {
    let (quality, sampling) = (picture.quality, picture.sampling);
    let least = least_quality(info, options, picture.size).min(quality);
    let halved = may_halve_chroma(info, options, sampling)
        .then(|| Attempt::HalvedChroma { below: FULL_CHROMA_FROM, tables: tables(quality, least) });
    let full = FULL_CHROMA_FROM.max(least.saturating_sub(FULL_CHROMA_COSTS)).min(quality);
    let least = if halved.is_some() { full } else { least };
    let whole = [
        Attempt::Jpeg { quality },
        Attempt::ProgressiveJpeg { quality },
        Attempt::LowerQuality(tables(quality, least)),
    ];
    whole.into_iter().chain(halved).collect()
}

fn fewer_pixels(info: &ImageInfo, options: &Options, picture: &Picture) -> FewerPixels {
    let many_scans = info.jpeg.as_ref().is_some_and(|jpeg| jpeg.scans > MANY_SCANS);
    let may_halve = may_halve_chroma(info, options, picture.sampling);
    let best = best_quality(info, options);
    let floor = options.quality.floor.min(best);
    FewerPixels {
        tables: tables(best, floor),
        balance: balance(options.requirements.byte_limit(), floor),
        sampling: if may_halve { JpegSampling::S420 } else { picture.sampling },
        full_chroma_from: may_halve.then_some(FULL_CHROMA_FROM),
        redecodes: if many_scans { 0 } else { REDECODES },
        tries: TRIES,
    }
}

fn tables(best: u8, floor: u8) -> TableRange {
    TableRange { best, floor, progressive_gain: PROGRESSIVE_GAIN }
}
