//! How much worse one picture looks than another, in points that run as those of SSIMULACRA2 do.
//!
//! Its own measure, made of known parts: structural similarity (Wang et al. 2004) at several scales (MS-SSIM, Wang et al. 2003), of luma and
//! two opponent colors of the samples as they are coded, and what gradients were added or lost, as in SSIMULACRA2 and GMSD. Means tell how
//! much the whole has suffered, means of fourth powers its worst places. The weights were fitted to SSIMULACRA2 by
//! non-negative least squares on real photos, cut-outs, screenshots, charts, logos and scans with twelve distortions each; on
//! pictures kept aside the order was right with a Kendall's tau of 0.88. `tests/score/order.rs` holds it to 0.8.

use rayon::prelude::*;

/// Interleaved 8-bit samples: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) channels: usize,
}

/// How well `b` stands for `a`, both laid on white: 100 where they are equal as far as tiles tell, 90 where the difference can hardly be
/// seen, below 50 where it is plain, without a lower end. Looks at some 48 tiles of 64 pixels, of a picture that has been brought to
/// about 1,600 pixels by whole factors. `None` where the sizes differ or the samples do not fit them.
pub(crate) fn score(a: &View<'_>, b: &View<'_>) -> Option<f64> {
    if (a.width, a.height) != (b.width, b.height) || !a.is_whole() || !b.is_whole() {
        return None;
    }
    let shrink = ((a.width.max(a.height) + VIEWED / 2) / VIEWED).max(1);
    let (width, height) = (a.width / shrink, a.height / shrink);
    let origins = origins(width.max(1), height.max(1));
    let tile = |&origin: &(usize, usize)| features(&a.tile(origin, shrink), &b.tile(origin, shrink));
    let tiles: Vec<Features> = origins.par_iter().map(tile).collect();
    Some(points(&tiles))
}

/// A weighted sum of the features of all tiles, made into points.
fn points(tiles: &[Features]) -> f64 {
    let count = tiles.len().max(1) as f64;
    let mut distance = 0.0;
    for (index, weights) in WEIGHTS.iter().enumerate() {
        for (kind, weight) in weights.iter().enumerate() {
            let mean = tiles.iter().map(|tile| tile[index][kind]).sum::<f64>() / count;
            distance += weight * if kind == WORST { mean.sqrt().sqrt() } else { mean };
        }
    }
    100.0 - 100.0 * distance.powf(1.0 / POWER)
}

/// Where tiles begin, at viewing size: all of them, or about [`MOST_TILES`] on a diagonal grid.
fn origins(width: usize, height: usize) -> Vec<(usize, usize)> {
    let along = |n: usize| -> Vec<usize> {
        (0..n.div_ceil(TILE)).map(|i| (i * TILE).min(n.saturating_sub(TILE))).collect()
    };
    let (across, down) = (along(width), along(height));
    let every = (across.len() * down.len()).div_ceil(MOST_TILES).max(1);
    let mut chosen = Vec::with_capacity(2 * MOST_TILES);
    for (row, y) in down.iter().enumerate() {
        let columns = across.iter().enumerate().filter(|(column, _)| (column + 3 * row) % every == 0);
        chosen.extend(columns.map(|(_, x)| (*x, *y)));
    }
    chosen
}

impl View<'_> {
    fn is_whole(&self) -> bool {
        let pixels = self.width.checked_mul(self.height);
        let needed = pixels.and_then(|n| n.checked_mul(self.channels));
        (1..=4).contains(&self.channels) && !self.samples.is_empty() && needed == Some(self.samples.len())
    }

    /// Luma and the two opponent colors of a tile, each sample the mean of `shrink` x `shrink` pixels. What lies beyond the picture is as
    /// its last row and column.
    fn tile(&self, (left, top): (usize, usize), shrink: usize) -> Tile {
        let mut planes: Tile = std::array::from_fn(|_| Vec::with_capacity(TILE * TILE));
        for y in top..top + TILE {
            for x in left..left + TILE {
                let [r, g, b] = self.mean((x, y), shrink);
                let luma = 0.299 * r + 0.587 * g + 0.114 * b;
                let colors = [luma, (r - g) * 0.5, (b - luma) * 0.5];
                planes.iter_mut().zip(colors).for_each(|(plane, color)| plane.push(color));
            }
        }
        planes
    }

    /// The mean color of a pixel at viewing size, 0 to 1.
    fn mean(&self, (x, y): (usize, usize), shrink: usize) -> [f32; 3] {
        let x = x.min((self.width / shrink).max(1) - 1) * shrink;
        let y = y.min((self.height / shrink).max(1) - 1) * shrink;
        let mut sums = [0_u32; 3];
        let (wide, high) = (shrink.min(self.width), shrink.min(self.height));
        for row in y..y + high {
            let at = (row * self.width + x) * self.channels;
            let run = self.samples.get(at..at + wide * self.channels).unwrap_or(&[]);
            for pixel in run.chunks_exact(self.channels) {
                sums.iter_mut().zip(on_white(pixel)).for_each(|(sum, v)| *sum += v);
            }
        }
        sums.map(|sum| sum as f32 / (255 * 255 * wide * high) as f32)
    }
}

/// A color on white, in 1/255 of a step.
fn on_white(pixel: &[u8]) -> [u32; 3] {
    let over = |v: u8, a: u8| u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a));
    match *pixel {
        [v] => [u32::from(v) * 255; 3],
        [v, a] => [over(v, a); 3],
        [r, g, b] => [r, g, b].map(|v| u32::from(v) * 255),
        [r, g, b, a] => [over(r, a), over(g, a), over(b, a)],
        _ => [0; 3],
    }
}

