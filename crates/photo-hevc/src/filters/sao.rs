//! Sample adaptive offset (H.265 section 8.7.3), in bands of a coding tree block's height.

use crate::frame::{Ctb, Frame, Sao, SliceFilters, UNFILTERED, Unit};
use crate::layout::Layout;
use crate::params::Pps;
use crate::picture::Plane;
use rayon::prelude::*;

/// What the blocks of a plane have in common.
struct Offsets<'a> {
    units: &'a [Unit],
    unit_columns: usize,
    /// Whether some units keep their samples.
    unfiltered: bool,
    ctbs: &'a [Ctb],
    slices: &'a [SliceFilters],
    layout: &'a Layout,
    across_tiles: bool,
    component: usize,
    shifts: (u32, u32),
    depth: u32,
    width: usize,
}

/// A coding tree block in a band: its samples are filtered from copies.
struct Area {
    left: usize,
    width: usize,
    height: usize,
    /// Which neighbors may be looked at: above left, above, above right, left, itself, and so on.
    allowed: [bool; 9],
}

pub(super) fn apply(frame: &mut Frame, layout: &Layout, pps: &Pps) {
    let shifts = [0, 1, 2].map(|component| frame.shifts(component));
    let depths = [0, 1, 2].map(|component| frame.bit_depth(component));
    let Frame { planes, units, unit_columns, ctbs, slices, unfiltered, .. } = frame;
    planes.par_iter_mut().enumerate().for_each(|(component, plane)| {
        let offsets = Offsets {
            units,
            unit_columns: *unit_columns,
            unfiltered: *unfiltered,
            ctbs,
            slices,
            layout,
            across_tiles: pps.filter_across_tiles,
            component,
            shifts: shifts[component],
            depth: depths[component],
            width: plane.width as usize,
        };
        if ctbs.iter().any(|ctb| !matches!(ctb.sao[component], Sao::None)) {
            offsets.filter(plane);
        }
    });
}

