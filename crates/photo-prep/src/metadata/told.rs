//! What a file tells of its picture in EXIF blocks and XMP packets, wherever its format has a place for them.

use std::borrow::Cow;

use super::jpeg::{self, JpegLayout};
use super::png::{self, PngLayout};
use super::png_text::{self, Holds};
use super::{Truth, exif_truth, riff, xmp_truth};
use crate::{Format, InputLimits, Result};

/// As many EXIF blocks are looked at: the first that has what is sought counts.
const BLOCKS: usize = 16;

/// EXIF blocks in the order of the file, and the first XMP packet.
#[derive(Debug, Default)]
pub(crate) struct Told<'a> {
    pub(crate) exif: Vec<Cow<'a, [u8]>>,
    pub(crate) xmp: Option<Cow<'a, [u8]>>,
}

impl<'a> Told<'a> {
    /// What a file of any format tells.
    ///
    /// # Errors
    /// Those of walking its parts.
    pub(crate) fn of(bytes: &'a [u8], format: Format, limits: &InputLimits) -> Result<Self> {
        Ok(match format {
            Format::Jpeg => Self::of_jpeg(bytes, &jpeg::walk(bytes)?),
            Format::Png => Self::of_png(bytes, &png::walk(bytes)?, limits),
            Format::WebP => Self::of_webp(bytes, &riff::chunks(bytes)?),
            #[cfg(feature = "heic")]
            Format::Heic => {
                let block = crate::formats::heic::exif(bytes);
                Self { exif: block.map(Cow::Owned).into_iter().collect(), xmp: None }
            }
            _ => Self::default(),
        })
    }

    pub(crate) fn of_jpeg(bytes: &'a [u8], layout: &JpegLayout) -> Self {
        let blocks = layout.segments.iter().filter_map(|s| s.exif(bytes));
        Self {
            exif: blocks.take(BLOCKS).map(Cow::Borrowed).collect(),
            xmp: layout.segments.iter().find_map(|s| s.xmp(bytes)).map(Cow::Borrowed),
        }
    }

    /// The eXIf chunk goes before texts, and an XMP packet before one in hexadecimal digits.
    pub(crate) fn of_png(bytes: &'a [u8], layout: &PngLayout, limits: &InputLimits) -> Self {
        let mut told = Self::default();
        told.exif.extend(layout.data(bytes, b"eXIf").map(Cow::Borrowed));
        let texts =
            || layout.texts(bytes).filter_map(|(kind, data)| Some((png_text::holds(data)?, kind, data)));
        for (holds, kind, data) in texts().take(BLOCKS) {
            // Two digits and some white space for each byte.
            let most =
                if holds == Holds::Xmp { limits.exif_bytes } else { limits.exif_bytes.saturating_mul(3) };
            let Some(text) = png_text::text(kind, data, most) else { continue };
            match holds {
                Holds::Xmp => told.xmp = Some(text),
                Holds::RawExif => told.exif.extend(png_text::raw_profile(&text).map(Cow::Owned)),
                Holds::RawXmp if told.xmp.is_none() => {
                    told.xmp = png_text::raw_profile(&text).map(Cow::Owned);
                }
                Holds::RawXmp => {}
            }
        }
        told
    }

    pub(crate) fn of_webp(bytes: &'a [u8], chunks: &[riff::Chunk]) -> Self {
        let find = |kind: &[u8; 4]| bytes.get(chunks.iter().find(|c| c.0 == *kind)?.1.clone());
        Self {
            exif: find(b"EXIF").map(Cow::Borrowed).into_iter().collect(),
            xmp: find(b"XMP ").map(Cow::Borrowed),
        }
    }

    /// Whether all of it would be true of the picture that came out, were it left in place.
    pub(crate) fn is_true(&self, truth: &Truth) -> bool {
        let blocks = self.exif.len() <= 1 && self.exif.iter().all(|raw| exif_truth::is_true(raw, truth));
        // A second packet goes with the first: whether that is true as well is seen when they are written.
        let whole = |xmp: &Cow<'_, [u8]>| xmp_truth::is_true(xmp, truth, None);
        blocks && self.xmp.as_ref().is_none_or(whole)
    }
}
