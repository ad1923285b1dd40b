//! Reducing a picture: Lanczos3, edge-exact, alpha premultiplied.

use photo_resize::{Pixel, lanczos3};

use super::{Layout, Raster};
use crate::Size;

/// The picture at `size`; itself where it has that size already.
pub(crate) fn to_size(raster: Raster, size: Size) -> Raster {
    if raster.size == size { raster } else { reduced(&raster, size) }
}

/// A copy of the picture at `size`.
pub(crate) fn reduced(raster: &Raster, size: Size) -> Raster {
    let side = |s: Size| (s.width, s.height);
    let data = lanczos3(&raster.data, side(raster.size), side(size), pixel(raster.layout));
    // A raster always has exactly the samples its size asks for, so there always is a result.
    debug_assert!(data.is_some(), "{} to {size}", raster.size);
    Raster {
        size,
        layout: raster.layout,
        data: data.unwrap_or_else(|| vec![0; Raster::bytes_for(size, raster.layout)]),
    }
}

pub(super) fn pixel(layout: Layout) -> Pixel {
    match layout {
        Layout::Gray => Pixel::Gray,
        Layout::GrayAlpha => Pixel::GrayAlpha,
        Layout::Rgb => Pixel::Rgb,
        Layout::Rgba => Pixel::Rgba,
        Layout::Cmyk => Pixel::Four,
    }
}
