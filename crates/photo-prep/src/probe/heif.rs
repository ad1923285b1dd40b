//! Facts of a HEIC, by `heic-rs`; without the feature, a clear refusal.

use crate::info::ImageInfo;
use crate::{Format, InputLimits, Result};

#[cfg(not(feature = "heic"))]
pub(super) fn probe(_: &[u8], _: &InputLimits) -> Result<ImageInfo> {
    let feature =
        "HEIC pictures are read only with the feature `heic`; switch it on, or send the picture as JPEG";
    Err(crate::Error::unsupported(Format::Heic, feature))
}

/// The container's own turning (`irot`, `imir`) is part of decoding, so the facts are those of the upright
/// picture; the EXIF orientation that iPhones write beside it must not be applied again (ISO/IEC 23008-12).
#[cfg(feature = "heic")]
pub(super) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    use crate::codec::guard;
    let facts =
        guard::caught(Format::Heic, || heic_rs::probe(bytes).map_err(|e| crate::codec::heic::error(&e)))?;
    let size = crate::Size::new(facts.width, facts.height);
    let mut info = super::plain(Format::Heic, size, bytes, crate::info::ColorModel::YCbCr);
    info.bit_depth = facts.bit_depth;
    info.alpha = facts.has_alpha;
    if let Some(profile) = crate::codec::heic::icc_profile(bytes) {
        crate::metadata::icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        info.model = crate::info::ColorModel::Rgb;
        super::take_icc(&mut info, Ok(profile));
    }
    Ok(info)
}
