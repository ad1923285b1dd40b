//! What the caller wants.

use crate::{AcceptedFormats, InputLimits, Requirements};

/// How pictures are to be prepared. The defaults are what the photo endpoint and most people want.
///
/// ```
/// use photo_prep::{Options, OutputFormat};
/// let options = Options::default().max_bytes(200_000).format(OutputFormat::Jpeg).quality(85);
/// assert_eq!(options.requirements.max_bytes, Some(200_000));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Options {
    /// What the receiving service requires. The output keeps all of it, whatever else is asked for.
    pub requirements: Requirements,
    /// What the input may ask for.
    pub input_limits: InputLimits,
    /// The format of the output.
    pub format: OutputFormat,
    /// JPEG quality, 1..=100, for pictures that must be encoded anew.
    pub quality: Quality,
    /// Chroma subsampling of new JPEGs.
    pub subsampling: Subsampling,
    /// What becomes of metadata.
    pub metadata: MetadataPolicy,
    /// What becomes of color profiles.
    pub color: ColorPolicy,
    /// What becomes of the edges of a JPEG that is turned without loss.
    pub edges: EdgePolicy,
    /// What becomes of pictures that are not all there.
    pub tolerance: Tolerance,
    /// How far a file is looked at that is handed on without being decoded.
    pub verify: Verify,
    /// What becomes of pictures whose aspect ratio is not allowed.
    pub framing: Framing,
    /// Whether pictures that are too small are enlarged; else they can't be mended.
    pub enlarge: bool,
    /// What transparency is laid on where the output has none.
    pub background: Rgb,
    /// Whether the report tells the SHA-256 of what went in and came out, which takes time.
    pub sha256: bool,
}

/// JPEG quality and its floor, on libjpeg's scale of 1..=100.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Quality {
    /// The quality to start from (92). A JPEG source whose pixels stay one to one is never written at a higher
    /// quality than it was estimated to have.
    pub best: u8,
    /// The same for sources that have lost nothing (95): PNG, GIF, BMP, TIFF, lossless WebP.
    pub of_lossless: u8,
    /// No JPEG that is made to fit gets less (25); above it, the byte limit decides how many pixels of which
    /// quality make the best picture.
    pub floor: u8,
}

impl Default for Quality {
    fn default() -> Self {
        Self { best: 92, of_lossless: 95, floor: 25 }
    }
}

/// The format of the output.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum OutputFormat {
    /// PNG where there is real transparency, or where a lossless source is nearly as small as PNG; else JPEG.
    #[default]
    Auto,
    /// Always JPEG; transparency is laid on [`Options::background`].
    Jpeg,
    /// Always PNG.
    Png,
}

/// Chroma subsampling of new JPEGs.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Subsampling {
    /// As the source has it; at full size where it has lost nothing, halved where the byte limit would take
    /// more than that is worth.
    #[default]
    Auto,
    /// 4:2:0: chroma at half width and half height.
    S420,
    /// 4:4:4: chroma at full size.
    S444,
}

/// What becomes of metadata. The orientation is applied and removed whatever is chosen.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum MetadataPolicy {
    /// Everything that is not needed to show the picture goes.
    #[default]
    Strip,
    /// As `Strip`, but the EXIF notices of copyright and artist stay.
    KeepNonPrivate,
    /// EXIF, XMP, IPTC and comments stay where the output format has a place for them, and become true of
    /// what comes out: upright, of its size, without thumbnails of the old picture, without claims of videos,
    /// gain maps and pictures that are gone. What can't stay is told
    /// ([`Warning::MetadataDropped`](crate::Warning::MetadataDropped)).
    Keep,
}

/// What becomes of color profiles.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum ColorPolicy {
    /// Lossless routes keep the profile; pixels that are made anew are converted to sRGB.
    #[default]
    Auto,
    /// The profile stays wherever the output can carry it.
    Preserve,
    /// Always sRGB, even if the pixels have to be made anew for it.
    Srgb,
}

