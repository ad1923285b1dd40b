//! What the directory of the picture says of its samples; what is not read is refused here, by name.

use super::color_model::Color;
use super::compression::Compression;
use super::directory::Directory;
use super::ycbcr::YCbCr;
use super::{lab, palette, tag};
use crate::pixels::Layout;
use crate::{Error, Format, Result, Size};

/// How samples lie in the file, and what they mean.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) size: Size,
    /// Bits of a sample, 1..=64.
    pub(super) bits: u8,
    /// Samples of a pixel, those that are not shown included.
    pub(super) samples: usize,
    pub(super) float: bool,
    pub(super) color: Color,
    /// Whether colors are told as luma and chroma, be it by this file or by the JPEGs in it.
    pub(super) is_ycbcr: bool,
    pub(super) alpha: Option<Alpha>,
    /// Whether inks have an alpha channel, which is left out.
    pub(super) inks_with_alpha: bool,
    pub(super) compression: Compression,
    pub(super) predictor: Predictor,
    /// Whether each sample has strips or tiles of its own.
    pub(super) separate: bool,
    /// Whether the first bit of a byte is its lowest.
    pub(super) reversed: bool,
    pub(super) little: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alpha {
    /// Which sample of the pixel.
    pub(super) index: usize,
    /// Whether colors are stored multiplied with it.
    pub(super) associated: bool,
}

/// What samples were replaced by before they were packed (TIFF 6.0, section 14; technical note 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    /// The difference to the pixel on the left.
    Difference,
    /// The same of bytes, those of equal weight side by side.
    Float,
}

/// Samples of a pixel: scientific pictures have a few dozen.
const MOST_SAMPLES: usize = 64;

impl Header {
    pub(super) fn read(directory: &Directory<'_>) -> Result<Self> {
        let d = directory;
        let damaged = |reason: &str| Error::malformed(Format::Tiff, d.at(), reason);
        let (Some(width), Some(height)) = (d.number(tag::WIDTH, 0), d.number(tag::HEIGHT, 0)) else {
            return Err(damaged("the directory gives no size"));
        };
        let side = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        // Where the number is missing, there are as many as have a depth: scanners leave it out beside three
        // depths.
        let depths = || d.numbers(tag::BITS).take(MOST_SAMPLES + 1).count().max(1) as u64;
        let samples = d.number(tag::SAMPLES, 0).unwrap_or_else(depths);
        let samples = usize::try_from(samples).unwrap_or(usize::MAX);
        if samples == 0 || samples > MOST_SAMPLES {
            return Err(damaged("the number of samples of a pixel is not in 1..=64"));
        }
        let compression = Compression::read(d)?;
        let bits = bits(d, samples)?;
        let float = is_float(d, samples, bits)?;
        let color = color(d, samples, bits, compression)?;
        let found = alpha(d, samples, &color);
        let inks = matches!(color, Color::Cmyk);
        let header = Self {
            size: Size::new(side(width), side(height)),
            bits,
            samples,
            float,
            is_ycbcr: d.number(tag::PHOTOMETRIC, 0) == Some(6),
            color,
            alpha: found.filter(|_| !inks),
            inks_with_alpha: inks && found.is_some(),
            compression,
            predictor: predictor(d, compression)?,
            separate: separate(d, samples)?,
            reversed: d.number(tag::FILL_ORDER, 0) == Some(2) && !compression.is_jpeg(),
            little: d.file.little,
        };
        header.check_depth()?;
        header.check_mixed()?;
        Ok(header)
    }

    /// How the samples that come out lie.
    pub(super) fn layout(&self) -> Layout {
        match (&self.color, self.alpha) {
            (Color::Gray { .. }, None) => Layout::Gray,
            (Color::Gray { .. }, Some(_)) => Layout::GrayAlpha,
            (Color::Cmyk, _) => Layout::Cmyk,
            (_, None) => Layout::Rgb,
            (_, Some(_)) => Layout::Rgba,
        }
    }

    /// Whether samples have more than 8 bits and are rounded at the end.
    pub(super) fn is_wide(&self) -> bool {
        self.float || self.bits > 8
    }

    /// Samples that lie side by side in a strip or tile.
    pub(super) fn samples_together(&self) -> usize {
        if self.separate { 1 } else { self.samples }
    }

