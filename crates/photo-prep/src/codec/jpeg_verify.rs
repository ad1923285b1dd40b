//! Whether the picture data of a JPEG is whole that is handed on without being decoded.

use super::guard::caught;
use super::jpeg_coefficients::read_options;
use super::jpeg_planes::error;
use super::{DecodeRequest, decode};
use crate::info::ImageInfo;
use crate::pixels::wide::Wide;
use crate::sampling::DecodeScale;
use crate::{Format, InputLimits, Result};

/// Goes through all picture data, by `photo-jpeg` where it reads the file, on all threads of the current rayon pool. A
/// panic is an error.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) with what is wrong.
pub(crate) fn verify(bytes: &[u8], info: &ImageInfo, limits: &InputLimits) -> Result<()> {
    if photo_jpeg::Header::read(bytes).is_ok() {
        let verified = caught(Format::Jpeg, || Ok(photo_jpeg::verify(bytes, &read_options(limits))))?;
        return verified.map_err(|e| error(&e));
    }
    // At this scale nearly all of the work is entropy decoding, which is what it is done for.
    let terms = DecodeRequest { scale: DecodeScale::Eighth, memory: limits.memory, wide: Wide::Rounded };
    decode(bytes, info, &terms).map(drop)
}