/// What becomes of the edges of a JPEG that is to be turned and whose size is no multiple of its MCUs (16
/// pixels, mostly): turned without loss, incomplete MCUs can't come to lie at the left or upper edge.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum EdgePolicy {
    /// Every pixel stays: such a picture is made anew.
    #[default]
    Exact,
    /// Incomplete MCUs are cut off, at most 15 columns and rows of pixels; the rest loses nothing.
    Trim,
}

/// What becomes of a file whose picture data is not all there. Disorder that costs nothing of the picture is
/// a [`Warning`](crate::Warning) either way.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Tolerance {
    /// It is refused as [`Error::Malformed`](crate::Error::Malformed), which tells how much was there.
    #[default]
    Strict,
    /// The missing part of a JPEG, PNG, GIF or BMP is filled (gray, black or transparent), and
    /// [`Warning::Truncated`](crate::Warning::Truncated) tells how much was there.
    Truncated,
}

/// How far a file is looked at whose compressed picture is handed on without being decoded
/// ([`Route::PassThrough`](crate::Route::PassThrough) and [`Route::Rewrite`](crate::Route::Rewrite)). The
/// other routes decode it, and see what is wrong with it anyway.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Verify {
    /// To the end of its picture data: what a strict decoder would refuse is refused.
    #[default]
    Full,
    /// Its structure, headers and checksums. What is broken inside of the picture data of a JPEG goes unseen,
    /// and of a PNG whatever its checksums don't tell.
    Structure,
}

/// What becomes of a picture that is too wide or too narrow for its height.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Framing {
    /// It is refused.
    #[default]
    Keep,
    /// What is too much is cut off.
    Crop(Focus),
    /// What is missing is filled with a color, on both sides alike.
    Pad(Rgb),
}

/// The point that stays as near to the middle as can be where a picture is cropped, in percent of its width
/// and height, from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Focus {
    /// 0 (left) to 100 (right).
    pub x: u8,
    /// 0 (top) to 100 (bottom).
    pub y: u8,
}

impl Focus {
    /// The middle of the picture.
    pub const CENTER: Self = Self { x: 50, y: 50 };
}

impl Default for Focus {
    fn default() -> Self {
        Self::CENTER
    }
}

impl std::str::FromStr for Focus {
    type Err = String;

    /// From `center`, or percent of width and height, such as `50,30`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "center" {
            return Ok(Self::CENTER);
        }
        let percent = |text: &str| text.trim().parse().ok().filter(|percent| *percent <= 100);
        let point = text.split_once(',').and_then(|(x, y)| percent(x).zip(percent(y)));
        point.map(|(x, y)| Self { x, y }).ok_or_else(|| {
            format!("\"{text}\" is no focus; write center, or percent of width and height, such as 50,30")
        })
    }
}

/// An opaque color in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// White.
    pub const WHITE: Self = Self([255; 3]);

    pub(crate) fn is_gray(self) -> bool {
        let Self([red, green, blue]) = self;
        red == green && green == blue
    }
}

impl Default for Rgb {
    fn default() -> Self {
        Self::WHITE
    }
}

impl std::str::FromStr for Rgb {
    type Err = String;

    /// From `#rrggbb`, `white` or `black`.
    fn from_str(text: &str) -> Result<Self, String> {
        let hex = text.strip_prefix('#').unwrap_or(text);
        match (text, u32::from_str_radix(hex, 16)) {
            ("white", _) => Ok(Self::WHITE),
            ("black", _) => Ok(Self([0; 3])),
            (_, Ok(number)) if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let [_, red, green, blue] = number.to_be_bytes();
                Ok(Self([red, green, blue]))
            }
            _ => Err(format!("\"{text}\" is no color; write #rrggbb, white or black")),
        }
    }
}

impl Options {
    /// Sets the pixel limit of the output, at least 1.
    #[must_use]
    pub fn max_pixels(mut self, pixels: u64) -> Self {
        self.requirements = self.requirements.max_pixels(pixels);
        self
    }

