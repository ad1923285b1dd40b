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

/// The mean difference and that of the worst windows, of luma most.
fn at_one_scale(original: &Raster, made: &Raster) -> f64 {
    const WEIGHTS: [f64; 3] = [0.7, 0.15, 0.15];
    let Size { width, height } = original.size();
    let (width, height) = (width as usize, height as usize);
    let (across, down) = (WINDOW.min(width), WINDOW.min(height));
    let rows: Vec<usize> = (0..=height - down).step_by(WINDOW / 2).collect();
    // For each plane the sum, and that of fourth powers; sums of rows are added up in their order.
    let sums: Vec<[(f64, f64); 3]> = rows
        .par_iter()
        .map(|&y| {
            let mut sums = [(0.0, 0.0); 3];
            for x in (0..=width - across).step_by(WINDOW / 2) {
                let mut window = Window::default();
                (y..y + down)
                    .for_each(|y| window.add(line(original, x, y, across), line(made, x, y, across)));
                for (sum, unlike) in sums.iter_mut().zip(window.unlike()) {
                    *sum = (sum.0 + unlike, sum.1 + unlike.powi(4));
                }
            }
            sums
        })
        .collect();
    let count = (rows.len() * (0..=width - across).step_by(WINDOW / 2).count()) as f64;
    let total = |k: usize| sums.iter().fold((0.0, 0.0), |t, s| (t.0 + s[k].0, t.1 + s[k].1));
    let difference = |k: usize| {
        let (sum, fourths) = total(k);
        0.5 * sum / count + 0.5 * (fourths / count).powf(0.25)
    };
    (0..3).map(|k| WEIGHTS[k] * difference(k)).sum()
}

/// Some pixels of a row, with the channels of each.
fn line(raster: &Raster, x: usize, y: usize, pixels: usize) -> (&[u8], usize) {
    let n = raster.layout().channels();
    let at = y * raster.row_bytes() + x * n;
    (raster.data().get(at..at + pixels * n).unwrap_or_default(), n)
}

/// Luma, and two differences of color.
fn planes(pixel: &[u8]) -> [f32; 3] {
    let [r, g, b, _] = rgba(pixel).map(f32::from);
    [0.30 * r + 0.59 * g + 0.11 * b, 0.5 * (r - g), 0.25 * (r + g) - 0.5 * b]
}

/// Sums over a window: of one picture, the other, their squares, and their product.
#[derive(Default)]
struct Window {
    count: f32,
    sums: [[f32; 5]; 3],
}

impl Window {
    fn add(&mut self, (a, n): (&[u8], usize), (b, m): (&[u8], usize)) {
        for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(m)) {
            self.count += 1.0;
            let (a, b) = (planes(a), planes(b));
            for (k, sums) in self.sums.iter_mut().enumerate() {
                let add = [a[k], b[k], a[k] * a[k], b[k] * b[k], a[k] * b[k]];
                sums.iter_mut().zip(add).for_each(|(sum, add)| *sum += add);
            }
        }
    }

    /// 1 less the structural similarity of each plane.
    fn unlike(&self) -> [f64; 3] {
        const C1: f32 = 6.5;
        const C2: f32 = 58.5;
        self.sums.map(|sums| {
            let [ma, mb, maa, mbb, mab] = sums.map(|sum| sum / self.count.max(1.0));
            let (va, vb, both) = (maa - ma * ma, mbb - mb * mb, mab - ma * mb);
            let light = (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
            f64::from(1.0 - light * (2.0 * both + C2) / (va + vb + C2))
        })
    }
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
