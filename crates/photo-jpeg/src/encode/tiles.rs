//! The 8x8 tiles of a plane, turned upright.

use crate::dct::forward::Tile;
use crate::orientation::Orientation;
use crate::planes::Plane;

/// A plane seen upright.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tiles<'a> {
    data: &'a [u8],
    /// Width and height of the stored plane.
    stored: [usize; 2],
    /// Width and height of the upright plane.
    upright: [usize; 2],
    flip_x: bool,
    flip_y: bool,
    swap: bool,
}

impl<'a> Tiles<'a> {
    pub(crate) fn new(plane: &'a Plane, orientation: Orientation) -> Self {
        let stored = [plane.width() as usize, plane.height() as usize];
        let swap = orientation.swaps_sides();
        let upright = if swap { [stored[1], stored[0]] } else { stored };
        let (flip_x, flip_y) = orientation.flips();
        Self { data: plane.data(), stored, upright, flip_x, flip_y, swap }
    }

    /// Whether at least a part of the block lies within the plane.
    pub(crate) fn contains(&self, block_x: usize, block_y: usize) -> bool {
        8 * block_x < self.upright[0] && 8 * block_y < self.upright[1]
    }

    /// Reads through rows of blocks once, so that their tiles will be in the cache. Loading tiles alone jumps
    /// between too many rows for the processor to predict, which cost a third of the time.
    pub(crate) fn fetch(&self, block_y: usize, blocks: usize) {
        let side = if self.swap { 0 } else { 1 };
        let size = self.stored[side];
        let (start, end) = ((8 * block_y).min(size), (8 * (block_y + blocks)).min(size));
        let flip = if self.swap { self.flip_x } else { self.flip_y };
        let (start, end) = if flip { (size - end, size - start) } else { (start, end) };
        let width = self.stored[0];
        let sum = if self.swap {
            let columns = self.data.chunks_exact(width.max(1)).filter_map(|row| row.get(start..end));
            columns.fold(0, |all, samples| all | samples.first().unwrap_or(&0) | samples.last().unwrap_or(&0))
        } else {
            let rows = self.data.get(start * width..end * width).unwrap_or_default();
            rows.iter().step_by(CACHE_LINE).fold(0, |all, sample| all | sample)
        };
        std::hint::black_box(sum);
    }

    /// The tile at a column and row of blocks. Beyond the right and lower side of the plane, its last samples
    /// are repeated.
    #[inline(always)]
    pub(crate) fn tile(&self, block_x: usize, block_y: usize) -> Tile {
        let (x, y) = (8 * block_x, 8 * block_y);
        if x + 8 > self.upright[0] || y + 8 > self.upright[1] {
            return self.edge_tile(x, y);
        }
        if self.swap || self.flip_x || self.flip_y {
            return self.turned_tile(x, y);
        }
        rows(self.data, self.stored[0], x, y)
    }

    /// A tile within a plane that isn't upright.
    #[inline(never)]
    fn turned_tile(&self, x: usize, y: usize) -> Tile {
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let x = if self.flip_x { self.stored[0].saturating_sub(x + 8) } else { x };
        let y = if self.flip_y { self.stored[1].saturating_sub(y + 8) } else { y };
        let mut words = [0; 8];
        for (word, row) in words.iter_mut().zip(&rows(self.data, self.stored[0], x, y)) {
            let row = u64::from_le_bytes(*row);
            *word = if self.flip_x { row.swap_bytes() } else { row };
        }
        if self.flip_y {
            words.reverse();
        }
        if self.swap {
            words = transpose(words);
        }
        let mut tile = [[0; 8]; 8];
        for (row, word) in tile.iter_mut().zip(words) {
            *row = word.to_le_bytes();
        }
        tile
    }

    /// A tile that reaches beyond the plane. Never inlined: its registers were spilled for every other tile, which
    /// took 3 % of the time of a new JPEG.
    #[cold]
    #[inline(never)]
    fn edge_tile(&self, x: usize, y: usize) -> Tile {
        std::array::from_fn(|row| std::array::from_fn(|column| self.sample(x + column, y + row)))
    }

