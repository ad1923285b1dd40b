//! Strips and tiles of JPEG (the second technical note to TIFF 6.0): each is made a whole JPEG in memory, of
//! the common tables and its own data. What its colors are is told by the TIFF, so that the marker of Adobe
//! says just that.

use std::ops::Range;

use photo_jpeg::syntax::{CodingProcess, FrameOutline, adobe, marker, write_segment};

use super::super::color_model::Color;
use super::super::header::Header;
use crate::formats::jpeg;
use crate::formats::opened::OpenedFile;
use crate::pixels::{Layout, Raster};
use crate::sampling::DecodeScale;
use crate::{Error, Format, InputLimits, Result, Size};

/// What all JPEGs of a picture share.
pub(in super::super) struct Shared<'a> {
    pub(in super::super) header: &'a Header,
    pub(in super::super) tables: Option<&'a [u8]>,
    pub(in super::super) memory: u64,
}

impl Shared<'_> {
    /// The picture of the JPEG that is `data`, which stands at `at` in the file: as many interleaved samples
    /// as the strip has, at least as large as `least`.
    pub(in super::super) fn decoded(&self, data: &[u8], at: usize, least: Size) -> Result<Raster> {
        let whole = self.whole(data).map_err(|why| damaged(at, why))?;
        let raster = decoded(&whole, self.memory).map_err(|error| in_strip(error, at))?;
        let size = raster.size();
        if size.width < least.width || size.height < least.height {
            return Err(damaged(at, format!("picture data is missing: a JPEG of {size} for {least}")));
        }
        let layout = match self.header.samples_together() {
            1 => Layout::Gray,
            3 => Layout::Rgb,
            _ => Layout::Cmyk,
        };
        if raster.layout() != layout {
            return Err(damaged(at, "a JPEG has another number of samples than the picture"));
        }
        Ok(raster)
    }

    /// A JPEG that stands for itself.
    fn whole(&self, data: &[u8]) -> Result<Vec<u8>, String> {
        let layout = jpeg::walk_to_scan(data).map_err(|e| e.to_string())?;
        let scan = layout.segments.last().map_or(2, |s| s.whole.end);
        if let Some(fault) = layout.fault.filter(|_| data.get(scan..).is_none_or(<[u8]>::is_empty)) {
            return Err(fault.to_string());
        }
        let tables = self.tables.unwrap_or_default();
        let tables = tables.get(2..tables.len().saturating_sub(2)).unwrap_or_default();
        let mut out = Vec::with_capacity(data.len() + tables.len() + 20);
        out.extend(marker::START_OF_IMAGE);
        out.extend(tables);
        if let Some(transform) = self.transform() {
            write_segment(&mut out, marker::APP14, &[&adobe::payload(transform)])
                .ok_or("no room for a segment")?;
        }
        let kept = layout.segments.iter().filter(|s| !marker::is_dispensable(s.marker));
        kept.for_each(|s| out.extend(data.get(s.whole.clone()).unwrap_or_default()));
        out.extend(data.get(scan..).unwrap_or_default());
        if !out.ends_with(&marker::END_OF_IMAGE) {
            out.extend(marker::END_OF_IMAGE);
        }
        Ok(out)
    }

    /// Adobe's number for whether three samples are YCbCr. Four are as they are, without one.
    fn transform(&self) -> Option<u8> {
        match (self.header.samples_together(), &self.header.color) {
            (3, Color::Rgb) => Some(u8::from(self.header.is_ycbcr)),
            (3, _) => Some(0),
            _ => None,
        }
    }
}

fn decoded(whole: &[u8], memory: u64) -> Result<Raster> {
    let limits = InputLimits::default().memory(memory);
    let info = jpeg::probe::probe(&OpenedFile::open(whole), &limits)?;
    if !matches!(info.bit_depth, 8 | 12) {
        let feature = format!("JPEG of {} bits; save it with another compression", info.bit_depth);
        return Err(Error::unsupported(Format::Jpeg, feature));
    }
    jpeg::decode::decode(whole, &info, DecodeScale::Full, memory)
}

/// Whether these are whole segments between SOI and EOI, which don't begin a picture.
pub(in super::super) fn are_tables(bytes: &[u8]) -> bool {
    let known = |s: &jpeg::Segment| !marker::is_frame(s.marker) && s.marker != marker::SOS;
    jpeg::walk(bytes).is_ok_and(|l| l.end == Some(bytes.len()) && l.segments.iter().all(known))
}

/// Refuses a JPEG that is larger than its tile or strip, or neither sequential nor lossless, as the note
/// recommends: the decoder takes memory for what it says. `chunk` is the size of the strip or tile;
/// `may_subsample` is what its colors allow.
pub(in super::super) fn check(
    file: &[u8],
    range: Range<usize>,
    chunk: (u64, u64),
    may_subsample: bool,
) -> Result<()> {
    let data = file.get(range.clone()).unwrap_or_default();
    for frame in jpeg::walk_to_scan(data)?.segments.iter().filter(|s| marker::is_frame(s.marker)) {
        use CodingProcess::{Baseline, ExtendedSequential, Lossless};
        let process = CodingProcess::of(frame.marker);
        let frame = FrameOutline::new(frame.data(data));
        let (width, height) = (frame.width().map_or(0, u64::from), frame.height().map_or(0, u64::from));
        if !matches!(process, Some(Baseline | ExtendedSequential | Lossless { arithmetic: false })) {
            return Err(Error::unsupported(
                Format::Tiff,
                "a TIFF of JPEGs that are neither baseline nor lossless; save it with another compression",
            ));
        }
        // Blocks may reach beyond the last row.
        if width > chunk.0 || height > chunk.1.saturating_add(15) {
            return Err(damaged(range.start, "a JPEG that is larger than its tile or strip"));
        }
        let factors: Vec<_> = frame.components().map(|component| component.sampling).collect();
        let subsampled = factors.windows(2).any(|pair| pair[0] != pair[1]);
        if subsampled && !may_subsample {
            let what = "JPEGs whose colors are subsampled, though the TIFF says they are not YCbCr; save it as JPEG or PNG";
            return Err(Error::unsupported(Format::Tiff, what));
        }
    }
    Ok(())
}

fn damaged(at: usize, why: impl Into<String>) -> Error {
    Error::malformed(Format::Tiff, at, why)
}

/// The error of a JPEG as one of the TIFF that it stands in.
fn in_strip(error: Error, at: usize) -> Error {
    match error {
        Error::Malformed { reason, .. } => damaged(at, format!("a JPEG in it: {reason}")),
        Error::Truncated { .. } => damaged(at, format!("picture data is missing: {error}")),
        Error::Unsupported { feature, .. } => {
            Error::unsupported(Format::Tiff, format!("a JPEG in it: {feature}"))
        }
        other => other,
    }
}
