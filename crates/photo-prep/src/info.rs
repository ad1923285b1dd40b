//! What a header tells of a picture.

use crate::{Format, Orientation, Size, Warning};

/// The facts of a file, read from its headers without decoding a pixel.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImageInfo {
    /// The format, by content.
    pub format: Format,
    /// The size as stored, before turning it upright.
    pub size: Size,
    /// How it must be turned: by the first EXIF block that tells it; by XMP where none does.
    pub orientation: Orientation,
    /// Bytes of the file.
    pub bytes: u64,
    /// How color is stored.
    pub model: ColorModel,
    /// Bits of one sample: 1..=16, 32 for floating point.
    pub bit_depth: u8,
    /// Whether pixels may be transparent.
    pub alpha: bool,
    /// The color profile, if there is one that can be used; for a PNG or HEIC without one, what its numbers
    /// say of the colors (cICP, gAMA and cHRM; `nclx`), where that is not sRGB; for files without either,
    /// Adobe RGB (1998) where EXIF tells it.
    pub icc: Option<IccInfo>,
    /// Whether there are more frames or pages than the one that is used.
    pub animated: bool,
    /// What only JPEG has.
    pub jpeg: Option<JpegInfo>,
    /// Whether the structure was followed to the format's end marker without a fault. Only such files can
    /// pass through.
    pub well_formed: bool,
    /// Bytes of metadata that the picture doesn't need (EXIF, XMP, IPTC, comments, thumbnails, text, …).
    pub private_bytes: u64,
    /// Bytes after the end of the picture, or strewn between its segments.
    pub unreferenced_bytes: u64,
    /// Whether the file carries Content Credentials (C2PA), whose signature holds for these very bytes only.
    pub has_content_credentials: bool,
    /// Whether a gain map comes with the picture, by which some programs show it in a high dynamic range; it is
    /// no part of what is made of the file.
    pub has_gain_map: bool,
    /// Faults that do no harm to the picture.
    pub warnings: Vec<Warning>,
    /// How light of a high dynamic range is coded, and the number of its primaries (ITU-T H.273); such
    /// pictures are mapped to sRGB.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) hdr: Option<(Hdr, u8)>,
    /// Sampling factors of luma beside a chroma of 1x1, where a format other than JPEG stores chroma apart.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) luma_factors: Option<(u8, u8)>,
    /// Whether the picture can be decoded row by row and reduced on the way.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) by_rows: bool,
    /// What the decoder takes beside the pixels: tables (WebP), planes of the pictures that it works on
    /// (HEIC).
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) decoder_memory: DecoderMemory,
    /// Ties a plan to the bytes it was made for.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) fingerprint: u64,
    /// Where the color profile comes from.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) profile: ProfileSource,
    /// Whether metadata that [`MetadataPolicy::Keep`](crate::MetadataPolicy::Keep) keeps tells something
    /// untrue of the picture.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) untrue: bool,
}

/// How the light of a high dynamic range is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hdr {
    /// The perceptual quantizer (SMPTE ST 2084): absolute light.
    Pq,
    /// Hybrid log-gamma: light by that of the display.
    Hlg,
}

impl Hdr {
    /// By the number of a transfer characteristic (ITU-T H.273).
    pub(crate) fn of_code(transfer: u8) -> Option<Self> {
        match transfer {
            16 => Some(Self::Pq),
            18 => Some(Self::Hlg),
            _ => None,
        }
    }

    /// Its usual name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pq => "PQ",
            Self::Hlg => "HLG",
        }
    }
}

/// Bytes of memory: some for the picture, and some for each thread that works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DecoderMemory {
    pub(crate) fixed: u64,
    pub(crate) per_thread: u64,
}

impl DecoderMemory {
    #[cfg(any(feature = "heic", feature = "tiff", feature = "webp"))]
    pub(crate) fn fixed(bytes: u64) -> Self {
        Self { fixed: bytes, per_thread: 0 }
    }

    /// Bytes on so many threads.
    pub(crate) fn on(self, threads: usize) -> u64 {
        self.fixed.saturating_add(self.per_thread.saturating_mul(threads as u64))
    }
}

/// Tiles and layers that are decoded together.
#[cfg(feature = "heic")]
impl DecoderMemory {
    /// Both at once.
    pub(crate) fn and(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    /// The larger of both, since they are not needed at the same time.
    pub(crate) fn or(self, other: Self) -> Self {
        self.each(other, u64::max)
    }

    /// So many at once.
    pub(crate) fn times(self, count: u64) -> Self {
        self.each(Self { fixed: count, per_thread: count }, u64::saturating_mul)
    }

    fn each(self, other: Self, of: fn(u64, u64) -> u64) -> Self {
        let (fixed, per_thread) = (of(self.fixed, other.fixed), of(self.per_thread, other.per_thread));
        Self { fixed, per_thread }
    }
}

/// Where a color profile comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ProfileSource {
    /// From the place that the format has for it, as other programs read it, if there is one at all.
    #[default]
    Proper,
    /// From that place, but in such disorder that other programs may not find it.
    Disordered,
    /// Made from what EXIF tells.
    Exif,
}

