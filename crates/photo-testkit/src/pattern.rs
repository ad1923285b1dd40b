//! Test pictures whose content a test can reason about.

use crate::picture::{Indexed, Layout, Picture};

/// A chart of few flat colors that has no symmetry: a color of its own in each corner ([`CORNERS`]) and a
/// black F on light gray, so that each of the eight orientations shows another picture. At least 8x8 pixels
/// make sense.
pub fn orientation_chart(width: u32, height: u32) -> Picture {
    let (w, h) = (width.max(1), height.max(1));
    Picture::from_fn(width, height, Layout::Rgb, |x, y| {
        let (right, bottom) = (x >= w - w / 4, y >= h - h / 4);
        let (column, row) = (x * 16 / w, y * 16 / h);
        let [r, g, b] = match (x < w / 4 || right, y < h / 4 || bottom) {
            (true, true) => CORNERS[usize::from(right) + 2 * usize::from(bottom)],
            _ if letter_f(column, row) => [16, 16, 16],
            _ => [220, 220, 220],
        };
        [r, g, b, 255]
    })
}

/// Colors of the chart's corners: top left, top right, bottom left, bottom right.
pub const CORNERS: [[u8; 3]; 4] = [[220, 40, 40], [40, 180, 60], [50, 80, 220], [230, 200, 40]];

fn letter_f(column: u32, row: u32) -> bool {
    let stem = (5..7).contains(&column) && (3..13).contains(&row);
    let arms = (5..12).contains(&column) && (3..5).contains(&row)
        || (5..10).contains(&column) && (7..9).contains(&row);
    stem || arms
}

/// Red grows from left to right, green from top to bottom, blue along the diagonal: 0 to 255 each.
pub fn gradient(width: u32, height: u32) -> Picture {
    Picture::from_fn(width, height, Layout::Rgb, |x, y| {
        let (r, g) = (ramp(x, width), ramp(y, height));
        [r, g, ((u32::from(r) + u32::from(g)) / 2) as u8, 255]
    })
}

/// Gray from black at the left to white at the right.
pub fn gray_ramp(width: u32, height: u32) -> Picture {
    Picture::from_fn(width, height, Layout::Gray, |x, _| [ramp(x, width); 4])
}

/// One color everywhere.
pub fn flat(width: u32, height: u32, rgb: [u8; 3]) -> Picture {
    Picture::from_fn(width, height, Layout::Rgb, |_, _| [rgb[0], rgb[1], rgb[2], 255])
}

/// Eight by six patches of flat colors over the whole RGB cube.
pub fn patches(width: u32, height: u32) -> Picture {
    Picture::from_fn(width, height, Layout::Rgb, |x, y| {
        let index = (x * 8 / width.max(1)) + 8 * (y * 6 / height.max(1));
        [(index % 4 * 85) as u8, (index / 4 % 4 * 85) as u8, (index / 16 * 120).min(255) as u8, 255]
    })
}

/// RGBA: a disc with a soft edge over transparent ground, half-transparent stripes below, and colors that
/// differ where nothing may be seen of them (pure green under alpha 0), so that resizing without
/// premultiplying shows.
pub fn alpha_shapes(width: u32, height: u32) -> Picture {
    Picture::from_fn(width, height, Layout::Rgba, |x, y| {
        let (dx, dy) = (i64::from(x * 2) - i64::from(width), i64::from(y * 2) - i64::from(height));
        let radius = i64::from(width.min(height)) * 3 / 4;
        let inside = radius - (dx * dx + dy * dy).isqrt();
        let disc = (128 + inside * 32).clamp(0, 255) as u8;
        if disc > 0 {
            [ramp(x, width), 40, ramp(y, height), disc]
        } else if y * 4 > height * 3 && x / 4 % 2 == 0 {
            [250, 160, 20, 128]
        } else {
            [0, 255, 0, 0]
        }
    })
}

/// A window with a title bar, lines like text, a button and a logo: 8 flat colors, as a screenshot has them.
pub fn screenshot(width: u32, height: u32) -> Indexed {
    let (w, h) = (width.max(1), height.max(1));
    let pixel = |x: u32, y: u32| -> u8 {
        let (column, row) = (x * 48 / w, y * 32 / h);
        let text = crate::photo::noise::hash(x / 2, y / 6, 11) % 5 < 3 && y % 6 < 4;
        match (column, row) {
            (_, 0..3) => {
                if (44..47).contains(&column) && row == 1 {
                    2
                } else {
                    1
                }
            }
            (30..42, 8..20) => {
                if (column - 30) + (row - 8) < 12 {
                    3
                } else {
                    4
                }
            }
            (4..12, 26..29) => 5,
            (3..26, 6..24) if text => 6,
            (_, 31..) => 7,
            _ => 0,
        }
    };
    let indices =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
    Indexed { width, height, indices, palette: SCREEN.iter().map(|&[r, g, b]| [r, g, b, 255]).collect() }
}

const SCREEN: [[u8; 3]; 8] = [
    [250, 250, 250],
    [36, 72, 130],
    [220, 60, 50],
    [240, 170, 30],
    [30, 140, 90],
    [60, 120, 220],
    [30, 30, 34],
    [210, 214, 220],
];

fn ramp(at: u32, length: u32) -> u8 {
    (u64::from(at) * 255).checked_div(u64::from(length.max(1)) - 1).unwrap_or(0).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_the_chart_have_their_colors() {
        let chart = orientation_chart(120, 80);
        for ((x, y), color) in [(0, 0), (119, 0), (0, 79), (119, 79)].into_iter().zip(CORNERS) {
            assert_eq!(chart.pixel(x, y), color, "corner {x},{y}");
        }
    }

    #[test]
    fn gradients_span_the_whole_range() {
        let g = gradient(100, 50);
        assert_eq!((g.pixel(0, 0), g.pixel(99, 49)), (&[0, 0, 0][..], &[255, 255, 255][..]));
        assert_eq!(gray_ramp(1, 1).data(), &[0]);
    }

    #[test]
    fn alpha_shapes_have_opaque_soft_and_hidden_pixels() {
        let shapes = alpha_shapes(64, 48);
        let alphas: Vec<u8> = shapes.data().iter().skip(3).step_by(4).copied().collect();
        assert!(alphas.contains(&0) && alphas.contains(&255) && alphas.contains(&128));
        assert_eq!(shapes.pixel(0, 0), &[0, 255, 0, 0]);
    }

    #[test]
    fn a_screenshot_uses_all_its_colors() {
        let shot = screenshot(160, 100);
        assert!((0..8).all(|color| shot.indices.contains(&color)));
        assert_eq!(shot.indices.len(), 16_000);
    }
}
