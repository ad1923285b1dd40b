//! Reduces and enlarges pictures of interleaved 8-bit samples with a Lanczos3 filter, by `fast_image_resize`.
//!
//! ```
//! use photo_resize::{Pixel, lanczos3};
//! let gray = vec![200; 64 * 48];
//! let small = lanczos3(&gray, (64, 48), (20, 15), Pixel::Gray).expect("64 * 48 samples");
//! assert_eq!(small.len(), 20 * 15);
//! ```
//!
//! That library is generic over pixel types, so its SIMD kernels are compiled into whatever crate calls it,
//! minutes of work at every edit. Here they are compiled once, and for one pixel type instead of thirteen:
//! four samples, for pictures with alpha and for inks. Fewer samples are filled up to four, which is for the rare
//! reductions that the kernels of photo-jpeg don't do. There is nothing else in this crate; it is a part of
//! photo-prep.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::ops::Range;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

/// How the samples of a pixel lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pixel {
    /// One sample.
    Gray,
    /// A sample and alpha.
    GrayAlpha,
    /// Three samples.
    Rgb,
    /// Three samples and alpha.
    Rgba,
    /// Four samples of equal rank, such as inks.
    Four,
}

/// The picture at another size, `(width, height)` in pixels. Edges are exact: both pictures cover the same
/// area. Colors are weighted with their alpha, so that nothing bleeds out of transparent pixels. Runs on the
/// caller's thread.
///
/// `None` if `data` is not exactly `from` times the samples of a pixel, or a side is 0.
#[must_use]
pub fn lanczos3(data: &[u8], from: (u32, u32), to: (u32, u32), pixel: Pixel) -> Option<Vec<u8>> {
    let mut out = vec![0; samples(to, pixel)?];
    band(data, from, &mut out, to, pixel, None)?;
    Some(out)
}

/// Rows `rows` of what [`lanczos3`] makes of a picture `from` at the size `to`, into `out`: from the rows
/// [`rows_for_band`] of it alone, which are `data`. Differs from the whole by rounding at most, one step of 255.
///
/// `None` if `data` or `out` don't have exactly the samples they must have, or a side is 0.
#[must_use]
pub fn lanczos3_band(
    data: &[u8],
    from: (u32, u32),
    out: &mut [u8],
    to: (u32, u32),
    rows: Range<u32>,
    pixel: Pixel,
) -> Option<()> {
    let needed = rows_for_band(from.1, to.1, rows.clone());
    let height = u32::try_from(needed.len()).ok()?;
    let scale = f64::from(from.1) / f64::from(to.1);
    let top = f64::from(rows.start) * scale - f64::from(needed.start);
    // Rounding must not put the end of the last row below the picture.
    let bottom = (f64::from(rows.end) * scale - f64::from(needed.start)).min(height.into());
    let out_height = u32::try_from(rows.len()).ok()?;
    band(data, (from.0, height), out, (to.0, out_height), pixel, Some((top, bottom)))
}

/// The rows of a picture `from` rows high that the rows `rows` of the result, `to` rows high, are made from.
#[must_use]
pub fn rows_for_band(from: u32, to: u32, rows: Range<u32>) -> Range<u32> {
    /// Of the filter, in rows of the smaller picture.
    const RADIUS: f64 = 3.0;
    let scale = f64::from(from) / f64::from(to.max(1));
    let center = |row: f64| (row + 0.5) * scale;
    let radius = RADIUS * scale.max(1.0) + 1.0;
    // Saturates at 0.
    let first = (center(rows.start.into()) - radius).floor() as u32;
    let end = (center(f64::from(rows.end) - 1.0) + radius).ceil() as u32;
    first.min(from)..end.min(from)
}

/// The rows between the heights `part` of the picture (all, if `None`) at the size `to`.
fn band(
    data: &[u8],
    from: (u32, u32),
    out: &mut [u8],
    to: (u32, u32),
    pixel: Pixel,
    part: Option<(f64, f64)>,
) -> Option<()> {
    if samples(from, pixel)? != data.len()
        || samples(to, pixel)? != out.len()
        || data.is_empty()
        || out.is_empty()
    {
        return None;
    }
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    if let Some((top, bottom)) = part {
        options = options.crop(0.0, top, from.0.into(), bottom - top);
    }
    let options = options.use_alpha(matches!(pixel, Pixel::GrayAlpha | Pixel::Rgba));
    match pixel {
        Pixel::Gray => filled(data, from, out, to, &options, |&[v]| [v, v, v, v], |p| [p[0]]),
        Pixel::GrayAlpha => filled(data, from, out, to, &options, |&[v, a]| [v, v, v, a], |p| [p[0], p[3]]),
        Pixel::Rgb => {
            filled(data, from, out, to, &options, |&[r, g, b]| [r, g, b, 0], |p| [p[0], p[1], p[2]])
        }
        Pixel::Rgba | Pixel::Four => resized(data, from, out, to, &options),
    }
}

fn samples((width, height): (u32, u32), pixel: Pixel) -> Option<usize> {
    let channels = match pixel {
        Pixel::Gray => 1,
        Pixel::GrayAlpha => 2,
        Pixel::Rgb => 3,
        Pixel::Rgba | Pixel::Four => 4,
    };
    (width as usize).checked_mul(height as usize)?.checked_mul(channels)
}

/// Pixels of `N` samples as pixels of four, which `wide` makes of them and `narrow` turns back.
fn filled<const N: usize>(
    data: &[u8],
    from: (u32, u32),
    out: &mut [u8],
    to: (u32, u32),
    options: &ResizeOptions,
    wide: impl Fn(&[u8; N]) -> [u8; 4],
    narrow: impl Fn(&[u8; 4]) -> [u8; N],
) -> Option<()> {
    let four: Vec<u8> = data.as_chunks::<N>().0.iter().flat_map(wide).collect();
    let mut small = vec![0; (out.len() / N).checked_mul(4)?];
    resized(&four, from, &mut small, to, options)?;
    for (out, pixel) in out.as_chunks_mut::<N>().0.iter_mut().zip(small.as_chunks::<4>().0) {
        *out = narrow(pixel);
    }
    Some(())
}

fn resized(
    data: &[u8],
    from: (u32, u32),
    out: &mut [u8],
    to: (u32, u32),
    options: &ResizeOptions,
) -> Option<()> {
    let source = TypedImageRef::<U8x4>::from_buffer(from.0, from.1, data).ok()?;
    let mut target = TypedImage::<U8x4>::from_buffer(to.0, to.1, out).ok()?;
    Resizer::new().resize_typed(&source, &mut target, options).ok()
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
