//! Whether the picture data of a JPEG is whole that is handed on without being decoded.

use super::decode::decode;
use crate::formats::catch_panic::caught;
use crate::formats::jpeg::coefficients::read_options;
use crate::formats::jpeg::decode_planes::error;
use crate::info::ImageInfo;
use crate::sampling::DecodeScale;
use crate::{Format, InputLimits, Result};

/// Goes through all picture data, by `photo-jpeg` where it reads the file, on all threads of the current
/// rayon pool. A panic is an error.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) with what is wrong.
pub(crate) fn verify(bytes: &[u8], info: &ImageInfo, limits: &InputLimits) -> Result<()> {
    if photo_jpeg::Header::read(bytes).is_ok() {
        let verified = caught(Format::Jpeg, || Ok(photo_jpeg::verify(bytes, &read_options(limits))))?;
        return verified.map_err(|e| error(&e));
    }
    // At this scale nearly all of the work is entropy decoding, which is what it is done for.
    caught(Format::Jpeg, || decode(bytes, info, DecodeScale::Eighth, limits.memory)).map(drop)
}
