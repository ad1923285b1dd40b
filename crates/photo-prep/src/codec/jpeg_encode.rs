//! Samples to JPEG, by `libjpeg-turbo-rs`: libjpeg's tables, optimal Huffman codes.

use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};

use crate::metadata::jpeg::marker;
use crate::pixels::{Layout, Raster};
use crate::plan::JpegSampling;
use crate::{Error, Format, Result};

/// How a JPEG is written.
#[derive(Debug, Clone)]
pub(crate) struct JpegSettings {
    /// 1..=100 on libjpeg's scale.
    pub(crate) quality: u8,
    pub(crate) sampling: JpegSampling,
    /// Whole segments to put after the JFIF header: profile and kept metadata.
    pub(crate) segments: Vec<u8>,
}

/// The picture as a baseline JPEG. Transparency has to be gone before.
pub(crate) fn encode(raster: &Raster, settings: &JpegSettings) -> Result<Vec<u8>> {
    let (format, sampling) = match raster.layout() {
        Layout::Gray => (PixelFormat::Grayscale, Subsampling::S444),
        Layout::Rgb => (PixelFormat::Rgb, subsampling(settings.sampling)),
        other => return Err(Error::unsupported(Format::Jpeg, format!("{other:?} samples can't be written"))),
    };
    let size = raster.size();
    let bytes = Encoder::new(raster.data(), size.width as usize, size.height as usize, format)
        .quality(settings.quality)
        .subsampling(sampling)
        .optimize_huffman(true)
        .force_baseline(true)
        .encode()
        .map_err(|e| Error::unsupported(Format::Jpeg, format!("the picture can't be written: {e}")))?;
    Ok(with_segments(bytes, &settings.segments))
}

fn subsampling(sampling: JpegSampling) -> Subsampling {
    match sampling {
        JpegSampling::S444 => Subsampling::S444,
        JpegSampling::S422 => Subsampling::S422,
        JpegSampling::S440 => Subsampling::S440,
        JpegSampling::S420 => Subsampling::S420,
    }
}

/// The file with more segments after SOI and its JFIF header.
fn with_segments(bytes: Vec<u8>, segments: &[u8]) -> Vec<u8> {
    const JFIF_END: usize = 20;
    if segments.is_empty() {
        return bytes;
    }
    let at = if bytes.get(3) == Some(&marker::APP0) { JFIF_END } else { 2 };
    let Some((head, tail)) = bytes.split_at_checked(at) else { return bytes };
    [head, segments, tail].concat()
}
