//! Facts of a BMP: the Windows headers from 40 to 124 bytes, and the OS/2 ones of 12 to 64.

use super::plain;
use crate::info::{ColorModel, ImageInfo};
use crate::metadata::bytes::{le16, le32};
use crate::{Error, Format, Result, Size};

pub(super) fn probe(bytes: &[u8]) -> Result<ImageInfo> {
    let bad = |reason: String| Error::malformed(Format::Bmp, 14, reason);
    let cut = || bad("the file ends within the header".into());
    let header = le32(bytes, 14).ok_or_else(cut)?;
    let (width, height, depth) = if header == 12 {
        let side = |at| le16(bytes, at).map(u32::from).ok_or_else(cut);
        (side(18)?, side(20)?, le16(bytes, 24).ok_or_else(cut)?)
    } else if (16..=124).contains(&header) {
        let width = le32(bytes, 18).ok_or_else(cut)?;
        // A negative height says that the rows come top-down.
        let height = le32(bytes, 22).ok_or_else(cut)?.cast_signed().unsigned_abs();
        (width, height, le16(bytes, 28).ok_or_else(cut)?)
    } else {
        return Err(bad(format!("a header of {header} bytes is unknown")));
    };
    if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32 {
        return Err(bad(format!("impossible size {width}x{height}")));
    }
    if !matches!(depth, 1 | 2 | 4 | 8 | 16 | 24 | 32 | 64) {
        return Err(bad(format!("{depth} bits a pixel are not possible")));
    }
    let model = if depth <= 8 { ColorModel::Palette } else { ColorModel::Rgb };
    let mut info = plain(Format::Bmp, Size::new(width, height), bytes, model);
    let alpha_mask = if header >= 56 { le32(bytes, 66).unwrap_or(0) } else { 0 };
    let compression = if header >= 40 { le32(bytes, 30).unwrap_or(0) } else { 0 };
    // Bit fields (3, 6) may set bits aside for alpha; run lengths (1, 2) may skip pixels.
    info.alpha = alpha_mask != 0 && depth >= 16 || matches!(compression, 1 | 2 | 6);
    info.bit_depth = 8;
    Ok(info)
}
