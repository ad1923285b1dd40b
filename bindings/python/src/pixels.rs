//! Samples from memory, as a file that nothing is lost in.

use std::borrow::Cow;

use png::{BitDepth, ColorType, Compression, Encoder, Info};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

/// A PNG of `samples`: rows from the top, channels side by side (1 gray, 2 gray and alpha, 3 RGB, 4 RGBA), 8
/// bits each, or 16 in big-endian order.
#[pyfunction]
#[pyo3(signature = (width, height, channels, bits, samples, icc = None, exif = None))]
#[expect(clippy::too_many_arguments, reason = "it is called at one place, with names")]
pub(crate) fn png_of_samples<'py>(
    py: Python<'py>,
    width: u32,
    height: u32,
    channels: u8,
    bits: u8,
    samples: PyBackedBytes,
    icc: Option<PyBackedBytes>,
    exif: Option<PyBackedBytes>,
) -> PyResult<Bound<'py, PyBytes>> {
    let file = py.detach(|| {
        let mut info = Info::with_size(width, height);
        info.color_type = color_type(channels)?;
        info.bit_depth = if bits == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
        info.icc_profile = icc.as_deref().map(Cow::Borrowed);
        info.exif_metadata = exif.as_deref().map(Cow::Borrowed);
        encode(info, &samples)
    });
    let file = file.map_err(|error| PyValueError::new_err(format!("no picture: {error}")))?;
    Ok(PyBytes::new(py, &file))
}

fn encode(info: Info<'_>, samples: &[u8]) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    // A file within the usual limits may be what comes out; a larger one is only read again.
    let large = u64::from(info.width) * u64::from(info.height) > 10_000_000;
    let mut encoder = Encoder::with_info(&mut file, info).map_err(|error| error.to_string())?;
    encoder.set_compression(if large { Compression::Fast } else { Compression::Balanced });
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(samples).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(file)
}

fn color_type(channels: u8) -> Result<ColorType, String> {
    match channels {
        1 => Ok(ColorType::Grayscale),
        2 => Ok(ColorType::GrayscaleAlpha),
        3 => Ok(ColorType::Rgb),
        4 => Ok(ColorType::Rgba),
        other => Err(format!("{other} channels; 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA) are read")),
    }
}
