//! Metadata that the options ask to keep, and the profile of a preserved colour space.

use crate::metadata::{exif, jpeg, png, riff};
use crate::plan::Plan;
use crate::{Format, MetadataPolicy, Result, Warning};

/// What goes into the output beside the picture.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// A raw EXIF block.
    exif: Option<Vec<u8>>,
    /// Whole JPEG segments of a JPEG source: XMP, IPTC and comments.
    segments: Vec<u8>,
    /// An ICC profile.
    pub(super) icc: Option<Vec<u8>>,
    pub(super) warnings: Vec<Warning>,
}

/// What of the source's metadata stays under the plan's policy. An EXIF block that stays says "upright".
pub(super) fn kept(plan: &Plan, bytes: &[u8]) -> Result<Kept> {
    let mut kept = Kept::default();
    let policy = plan.options.metadata;
    if policy == MetadataPolicy::Strip {
        return Ok(kept);
    }
    let raw = raw_exif(plan, bytes)?;
    kept.exif = match policy {
        MetadataPolicy::Keep => raw.and_then(exif::upright),
        _ => raw.and_then(exif::notices_only),
    };
    if policy == MetadataPolicy::Keep {
        if raw.is_some() && kept.exif.is_none() {
            kept.warnings.push(Warning::NotKept("the EXIF block is too broken to be written again".into()));
        }
        if plan.info.format == Format::Jpeg {
            kept.segments = jpeg::other_metadata(bytes, &jpeg::walk(bytes)?);
        }
    }
    Ok(kept)
}

impl Kept {
    /// The EXIF block as a whole segment or chunk.
    pub(super) fn exif_for(&self, format: Format) -> Vec<u8> {
        let wrap = |exif: &Vec<u8>| match format {
            Format::Png => png::make_chunk(*b"eXIf", exif),
            _ => jpeg::exif_segment(exif),
        };
        self.exif.as_ref().and_then(wrap).unwrap_or_default()
    }

    /// Everything for a JPEG that is made anew.
    pub(super) fn jpeg_segments(&self) -> Vec<u8> {
        let icc = self.icc.as_ref().and_then(|p| jpeg::icc_segments(p)).unwrap_or_default();
        [self.exif_for(Format::Jpeg), self.segments.clone(), icc].concat()
    }

    /// Everything for a PNG that is made anew.
    pub(super) fn png_chunks(&self) -> Vec<u8> {
        let icc = self.icc.as_ref().and_then(|p| png::icc_chunk(p)).unwrap_or_default();
        [icc, self.exif_for(Format::Png)].concat()
    }
}

fn raw_exif<'a>(plan: &Plan, bytes: &'a [u8]) -> Result<Option<&'a [u8]>> {
    Ok(match plan.info.format {
        Format::Jpeg => jpeg::walk(bytes)?.segments.iter().find_map(|s| s.exif(bytes)),
        Format::Png => png::walk(bytes)?.data(bytes, b"eXIf"),
        Format::WebP => {
            let chunk = riff::chunks(bytes)?.into_iter().find(|c| c.0 == *b"EXIF");
            chunk.and_then(|c| bytes.get(c.1))
        }
        _ => None,
    })
}