/// What is measured of a tile, for each scale and plane: lost similarity in the mean, its fourth power, gradients added, gradients lost.
type Features = [[f64; 4]; SCALES * 3];
type Tile = [Vec<f32>; 3];

fn features(a: &Tile, b: &Tile) -> Features {
    let mut all = [[0.0; 4]; SCALES * 3];
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        let (mut a, mut b, mut side) = (a.clone(), b.clone(), TILE);
        for scale in 0..SCALES {
            let [mean, fourth] = dissimilarity(&a, &b, side, STEADY[k.min(1)]);
            let [added, lost] = gradients(&a, &b, side, FAINT[k.min(1)]);
            all[scale * 3 + k] = [mean, fourth, added, lost];
            (a, b, side) = (halved(&a, side), halved(&b, side), side / 2);
        }
    }
    all
}

/// Means of 1 - SSIM and of its fourth power, over windows of 8x8 every 4 pixels.
fn dissimilarity(a: &[f32], b: &[f32], side: usize, steady: f32) -> [f64; 2] {
    let across = side / CELL;
    let mut cells = vec![[0.0_f32; 5]; across * across];
    for (y, (row_a, row_b)) in a.chunks_exact(side).zip(b.chunks_exact(side)).enumerate() {
        let row = cells.iter_mut().skip(y / CELL * across);
        for ((cell, a), b) in row.zip(row_a.chunks_exact(CELL)).zip(row_b.chunks_exact(CELL)) {
            for (a, b) in a.iter().zip(b) {
                for (sum, v) in cell.iter_mut().zip([*a, *b, a * a, b * b, a * b]) {
                    *sum += v;
                }
            }
        }
    }
    let (mut sum, mut fourth, mut count) = (0.0, 0.0, 0.0);
    for pair in cells.chunks_exact(across).collect::<Vec<_>>().windows(2) {
        for (upper, lower) in pair[0].windows(2).zip(pair[1].windows(2)) {
            let window: [f32; 5] = std::array::from_fn(|i| {
                (upper[0][i] + upper[1][i] + lower[0][i] + lower[1][i]) / (4 * CELL * CELL) as f32
            });
            let error = f64::from(window_error(window, steady));
            sum += error;
            fourth += error.powi(4);
            count += 1.0;
        }
    }
    [sum / count, fourth / count]
}

/// 1 - SSIM of a window, from its means of a, b, a², b² and ab.
fn window_error([a, b, aa, bb, ab]: [f32; 5], steady: f32) -> f32 {
    let (va, vb, both) = ((aa - a * a).max(0.0), (bb - b * b).max(0.0), ab - a * b);
    let light = 1.0 - ((a - b) * (a - b) * 4.0).min(1.0);
    (1.0 - (2.0 * both + steady) / (va + vb + steady) * light).max(0.0)
}

/// Means of how much steeper and how much flatter `b` is than `a`, against how steep `a` is.
fn gradients(a: &[f32], b: &[f32], side: usize, faint: f32) -> [f64; 2] {
    let (mut added, mut lost) = (0.0_f64, 0.0_f64);
    for y in 0..side - 1 {
        let rows = |p: &'_ [f32]| -> (usize, usize) { (y * side, (y * side + 2 * side).min(p.len())) };
        let ((s, e), n) = (rows(a), side);
        let (two_a, two_b) = (a.get(s..e).unwrap_or(&[]), b.get(s..e).unwrap_or(&[]));
        let (mut more, mut less) = (0.0_f32, 0.0_f32);
        for x in 0..n - 1 {
            let steep = |p: &[f32]| (p[x + 1] - p[x]).abs() + (p[x + n] - p[x]).abs();
            let (ga, gb) = (steep(two_a), steep(two_b));
            let change = (gb - ga) / (ga + faint);
            more += change.clamp(0.0, MOST_ADDED);
            less += (-change).max(0.0);
        }
        added += f64::from(more);
        lost += f64::from(less);
    }
    let count = ((side - 1) * (side - 1)) as f64;
    [added / count, lost / count]
}

/// A plane at half its side.
fn halved(plane: &[f32], side: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(plane.len() / 4);
    for pair in plane.chunks_exact(2 * side) {
        let (upper, lower) = pair.split_at(side);
        let quads = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        out.extend(quads.map(|(u, l)| (u[0] + l[0] + u[1] + l[1]) / 4.0));
    }
    out
}

/// The long side at which pictures are looked at.
const VIEWED: usize = 1600;
const TILE: usize = 64;
const MOST_TILES: usize = 48;
/// Each scale has half the side of the one before.
const SCALES: usize = 4;
const CELL: usize = 4;
/// What keeps flat windows from counting, for luma and for colors.
const STEADY: [f32; 2] = [0.0009, 0.0003];
/// The gradient below which none counts much.
const FAINT: [f32; 2] = [0.05, 0.03];
const MOST_ADDED: f32 = 8.0;
/// Which feature is a mean of fourth powers.
const WORST: usize = 1;
/// The exponent between the weighted sum and points.
const POWER: f64 = 1.6;
/// For each scale and plane.
const WEIGHTS: Features = [
    [0.01685, 0.4273, 0.08907, 0.0],
    [0.0, 0.0476, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0],
    [0.9832, 0.8996, 0.2082, 0.0],
    [0.0, 0.0, 0.0, 0.0],
    [0.0, 0.1381, 0.0, 0.0],
    [4.504, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0],
    [10.22, 0.0, 0.0, 0.8584],
    [0.2842, 0.0, 0.0, 0.0],
    [0.836, 0.238, 0.0, 0.0],
];
