//! Whether the picture data of a JPEG is whole that is handed on without being decoded.

use crate::formats::catch_panic::caught;
use crate::formats::jpeg::coefficients::read_options;
use crate::formats::jpeg::decode_planes::error;
use crate::{Format, InputLimits, Result};

/// Goes through all picture data, on all threads of the current rayon pool. A panic is an error.
///
/// # Errors
/// [`Error::Malformed`](crate::Error::Malformed) with what is wrong.
pub(crate) fn verify(bytes: &[u8], limits: &InputLimits) -> Result<()> {
    let verified = caught(Format::Jpeg, || Ok(photo_jpeg::verify(bytes, &read_options(limits))))?;
    verified.map_err(|e| error(&e))
}
