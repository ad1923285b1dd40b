//! 8x8 tiles of a plane, turned upright.

use crate::dct::forward::Tile;
use crate::{Orientation, Plane};

/// A plane seen upright.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    data: &'a [u8],
    /// Size of the stored plane.
    stored: [usize; 2],
    /// Size of the upright plane.
    upright: [usize; 2],
    flip_x: bool,
    flip_y: bool,
    swap: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn new(plane: &'a Plane, orientation: Orientation) -> Self {
        let stored = [plane.width() as usize, plane.height() as usize];
        let swap = orientation.swaps_sides();
        let upright = if swap { [stored[1], stored[0]] } else { stored };
        let (flip_x, flip_y) = orientation.flips();
        Self { data: plane.data(), stored, upright, flip_x, flip_y, swap }
    }

    /// Whether the block lies at least in part within the plane.
    pub(crate) fn contains(&self, block_x: usize, block_y: usize) -> bool {
        8 * block_x < self.upright[0] && 8 * block_y < self.upright[1]
    }

    /// Reads through rows of blocks once, so that their tiles will be in the cache: tiles alone jump from row to row, too
    /// many for the processor to guess what comes next, which cost a third of the time.
    pub(crate) fn fetch(&self, block_y: usize, blocks: usize) {
        if self.swap {
            return;
        }
        let height = self.stored[1];
        let (top, bottom) = ((8 * block_y).min(height), (8 * (block_y + blocks)).min(height));
        let (top, bottom) = if self.flip_y { (height - bottom, height - top) } else { (top, bottom) };
        let rows = self.data.get(top * self.stored[0]..bottom * self.stored[0]).unwrap_or_default();
        std::hint::black_box(rows.iter().step_by(CACHE_LINE).fold(0, |all, &sample| all | sample));
    }

    /// The tile at a position in blocks; beyond the plane's right and lower sides its last samples are repeated.
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

    /// A tile that lies within the plane, of a plane that isn't upright.
    #[inline(never)]
    fn turned_tile(&self, x: usize, y: usize) -> Tile {
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let x = if self.flip_x { self.stored[0].saturating_sub(x + 8) } else { x };
        let y = if self.flip_y { self.stored[1].saturating_sub(y + 8) } else { y };
        let mut tile = rows(self.data, self.stored[0], x, y);
        if self.flip_y {
            tile.reverse();
        }
        if self.flip_x {
            for row in &mut tile {
                row.reverse();
            }
        }
        if self.swap { transpose(&tile) } else { tile }
    }

    #[cold]
    fn edge_tile(&self, x: usize, y: usize) -> Tile {
        std::array::from_fn(|row| std::array::from_fn(|column| self.sample(x + column, y + row)))
    }

    /// The sample at a position in the upright plane, or the one nearest to it.
    fn sample(&self, x: usize, y: usize) -> u8 {
        let (x, y) = (x.min(self.upright[0] - 1), y.min(self.upright[1] - 1));
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let x = if self.flip_x { self.stored[0] - 1 - x } else { x };
        let y = if self.flip_y { self.stored[1] - 1 - y } else { y };
        self.data.get(y * self.stored[0] + x).copied().unwrap_or_default()
    }
}

/// Eight rows of eight samples from `(x, y)` on.
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

fn transpose(tile: &Tile) -> Tile {
    std::array::from_fn(|row| std::array::from_fn(|column| tile[column][row]))
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
            let source = Source::new(&plane, orientation);
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
            let source = Source::new(&plane, orientation);
            assert_eq!(source.sample(0, 0), plane.row(y)[x], "{orientation:?}");
        }
    }

    #[test]
    fn the_last_samples_are_repeated_beyond_the_plane() {
        let plane = plane();
        let tile = Source::new(&plane, Orientation::Upright).tile(1, 2);
        assert_eq!(
            tile,
            [[248, 249, 250, 251, 252, 253, 254, 254].map(|v: u8| v); 8].map(|_| {
                let row = &plane.row(16)[8..];
                std::array::from_fn(|x| row[x.min(6)])
            })
        );
    }
}
