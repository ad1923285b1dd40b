//! Reducing a picture, by `fast_image_resize`: Lanczos3, edge-exact, alpha premultiplied.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::{Layout, Raster};
use crate::Size;

/// The picture at `size`; itself where it has that size already.
pub(crate) fn to_size(raster: Raster, size: Size) -> Raster {
    if raster.size == size { raster } else { reduced(&raster, size) }
}

/// A copy of the picture at `size`.
pub(crate) fn reduced(raster: &Raster, size: Size) -> Raster {
    let kind = match raster.layout {
        Layout::Gray => PixelType::U8,
        Layout::GrayAlpha => PixelType::U8x2,
        Layout::Rgb => PixelType::U8x3,
        Layout::Rgba | Layout::Cmyk => PixelType::U8x4,
    };
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .use_alpha(raster.layout.has_alpha());
    let mut out = Image::new(size.width, size.height, kind);
    let done = ImageRef::new(raster.size.width, raster.size.height, &raster.data, kind)
        .ok()
        .and_then(|source| Resizer::new().resize(&source, &mut out, &options).ok());
    // A raster always has the samples its size asks for, and both images the same type: nothing else can fail.
    debug_assert!(done.is_some());
    Raster { size, layout: raster.layout, data: out.into_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_do_not_bleed() {
        // Left half opaque red, right half transparent green.
        let data: Vec<u8> =
            (0..64 * 64).flat_map(|i| if i % 64 < 32 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }).collect();
        let raster = Raster::new(Size::new(64, 64), Layout::Rgba, data).unwrap();
        let small = to_size(raster, Size::new(21, 21));
        for p in small.data.chunks_exact(4).filter(|p| p[3] > 0) {
            assert!(p[0] >= 250 && p[1] <= 5, "{p:?}");
        }
    }

    #[test]
    fn flat_pictures_stay_flat_in_every_layout() {
        for layout in [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba, Layout::Cmyk] {
            let data = vec![200; 50 * 40 * layout.channels()];
            let raster = Raster::new(Size::new(50, 40), layout, data).unwrap();
            let small = to_size(raster, Size::new(17, 13));
            assert!(small.data.iter().all(|v| v.abs_diff(200) <= 1), "{layout:?}");
            assert_eq!(small.data.len(), 17 * 13 * layout.channels());
        }
    }
}
