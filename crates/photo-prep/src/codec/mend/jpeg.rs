//! JPEG: the coefficients that are there, zeros (gray) for the rest.

use photo_jpeg::{Coefficients, TranscodeOptions};

use super::There;
use crate::codec::jpeg_coefficients::read_options;
use crate::codec::jpeg_planes;
use crate::metadata::jpeg::{self, marker};
use crate::{InputLimits, Result};

/// Only ordinary JPEGs: of the others no decoder tells how much was there.
pub(super) fn mended(bytes: &[u8], limits: &InputLimits) -> Result<Option<(Vec<u8>, There)>> {
    let (picture, flaw) = match Coefficients::read_lenient(bytes, &read_options(limits)) {
        Ok(read) => read,
        Err(photo_jpeg::Error::Unsupported(_)) => return Ok(None),
        Err(e) => return Err(jpeg_planes::error(&e)),
    };
    let Some(photo_jpeg::Error::Truncated { decoded, total, .. }) = flaw else { return Ok(None) };
    let layout = jpeg::walk(bytes)?;
    let kept = layout
        .segments
        .iter()
        .filter(|s| matches!(s.marker, marker::APP1 | marker::APP2 | marker::APP13 | marker::COM));
    let segments: Vec<u8> = kept.filter_map(|s| bytes.get(s.whole.clone())).flatten().copied().collect();
    let options = TranscodeOptions::default().density(jpeg::density(bytes, &layout)).segments(&segments);
    let whole = photo_jpeg::transcode(&picture, &options).map_err(|e| jpeg_planes::error(&e))?;
    Ok(Some((whole, There { there: decoded, of: total, unit: "MCUs" })))
}
