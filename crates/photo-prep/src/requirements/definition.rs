//! What can be required.

use super::aspect_ratio::AspectRatio;
use super::formats::AcceptedFormats;

/// What a receiving service requires of a file. All bounds are inclusive and hold for the upright picture;
/// what is `None` is not bounded.
///
/// [`Requirements::default`] is what the photo endpoint of Zoho CRM requires; [`Requirements::none`] requires
/// nothing but a JPEG or PNG that every program reads. With the feature `requirement-files` they are read from TOML
/// and JSON files, where an absent key requires nothing.
///
/// ```
/// use photo_prep::Requirements;
///
/// let avatar = Requirements::none().max_bytes(1_000_000).max_width(512).max_height(512);
/// assert_eq!(avatar.max_pixels, None);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default = "Requirements::none", deny_unknown_fields))]
pub struct Requirements {
    /// Formats that are accepted.
    pub formats: AcceptedFormats,
    /// Bytes of the file.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_bytes: Option<u64>,
    /// Pixels, width times height.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_pixels: Option<u64>,
    /// Pixels across, at most.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_width: Option<u32>,
    /// Pixels down, at most.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_height: Option<u32>,
    /// Pixels of the longer side, at most.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_long_side: Option<u32>,
    /// Pixels of the shorter side, at most.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_short_side: Option<u32>,
    /// Pixels across, at least.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub min_width: Option<u32>,
    /// Pixels down, at least.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub min_height: Option<u32>,
    /// Pixels of the longer side, at least.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub min_long_side: Option<u32>,
    /// Pixels of the shorter side, at least.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub min_short_side: Option<u32>,
    /// Width to height, at least: the narrowest picture. A picture that misses it by less than a pixel keeps
    /// it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub min_aspect_ratio: Option<AspectRatio>,
    /// Width to height, at most: the widest picture.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_aspect_ratio: Option<AspectRatio>,
    /// Whether the colors must be sRGB; else a picture may carry a profile of its own.
    pub require_srgb: bool,
    /// Whether the file may have an alpha channel.
    pub allow_alpha: bool,
    /// Whether a JPEG may be progressive.
    pub allow_progressive: bool,
    /// Whether the picture must stand upright without a program having to turn it.
    pub require_upright: bool,
    /// Whether metadata may stay that the picture doesn't need. Where it may,
    /// [`Options::metadata`](crate::Options::metadata) decides.
    pub allow_private_metadata: bool,
    /// Whether there may be more frames than the one that is used.
    pub allow_further_frames: bool,
    /// Whether the picture data must be known to be whole, to its end. Where it need not,
    /// [`Options::verify`](crate::Options::verify) decides.
    pub require_whole: bool,
}

impl Requirements {
    /// The photo endpoint of Zoho CRM: a JPEG or PNG of at most 10 MP and 10 MB, in the reading that is safe
    /// under every other; upright, one frame. The same as the preset `zoho-crm-photo`.
    pub const ZOHO_CRM_PHOTO: Self = Self {
        max_bytes: Some(10_000_000),
        max_pixels: Some(10_000_000),
        require_upright: true,
        allow_further_frames: false,
        ..Self::none()
    };

    /// Nothing is required but a JPEG or PNG.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            formats: AcceptedFormats::JPEG_AND_PNG,
            max_bytes: None,
            max_pixels: None,
            max_width: None,
            max_height: None,
            max_long_side: None,
            max_short_side: None,
            min_width: None,
            min_height: None,
            min_long_side: None,
            min_short_side: None,
            min_aspect_ratio: None,
            max_aspect_ratio: None,
            require_srgb: false,
            allow_alpha: true,
            allow_progressive: true,
            require_upright: false,
            allow_private_metadata: true,
            allow_further_frames: true,
            require_whole: false,
        }
    }

    /// Every bound set: what a file of requirements may say.
    #[cfg(feature = "requirement-files")]
    pub(super) fn bounding_all() -> Self {
        let (side, ratio) = (Some(1), AspectRatio::new(1, 1));
        Self {
            max_bytes: Some(1),
            max_pixels: Some(1),
            max_width: side,
            max_height: side,
            max_long_side: side,
            max_short_side: side,
            min_width: side,
            min_height: side,
            min_long_side: side,
            min_short_side: side,
            min_aspect_ratio: ratio,
            max_aspect_ratio: ratio,
            ..Self::none()
        }
    }

    /// The byte limit as a number; the largest there is where none is set.
    pub(crate) fn byte_limit(&self) -> u64 {
        self.max_bytes.unwrap_or(u64::MAX)
    }
}

impl Default for Requirements {
    fn default() -> Self {
        Self::ZOHO_CRM_PHOTO
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty => $set:expr;)*) => {
        impl Requirements {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $set($name);
                self
            })*
        }
    };
}

setters! {
    /// Sets [`formats`](Self::formats).
    formats: AcceptedFormats => |formats| formats;
    /// Sets [`max_bytes`](Self::max_bytes).
    max_bytes: u64 => Some;
    /// Sets [`max_pixels`](Self::max_pixels), at least 1.
    max_pixels: u64 => |pixels: u64| Some(pixels.max(1));
    /// Sets [`max_width`](Self::max_width), at least 1.
    max_width: u32 => |side: u32| Some(side.max(1));
    /// Sets [`max_height`](Self::max_height), at least 1.
    max_height: u32 => |side: u32| Some(side.max(1));
    /// Sets [`max_long_side`](Self::max_long_side), at least 1.
    max_long_side: u32 => |side: u32| Some(side.max(1));
    /// Sets [`max_short_side`](Self::max_short_side), at least 1.
    max_short_side: u32 => |side: u32| Some(side.max(1));
    /// Sets [`min_width`](Self::min_width).
    min_width: u32 => Some;
    /// Sets [`min_height`](Self::min_height).
    min_height: u32 => Some;
    /// Sets [`min_long_side`](Self::min_long_side).
    min_long_side: u32 => Some;
    /// Sets [`min_short_side`](Self::min_short_side).
    min_short_side: u32 => Some;
    /// Sets [`min_aspect_ratio`](Self::min_aspect_ratio).
    min_aspect_ratio: AspectRatio => Some;
    /// Sets [`max_aspect_ratio`](Self::max_aspect_ratio).
    max_aspect_ratio: AspectRatio => Some;
    /// Sets [`require_srgb`](Self::require_srgb).
    require_srgb: bool => |on| on;
    /// Sets [`allow_alpha`](Self::allow_alpha).
    allow_alpha: bool => |on| on;
    /// Sets [`allow_progressive`](Self::allow_progressive).
    allow_progressive: bool => |on| on;
    /// Sets [`require_upright`](Self::require_upright).
    require_upright: bool => |on| on;
    /// Sets [`allow_private_metadata`](Self::allow_private_metadata).
    allow_private_metadata: bool => |on| on;
    /// Sets [`allow_further_frames`](Self::allow_further_frames).
    allow_further_frames: bool => |on| on;
    /// Sets [`require_whole`](Self::require_whole).
    require_whole: bool => |on| on;
}
