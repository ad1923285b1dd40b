//! JPEG to samples, by `libjpeg-turbo-rs` in its strict mode: it gave the bytes of the C library for every
//! valid file of our corpus, refuses cut-off data, and takes what other crates decode wrongly or not at all.

use std::borrow::Cow;

use libjpeg_turbo_rs::{DecodeLimits, Decoder, JpegError, PixelFormat, ScalingFactor};
use photo_jpeg::syntax::MaxSampling;

use crate::formats::jpeg;
use crate::formats::jpeg::{is_adobe, walk};
use crate::geometry::Size;
use crate::info::{ColorModel, ImageInfo, JpegProcess};
use crate::pixels::{Layout, Raster};
use crate::sampling::DecodeScale;
use crate::{Error, Format, LimitKind, Result};

/// `libjpeg-turbo-rs` 0.9 panics at subsampled CMYK, and `zune-jpeg` 0.5.15 shows it wrong: `jpeg-decoder`
/// takes it.
pub(crate) fn decode(bytes: &[u8], info: &ImageInfo, scale: DecodeScale, memory: u64) -> Result<Raster> {
    let rare = info.jpeg.as_ref().is_some_and(|j| matches!(j.process, JpegProcess::Other));
    if rare || info.bit_depth != 8 && info.bit_depth != 12 {
        let feature =
            format!("{}-bit JPEG of a rare coding process; save it again as baseline JPEG", info.bit_depth);
        return Err(Error::unsupported(Format::Jpeg, feature));
    }
    could_be_whole(bytes, info)?;
    let layout = walk(bytes)?;
    let whole = if layout.hollow > 0 && layout.fault.is_none() {
        // Other decoders stop at segments of impossible length.
        Cow::Owned(jpeg::rewrite(bytes, &layout, &[], false)?)
    } else {
        Cow::Borrowed(bytes)
    };
    let bytes = &*whole;
    let subsampled = info.jpeg.as_ref().is_some_and(|j| j.is_subsampled());
    // `libjpeg-turbo-rs` takes the fourth component of YCCK for one of full size.
    let black = info.jpeg.as_ref().is_some_and(|j| j.sampling.first() != j.sampling.get(3));
    if subsampled && (info.model == ColorModel::Cmyk || info.model == ColorModel::Ycck && black) {
        return subsampled_inks(bytes, info, memory);
    }
    by_libjpeg_turbo(bytes, info, scale, memory)
}

fn by_libjpeg_turbo(bytes: &[u8], info: &ImageInfo, scale: DecodeScale, memory: u64) -> Result<Raster> {
    // Its own model of memory counts every sample in full whatever the sampling and the scale, and would
    // refuse what the plan allows. The plan's estimate stands for just this many pixels, its limits for so
    // many scans; more of them must not come from another frame or from where our walk did not get.
    let scans = info.jpeg.as_ref().map_or(1, |jpeg| jpeg.scans);
    let max_scans = usize::try_from(scans).unwrap_or(usize::MAX);
    let limits = DecodeLimits { max_pixels: info.size.pixels(), max_scans, ..DecodeLimits::default() };
    let mut decoder = Decoder::new_with_limits(bytes, limits).map_err(|e| error(&e, memory))?;
    let (format, layout) = match info.model {
        ColorModel::Gray => (PixelFormat::Grayscale, Layout::Gray),
        ColorModel::Cmyk | ColorModel::Ycck => (PixelFormat::Cmyk, Layout::Cmyk),
        _ => (PixelFormat::Rgb, Layout::Rgb),
    };
    decoder.set_output_format(format);
    if scale != DecodeScale::Full {
        decoder.set_scale(ScalingFactor::try_new(1, scale.denominator()).map_err(|e| error(&e, memory))?);
    }
    let image = decoder.decode_image().map_err(|e| error(&e, memory))?;
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut raster = Raster::new(Size::new(size(image.width), size(image.height)), layout, image.data)
        .ok_or_else(|| Error::malformed(Format::Jpeg, None, "the decoder gave another number of samples"))?;
    // Adobe's CMYK JPEGs store the inks inverted.
    if layout == Layout::Cmyk && has_adobe_marker(bytes) {
        invert(&mut raster);
    }
    Ok(raster)
}

/// Refuses files that have not even a bit for each block, which is the shortest Huffman code of a DC (T.81,
/// C.2), before memory is taken for what their header claims.
fn could_be_whole(bytes: &[u8], info: &ImageInfo) -> Result<()> {
    let Some(jpeg) = info.jpeg.as_ref().filter(|j| j.process != JpegProcess::Arithmetic) else {
        return Ok(());
    };
    let area = MaxSampling::of(jpeg.sampling.iter().copied()).area();
    let factors: u64 = jpeg.sampling.iter().map(|s| u64::from(s.0) * u64::from(s.1)).sum();
    if info.size.pixels() / 64 * factors / area <= 8 * bytes.len() as u64 {
        return Ok(());
    }
    let reason = format!("picture data is missing: {} bytes are too few for {}", bytes.len(), info.size);
    Err(Error::malformed(Format::Jpeg, bytes.len(), reason))
}

fn subsampled_inks(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let damaged = |reason: String| Error::malformed(Format::Jpeg, None, reason);
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(memory).unwrap_or(usize::MAX));
    let data = decoder.decode().map_err(|e| damaged(e.to_string()))?;
    let raster = Raster::new(info.size, Layout::Cmyk, data);
    let mut raster = raster.ok_or_else(|| damaged("the decoder gave another number of samples".into()))?;
    // This decoder takes all CMYK files as stored inverted.
    if !has_adobe_marker(bytes) {
        invert(&mut raster);
    }
    Ok(raster)
}

fn invert(raster: &mut Raster) {
    raster.data_mut().iter_mut().for_each(|v| *v = 255 - *v);
}

fn has_adobe_marker(bytes: &[u8]) -> bool {
    walk(bytes).is_ok_and(|l| l.segments.iter().any(|s| is_adobe(s, bytes)))
}

fn error(error: &JpegError, memory: u64) -> Error {
    match error {
        JpegError::Unsupported(what) => Error::unsupported(Format::Jpeg, what.clone()),
        JpegError::UnexpectedEof => {
            Error::malformed(Format::Jpeg, None, "picture data is missing: the file was cut off or damaged")
        }
        JpegError::LimitExceeded { what: "scan count", actual, .. } => {
            Error::malformed(Format::Jpeg, None, format!("{actual} scans, more than its structure shows"))
        }
        JpegError::LimitExceeded { actual, limit, .. } => {
            Error::LimitExceeded { what: LimitKind::Memory, actual: *actual, limit: *limit }
        }
        JpegError::AllocationFailed { .. } => Error::MemoryExceeded { limit: memory },
        other => Error::malformed(Format::Jpeg, None, other.to_string()),
    }
}