    /// The sample at a position in the upright plane, or the nearest one.
    fn sample(&self, x: usize, y: usize) -> u8 {
        let (x, y) = (x.min(self.upright[0] - 1), y.min(self.upright[1] - 1));
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let x = if self.flip_x { self.stored[0] - 1 - x } else { x };
        let y = if self.flip_y { self.stored[1] - 1 - y } else { y };
        self.data.get(y * self.stored[0] + x).copied().unwrap_or_default()
    }
}

/// Eight rows of eight samples, from column `x` and row `y` on.
#[inline(always)]
fn rows(data: &[u8], width: usize, x: usize, y: usize) -> Tile {
    let mut tile = [[0; 8]; 8];
    let mut rest = data.get(y * width + x..).unwrap_or_default();
    for row in &mut tile {
        if let Some(samples) = rest.first_chunk() {
            *row = *samples;
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    tile
}

const CACHE_LINE: usize = 64;

/// Transposes a tile: bytes, pairs of bytes and groups of four swap places (Warren, "Hacker's Delight", 7-3).
fn transpose(rows: [u64; 8]) -> [u64; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = rows;
    for (upper, lower) in [(&mut a, &mut b), (&mut c, &mut d), (&mut e, &mut f), (&mut g, &mut h)] {
        exchange(upper, lower, 8, 0x00FF_00FF_00FF_00FF);
    }
    for (upper, lower) in [(&mut a, &mut c), (&mut b, &mut d), (&mut e, &mut g), (&mut f, &mut h)] {
        exchange(upper, lower, 16, 0x0000_FFFF_0000_FFFF);
    }
    for (upper, lower) in [(&mut a, &mut e), (&mut b, &mut f), (&mut c, &mut g), (&mut d, &mut h)] {
        exchange(upper, lower, 32, 0x0000_0000_FFFF_FFFF);
    }
    [a, b, c, d, e, f, g, h]
}

/// Swaps the upper right and the lower left of each square in two rows.
#[inline(always)]
fn exchange(upper: &mut u64, lower: &mut u64, shift: u32, mask: u64) {
    let differences = (*upper >> shift ^ *lower) & mask;
    *upper ^= differences << shift;
    *lower ^= differences;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plane whose samples all differ, and the position of each by its value.
    fn plane() -> Plane {
        Plane::new(15, 17, (0..255).collect()).unwrap()
    }

    #[test]
    fn inner_tiles_agree_with_single_samples() {
        let plane = plane();
        for orientation in Orientation::ALL {
            let source = Tiles::new(&plane, orientation);
            let inner = (source.upright[0] / 8, source.upright[1] / 8);
            for (x, y) in (0..inner.0).flat_map(|x| (0..inner.1).map(move |y| (x, y))) {
                assert_eq!(source.tile(x, y), source.edge_tile(8 * x, 8 * y), "{orientation:?} {x} {y}");
            }
        }
    }

    #[test]
    fn corners_come_from_where_exif_says() {
        let plane = plane();
        let (left, right) = (0, 14);
        let (above, below) = (0, 16);
        let expected = [(left, above), (right, above), (right, below), (left, below)];
        let transposed = [(left, above), (left, below), (right, below), (right, above)];
        for (orientation, (x, y)) in Orientation::ALL.into_iter().zip(expected.into_iter().chain(transposed))
        {
            let source = Tiles::new(&plane, orientation);
            assert_eq!(source.sample(0, 0), plane.row(y)[x], "{orientation:?}");
        }
    }

    #[test]
    fn the_last_samples_are_repeated_beyond_the_plane() {
        let plane = plane();
        let tile = Tiles::new(&plane, Orientation::Upright).tile(1, 2);
        assert_eq!(
            tile,
            [[248, 249, 250, 251, 252, 253, 254, 254].map(|v: u8| v); 8].map(|_| {
                let row = &plane.row(16)[8..];
                std::array::from_fn(|x| row[x.min(6)])
            })
        );
    }
}
