//! How a picture is divided into coding tree blocks and tiles (H.265 section 6.5.1).

use crate::error::{Result, malformed};
use crate::params::{Pps, Sps};

/// The order in which coding tree blocks are coded.
pub(crate) struct Layout {
    pub(crate) log2_ctb: u32,
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    /// Addresses in raster order, in the order of coding.
    pub(crate) order: Vec<u32>,
    /// The place in `order` of each address.
    pub(crate) places: Vec<u32>,
    /// The first columns and rows of tiles.
    tile_columns: Vec<u32>,
    tile_rows: Vec<u32>,
}

impl Layout {
    pub(crate) fn new(sps: &Sps, pps: &Pps) -> Result<Self> {
        let size = 1 << sps.log2_ctb;
        let columns = sps.info.coded_width.div_ceil(size);
        let rows = sps.info.coded_height.div_ceil(size);
        let (tile_columns, tile_rows) = match &pps.tiles {
            None => (vec![0], vec![0]),
            Some(tiles) => {
                let explicit = tiles.explicit.as_ref();
                let widths = explicit.map(|(widths, _)| &widths[..]);
                let heights = explicit.map(|(_, heights)| &heights[..]);
                (starts(columns, tiles.columns, widths)?, starts(rows, tiles.rows, heights)?)
            }
        };
        let mut order = Vec::with_capacity((columns * rows) as usize);
        for (top, bottom) in spans(&tile_rows, rows) {
            for (left, right) in spans(&tile_columns, columns) {
                order.extend((top..bottom).flat_map(|y| (left..right).map(move |x| y * columns + x)));
            }
        }
        let mut places = vec![0; order.len()];
        for (place, &address) in order.iter().enumerate() {
            places[address as usize] = place as u32;
        }
        Ok(Self { log2_ctb: sps.log2_ctb, columns, rows, order, places, tile_columns, tile_rows })
    }

    /// The column and row of a block.
    pub(crate) fn position(&self, address: u32) -> (u32, u32) {
        (address % self.columns, address / self.columns)
    }

    /// The number of the tile that a block is in.
    pub(crate) fn tile(&self, address: u32) -> usize {
        let (x, y) = self.position(address);
        let row = self.tile_rows.partition_point(|&start| start <= y);
        row * self.tile_columns.len() + self.tile_columns.partition_point(|&start| start <= x)
    }

    /// How many blocks stand between a block and the left of its tile.
    pub(crate) fn column_in_tile(&self, address: u32) -> u32 {
        let x = address % self.columns;
        let column = self.tile_columns.partition_point(|&start| start <= x);
        x - self.tile_columns[column - 1]
    }

    /// Whether a block is the first one of its tile.
    pub(crate) fn starts_tile(&self, address: u32) -> bool {
        let (x, y) = self.position(address);
        self.tile_columns.binary_search(&x).is_ok() && self.tile_rows.binary_search(&y).is_ok()
    }
}

/// Where `count` tiles of a total length start.
fn starts(total: u32, count: u32, explicit: Option<&[u32]>) -> Result<Vec<u32>> {
    if count > total {
        return malformed("a PPS has more tiles than the picture has blocks");
    }
    let starts: Vec<u32> = match explicit {
        None => (0..count).map(|at| at * total / count).collect(),
        Some(sizes) => {
            let sums = sizes.iter().scan(0, |sum, &size| {
                *sum += size;
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        }
    };
    match starts.last() {
        Some(&last) if last < total => Ok(starts),
        _ => malformed("a PPS has tiles that leave the picture"),
    }
}

/// From where to where each tile goes.
fn spans(starts: &[u32], total: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
    let ends = starts.iter().skip(1).copied().chain([total]);
    starts.iter().copied().zip(ends)
}
