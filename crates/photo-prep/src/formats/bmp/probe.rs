//! Facts of a BMP, by its headers: Windows' of 40 to 124 bytes, and OS/2's of 12 to 64.

use super::decode::icc_profile;
use super::header::Header;
use crate::formats::probe_support::{plain, take_icc};
use crate::info::{ColorModel, ImageInfo};
use crate::metadata::icc;
use crate::{Format, InputLimits, Result};

pub(crate) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let header = Header::parse(bytes)?;
    let indexed = header.depth <= 8;
    let model = if indexed { ColorModel::Palette } else { ColorModel::Rgb };
    let mut info = plain(Format::Bmp, header.size, bytes, model);
    info.alpha = header.masks.alpha != 0;
    info.by_rows = header.has_rows();
    // Masks can be wider than the 16 bits that the facts know of.
    let widest = header.masks.widest().min(16);
    info.bit_depth = if indexed { 8 } else { u8::try_from(widest).unwrap_or(16) };
    if let Some(profile) = icc_profile(bytes) {
        icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        take_icc(&mut info, Ok(profile.to_vec()));
    }
    Ok(info)
}
