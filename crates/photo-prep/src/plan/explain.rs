//! A plan in sentences.

use std::fmt::{Display, Formatter, Result};

use super::attempts::{Attempt, Rung};
use super::balance::Balance;
use super::definition::Plan;
use super::route::{CoefficientsPlan, DecodePath, OutputRule, Route};
use crate::Verify;
use crate::info::ImageInfo;
use crate::sampling::DecodeScale;

impl Display for ImageInfo {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.format)?;
        if let Some(jpeg) = &self.jpeg {
            write!(f, " ({}", jpeg.process)?;
            if let Some(quality) = jpeg.quality {
                write!(f, ", quality about {quality}")?;
            }
            f.write_str(")")?;
        }
        write!(f, ", {} pixels, {} bytes, {}, {} bits", self.size, self.bytes, self.model, self.bit_depth)?;
        if self.alpha {
            f.write_str(", may be transparent")?;
        }
        if let Some(icc) = &self.icc {
            write!(f, ", {:?} profile{}", icc.space, if icc.is_srgb { " (sRGB)" } else { "" })?;
        }
        write!(f, ", {}", self.orientation)
    }
}

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "The file is {}.", self.info)?;
        for warning in &self.info.warnings {
            writeln!(f, "Note: {warning}.")?;
        }
        match &self.route {
            Route::PassThrough => {
                writeln!(f, "It can go as it is: the very same bytes.")?;
                write_verification(f, self)?;
            }
            Route::Rewrite => {
                write_violations(f, self)?;
                writeln!(
                    f,
                    "The compressed picture is kept to the bit; only what is around it is left out."
                )?;
                write_verification(f, self)?;
            }
            Route::Coefficients(coefficients) => {
                write_violations(f, self)?;
                write_coefficients(f, self, coefficients)?;
            }
            Route::Pixels(_) => {
                write_violations(f, self)?;
                write_pixels(f, self)?;
            }
        }
        write_attempts(f, self)?;
        write!(f, "Peak memory: at most about {} MB.", self.estimate.peak_memory.div_ceil(1_000_000))
    }
}

fn write_violations(f: &mut Formatter<'_>, plan: &Plan) -> Result {
    f.write_str("It can't go as it is: ")?;
    for (i, violation) in plan.violations.iter().enumerate() {
        write!(f, "{}{violation}", if i > 0 { "; " } else { "" })?;
    }
    writeln!(f, ".")
}

fn write_verification(f: &mut Formatter<'_>, plan: &Plan) -> Result {
    match plan.options.verify {
        Verify::Full => {
            writeln!(f, "Its picture data is gone through to the end first, to see that it is whole.")
        }
        Verify::Structure => writeln!(f, "Only its structure is checked, not its picture data."),
    }
}

fn write_coefficients(f: &mut Formatter<'_>, plan: &Plan, coefficients: &CoefficientsPlan) -> Result {
    f.write_str("Its coefficients are ")?;
    if plan.info.orientation != crate::Orientation::Upright {
        f.write_str("turned upright and ")?;
    }
    f.write_str("written again, without decoding to pixels")?;
    if coefficients.trims {
        write!(f, "; of {}, {} stays", plan.info.upright_size(), coefficients.size)?;
    }
    writeln!(f, ".")
}

fn write_pixels(f: &mut Formatter<'_>, plan: &Plan) -> Result {
    let Route::Pixels(pixels) = &plan.route else { return Ok(()) };
    f.write_str("It is decoded")?;
    if pixels.decode_path == DecodePath::Planes {
        f.write_str(" to planes, band by band")?;
    }
    if pixels.scale != DecodeScale::Full {
        write!(f, " at 1/{} of its size", pixels.scale.denominator())?;
    }
    let part = pixels.crop.map_or(plan.info.upright_size(), |part| part.size);
    if let Some(crop) = pixels.crop {
        write!(f, ", cut to the {part} at column {} and row {}", crop.x, crop.y)?;
    }
    if pixels.size != part {
        let larger = pixels.size.pixels() > part.pixels();
        write!(f, ", {} to {}", if larger { "enlarged" } else { "reduced" }, pixels.size)?;
    }
    if plan.info.orientation != crate::Orientation::Upright {
        f.write_str(", turned upright")?;
    }
    if pixels.to_srgb {
        f.write_str(", converted to sRGB")?;
    }
    if let Some(canvas) = pixels.canvas {
        write!(f, ", put on a canvas of {canvas}")?;
    }
    let quality = pixels.quality().unwrap_or(0);
    match pixels.output {
        OutputRule::Jpeg if pixels.reuse_source_tables => {
            writeln!(f, " and written as JPEG with its own tables, of quality about {quality}.")
        }
        OutputRule::Jpeg => writeln!(f, " and written as JPEG of quality {quality}."),
        OutputRule::Png => writeln!(f, " and written as PNG."),
        OutputRule::PngIfBetter => writeln!(
            f,
            " and written as PNG if it is transparent or nearly as small that way, else as JPEG of quality {quality}.",
        ),
    }
}

/// The attempts in their order, unless there is but one.
fn write_attempts(f: &mut Formatter<'_>, plan: &Plan) -> Result {
    if matches!(plan.route, Route::PassThrough | Route::Rewrite) {
        return Ok(());
    }
    write!(f, "To hold {} bytes it tries: ", plan.options.requirements.byte_limit())?;
    let may_be_jpeg = plan.route.attempts().any(|attempt| matches!(attempt, Attempt::LowerQuality(_)));
    for (i, attempt) in plan.route.attempts().enumerate() {
        write!(f, "{}{attempt}", if i > 0 { ", then " } else { "" })?;
        if let (Attempt::FewerPixels(how), true) = (attempt, may_be_jpeg) {
            let Balance { pixels, quality, .. } = how.balance;
            write!(
                f,
                " (in a JPEG about {pixels} of quality {quality}, or more where they take fewer bytes)"
            )?;
        }
    }
    writeln!(f, ".")
}

impl Display for Attempt {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::HalvedChroma { below, .. } => {
                write!(f, "chroma halved, where quality would fall below {below}")
            }
            Self::Requantized(tables) => write!(f, "coarser coefficients down to quality {}", tables.floor),
            Self::Jpeg { quality } => write!(f, "JPEG of quality {quality}"),
            Self::LowerQuality(tables) => write!(f, "quality down to {}", tables.floor),
            Self::NearLossless { max_error } => {
                write!(f, "PNG whose samples differ by at most {max_error}, if it is a photo")
            }
            Self::FewerColors(how) => {
                write!(f, "PNG in {} to {} colors, if it is a graphic", how.most, how.fewest)
            }
            Self::SmallerPng(_) => f.write_str("PNG of fewer pixels, if it can't be a JPEG or is a graphic"),
            other => write!(f, "{}", other.rung()),
        }
    }
}

impl Display for Rung {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::AsIs => "the file as it is",
            Self::Stripped => "the file without what the picture doesn't need",
            Self::Optimized => "the same coefficients with better Huffman tables",
            Self::Progressive => "progressive JPEG",
            Self::Requantized => "coarser coefficients",
            Self::HalvedChroma => "JPEG of lower quality with chroma halved",
            Self::LosslessPng => "PNG without loss",
            Self::FullColorPng => "PNG of all colors",
            Self::NearLossless => "PNG nearly without loss",
            Self::FewerColors => "PNG in fewer colors",
            Self::Jpeg => "JPEG of the planned quality",
            Self::LowerQuality => "JPEG of lower quality",
            Self::FewerPixels => "fewer pixels",
        })
    }
}
