//! The quality policy: what is tried to hold the byte limit, in which order, and every number that decides
//! over it.

use super::attempts::{Attempt, FewerPixels, TableRange};
use super::png_policy;
use super::route::{OutputRule, PixelsPlan};
use crate::info::{ColorModel, ImageInfo};
use crate::sampling::JpegSampling;
use crate::{Options, Subsampling};

/// A progressive file takes twice as long to write and to read; it must be so much smaller than a sequential
/// one to be worth it.
const PROGRESSIVE_GAIN: u8 = 2;

/// Measured on photos of 3 MP: at qualities of 54 and below, 2 to 5 points of SSIMULACRA2 better, at 60 to 63
/// 0.3 to 1.5, at 74 and 75 from 2.4 worse to 1.7 better. Chroma at half width is better left alone: 2 to 5
/// points worse.
const HALVED_CHROMA_BELOW: u8 = 68;

/// Tables that lose no more than the picture's own.
const OWN_QUALITY: u8 = 100;

/// Whole files that are written before it only matters to fit at all.
const TRIES: u32 = 3;

/// Times that a source is decoded again for one size: real pictures are fitted by two or three.
const REDECODES: u32 = 4;

/// Scans from which on decoding again may take seconds: real progressive files have ten.
const MANY_SCANS: u32 = 32;

/// The same pixels with chroma halved, where the source has it at full size and the sampling is ours to
/// choose: at low qualities the bytes are better spent on luma.
pub(super) fn halved_chroma(info: &ImageInfo, options: &Options, pixels: &PixelsPlan) -> Option<PixelsPlan> {
    let may_be_halved = options.subsampling == Subsampling::Auto
        && pixels.sampling == JpegSampling::S444
        && info.model != ColorModel::Gray;
    may_be_halved.then(|| PixelsPlan { sampling: JpegSampling::S420, ..pixels.clone() })
}

/// What is tried on a JPEG's coefficients.
pub(super) fn for_coefficients(floor: u8, may_halve_chroma: bool) -> Vec<Attempt> {
    let tables = tables(OWN_QUALITY, floor);
    let halved = Attempt::HalvedChroma { below: HALVED_CHROMA_BELOW, tables };
    let halved = may_halve_chroma.then_some(halved);
    let requantized = Attempt::Requantized(tables);
    let lossless = [Attempt::Optimized, Attempt::OptimizedProgressive];
    lossless.into_iter().chain(halved).chain([requantized]).collect()
}

/// What is tried on pixels, for a JPEG output of `quality` or a PNG.
pub(super) fn for_pixels(
    info: &ImageInfo,
    output: OutputRule,
    quality: u8,
    floor: u8,
    reduced: bool,
) -> Vec<Attempt> {
    let png = png_policy::attempts(info, output, quality, reduced);
    let jpeg = [
        Attempt::Jpeg { quality },
        Attempt::ProgressiveJpeg { quality },
        Attempt::LowerQuality(tables(quality, floor)),
    ];
    let jpeg = jpeg.into_iter().filter(|_| output != OutputRule::Png);
    let many_scans = info.jpeg.as_ref().is_some_and(|jpeg| jpeg.scans > MANY_SCANS);
    let redecodes = if many_scans { 0 } else { REDECODES };
    let fewer_pixels = Attempt::FewerPixels(FewerPixels { quality: floor, redecodes, tries: TRIES });
    let fewer_pixels = (output != OutputRule::Png).then_some(fewer_pixels);
    png.into_iter().chain(jpeg).chain(fewer_pixels).collect()
}

fn tables(best: u8, floor: u8) -> TableRange {
    TableRange { best, floor, progressive_gain: PROGRESSIVE_GAIN }
}
