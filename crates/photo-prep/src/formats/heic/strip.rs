//! The row of tiles that is there, and the rows that are made of it.

use photo_hevc::{Picture, Plane};

use super::tiles::Tiles;
use crate::{Result, Size};
/// Rows in work, and their memory.
#[derive(Default)]
pub(super) struct Scratch {
    /// Luma, then chroma at the size of luma.
    pub(super) planes: [Vec<u16>; 3],
    /// Rows of chroma as stored.
    pub(super) chroma: [Vec<u16>; 2],
    pub(super) alpha: Vec<u16>,
    pub(super) deep: Vec<u16>,
}

/// A row of tiles.
pub(super) struct Strip<'a> {
    pub(super) tiles: &'a Tiles<'a>,
    pictures: Vec<Picture>,
    /// The number of the row of tiles that is there.
    row: Option<u32>,
}

impl<'a> Strip<'a> {
    pub(super) fn new(tiles: &'a Tiles<'a>) -> Self {
        Self { tiles, pictures: Vec::new(), row: None }
    }

    /// Decodes the tiles of row `y` if they are not there; how many rows are there from `y` on.
    pub(super) fn reach(&mut self, y: u32) -> Result<u32> {
        let height = self.tiles.tile_height();
        let row = y / height;
        if self.row != Some(row) {
            // The old ones go before new ones come.
            self.pictures.clear();
            self.pictures = self.tiles.decode_row(row)?;
            self.row = Some(row);
        }
        Ok((height - y % height).min(self.tiles.size.height - y))
    }

    /// As [`Self::reach`], with rows counted in a picture of the size `other`.
    pub(super) fn reach_scaled(&mut self, y: u32, other: Size) -> Result<u32> {
        if self.tiles.size == other {
            return self.reach(y);
        }
        self.reach(scaled(y, other.height, self.tiles.size.height))?;
        Ok(1)
    }

    /// Row `y` of luma (plane 0), or the row of chroma of number `y` (planes 1 and 2), of all tiles side by
    /// side.
    pub(super) fn plane_row(&self, plane: usize, y: u32, out: &mut Vec<u16>) -> Option<()> {
        out.clear();
        for picture in &self.pictures {
            out.extend_from_slice(row_of(picture.planes.get(plane)?, y)?);
        }
        Some(())
    }

    /// Row `y` of opacity, of 16 bits, at the size `wanted`.
    pub(super) fn opacity(&self, y: u32, wanted: Size, out: &mut Vec<u16>) -> Option<()> {
        let size = self.tiles.size;
        self.plane_row(0, scaled(y, wanted.height, size.height), out)?;
        let most = (1u32 << self.tiles.info.bit_depth_luma) - 1;
        let full = |v: u16| (u32::from(v).min(most) * 65_535 / most) as u16;
        if size.width == wanted.width {
            out.iter_mut().for_each(|v| *v = full(*v));
            return Some(());
        }
        let row = std::mem::take(out);
        let at = (0..wanted.width)
            .map(|x| row.get(scaled(x, wanted.width, size.width) as usize).copied().map(full));
        *out = at.collect::<Option<_>>()?;
        Some(())
    }
}

/// The pixel of a side of `have` that lies where pixel `at` does in a side of `wanted`.
fn scaled(at: u32, wanted: u32, have: u32) -> u32 {
    ((u64::from(at) * u64::from(have) / u64::from(wanted.max(1))) as u32).min(have.saturating_sub(1))
}

/// Row `y` of a strip of tiles is row `y` modulo their height of each.
fn row_of(plane: &Plane, y: u32) -> Option<&[u16]> {
    let row = y.checked_rem(plane.height)? as usize;
    plane.samples.get(row * plane.width as usize..)?.get(..plane.width as usize)
}
