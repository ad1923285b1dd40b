//! The part of a picture that stays, and the color around it.

use rayon::prelude::*;

use super::{Layout, Raster};
use crate::{Rect, Rgb, Size};

/// A part of the picture, as far as it lies within it; its rows move up in the memory they have, the rest of
/// which is freed.
pub(crate) fn cropped(mut raster: Raster, part: Rect) -> Raster {
    let (whole, n) = (raster.size, raster.layout.channels());
    let (x, y) = (part.x.min(whole.width - 1), part.y.min(whole.height - 1));
    let size = Size::new(part.size.width.min(whole.width - x), part.size.height.min(whole.height - y));
    let (from_row, to_row) = (raster.row_bytes(), size.width as usize * n);
    let first = y as usize * from_row + x as usize * n;
    for row in 0..size.height as usize {
        let from = first + row * from_row;
        raster.data.copy_within(from..from + to_row, row * to_row);
    }
    raster.data.truncate(size.height as usize * to_row);
    raster.data.shrink_to_fit();
    raster.size = size;
    raster
}

/// The picture in the middle of a canvas of a color, which is opaque. A gray picture stays gray where the
/// color is.
pub(crate) fn padded(raster: Raster, canvas: Size, color: Rgb) -> Raster {
    if raster.size == canvas {
        return raster;
    }
    let raster = if color.is_gray() { raster } else { in_color(raster) };
    let (size, layout, n) = (raster.size, raster.layout, raster.layout.channels());
    let Rgb([red, green, blue]) = color;
    let pixel: &[u8] = match layout {
        Layout::Gray => &[red],
        Layout::GrayAlpha => &[red, 255],
        Layout::Rgb => &[red, green, blue],
        Layout::Rgba | Layout::Cmyk => &[red, green, blue, 255],
    };
    let mut data = vec![0; Raster::bytes_for(canvas, layout)];
    let left = (canvas.width.saturating_sub(size.width) / 2) as usize * n;
    let top = (canvas.height.saturating_sub(size.height) / 2) as usize;
    let mut rows = raster.data.chunks_exact(raster.row_bytes());
    for (y, to) in data.chunks_exact_mut(canvas.width as usize * n).enumerate() {
        to.chunks_exact_mut(n).for_each(|to| to.copy_from_slice(pixel));
        if let Some(from) = (y >= top).then(|| rows.next()).flatten()
            && let Some(to) = to.get_mut(left..left + from.len())
        {
            to.copy_from_slice(from);
        }
    }
    Raster { size: canvas, layout, data }
}

/// A gray picture as one of red, green and blue.
pub(crate) fn in_color(raster: Raster) -> Raster {
    let (layout, n) = match raster.layout {
        Layout::Gray => (Layout::Rgb, 1),
        Layout::GrayAlpha => (Layout::Rgba, 2),
        _ => return raster,
    };
    let mut data = vec![0; Raster::bytes_for(raster.size, layout)];
    data.par_chunks_mut((n + 2) << 14).zip(raster.data.par_chunks(n << 14)).for_each(|(to, from)| {
        for (to, from) in to.chunks_exact_mut(n + 2).zip(from.chunks_exact(n)) {
            to[..3].fill(from[0]);
            to[3..].copy_from_slice(&from[1..]);
        }
    });
    Raster { size: raster.size, layout, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Orientation;
    use crate::pixels::orient;

    fn raster(width: u32, height: u32, layout: Layout) -> Raster {
        let size = Size::new(width, height);
        let data = (0..Raster::bytes_for(size, layout)).map(|i| (i * 37 % 251) as u8).collect();
        Raster::new(size, layout, data).unwrap()
    }

    fn pixel(raster: &Raster, x: u32, y: u32) -> &[u8] {
        let n = raster.layout.channels();
        &raster.data[(y as usize * raster.size.width as usize + x as usize) * n..][..n]
    }

    #[test]
    fn a_part_is_the_same_before_and_after_turning() {
        for layout in [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba] {
            for orientation in Orientation::ALL {
                let stored = raster(7, 5, layout);
                let upright = orient::upright(stored.clone(), orientation);
                let size = Size::new(upright.size.width - 3, upright.size.height - 4);
                for (x, y) in [(0, 0), (1, 2), (3, 4), (2, 1)] {
                    let part = Rect { x, y, size };
                    let lies = orientation.stored_part(part, upright.size);
                    let found = orient::upright(cropped(stored.clone(), lies), orientation);
                    assert_eq!((found.size, found.layout), (size, layout));
                    for (i, j) in (0..size.width).flat_map(|i| (0..size.height).map(move |j| (i, j))) {
                        let expected = pixel(&upright, x + i, y + j);
                        assert_eq!(pixel(&found, i, j), expected, "{orientation:?} {part:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_canvas_has_the_color_around_the_picture() {
        let (white, red) = (Rgb::WHITE, Rgb([200, 10, 20]));
        let table = [
            (Layout::Gray, white, Layout::Gray, &[255][..]),
            (Layout::Gray, red, Layout::Rgb, &[200, 10, 20]),
            (Layout::GrayAlpha, white, Layout::GrayAlpha, &[255, 255]),
            (Layout::GrayAlpha, red, Layout::Rgba, &[200, 10, 20, 255]),
            (Layout::Rgb, red, Layout::Rgb, &[200, 10, 20]),
            (Layout::Rgba, red, Layout::Rgba, &[200, 10, 20, 255]),
        ];
        for (layout, color, expected, around) in table {
            let picture = raster(4, 3, layout);
            let canvas = padded(picture.clone(), Size::new(9, 6), color);
            assert_eq!((canvas.size, canvas.layout), (Size::new(9, 6), expected));
            for (x, y) in (0..9).flat_map(|x| (0..6).map(move |y| (x, y))) {
                let found = super::super::rgba(pixel(&canvas, x, y));
                let inside = (2..6).contains(&x) && (1..4).contains(&y);
                let expected = if inside { pixel(&picture, x - 2, y - 1) } else { around };
                assert_eq!(found, super::super::rgba(expected), "{layout:?} at {x},{y}");
            }
        }
    }
}
