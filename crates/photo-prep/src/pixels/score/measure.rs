//! How much worse one picture looks than another, in points that run as those of SSIMULACRA2 do.
//!
//! Made of known parts: structural similarity (Wang et al. 2004) at several scales (MS-SSIM, Wang et al.
//! 2003), of lightness and two opponent colors, how far local means are off, and gradients that were added,
//! as SSIMULACRA2 and GMSD look for them. Means tell how much the whole has suffered, means of fourth powers
//! its worst places. The weights were fitted to SSIMULACRA2 by non-negative least squares on real photos,
//! cut-outs, screenshots, charts, logos and scans with up to twelve distortions each; on pictures kept aside
//! Kendall's tau was 0.90, on photo_testkit's 0.87, which `tests/score/order.rs` holds to 0.8.

use rayon::prelude::*;

/// Interleaved 8-bit samples: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) samples: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) channels: usize,
}

/// How well the second of each two pictures stands for the first, both laid on white: 100 where they are
/// equal as far as tiles tell, 90 where the difference can hardly be seen, below 50 where it is plain,
/// without a lower end. Looks at some 48 tiles of 64 pixels of each, brought to viewing size by whole
/// factors: to about 1,600 pixels where the long side of the whole, of which these may be parts, has
/// `long_side`. `None` where the sizes of two differ, samples do not fit them, or there are none.
pub(crate) fn score(parts: &[[View<'_>; 2]], long_side: usize) -> Option<f64> {
    let fits =
        |[a, b]: &[View<'_>; 2]| (a.width, a.height) == (b.width, b.height) && a.is_whole() && b.is_whole();
    if parts.is_empty() || !parts.iter().all(fits) {
        return None;
    }
    let shrink = shrink(long_side);
    let light = light();
    let places = parts.iter().flat_map(|[a, b]| {
        let (width, height) = (a.width / shrink, a.height / shrink);
        origins(width.max(1), height.max(1)).into_iter().map(move |origin| (a, b, origin))
    });
    let places: Vec<_> = places.collect();
    let tile = |&(a, b, origin): &(&View<'_>, &View<'_>, (usize, usize))| {
        features(&a.tile(origin, shrink, &light), &b.tile(origin, shrink, &light))
    };
    let tiles: Vec<Features> = places.par_iter().map(tile).collect();
    Some(points(&tiles))
}

/// How many pixels of a picture of this long side are one at viewing size, across and down.
pub(crate) fn shrink(long_side: usize) -> usize {
    ((long_side + VIEWED / 2) / VIEWED).max(1)
}

/// A weighted sum of the features of all tiles, made into points.
fn points(tiles: &[Features]) -> f64 {
    let count = tiles.len().max(1) as f64;
    let mut distance = 0.0;
    for (index, weights) in WEIGHTS.iter().enumerate() {
        for (kind, weight) in weights.iter().enumerate() {
            let mean = tiles.iter().map(|tile| tile[index][kind]).sum::<f64>() / count;
            // What has an odd place is a mean of fourth powers.
            distance += weight * if kind % 2 == 1 { mean.sqrt().sqrt() } else { mean };
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

    /// Lightness and the two opponent colors of a tile, each sample the mean of `shrink` x `shrink` pixels.
    /// What lies beyond the picture is as its last row and column.
    fn tile(&self, (left, top): (usize, usize), shrink: usize, light: &[f32; 256]) -> Tile {
        let mut planes: Tile = std::array::from_fn(|_| Vec::with_capacity(TILE * TILE));
        let there = |from: usize, all: usize| (all / shrink).max(1).saturating_sub(from).clamp(1, TILE);
        let (across, down) = (there(left, self.width), there(top, self.height));
        for y in top..top + down {
            for x in left..left + across {
                let colors = opponent(self.mean((x, y), shrink, light));
                planes.iter_mut().zip(colors).for_each(|(plane, color)| plane.push(color));
            }
            for plane in &mut planes {
                let last = plane.last().copied().unwrap_or_default();
                plane.resize(plane.len() + TILE - across, last);
            }
        }
        for plane in &mut planes {
            let last = plane.len() - TILE;
            (down..TILE).for_each(|_| plane.extend_from_within(last..last + TILE));
        }
        planes
    }

    /// The mean light of a pixel at viewing size, 0 to 1.
    fn mean(&self, (x, y): (usize, usize), shrink: usize, light: &[f32; 256]) -> [f32; 3] {
        let x = x.min((self.width / shrink).max(1) - 1) * shrink;
        let y = y.min((self.height / shrink).max(1) - 1) * shrink;
        let mut sums = [0.0_f32; 3];
        let (wide, high) = (shrink.min(self.width), shrink.min(self.height));
        for row in y..y + high {
            let at = (row * self.width + x) * self.channels;
            let run = self.samples.get(at..at + wide * self.channels).unwrap_or(&[]);
            for pixel in run.chunks_exact(self.channels) {
                sums.iter_mut().zip(on_white(pixel)).for_each(|(sum, v)| *sum += light[usize::from(v)]);
            }
        }
        sums.map(|sum| sum / (wide * high) as f32)
    }
}

/// A color on white.
fn on_white(pixel: &[u8]) -> [u8; 3] {
    let over = |v: u8, a: u8| {
        let (v, a) = (u32::from(v), u32::from(a));
        ((v * a + 255 * (255 - a) + 127) / 255) as u8
    };
    match *pixel {
        [v] => [v; 3],
        [v, a] => [over(v, a); 3],
        [r, g, b] => [r, g, b],
        [r, g, b, a] => [over(r, a), over(g, a), over(b, a)],
        _ => [0; 3],
    }
}

/// The light of each sample, by the curve of sRGB (IEC 61966-2-1).
fn light() -> [f32; 256] {
    std::array::from_fn(|v| {
        let v = v as f32 / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    })
}

/// Light as XYB of JPEG XL (ISO/IEC 18181-1): cubic roots of what cones take up, as a sum, a difference of
/// long and middle waves, and what short waves have besides the sum; colors are stretched as SSIMULACRA2
/// does.
fn opponent([r, g, b]: [f32; 3]) -> [f32; 3] {
    let long = cubic_root(0.3 * r + 0.622 * g + 0.078 * b + BIAS);
    let middle = cubic_root(0.23 * r + 0.692 * g + 0.078 * b + BIAS);
    let short = cubic_root(0.243_422_69 * r + 0.204_767_45 * g + 0.551_809_86 * b + BIAS);
    let sum = (long + middle) / 2.0;
    [sum, (long - middle) * 7.0, short - sum]
}

/// Of a number from [`BIAS`] to about 1: a guess by the exponent, and three steps of Newton, which is the
/// same on every machine.
fn cubic_root(v: f32) -> f32 {
    let mut root = f32::from_bits(v.to_bits() / 3 + 0x2A51_4067);
    for _ in 0..3 {
        root = (2.0 * root + v / (root * root)) / 3.0;
    }
    root
}

/// What is measured of a tile, for each scale and plane: lost similarity, how far the means of windows
/// differ, and, of lightness, gradients added; of each the mean, and the mean of fourth powers.
type Features = [[f64; 6]; SCALES * 3];
type Tile = [Vec<f32>; 3];

fn features(a: &Tile, b: &Tile) -> Features {
    let mut all = [[0.0; 6]; SCALES * 3];
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        let (mut a, mut b, mut side) = (a.clone(), b.clone(), TILE);
        for scale in 0..SCALES {
            let [unlike, shift] = of_windows(&a, &b, side);
            let added = if k == 0 { gradients_added(&a, &b, side) } else { Moments::default() };
            for (to, moments) in all[scale * 3 + k].chunks_exact_mut(2).zip([unlike, shift, added]) {
                to.copy_from_slice(&moments.means());
            }
            (a, b, side) = (halved(&a, side), halved(&b, side), side / 2);
        }
    }
    all
}

/// Sums of a value and of its fourth power.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    sum: f64,
    fourth: f64,
    count: f64,
}

impl Moments {
    fn add(&mut self, value: f32) {
        let value = f64::from(value);
        self.sum += value;
        self.fourth += (value * value) * (value * value);
        self.count += 1.0;
    }

    fn means(self) -> [f64; 2] {
        let count = self.count.max(1.0);
        [self.sum / count, self.fourth / count]
    }
}

/// 1 - SSIM, and how far the means differ, of windows of 8x8 every 4 pixels.
fn of_windows(a: &[f32], b: &[f32], side: usize) -> [Moments; 2] {
    let cells = cells(a, b, side);
    let rows: Vec<&[Sums]> = cells.chunks_exact(side / CELL).collect();
    let [mut unlike, mut shift] = [Moments::default(); 2];
    for pair in rows.windows(2) {
        for (upper, lower) in pair[0].windows(2).zip(pair[1].windows(2)) {
            let mean =
                |i: usize| (upper[0][i] + upper[1][i] + lower[0][i] + lower[1][i]) / (4 * CELL * CELL) as f32;
            let window: Sums = std::array::from_fn(mean);
            unlike.add(window_error(window));
            shift.add((window[0] - window[1]).abs());
        }
    }
    [unlike, shift]
}

/// Of a, b, a², b² and ab.
type Sums = [f32; 5];

/// The sums of each 4x4 pixels.
fn cells(a: &[f32], b: &[f32], side: usize) -> Vec<Sums> {
    let across = side / CELL;
    let mut cells = vec![[0.0; 5]; across * across];
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
    cells
}

/// 1 - SSIM of a window, from its means. Equal windows give 0, whatever rounding makes of them.
fn window_error([a, b, aa, bb, ab]: Sums) -> f32 {
    let (va, vb, both) = (aa - a * a, bb - b * b, ab - a * b);
    let light = 1.0 - ((a - b) * (a - b) * 4.0).min(1.0);
    (1.0 - (2.0 * both + STEADY) / (va + vb + STEADY) * light).max(0.0)
}

/// How much steeper `b` is than `a`, against how steep `a` is: ringing, blocks, dots of dithering.
fn gradients_added(a: &[f32], b: &[f32], side: usize) -> Moments {
    let mut added = Moments::default();
    let steepness = |upper: &[f32], lower: &[f32]| -> Vec<f32> {
        let pairs = upper.windows(2).zip(lower);
        pairs.map(|(u, l)| (u[1] - u[0]).abs() + (l - u[0]).abs()).collect()
    };
    let rows: Vec<(&[f32], &[f32])> = a.chunks_exact(side).zip(b.chunks_exact(side)).collect();
    for pair in rows.windows(2) {
        let (of_a, of_b) = (steepness(pair[0].0, pair[1].0), steepness(pair[0].1, pair[1].1));
        for (a, b) in of_a.into_iter().zip(of_b) {
            added.add(((b - a) / (a + FAINT)).clamp(0.0, MOST_ADDED));
        }
    }
    added
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
/// What cones take up in the dark.
const BIAS: f32 = 0.003_793_073_3;
/// What keeps flat windows from counting.
const STEADY: f32 = 0.0009;
/// The gradient below which none counts much.
const FAINT: f32 = 0.05;
const MOST_ADDED: f32 = 8.0;
/// The exponent between the weighted sum and points.
const POWER: f64 = 1.6;
/// For each scale and plane.
const WEIGHTS: Features = [
    [0.3415, 0.2474, 0.0, 0.0, 0.0, 0.009807],
    [0.0, 0.006216, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.732, 0.0, 0.0, 0.0, 0.1521],
    [0.0, 0.0, 5.703, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [12.54, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.1985, 0.405, 0.0, 1.186, 0.0, 0.0],
    [0.09513, 0.1637, 4.521, 4.236, 0.0, 0.0],
    [0.0, 1.639, 0.0, 1.409, 0.0, 0.0],
    [0.584, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.2142, 0.0, 0.0, 0.0, 0.0, 0.0],
];