    /// Sets the byte limit of the output.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.requirements = self.requirements.max_bytes(bytes);
        self
    }

    /// Sets what the receiving service requires.
    #[must_use]
    pub fn requirements(mut self, requirements: Requirements) -> Self {
        self.requirements = requirements;
        self
    }

    /// Sets the longest side of the output, at least 1 pixel.
    #[must_use]
    pub fn max_side(mut self, pixels: u32) -> Self {
        self.requirements = self.requirements.max_long_side(pixels);
        self
    }

    /// Sets what becomes of pictures whose aspect ratio is not allowed.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Sets whether pictures that are too small are enlarged.
    #[must_use]
    pub fn enlarge(mut self, enlarge: bool) -> Self {
        self.enlarge = enlarge;
        self
    }

    /// Sets what transparency is laid on where the output has none.
    #[must_use]
    pub fn background(mut self, background: Rgb) -> Self {
        self.background = background;
        self
    }

    /// Sets what an input may ask for.
    #[must_use]
    pub fn input_limits(mut self, limits: InputLimits) -> Self {
        self.input_limits = limits;
        self
    }

    /// Sets the output format.
    #[must_use]
    pub fn format(mut self, format: OutputFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets the best JPEG quality, whatever the source, clamped to 1..=100.
    #[must_use]
    pub fn quality(mut self, best: u8) -> Self {
        self.quality.best = best.clamp(1, 100);
        self.quality.of_lossless = self.quality.best;
        self
    }

    /// Asks for the best JPEG that fits: quality 98 with chroma at full size, or as near to that as the byte
    /// limit allows.
    #[must_use]
    pub fn best_quality(self) -> Self {
        self.quality(98).subsampling(Subsampling::S444)
    }

    /// Sets the quality below which pixels are reduced in any case, clamped to 1..=100.
    #[must_use]
    pub fn quality_floor(mut self, floor: u8) -> Self {
        self.quality.floor = floor.clamp(1, 100);
        self
    }

    /// Sets the chroma subsampling of new JPEGs.
    #[must_use]
    pub fn subsampling(mut self, subsampling: Subsampling) -> Self {
        self.subsampling = subsampling;
        self
    }

    /// Sets what becomes of metadata.
    #[must_use]
    pub fn metadata(mut self, policy: MetadataPolicy) -> Self {
        self.metadata = policy;
        self
    }

    /// Sets what becomes of the edges of a JPEG that is turned without loss.
    #[must_use]
    pub fn edges(mut self, policy: EdgePolicy) -> Self {
        self.edges = policy;
        self
    }

    /// Sets what becomes of pictures that are not all there.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets how far a file is looked at that is handed on without being decoded.
    #[must_use]
    pub fn verify(mut self, verify: Verify) -> Self {
        self.verify = verify;
        self
    }

    /// Sets what becomes of color profiles.
    #[must_use]
    pub fn color(mut self, policy: ColorPolicy) -> Self {
        self.color = policy;
        self
    }

    /// Sets whether the report tells the SHA-256 of what went in and came out.
    #[must_use]
    pub fn sha256(mut self, sha256: bool) -> Self {
        self.sha256 = sha256;
        self
    }

    /// These options with what the requirements leave of them: what a service requires comes before what the
    /// caller would like.
    pub(crate) fn resolved(&self) -> Self {
        let mut options = *self;
        let required = &self.requirements;
        if self.format == OutputFormat::Auto {
            options.format = match required.formats {
                AcceptedFormats::Jpeg => OutputFormat::Jpeg,
                AcceptedFormats::Png => OutputFormat::Png,
                AcceptedFormats::JpegAndPng => OutputFormat::Auto,
            };
        }
        if !required.allow_private_metadata {
            options.metadata = MetadataPolicy::Strip;
        }
        if required.require_srgb {
            options.color = ColorPolicy::Srgb;
        }
        if required.require_whole {
            options.verify = Verify::Full;
        }
        options
    }
}
