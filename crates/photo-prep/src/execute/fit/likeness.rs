//! How near a picture is to another, to choose among candidates: structural similarity (Z. Wang et al.,
//! "Image quality assessment: from error visibility to structural similarity", 2004) at three scales.

use rayon::prelude::*;

use crate::pixels::{Raster, alpha, resize, rgba};
use crate::{Rgb, Size};

/// Side of the windows, in pixels.
const WINDOW: usize = 8;

/// 1 for the same pictures, less the more they differ as seen on white; pictures of other sizes are brought
/// to that of `original`.
pub(super) fn likeness(original: &Raster, made: &Raster) -> f64 {
    let mut made = alpha::on_background(resize::to_size(made.clone(), original.size()), Rgb::WHITE);
    let mut original = alpha::on_background(original.clone(), Rgb::WHITE);
    let (mut sum, mut scales) = (0.0, 0.0);
    for _ in 0..3 {
        sum += at_one_scale(&original, &made);
        scales += 1.0;
        let Size { width, height } = original.size();
        if width.min(height) < 4 * WINDOW as u32 {
            break;
        }
        let half = Size::new(width / 2, height / 2);
        (original, made) = (resize::reduced(&original, half), resize::reduced(&made, half));
    }
    1.0 - sum / scales
}

/// Luma, and two differences of color.
fn planes(raster: &Raster) -> [Vec<f32>; 3] {
    let n = raster.layout().channels();
    let pixel = |p: &[u8]| {
        let [r, g, b, _] = rgba(p).map(f32::from);
        [0.30 * r + 0.59 * g + 0.11 * b, 0.5 * (r - g), 0.25 * (r + g) - 0.5 * b]
    };
    let pixels: Vec<[f32; 3]> = raster.data().chunks_exact(n).map(pixel).collect();
    std::array::from_fn(|k| pixels.iter().map(|p| p[k]).collect())
}

/// The mean difference, and that of the worst windows.
fn at_one_scale(original: &Raster, made: &Raster) -> f64 {
    let Size { width, height } = original.size();
    let (a, b) = (planes(original), planes(made));
    let weights = [0.7, 0.15, 0.15];
    let differences = |k: usize| {
        let (mean, high) = differences(&a[k], &b[k], width as usize, height as usize);
        0.5 * mean + 0.5 * high
    };
    (0..3).map(|k| weights[k] * differences(k)).sum()
}

/// The mean of what is not alike, and the fourth root of the mean of fourth powers.
fn differences(a: &[f32], b: &[f32], width: usize, height: usize) -> (f64, f64) {
    let (side_x, side_y) = (WINDOW.min(width), WINDOW.min(height));
    let rows: Vec<usize> = (0..=height - side_y).step_by(WINDOW / 2).collect();
    let sums: Vec<(f64, f64, f64)> = rows
        .par_iter()
        .map(|&y| {
            let mut sums = (0.0, 0.0, 0.0);
            for x in (0..=width - side_x).step_by(WINDOW / 2) {
                let lines = (y..y + side_y).map(|y| y * width + x..y * width + x + side_x);
                let unlike = f64::from(unlike(lines.map(|l| (&a[l.clone()], &b[l]))));
                sums = (sums.0 + unlike, sums.1 + unlike.powi(4), sums.2 + 1.0);
            }
            sums
        })
        .collect();
    let sum = sums.iter().fold((0.0, 0.0, 0.0), |s, t| (s.0 + t.0, s.1 + t.1, s.2 + t.2));
    (sum.0 / sum.2, (sum.1 / sum.2).powf(0.25))
}

/// 1 less the structural similarity of a window.
fn unlike<'a>(lines: impl Iterator<Item = (&'a [f32], &'a [f32])>) -> f32 {
    const C1: f32 = 6.5;
    const C2: f32 = 58.5;
    let (mut n, mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0f32, 0.0f32, 0.0, 0.0, 0.0, 0.0);
    for (a, b) in lines {
        n += a.len() as f32;
        for (a, b) in a.iter().zip(b) {
            (sa, sb, saa, sbb, sab) = (sa + a, sb + b, saa + a * a, sbb + b * b, sab + a * b);
        }
    }
    let (ma, mb) = (sa / n, sb / n);
    let (va, vb, cov) = (saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb);
    let light = (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
    1.0 - light * (2.0 * cov + C2) / (va + vb + C2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    #[test]
    fn what_differs_more_is_less_alike() {
        let photo = photo_testkit::photo_like(320, 200, 4);
        let size = Size::new(320, 200);
        let with = |step: u8| {
            let data = photo.data().iter().map(|v| v / step * step).collect();
            Raster::new(size, Layout::Rgb, data).unwrap()
        };
        let original = with(1);
        let scores = [1, 4, 16, 64].map(|step| likeness(&original, &with(step)));
        assert!((scores[0] - 1.0).abs() < 1e-3, "{scores:?}");
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
        let small = resize::reduced(&original, Size::new(160, 100));
        let smaller = resize::reduced(&original, Size::new(80, 50));
        assert!(likeness(&original, &small) > likeness(&original, &smaller));
    }
}
