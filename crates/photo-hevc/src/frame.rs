//! The picture while it is decoded, and what later blocks and the filters need to know of its blocks.

use crate::error::{Error, Result};
use crate::info::Info;
use crate::layout::Layout;
use crate::picture::Plane;

/// A square of 4x4 luma samples.
#[derive(Clone, Copy, Default)]
pub(crate) struct Unit {
    /// The part (slice in a tile) that the decoded unit belongs to; zero before it is decoded.
    pub(crate) part: u32,
    pub(crate) qp: i8,
    /// Intra prediction mode.
    pub(crate) mode: u8,
    /// Depth of its coding unit.
    pub(crate) depth: u8,
    /// `EDGE_LEFT`, `EDGE_TOP`, `UNFILTERED`.
    pub(crate) flags: u8,
}

/// The left edge of the unit is to be deblocked.
pub(crate) const EDGE_LEFT: u8 = 1;
/// The top edge of the unit is to be deblocked.
pub(crate) const EDGE_TOP: u8 = 2;
/// Filters leave the samples of the unit as they are.
pub(crate) const UNFILTERED: u8 = 4;

/// Sample adaptive offset of a component in a coding tree block.
#[derive(Clone, Copy, Default)]
pub(crate) enum Sao {
    #[default]
    None,
    Band {
        position: u8,
        offsets: [i16; 4],
    },
    Edge {
        class: u8,
        offsets: [i16; 4],
    },
}

/// What is known of a coding tree block.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ctb {
    /// The slice, by its number among those that `Frame::slices` holds.
    pub(crate) slice: u32,
    pub(crate) sao: [Sao; 3],
}

/// What the filters need of a slice.
#[derive(Clone, Copy)]
pub(crate) struct SliceFilters {
    pub(crate) beta_offset: i32,
    pub(crate) tc_offset: i32,
    pub(crate) across: bool,
}

/// A picture while it is decoded.
pub(crate) struct Frame {
    pub(crate) info: Info,
    pub(crate) planes: Vec<Plane>,
    pub(crate) units: Vec<Unit>,
    /// Units in a row.
    pub(crate) unit_columns: usize,
    pub(crate) ctbs: Vec<Ctb>,
    pub(crate) slices: Vec<SliceFilters>,
    /// Whether a unit is `UNFILTERED`.
    pub(crate) unfiltered: bool,
}

impl Frame {
    pub(crate) fn new(info: Info, layout: &Layout) -> Result<Self> {
        let (width, height) = (info.coded_width, info.coded_height);
        let (shift_x, shift_y) = info.chroma.shifts();
        let mut planes = Vec::new();
        for component in 0..info.chroma.planes() {
            let (x, y) = if component == 0 { (0, 0) } else { (shift_x, shift_y) };
            let (width, height) = (width >> x, height >> y);
            planes.push(Plane { width, height, samples: zeros(width as usize * height as usize)? });
        }
        let unit_columns = (width / 4) as usize;
        Ok(Self {
            info,
            planes,
            units: zeros(unit_columns * (height / 4) as usize)?,
            unit_columns,
            ctbs: zeros(layout.order.len())?,
            slices: Vec::new(),
            unfiltered: false,
        })
    }

    /// The unit of a luma sample inside the picture.
    #[inline]
    pub(crate) fn unit(&self, x: u32, y: u32) -> &Unit {
        &self.units[(y as usize / 4) * self.unit_columns + x as usize / 4]
    }

    /// The part of a luma sample; zero outside of the picture and where nothing is decoded yet.
    #[inline]
    pub(crate) fn part(&self, x: i32, y: i32) -> u32 {
        if x < 0 || y < 0 || x >= self.info.coded_width as i32 || y >= self.info.coded_height as i32 {
            return 0;
        }
        self.unit(x as u32, y as u32).part
    }

    /// The units of a row of a square, from (x, y) on.
    #[inline]
    pub(crate) fn unit_row(&mut self, x: u32, y: u32, size: u32) -> &mut [Unit] {
        let start = (y as usize / 4) * self.unit_columns + x as usize / 4;
        &mut self.units[start..start + (size / 4) as usize]
    }

    pub(crate) fn bit_depth(&self, component: usize) -> u32 {
        u32::from(if component == 0 { self.info.bit_depth_luma } else { self.info.bit_depth_chroma })
    }

    /// By how many bits positions of a component are shifted against luma.
    #[inline]
    pub(crate) fn shifts(&self, component: usize) -> (u32, u32) {
        if component == 0 { (0, 0) } else { self.info.chroma.shifts() }
    }
}

/// Zeroed memory, or an error where there is none.
fn zeros<T: Clone + Default>(count: usize) -> Result<Vec<T>> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(count).map_err(|_| Error::Unsupported("a picture larger than memory"))?;
    vector.resize(count, T::default());
    Ok(vector)
}
