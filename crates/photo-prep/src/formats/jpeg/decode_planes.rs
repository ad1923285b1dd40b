//! Ordinary JPEGs to planes, by `photo-jpeg`, and JPEGs of inks and RGB by way of planes to pixels.

use photo_jpeg::{ColorModel, DecodeOptions, Planes, Scale};

use crate::formats::catch_panic::caught;
use crate::formats::decode_request::DecodeRequest;
use crate::info::ImageInfo;
use crate::pixels::{Layout, Raster};
use crate::sampling::{DecodeScale, JpegSampling};
use crate::{Error, Format, LimitKind, Orientation, Result, Size};

/// What is to come out.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// As the source lies.
    pub(crate) size: Size,
    pub(crate) scale: DecodeScale,
    /// Sampling factors of the planes, as the source lies.
    pub(crate) sampling: Vec<(u8, u8)>,
    /// How the planes will be turned.
    pub(crate) orientation: Orientation,
    /// Bytes of memory that decoding may take.
    pub(crate) memory: u64,
    /// Scans that the file may have.
    pub(crate) scans: u32,
}

/// Decodes and reduces, on all threads of the current rayon pool. A panic is an error.
pub(crate) fn decode(bytes: &[u8], request: &Request) -> Result<Planes> {
    let options = DecodeOptions::default()
        .scale(scale(request.scale))
        .size(request.size.width, request.size.height)
        .sampling(request.sampling.clone())
        .orientation(orientation(request.orientation))
        .memory_limit(request.memory)
        .scan_limit(request.scans);
    caught(Format::Jpeg, || photo_jpeg::decode(bytes, &options).map_err(|e| error(&e)))
}

/// Decodes a JPEG of inks or RGB and reduces all of its components to `size`, the picture never being whole in
/// memory. Inks are reduced as inks.
pub(crate) fn reduced(bytes: &[u8], info: &ImageInfo, size: Size, request: &DecodeRequest) -> Result<Raster> {
    let facts = info.jpeg.as_ref();
    let request = Request {
        size,
        scale: request.scale,
        sampling: vec![(1, 1); facts.map_or(3, |jpeg| jpeg.sampling.len())],
        orientation: Orientation::default(),
        memory: request.memory,
        scans: facts.map_or(1, |jpeg| jpeg.scans),
    };
    of_inks_or_rgb(bytes, &decode(bytes, &request)?)
}

/// The planes of a whole file as pixels.
pub(crate) fn of_inks_or_rgb(bytes: &[u8], planes: &Planes) -> Result<Raster> {
    if planes.color().channels() < 4 {
        return raster(planes);
    }
    let inverted = photo_jpeg::Header::read(bytes).is_ok_and(|header| header.has_inverted_inks());
    let size = Size::new(planes.width(), planes.height());
    Raster::new(size, Layout::Cmyk, planes.to_inks(inverted)).ok_or_else(other_samples)
}

/// The planes of gray or colors as pixels, not yet turned.
pub(crate) fn raster(planes: &Planes) -> Result<Raster> {
    let size = Size::new(planes.width(), planes.height());
    let raster = match (planes.color(), planes.planes()) {
        (ColorModel::Gray, [plane]) => Raster::new(size, Layout::Gray, plane.data().to_vec()),
        _ => Raster::new(size, Layout::Rgb, planes.to_rgb()),
    };
    raster.ok_or_else(other_samples)
}

fn other_samples() -> Error {
    Error::malformed(Format::Jpeg, None, "the decoder gave another number of samples")
}

pub(crate) fn scale(scale: DecodeScale) -> Scale {
    match scale {
        DecodeScale::Full => Scale::Full,
        DecodeScale::Half => Scale::Half,
        DecodeScale::Quarter | DecodeScale::Eighth => Scale::Quarter,
    }
}

/// Sampling factors of three planes that become a picture of this sampling when they are turned upright; of
/// one, where the picture is gray.
pub(crate) fn factors(gray: bool, sampling: JpegSampling, orientation: Orientation) -> Vec<(u8, u8)> {
    if gray {
        return vec![(1, 1)];
    }
    let (h, v) = luma_factors(sampling);
    vec![if orientation.swaps_sides() { (v, h) } else { (h, v) }, (1, 1), (1, 1)]
}

/// Sampling factors of luma, those of chroma being 1.
pub(crate) fn luma_factors(sampling: JpegSampling) -> (u8, u8) {
    match sampling {
        JpegSampling::S444 => (1, 1),
        JpegSampling::S422 => (2, 1),
        JpegSampling::S440 => (1, 2),
        JpegSampling::S420 => (2, 2),
    }
}

pub(crate) fn orientation(orientation: Orientation) -> photo_jpeg::Orientation {
    photo_jpeg::Orientation::ALL[usize::from(orientation.to_exif() - 1)]
}

pub(crate) fn error(error: &photo_jpeg::Error) -> Error {
    match error {
        photo_jpeg::Error::Malformed { offset, reason } => Error::malformed(Format::Jpeg, *offset, *reason),
        photo_jpeg::Error::Truncated { offset, decoded, total } => {
            let (offset, decoded, total) = (Some(*offset as u64), *decoded, *total);
            Error::Truncated { format: Format::Jpeg, offset, decoded, total, unit: "MCUs" }
        }
        photo_jpeg::Error::Memory { needed, limit } => {
            Error::LimitExceeded { what: LimitKind::Memory, actual: *needed, limit: *limit }
        }
        other => Error::unsupported(Format::Jpeg, other.to_string()),
    }
}
