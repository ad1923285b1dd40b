//! What the probes of several formats share.

use crate::info::{ColorModel, ImageInfo};
use crate::metadata::icc;
use crate::{Format, Size, Warning};

/// Takes a color profile into the facts, or a warning where it can't be used.
pub(crate) fn take_icc(info: &mut ImageInfo, profile: std::result::Result<Vec<u8>, String>) {
    match profile.map_err(Warning::BrokenProfile).and_then(|p| icc::facts(&p, info.model)) {
        Ok(facts) => info.icc = Some(facts),
        Err(warning) => info.warnings.push(warning),
    }
}

/// The facts of a format without metadata of its own.
pub(crate) fn plain(format: Format, size: Size, bytes: &[u8], model: ColorModel) -> ImageInfo {
    let mut info = ImageInfo::new(format, size, bytes);
    info.model = model;
    info
}