    fn check_depth(&self) -> Result<()> {
        let refused = |what: String| Err(Error::unsupported(Format::Tiff, what));
        let (bits, color) = (self.bits, self.color.name());
        if self.compression.is_fax() && (bits != 1 || self.samples_together() != 1) {
            return Err(Error::malformed(
                Format::Tiff,
                None,
                "fax compression of what is not black and white",
            ));
        }
        if self.compression.is_jpeg() && !matches!(self.samples_together(), 1 | 3 | 4) {
            return refused(
                "JPEG compression of other than 1, 3 or 4 samples; save it with another compression".into(),
            );
        }
        if self.compression.is_jpeg() && bits != 8 {
            return refused(format!(
                "JPEG compression with {bits} bits a sample; save it with another compression"
            ));
        }
        let fits = match (&self.color, self.float) {
            (Color::Palette(_), false) => bits <= 8,
            (Color::YCbCr(_), false) => bits == 8,
            (Color::Lab(_), false) => bits == 8 || bits == 16,
            (Color::Gray { .. } | Color::Rgb | Color::Cmyk, false) => bits <= 16 || bits == 32,
            (Color::Gray { .. } | Color::Rgb | Color::Cmyk, true) => matches!(bits, 16 | 24 | 32 | 64),
            (_, true) => return refused(format!("{color} of floating-point samples; save it as 8-bit RGB")),
        };
        if !fits {
            return refused(format!("{color} with {bits} bits a sample is not read; save it as 8-bit RGB"));
        }
        Ok(())
    }

    /// What can be told of one sample a pixel, but not of several ways at once.
    fn check_mixed(&self) -> Result<()> {
        let refused = |what: &str| Err(Error::unsupported(Format::Tiff, what));
        if let Color::YCbCr(ycbcr) = &self.color {
            if self.samples != 3 {
                return refused("YCbCr with further samples is not read; save it as RGB");
            }
            if ycbcr.is_subsampled() && self.separate {
                return refused("subsampled YCbCr in separate planes is not read; save it as RGB");
            }
            if ycbcr.is_subsampled() && self.predictor != Predictor::None {
                return refused("subsampled YCbCr with a predictor is not read; save it as RGB");
            }
        }
        if self.is_ycbcr && self.separate && self.compression.is_jpeg() {
            return refused("YCbCr as separate JPEGs is not read; save it as RGB");
        }
        let predicted = match self.predictor {
            Predictor::None => true,
            Predictor::Difference => matches!(self.bits, 8 | 16 | 32 | 64),
            Predictor::Float => self.float,
        };
        if !predicted {
            return refused("a predictor that doesn't go with its samples; save it without a predictor");
        }
        Ok(())
    }
}

/// The bits of a sample, all of which must have as many.
fn bits(d: &Directory<'_>, samples: usize) -> Result<u8> {
    let first = d.number(tag::BITS, 0).unwrap_or(1);
    if d.numbers(tag::BITS).take(samples).any(|bits| bits != first) {
        let what = "samples of different depths (such as 5, 6 and 5 bits) are not read; save it as 8-bit RGB";
        return Err(Error::unsupported(Format::Tiff, what));
    }
    match u8::try_from(first) {
        Ok(bits @ 1..=64) => Ok(bits),
        _ => Err(Error::malformed(Format::Tiff, d.at(), format!("{first} bits a sample"))),
    }
}

fn is_float(d: &Directory<'_>, samples: usize, bits: u8) -> Result<bool> {
    let refused = |what: &str| Err(Error::unsupported(Format::Tiff, what));
    let first = d.number(tag::SAMPLE_FORMAT, 0).unwrap_or(1);
    if d.numbers(tag::SAMPLE_FORMAT).take(samples).any(|f| f != first) {
        return refused("samples of different kinds in one pixel; save it as 8-bit RGB");
    }
    match first {
        1 => Ok(false),
        // Lab has signed samples by itself, and some say so.
        2 if matches!(d.number(tag::PHOTOMETRIC, 0), Some(8)) => Ok(false),
        2 => refused("signed samples, which are measurements rather than a picture; save it as 8-bit RGB"),
        3 => Ok(true),
        // "Undefined" is what some programs write of ordinary samples (TIFF 6.0, section 19, has it so, too).
        4 if bits <= 16 => Ok(false),
        5 | 6 => refused("complex numbers as samples, which are no picture; save it as 8-bit RGB"),
        _ => refused("samples of an unknown kind; save it as 8-bit RGB"),
    }
}

