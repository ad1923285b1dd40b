//! JPEG: the coefficients that are there, zeros (gray) for the rest.

use photo_jpeg::{Coefficients, TranscodeOptions};

use crate::formats::coverage::Coverage;
use crate::formats::jpeg;
use crate::formats::jpeg::coefficients::read_options;
use crate::formats::jpeg::marker;
use crate::{InputLimits, Result};

/// Only ordinary JPEGs: of the others no decoder tells how much was there.
pub(crate) fn recovered(bytes: &[u8], limits: &InputLimits) -> Result<Option<(Vec<u8>, Coverage)>> {
    let (picture, fault) = match Coefficients::read_lenient(bytes, &read_options(limits)) {
        Ok(read) => read,
        Err(photo_jpeg::Error::Unsupported(_)) => return Ok(None),
        Err(e) => return Err(jpeg::decode_planes::error(&e)),
    };
    if picture.color().channels() == 4 {
        // Inks are not written.
        return Ok(None);
    }
    let Some(photo_jpeg::Error::Truncated { decoded, total, .. }) = fault else { return Ok(None) };
    let layout = jpeg::walk(bytes)?;
    let kept = layout
        .segments
        .iter()
        .filter(|s| matches!(s.marker, marker::APP1 | marker::APP2 | marker::APP13 | marker::COM));
    let segments: Vec<u8> = kept.filter_map(|s| bytes.get(s.whole.clone())).flatten().copied().collect();
    let options = TranscodeOptions::default().density(jpeg::density(bytes, &layout)).segments(&segments);
    let whole = photo_jpeg::transcode(&picture, &options).map_err(|e| jpeg::decode_planes::error(&e))?;
    Ok(Some((whole, Coverage { decoded, total, unit: "MCUs" })))
}
