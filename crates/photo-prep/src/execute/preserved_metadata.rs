//! Metadata that the options ask to keep, made true of the picture that comes out, and the profile of a
//! preserved color space.

use super::preserved_source::{self, Source};
use crate::formats::jpeg::xmp_extended;
use crate::formats::opened::OpenedFile;
use crate::formats::{jpeg, png};
use crate::metadata::{Truth, exif_truth, xmp_truth};
use crate::plan::{Plan, Route};
use crate::{Format, MetadataPolicy, Result, Size, Warning};

/// What goes into the output beside the picture.
#[derive(Debug)]
pub(super) struct PreservedMetadata {
    source: Source,
    truth: Truth,
    /// An ICC profile.
    pub(super) icc: Option<Vec<u8>>,
    pub(super) warnings: Vec<Warning>,
}

/// What of the source's metadata stays under the plan's policy.
pub(super) fn preserved(plan: &Plan, file: &OpenedFile<'_>) -> Result<PreservedMetadata> {
    let truth = truth(plan);
    let mut warnings = Vec::new();
    let source = match plan.options().metadata {
        MetadataPolicy::Strip => Source::default(),
        MetadataPolicy::Keep => preserved_source::all(plan, file, &truth, &mut warnings)?,
        _ => preserved_source::notices(plan, file)?,
    };
    Ok(PreservedMetadata { source, truth, icc: None, warnings })
}

/// What a plan makes of the picture, before the byte limit has its say.
fn truth(plan: &Plan) -> Truth {
    let (size, srgb, same) = match plan.route() {
        Route::Pixels(way) => (way.size, way.to_srgb && plan.info().icc.is_some(), false),
        Route::Coefficients(way) => (way.size, false, false),
        _ => (plan.info().size, false, !plan.info().untrue),
    };
    Truth { size, srgb, same }
}

impl PreservedMetadata {
    /// Everything for a JPEG.
    pub(super) fn jpeg_segments(&self) -> Vec<u8> {
        let icc = self.icc.as_ref().and_then(|p| jpeg::icc_segments(p)).unwrap_or_default();
        [self.head(Format::Jpeg, &self.truth), icc].concat()
    }

    /// Everything for a PNG.
    pub(super) fn png_chunks(&self) -> Vec<u8> {
        let icc = self.icc.as_ref().and_then(|p| png::icc_chunk(p)).unwrap_or_default();
        [icc, self.head(Format::Png, &self.truth)].concat()
    }

    /// Whole segments or chunks of metadata.
    fn head(&self, format: Format, truth: &Truth) -> Vec<u8> {
        let Source { exif, xmp, extended, segments, chunks } = &self.source;
        let exif = exif.as_ref().and_then(|raw| exif_truth::amended(raw, truth));
        let extended = extended.as_ref().filter(|_| format != Format::Png);
        let extended = extended.and_then(|packet| xmp_truth::amended(packet, truth, None));
        let name = extended.as_ref().map(|packet| xmp_extended::name(packet));
        let xmp = xmp.as_ref().and_then(|packet| xmp_truth::amended(packet, truth, name.as_deref()));
        if format == Format::Png {
            let xmp = xmp.map(|packet| png::text::xmp_chunk(&packet));
            let made = [(*b"eXIf", exif), (*b"iTXt", xmp)];
            let made = made.into_iter().filter_map(|(kind, data)| png::make_chunk(kind, &data?));
            return made.chain([chunks.clone()]).collect::<Vec<_>>().concat();
        }
        let exif = exif.and_then(|raw| jpeg::exif_segment(&raw)).unwrap_or_default();
        let xmp = xmp.and_then(|packet| jpeg::xmp_segment(&packet));
        let second = extended.filter(|_| xmp.is_some()).and_then(|packet| xmp_extended::segments(&packet));
        [exif, xmp.unwrap_or_default(), second.unwrap_or_default(), segments.clone()].concat()
    }

    /// A file that [`jpeg_segments`](Self::jpeg_segments) or [`png_chunks`](Self::png_chunks) went into, once
    /// its size is known.
    pub(super) fn settled(&self, mut file: Vec<u8>, format: Format, size: Size) -> Vec<u8> {
        if size == self.truth.size {
            return file;
        }
        let (old, new) = (self.head(format, &self.truth), self.head(format, &Truth { size, ..self.truth }));
        if old != new
            && let Some(at) = memchr::memmem::find(&file, &old)
        {
            file.splice(at..at + old.len(), new);
        }
        file
    }

    /// What could not be kept in a file of this format.
    pub(super) fn losses(&self, format: Format) -> Vec<Warning> {
        let mut losses = self.warnings.clone();
        let mut lose = |when: bool, what: &str| {
            losses.extend(when.then(|| Warning::MetadataDropped(what.into())));
        };
        let Source { exif, xmp, extended, segments, chunks } = &self.source;
        if format == Format::Png {
            lose(extended.is_some(), "the second packet of a long XMP has no place in a PNG");
            lose(!segments.is_empty(), "IPTC and comments of a JPEG have no place in a PNG");
            return losses;
        }
        let exif = exif.as_ref().and_then(|raw| exif_truth::amended(raw, &self.truth));
        let too_long = exif.is_some_and(|raw| jpeg::exif_segment(&raw).is_none());
        lose(too_long, "the EXIF block is too long for a JPEG");
        let name = extended.as_ref().map(|_| "0".repeat(32));
        let xmp = xmp.as_ref().and_then(|packet| xmp_truth::amended(packet, &self.truth, name.as_deref()));
        let too_long = xmp.is_some_and(|packet| jpeg::xmp_segment(&packet).is_none());
        lose(too_long, "the XMP packet is too long for a JPEG");
        lose(!chunks.is_empty(), "texts of a PNG have no place in a JPEG");
        losses
    }
}
