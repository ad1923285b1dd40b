//! Reduces and enlarges pictures of interleaved 8-bit samples with a Lanczos3 filter, by `fast_image_resize`.
//!
//! ```
//! use photo_resize::{Pixel, lanczos3};
//! let gray = vec![200; 64 * 48];
//! let small = lanczos3(&gray, (64, 48), (20, 15), Pixel::Gray).expect("64 * 48 samples");
//! assert_eq!(small.len(), 20 * 15);
//! ```
//!
//! That library is generic over pixel types, so its SIMD kernels are compiled into whatever crate calls it, minutes of
//! work at every edit. Here they are compiled once, and for three pixel types instead of thirteen. There is nothing else
//! in this crate; it is a part of photo-prep.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8, U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

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

/// The picture at another size, `(width, height)` in pixels. Edges are exact: both pictures cover the same area. Colours
/// are weighted with their alpha, so that nothing bleeds out of transparent pixels. Runs in the caller's rayon pool.
///
/// `None` if `data` is not exactly `from` times the samples of a pixel, or a side is 0.
#[must_use]
pub fn lanczos3(data: &[u8], from: (u32, u32), to: (u32, u32), pixel: Pixel) -> Option<Vec<u8>> {
    match pixel {
        Pixel::Gray => resized::<U8>(data, from, to, false),
        Pixel::GrayAlpha => gray_alpha(data, from, to),
        Pixel::Rgb => resized::<U8x3>(data, from, to, false),
        Pixel::Rgba => resized::<U8x4>(data, from, to, true),
        Pixel::Four => resized::<U8x4>(data, from, to, false),
    }
}

/// So rare that it is not worth kernels of its own: taken as RGBA.
fn gray_alpha(data: &[u8], from: (u32, u32), to: (u32, u32)) -> Option<Vec<u8>> {
    let (pairs, []) = data.as_chunks::<2>() else { return None };
    let rgba: Vec<u8> = pairs.iter().flat_map(|&[v, a]| [v, v, v, a]).collect();
    let out = resized::<U8x4>(&rgba, from, to, true)?;
    Some(out.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[3]]).collect())
}

fn resized<P: PixelTrait + InnerPixel>(
    data: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    alpha: bool,
) -> Option<Vec<u8>> {
    let samples = |(w, h): (u32, u32)| (w as usize).checked_mul(h as usize)?.checked_mul(P::size());
    if samples(from)? != data.len() || data.is_empty() || samples(to)? == 0 {
        return None;
    }
    let mut out = vec![0; samples(to)?];
    let source = TypedImageRef::<P>::from_buffer(from.0, from.1, data).ok()?;
    let mut target = TypedImage::<P>::from_buffer(to.0, to.1, &mut out).ok()?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(alpha);
    Resizer::new().resize_typed(&source, &mut target, &options).ok()?;
    Some(out)
}
