//! What a file breaks of the requirements, or of what the options ask for: why it can't go as it is.

use crate::info::{ColorModel, JpegProcess};
use crate::requirements::{AcceptedFormats, AspectRatio, Bound, Side};
use crate::{Format, Orientation};

/// One thing that keeps a file from going as it is.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    /// What it is.
    pub kind: ViolationKind,
    /// Whether preparing the picture under the same options mends it.
    pub fixable: bool,
}

/// What is violated, what was found, and what is allowed.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ViolationKind {
    /// The file can't be read as a picture, or asks for more than an input may.
    Unreadable {
        /// The error's [`kind`](crate::Error::kind).
        code: &'static str,
        /// The error's message.
        message: String,
    },
    /// The format is not accepted.
    Format {
        /// The file's format.
        found: Format,
        /// Formats that are accepted.
        allowed: AcceptedFormats,
    },
    /// Too many bytes.
    Bytes {
        /// Bytes it has.
        found: u64,
        /// Bytes it may have.
        allowed: u64,
    },
    /// No file of so few bytes can be made of it.
    BytesOutOfReach {
        /// Bytes of the smallest file that was tried, if any was.
        found: Option<u64>,
        /// Bytes it may have.
        allowed: u64,
    },
    /// Too many pixels.
    Pixels {
        /// Pixels it has.
        found: u64,
        /// Pixels it may have.
        allowed: u64,
    },
    /// A side is too long or too short.
    Side {
        /// Which side of the upright picture.
        side: Side,
        /// Which way it is bounded.
        bound: Bound,
        /// Pixels it has.
        found: u32,
        /// Pixels it may or must have.
        allowed: u32,
    },
    /// The picture is too wide or too narrow for its height.
    AspectRatio {
        /// Which way it is bounded.
        bound: Bound,
        /// Width to height of the upright picture.
        found: AspectRatio,
        /// What it may or must be.
        allowed: AspectRatio,
    },
    /// It does not stand upright.
    Orientation(Orientation),
    /// It has an alpha channel.
    Alpha,
    /// It is a progressive JPEG.
    Progressive,
    /// Its colors are stored in a way that few programs show right.
    ColorModel(ColorModel),
    /// Its colors are not sRGB.
    ColorProfile,
    /// Its light is of a high dynamic range (PQ or HLG), which few programs show right.
    HighDynamicRange,
    /// Its colors are told in a way that not every program understands.
    ColorSignaling,
    /// It is coded in a way that few programs can read.
    Coding(JpegProcess),
    /// It has more bits a sample than a JPEG usually has.
    BitDepth(u8),
    /// Its structure is out of order or incomplete.
    Structure,
    /// It holds so many bytes of metadata that the picture doesn't need.
    PrivateMetadata(u64),
    /// It holds so many bytes that belong to no part of the picture.
    UnreferencedBytes(u64),
    /// It holds a gain map for displays of a high dynamic range, in so many bytes behind the picture.
    GainMap(u64),
    /// It holds more frames than the one that is used.
    FurtherFrames,
    /// Metadata that are to stay tell something untrue of the picture.
    UntrueMetadata,
}