fn color(d: &Directory<'_>, samples: usize, bits: u8, compression: Compression) -> Result<Color> {
    let refused = |what: &str| Err(Error::unsupported(Format::Tiff, what));
    let photometric = d.number(tag::PHOTOMETRIC, 0).or(match samples {
        1 if compression.is_fax() => Some(0),
        1 => Some(1),
        3 | 4 => Some(2),
        _ => None,
    });
    let (color, needed) = match photometric {
        // An obsolete way to say that values are indices of a color map (TIFF 6.0's predecessors and
        // Photoshop).
        Some(0 | 1) if d.number(tag::INDEXED, 0) == Some(1) && d.has(tag::COLOR_MAP) => {
            (palette::read(d, bits)?, 1)
        }
        Some(0) => (Color::Gray { white_is_zero: true }, 1),
        Some(1) => (Color::Gray { white_is_zero: false }, 1),
        Some(2) => (Color::Rgb, 3),
        Some(3) => (palette::read(d, bits)?, 1),
        Some(4) => return refused("a transparency mask without its picture"),
        Some(5) => match d.number(tag::INK_SET, 0) {
            None | Some(1) => (Color::Cmyk, 4),
            Some(_) => return refused("inks other than CMYK are not read; save it as RGB or CMYK"),
        },
        // The JPEG decoder makes RGB of it.
        Some(6) if compression.is_jpeg() => (Color::Rgb, 3),
        Some(6) => (Color::YCbCr(YCbCr::read(d)?), 3),
        Some(8) => (Color::Lab(lab::Kind::Cie), 3),
        Some(9) => (Color::Lab(lab::Kind::Icc), 3),
        Some(10) => return refused("ITU L*a*b* colors (of color fax) are not read; save it as RGB"),
        Some(32_844 | 32_845) => {
            return refused("LogLuv colors (high dynamic range) are not read; save it as RGB");
        }
        Some(51_177 | 52_527) => return refused("a depth or semantic map, which is no picture"),
        Some(other) => {
            return refused(&format!(
                "colors of an unknown kind (photometric interpretation {other}); save it as RGB"
            ));
        }
        None => return refused("the file doesn't say what its samples mean; save it as RGB"),
    };
    if samples < needed {
        let reason = format!("{} of {samples} samples a pixel", color.name());
        return Err(Error::malformed(Format::Tiff, d.at(), reason));
    }
    if matches!(color, Color::Cmyk) && bits > 32 {
        return refused("CMYK of more than 32 bits a sample; save it with 8 or 16");
    }
    Ok(color)
}

/// The first of the extra samples that is alpha. Without the tag, a fourth sample of RGB is associated alpha,
/// as libtiff has it; one whose meaning is "unspecified" is none.
fn alpha(d: &Directory<'_>, samples: usize, color: &Color) -> Option<Alpha> {
    let colors = color.samples();
    if !d.has(tag::EXTRA_SAMPLES) {
        let assumed = matches!(color, Color::Rgb) && samples > 3;
        return assumed.then_some(Alpha { index: 3, associated: true });
    }
    let extras = d.numbers(tag::EXTRA_SAMPLES).enumerate().take(samples.saturating_sub(colors));
    // The tag is of the last samples of a pixel, should it have fewer values than there are.
    let count = d.numbers(tag::EXTRA_SAMPLES).take(samples).count();
    let start = samples.saturating_sub(count).max(colors);
    extras
        .into_iter()
        .find(|(_, kind)| matches!(kind, 1 | 2))
        .map(|(i, kind)| Alpha { index: start + i, associated: kind == 1 })
        .filter(|alpha| alpha.index < samples)
}

fn predictor(d: &Directory<'_>, compression: Compression) -> Result<Predictor> {
    // Others have none, whatever the tag says.
    if !matches!(compression, Compression::Lzw | Compression::Deflate | Compression::Zstd | Compression::Lzma)
    {
        return Ok(Predictor::None);
    }
    match d.number(tag::PREDICTOR, 0) {
        None | Some(0 | 1) => Ok(Predictor::None),
        Some(2) => Ok(Predictor::Difference),
        Some(3) => Ok(Predictor::Float),
        Some(other) => {
            let what = format!("predictor {other} is not read; save it without a predictor");
            Err(Error::unsupported(Format::Tiff, what))
        }
    }
}

fn separate(d: &Directory<'_>, samples: usize) -> Result<bool> {
    match d.number(tag::PLANAR, 0) {
        None | Some(1) => Ok(false),
        // Of one sample, both are the same.
        Some(2) => Ok(samples > 1),
        Some(other) => Err(Error::malformed(Format::Tiff, d.at(), format!("planar configuration {other}"))),
    }
}