impl ImageInfo {
    /// The size after turning it upright.
    #[must_use]
    pub fn upright_size(&self) -> Size {
        self.orientation.apply_to(self.size)
    }

    pub(crate) fn new(format: Format, size: Size, bytes: &[u8]) -> Self {
        Self {
            format,
            size,
            orientation: Orientation::Upright,
            bytes: bytes.len() as u64,
            model: ColorModel::Rgb,
            bit_depth: 8,
            alpha: false,
            icc: None,
            animated: false,
            jpeg: None,
            well_formed: true,
            private_bytes: 0,
            unreferenced_bytes: 0,
            has_content_credentials: false,
            has_gain_map: false,
            warnings: Vec::new(),
            hdr: None,
            luma_factors: None,
            by_rows: false,
            decoder_memory: DecoderMemory::default(),
            fingerprint: fingerprint(bytes),
            profile: ProfileSource::Proper,
            untrue: false,
        }
    }
}

/// How color is stored.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum ColorModel {
    /// One sample of lightness.
    Gray,
    /// Red, green and blue.
    Rgb,
    /// Luma and two chroma samples, as most JPEGs have it.
    YCbCr,
    /// Indices into a table of colors.
    Palette,
    /// Four inks.
    Cmyk,
    /// Four inks, the first three as luma and chroma.
    Ycck,
    /// CIE L*a*b*.
    Lab,
}

impl std::fmt::Display for ColorModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Gray => "gray",
            Self::Rgb => "RGB",
            Self::YCbCr => "YCbCr",
            Self::Palette => "palette",
            Self::Cmyk => "CMYK",
            Self::Ycck => "YCCK",
            Self::Lab => "Lab",
        })
    }
}

/// What the header of an ICC profile tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IccInfo {
    /// The color space of the samples it describes.
    pub space: IccSpace,
    /// Bytes of the profile, or of the one made from numbers.
    pub bytes: u64,
    /// Whether it describes sRGB, so that nothing needs converting.
    pub is_srgb: bool,
}

/// The color space an ICC profile is for.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum IccSpace {
    /// Gray samples.
    Gray,
    /// RGB samples.
    Rgb,
    /// CMYK samples.
    Cmyk,
}

/// What only a JPEG has.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JpegInfo {
    /// The coding process.
    pub process: JpegProcess,
    /// Horizontal and vertical sampling factor of each component, in the order of the frame header.
    pub sampling: Vec<(u8, u8)>,
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: u16,
    /// Number of scans.
    pub scans: u32,
    /// Steps of decoding that the scans may ask for, whatever they hold: visits of blocks, decisions of
    /// arithmetic coding.
    pub decode_cost: u64,
    /// Estimated quality on libjpeg's scale, from the luma quantization table.
    pub quality: Option<u8>,
    /// Whether all tables that the scans use are in the file (motion-JPEG frames leave them out).
    pub has_tables: bool,
    /// Whether the fast decoders of `photo-jpeg` read it: 8 bits, Huffman coding, one or three components of
    /// sampling factors up to 2. Its general decoder reads the others.
    pub natively_decodable: bool,
}

impl JpegInfo {
    /// Whether chroma is stored at less than full size.
    #[must_use]
    pub fn is_subsampled(&self) -> bool {
        self.sampling.split_first().is_some_and(|(luma, rest)| rest.iter().any(|c| c != luma))
    }
}

/// The coding process of a JPEG, by its frame marker.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum JpegProcess {
    /// SOF0.
    Baseline,
    /// SOF1.
    ExtendedSequential,
    /// SOF2.
    Progressive,
    /// SOF3.
    Lossless,
    /// SOF9 and SOF10.
    Arithmetic,
    /// Anything else.
    Other,
}

impl std::fmt::Display for JpegProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Baseline => "baseline",
            Self::ExtendedSequential => "extended sequential",
            Self::Progressive => "progressive",
            Self::Lossless => "lossless",
            Self::Arithmetic => "arithmetic-coded",
            Self::Other => "of a rare kind",
        })
    }
}

/// A hash of the length and of both ends: enough to notice that a plan is run on another file.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    const END: usize = 4096;
    let head = bytes.get(..END.min(bytes.len())).unwrap_or_default();
    let tail = bytes.get(bytes.len().saturating_sub(END)..).unwrap_or_default();
    let mut hash = crc32fast::Hasher::new();
    hash.update(head);
    hash.update(tail);
    (bytes.len() as u64) << 32 ^ u64::from(hash.finalize())
}
