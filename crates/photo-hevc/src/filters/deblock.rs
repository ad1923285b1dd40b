//! The deblocking filter (H.265 section 8.7.2): all vertical edges, then all horizontal ones, in bands of
//! rows.

use super::edge::{self, Edge};
use crate::block::chroma_qp;
use crate::frame::{Ctb, EDGE_LEFT, EDGE_TOP, Frame, SliceFilters, UNFILTERED, Unit};
use crate::info::Info;
use crate::layout::Layout;
use crate::params::Pps;
use crate::picture::Plane;
use rayon::prelude::*;

/// What edges of a plane have in common.
struct Edges<'a> {
    info: &'a Info,
    units: &'a [Unit],
    unit_columns: usize,
    ctbs: &'a [Ctb],
    slices: &'a [SliceFilters],
    layout: &'a Layout,
    component: usize,
    /// By how many bits positions are shifted against luma.
    shifts: (u32, u32),
    qp_offset: i32,
    depth: u32,
    vertical: bool,
}

/// Rows of a horizontal edge's band that stand before its first edge.
const BEFORE: usize = 4;

pub(super) fn apply(frame: &mut Frame, layout: &Layout, pps: &Pps) {
    let shifts = [0, 1, 2].map(|component| frame.shifts(component));
    let depths = [0, 1, 2].map(|component| frame.bit_depth(component));
    let Frame { info, planes, units, unit_columns, ctbs, slices, .. } = frame;
    planes.par_iter_mut().enumerate().for_each(|(component, plane)| {
        let mut edges = Edges {
            info,
            units,
            unit_columns: *unit_columns,
            ctbs,
            slices,
            layout,
            component,
            shifts: shifts[component],
            qp_offset: [0, pps.cb_qp_offset, pps.cr_qp_offset][component],
            depth: depths[component],
            vertical: true,
        };
        edges.filter(plane);
        edges.vertical = false;
        edges.filter(plane);
    });
}

impl Edges<'_> {
    /// Filters a plane in bands of a coding tree block's height; those of horizontal edges stand a bit
    /// higher, so that the samples on both sides of an edge are in the same band.
    fn filter(&self, plane: &mut Plane) {
        let stride = plane.width as usize;
        let rows = (1usize << self.layout.log2_ctb) >> self.shifts.1;
        let head = if self.vertical { rows } else { rows - BEFORE };
        let cut = (head * stride).min(plane.samples.len());
        let (first, rest) = plane.samples.split_at_mut(cut);
        let bands = rest.par_chunks_mut(rows * stride).enumerate();
        rayon::join(
            || self.band(first, 0, stride),
            || bands.for_each(|(number, band)| self.band(band, head + number * rows, stride)),
        );
    }

    /// Filters the edges of a band of a plane whose first row is `top`.
    fn band(&self, samples: &mut [u16], top: usize, stride: usize) {
        let height = samples.len() / stride;
        let (shift_x, shift_y) = self.shifts;
        let from = (top << shift_y) / 4;
        let to = ((top + height) << shift_y) / 4;
        let across = 8 >> 2;
        let (step_x, step_y) = if self.vertical { (across << shift_x, 1) } else { (1, across << shift_y) };
        for unit_y in (from.next_multiple_of(step_y)..to).step_by(step_y) {
            let units = &self.units[unit_y * self.unit_columns..][..self.unit_columns];
            let flag = if self.vertical { EDGE_LEFT } else { EDGE_TOP };
            for (unit_x, unit) in units.iter().enumerate().step_by(step_x) {
                if unit.flags & flag != 0 {
                    let (x, y) = ((unit_x * 4) >> shift_x, ((unit_y * 4) >> shift_y) - top);
                    self.edge(samples, (unit_x, unit_y), y * stride + x, stride);
                }
            }
        }
    }

    /// Filters the edge of a unit, whose first sample is at `at`.
    fn edge(&self, samples: &mut [u16], (x, y): (usize, usize), at: usize, stride: usize) {
        let behind = y * self.unit_columns + x;
        let before = behind - if self.vertical { 1 } else { self.unit_columns };
        let (before, behind) = (&self.units[before], &self.units[behind]);
        let log2 = self.layout.log2_ctb - 2;
        let ctb = (y >> log2) * self.layout.columns as usize + (x >> log2);
        let slice = &self.slices[self.ctbs[ctb].slice as usize];
        let mean = (i32::from(before.qp) + i32::from(behind.qp) + 1) >> 1;
        let qp = if self.component == 0 { mean } else { chroma_qp(self.info.chroma, mean + self.qp_offset) };
        let tc = TC[(qp + 2 + slice.tc_offset).clamp(0, 53) as usize] << (self.depth - 8);
        if tc == 0 {
            return;
        }
        let (across, along) = if self.vertical { (1, stride) } else { (stride, 1) };
        let keep = [before, behind].map(|unit| unit.flags & UNFILTERED != 0);
        let edge = Edge { at, across, along, keep, tc, most: (1 << self.depth) - 1 };
        if self.component > 0 {
            let shift = if self.vertical { self.shifts.1 } else { self.shifts.0 };
            return edge::chroma(samples, &edge, 4 >> shift);
        }
        let beta = BETA[(qp + slice.beta_offset).clamp(0, 51) as usize] << (self.depth - 8);
        edge::luma(samples, &edge, beta);
    }
}

/// Table 8-12.
const BETA: [i32; 52] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22,
    24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64,
];

/// Table 8-12.
const TC: [i32; 54] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
    4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24,
];
