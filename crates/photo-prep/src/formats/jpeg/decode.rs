//! JPEG to samples, by the general decoder of `photo-jpeg`.

use photo_jpeg::{ColorModel, DecodeOptions, Interleaved, InterleavedOptions, Scale, decode_interleaved};

use crate::formats::jpeg::decode_planes::{error, of_inks_or_rgb};
use crate::info::{ImageInfo, JpegProcess};
use crate::pixels::{Layout, Raster};
use crate::sampling::DecodeScale;
use crate::{Error, Format, Result, Size};

/// Decodes a JPEG of any kind, on all threads of the current rayon pool.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, scale: DecodeScale, memory: u64) -> Result<Raster> {
    let Some(facts) = &info.jpeg else {
        return Err(Error::unsupported(info.format, "a JPEG was expected"));
    };
    if facts.process == JpegProcess::Other {
        let feature =
            format!("{}-bit JPEG of a rare coding process; save it again as baseline JPEG", info.bit_depth);
        return Err(Error::unsupported(Format::Jpeg, feature));
    }
    let inks = matches!(info.model, crate::info::ColorModel::Cmyk | crate::info::ColorModel::Ycck);
    // Planes of subsampled inks are not stretched.
    if facts.natively_decodable && scale == DecodeScale::Full && !(inks && facts.is_subsampled()) {
        let options = DecodeOptions::default().memory_limit(memory).scan_limit(facts.scans.max(1));
        return of_inks_or_rgb(bytes, &photo_jpeg::decode(bytes, &options).map_err(|e| error(&e))?);
    }
    // More scans must not come from where our walk did not get.
    let options = InterleavedOptions::default()
        .scale(self::scale(scale))
        .memory_limit(memory)
        .scan_limit(facts.scans.max(1));
    let picture = decode_interleaved(bytes, &options).map_err(|e| error(&e))?;
    raster(picture)
}

/// The scale of the inverse DCT.
pub(crate) fn scale(scale: DecodeScale) -> Scale {
    match scale {
        DecodeScale::Full => Scale::Full,
        DecodeScale::Half => Scale::Half,
        DecodeScale::Quarter => Scale::Quarter,
        DecodeScale::Eighth => Scale::Eighth,
    }
}

fn raster(picture: Interleaved) -> Result<Raster> {
    let layout = match picture.color {
        ColorModel::Gray => Layout::Gray,
        ColorModel::Cmyk | ColorModel::Ycck => Layout::Cmyk,
        ColorModel::Rgb | ColorModel::YCbCr => Layout::Rgb,
    };
    let raster = Raster::new(Size::new(picture.width, picture.height), layout, picture.data);
    raster.ok_or_else(|| Error::malformed(Format::Jpeg, None, "the decoder gave another number of samples"))
}