impl Offsets<'_> {
    fn filter(&self, plane: &mut Plane) {
        let stride = self.width;
        let rows = (1usize << self.layout.log2_ctb) >> self.shifts.1;
        // Bands change while their neighbors still need the rows at their borders.
        let borders: Vec<[Vec<u16>; 2]> = plane
            .samples
            .chunks(rows * stride)
            .map(|band| [band[..stride].to_vec(), band[band.len() - stride..].to_vec()])
            .collect();
        plane.samples.par_chunks_mut(rows * stride).enumerate().for_each(|(row, band)| {
            let columns = self.layout.columns as usize;
            let ctbs = &self.ctbs[row * columns..][..columns];
            if ctbs.iter().all(|ctb| matches!(ctb.sao[self.component], Sao::None)) {
                return;
            }
            let mut copy = Vec::with_capacity(band.len() + 2 * stride);
            copy.extend_from_slice(&borders[row.saturating_sub(1)][1]);
            copy.extend_from_slice(band);
            copy.extend_from_slice(&borders[(row + 1).min(borders.len() - 1)][0]);
            for (column, ctb) in ctbs.iter().enumerate() {
                self.block(band, &copy, ctb.sao[self.component], column, row);
            }
        });
    }

    /// Filters a coding tree block; `copy` has a row more above and below.
    fn block(&self, band: &mut [u16], copy: &[u16], sao: Sao, column: usize, row: usize) {
        let size = 1usize << self.layout.log2_ctb;
        let left = column * (size >> self.shifts.0);
        let area = Area {
            left,
            width: (size >> self.shifts.0).min(self.width - left),
            height: band.len() / self.width,
            allowed: self.allowed(column, row),
        };
        match sao {
            Sao::None => return,
            Sao::Band { position, offsets } => self.band_offset(band, &area, position, offsets),
            Sao::Edge { class, offsets } => self.edge_offset(band, copy, &area, class, offsets),
        }
        if self.unfiltered {
            self.restore(band, copy, column, row);
        }
    }

    fn band_offset(&self, band: &mut [u16], area: &Area, position: u8, offsets: [i16; 4]) {
        let mut table = [0i32; 32];
        for (k, offset) in offsets.into_iter().enumerate() {
            table[(usize::from(position) + k) & 31] = i32::from(offset);
        }
        let (shift, most) = (self.depth - 5, (1 << self.depth) - 1);
        for line in band.chunks_exact_mut(self.width) {
            for sample in &mut line[area.left..area.left + area.width] {
                let offset = table[usize::from(*sample >> shift) & 31];
                *sample = (i32::from(*sample) + offset).clamp(0, most) as u16;
            }
        }
    }

    fn edge_offset(&self, band: &mut [u16], copy: &[u16], area: &Area, class: u8, offsets: [i16; 4]) {
        let (dx, dy): (isize, isize) = [(1, 0), (0, 1), (1, 1), (-1, 1)][usize::from(class & 3)];
        let [a, b, c, d] = offsets.map(i32::from);
        let table = [a, b, 0, c, d];
        let (stride, last) = (self.width, area.width - 1);
        let step = dy * stride as isize + dx;
        for (y, line) in band.chunks_exact_mut(stride).enumerate() {
            // Whether the samples on both sides of column x may be looked at.
            let allowed = |x: usize| {
                [(-dx, -dy), (dx, dy)].into_iter().all(|(dx, dy)| {
                    let column = beside(x, dx, last);
                    area.allowed[beside(y, dy, area.height - 1) * 3 + column]
                })
            };
            let inner = area.width < 3 || allowed(1);
            let from = if allowed(0) { 0 } else { 1 };
            let to = if allowed(last) { area.width } else { last };
            if !inner {
                for x in [0, last] {
                    if allowed(x) {
                        let at = (y + 1) * stride + area.left + x;
                        line[area.left + x] = self.edge_sample(copy, at, step, &table);
                    }
                }
                continue;
            }
            for (x, sample) in line[area.left..][..to].iter_mut().enumerate().skip(from) {
                *sample = self.edge_sample(copy, (y + 1) * stride + area.left + x, step, &table);
            }
        }
    }

    #[inline]
    fn edge_sample(&self, copy: &[u16], at: usize, step: isize, table: &[i32; 5]) -> u16 {
        let here = i32::from(copy[at]);
        let before = i32::from(copy[at.wrapping_add_signed(-step)]);
        let behind = i32::from(copy[at.wrapping_add_signed(step)]);
        let class = 2 + (here - before).signum() + (here - behind).signum();
        (here + table[class as usize]).clamp(0, (1 << self.depth) - 1) as u16
    }

    /// Gives samples back that no filter may change.
    fn restore(&self, band: &mut [u16], copy: &[u16], column: usize, row: usize) {
        let units = 1usize << (self.layout.log2_ctb - 2);
        let (shift_x, shift_y) = self.shifts;
        let (width, height) = (4usize >> shift_x, 4usize >> shift_y);
        let rows = (self.units.len() / self.unit_columns).min((row + 1) * units);
        for (y, unit_y) in (row * units..rows).enumerate() {
            for unit_x in column * units..self.unit_columns.min((column + 1) * units) {
                if self.units[unit_y * self.unit_columns + unit_x].flags & UNFILTERED == 0 {
                    continue;
                }
                for line in y * height..(y + 1) * height {
                    let at = line * self.width + unit_x * width;
                    band[at..at + width].copy_from_slice(&copy[at + self.width..][..width]);
                }
            }
        }
    }

    /// Which of the blocks around a block its samples may be compared with.
    fn allowed(&self, column: usize, row: usize) -> [bool; 9] {
        let (columns, rows) = (self.layout.columns as usize, self.layout.rows as usize);
        let here = row * columns + column;
        std::array::from_fn(|at| {
            let (x, y) = (column + at % 3, row + at / 3);
            let inside = (1..=columns).contains(&x) && (1..=rows).contains(&y);
            inside && self.compares(here, (y - 1) * columns + x - 1)
        })
    }

    /// Whether samples of two blocks may be compared: slices and tiles may forbid it.
    fn compares(&self, here: usize, there: usize) -> bool {
        let (mine, other) = (self.ctbs[here].slice, self.ctbs[there].slice);
        // The later slice decides.
        let across = mine == other || self.slices[mine.max(other) as usize].across;
        across && (self.across_tiles || self.layout.tile(here as u32) == self.layout.tile(there as u32))
    }
}

/// 0, 1 or 2: whether a step from `at` leads before, into or behind `0..=last`.
fn beside(at: usize, step: isize, last: usize) -> usize {
    match at.checked_add_signed(step) {
        None => 0,
        Some(to) => 1 + usize::from(to > last),
    }
}