impl Violation {
    /// A stable name for machine-read output: `too_many_bytes`, `not_upright`, `private_metadata`, …
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ViolationKind::Unreadable { code, .. } => code,
            ViolationKind::Format { .. } => "format_not_accepted",
            ViolationKind::Bytes { .. } => "too_many_bytes",
            ViolationKind::BytesOutOfReach { .. } => "cannot_fit",
            ViolationKind::Pixels { .. } => "too_many_pixels",
            ViolationKind::Side { side, bound, .. } => side_code(*side, *bound),
            ViolationKind::AspectRatio { bound: Bound::AtMost, .. } => "aspect_ratio_too_wide",
            ViolationKind::AspectRatio { bound: Bound::AtLeast, .. } => "aspect_ratio_too_narrow",
            ViolationKind::Orientation(_) => "not_upright",
            ViolationKind::Alpha => "alpha_channel",
            ViolationKind::Progressive => "progressive",
            ViolationKind::ColorModel(_) => "color_model",
            ViolationKind::ColorProfile => "color_profile",
            ViolationKind::HighDynamicRange => "high_dynamic_range",
            ViolationKind::ColorSignaling => "color_signaling",
            ViolationKind::Coding(_) => "coding",
            ViolationKind::BitDepth(_) => "bit_depth",
            ViolationKind::Structure => "structure",
            ViolationKind::PrivateMetadata(_) => "private_metadata",
            ViolationKind::UnreferencedBytes(_) => "unreferenced_bytes",
            ViolationKind::GainMap(_) => "gain_map",
            ViolationKind::FurtherFrames => "further_frames",
            ViolationKind::UntrueMetadata => "untrue_metadata",
        }
    }

    /// What was found, as a short text: `12000000 pixels`, `GIF`, `turned by 90°`.
    #[must_use]
    pub fn found(&self) -> String {
        match &self.kind {
            ViolationKind::Unreadable { message, .. } => message.clone(),
            ViolationKind::Format { found, .. } => found.to_string(),
            ViolationKind::Bytes { found, .. } => format!("{found} bytes"),
            ViolationKind::BytesOutOfReach { found: Some(found), .. } => format!("{found} bytes at least"),
            ViolationKind::BytesOutOfReach { found: None, .. } => "more bytes".into(),
            ViolationKind::Pixels { found, .. } => format!("{found} pixels"),
            ViolationKind::Side { side, found, .. } => format!("{} of {found} pixels", side.words()),
            ViolationKind::AspectRatio { found, .. } => found.to_string(),
            ViolationKind::Orientation(orientation) => orientation.to_string(),
            ViolationKind::Alpha => "an alpha channel".into(),
            ViolationKind::Progressive => "progressive JPEG".into(),
            ViolationKind::ColorModel(model) => model.to_string(),
            ViolationKind::ColorProfile => "another color space".into(),
            ViolationKind::HighDynamicRange => "high dynamic range".into(),
            ViolationKind::ColorSignaling => "colors told in an unusual way".into(),
            ViolationKind::Coding(process) => format!("{process} JPEG"),
            ViolationKind::BitDepth(bits) => format!("{bits} bits a sample"),
            ViolationKind::Structure => "a structure out of order".into(),
            ViolationKind::PrivateMetadata(bytes) => format!("{bytes} bytes of metadata"),
            ViolationKind::UnreferencedBytes(bytes) => format!("{bytes} bytes outside of the picture"),
            ViolationKind::GainMap(bytes) => format!("a gain map in {bytes} bytes behind the picture"),
            ViolationKind::FurtherFrames => "more than one frame".into(),
            ViolationKind::UntrueMetadata => "metadata that are not true of the picture".into(),
        }
    }

    /// What is allowed, as a short text: `at most 10000000 pixels`, `JPEG or PNG`, `upright`.
    #[must_use]
    pub fn allowed(&self) -> String {
        match &self.kind {
            ViolationKind::Unreadable { .. } => "a whole picture that can be read".into(),
            ViolationKind::Format { allowed, .. } => allowed.to_string(),
            ViolationKind::Bytes { allowed, .. } | ViolationKind::BytesOutOfReach { allowed, .. } => {
                format!("at most {allowed} bytes")
            }
            ViolationKind::Pixels { allowed, .. } => format!("at most {allowed} pixels"),
            ViolationKind::Side { bound, allowed, .. } => format!("{} {allowed} pixels", bound.words()),
            ViolationKind::AspectRatio { bound, allowed, .. } => format!("{} {allowed}", bound.words()),
            ViolationKind::Orientation(_) => "upright".into(),
            ViolationKind::Alpha => "opaque pixels".into(),
            ViolationKind::Progressive => "sequential JPEG".into(),
            ViolationKind::ColorModel(_) => "gray or RGB".into(),
            ViolationKind::ColorProfile | ViolationKind::HighDynamicRange => "sRGB".into(),
            ViolationKind::ColorSignaling => "a color profile in its place, or sRGB".into(),
            ViolationKind::Coding(_) => "baseline or progressive JPEG".into(),
            ViolationKind::BitDepth(_) => "8 bits a sample".into(),
            ViolationKind::Structure => "a structure in order".into(),
            ViolationKind::PrivateMetadata(_) => "what the picture needs".into(),
            ViolationKind::UnreferencedBytes(_) | ViolationKind::GainMap(_) => "the picture alone".into(),
            ViolationKind::FurtherFrames => "one frame".into(),
            ViolationKind::UntrueMetadata => "metadata that are true".into(),
        }
    }
}

fn side_code(side: Side, bound: Bound) -> &'static str {
    match (side, bound) {
        (Side::Width, Bound::AtMost) => "width_too_large",
        (Side::Width, Bound::AtLeast) => "width_too_small",
        (Side::Height, Bound::AtMost) => "height_too_large",
        (Side::Height, Bound::AtLeast) => "height_too_small",
        (Side::Long, Bound::AtMost) => "long_side_too_large",
        (Side::Long, Bound::AtLeast) => "long_side_too_small",
        (Side::Short, Bound::AtMost) => "short_side_too_large",
        (Side::Short, Bound::AtLeast) => "short_side_too_small",
    }
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ViolationKind::Unreadable { message, .. } => f.write_str(message),
            _ => write!(f, "{} (allowed: {})", self.found(), self.allowed()),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Violation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Violation", 5)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("found", &self.found())?;
        fields.serialize_field("allowed", &self.allowed())?;
        fields.serialize_field("fixable", &self.fixable)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}
