//! Coding quadtree and coding units (H.265 sections 7.3.8.4 to 7.3.8.7).

use super::segment::SegmentDecoder;
use super::transform_tree::Node;
use super::unit::{CodingUnit, DC};
use crate::error::Result;
use crate::frame::{EDGE_LEFT, EDGE_TOP, UNFILTERED};
use crate::slice::cabac::Bins;
use crate::slice::contexts::{PART_MODE, SPLIT_CU, TRANSQUANT_BYPASS};

impl<B: Bins> SegmentDecoder<'_, B> {
    pub(super) fn coding_quadtree(&mut self, x: u32, y: u32, log2: u32, depth: u8) -> Result<()> {
        let size = 1 << log2;
        let (width, height) = (self.frame.info.coded_width, self.frame.info.coded_height);
        let inside = x + size <= width && y + size <= height;
        let divisible = log2 > self.sps.log2_min_cb;
        let split = if inside && divisible { self.read_split(x, y, depth) } else { divisible };
        self.start_qp_groups(x, y, log2);
        if !split {
            return self.coding_unit(x, y, log2, depth);
        }
        let half = size / 2;
        for (x, y) in [(x, y), (x + half, y), (x, y + half), (x + half, y + half)] {
            if x < width && y < height {
                self.coding_quadtree(x, y, log2 - 1, depth + 1)?;
            }
        }
        Ok(())
    }

    fn read_split(&mut self, x: u32, y: u32, depth: u8) -> bool {
        let (left, above) = ((x as i32 - 1, y as i32), (x as i32, y as i32 - 1));
        let deeper = [left, above].into_iter().filter(|&(x, y)| {
            self.frame.part(x, y) == self.part && self.frame.unit(x as u32, y as u32).depth > depth
        });
        let context = SPLIT_CU + deeper.count();
        self.bins.bin(context)
    }

    fn coding_unit(&mut self, x: u32, y: u32, log2: u32, depth: u8) -> Result<()> {
        self.derive_qp();
        let bypass = self.pps.transquant_bypass && self.bins.bin(TRANSQUANT_BYPASS);
        let parts = log2 == self.sps.log2_min_cb && !self.bins.bin(PART_MODE);
        let (luma_modes, chroma_modes, chroma_from_luma) = ([DC; 4], [DC; 4], [false; 4]);
        let mut unit =
            CodingUnit { x, y, log2, depth, bypass, parts, luma_modes, chroma_modes, chroma_from_luma };
        let pcm = self.sps.pcm.is_some_and(|pcm| (pcm.log2_min..=pcm.log2_max).contains(&log2));
        if pcm && !parts && self.bins.terminate() {
            self.plain_samples(&unit)?;
        } else {
            self.read_modes(&mut unit);
            self.transform_tree(&unit, &Node::root(&unit))?;
        }
        let qp = self.qp.luma as i8;
        for row in (y..y + (1 << log2)).step_by(4) {
            self.frame.unit_row(x, row, 1 << log2).iter_mut().for_each(|unit| unit.qp = qp);
        }
        self.qp.last = self.qp.luma;
        Ok(())
    }

    /// Notes that a square is decoded, and which of its edges are to be deblocked.
    pub(super) fn mark(
        &mut self,
        unit: &CodingUnit,
        (x, y): (u32, u32),
        size: u32,
        mode: u8,
        unfiltered: bool,
    ) {
        let left = x > 0 && self.filters_edge((x, y), (x - 1, y), x);
        let top = y > 0 && self.filters_edge((x, y), (x, y - 1), y);
        self.frame.unfiltered |= unfiltered;
        let flags = if unfiltered { UNFILTERED } else { 0 };
        let (part, depth) = (self.part, unit.depth);
        for row in (y..y + size).step_by(4) {
            let units = self.frame.unit_row(x, row, size);
            let flags = flags | if row == y && top { EDGE_TOP } else { 0 };
            for marked in &mut *units {
                (marked.part, marked.mode, marked.depth, marked.flags) = (part, mode, depth, flags);
            }
            units[0].flags |= if left { EDGE_LEFT } else { 0 };
        }
    }

    /// Whether the edge between a sample and the one before it is deblocked (section 8.7.2.3); `at` is where
    /// it lies.
    fn filters_edge(&self, here: (u32, u32), before: (u32, u32), at: u32) -> bool {
        if !at.is_multiple_of(8) || self.header.deblocking.disabled {
            return false;
        }
        self.frame.unit(before.0, before.1).part == self.part || self.filters_across(here, before)
    }

    /// Whether slice and tile boundaries between two samples are no hindrance.
    fn filters_across(&self, here: (u32, u32), before: (u32, u32)) -> bool {
        let log2 = self.layout.log2_ctb;
        let address = |(x, y): (u32, u32)| (y >> log2) * self.layout.columns + (x >> log2);
        let (here, before) = (address(here), address(before));
        let ctbs = &self.frame.ctbs;
        let same_slice = ctbs[here as usize].slice == ctbs[before as usize].slice;
        let same_tile = self.layout.tile(here) == self.layout.tile(before);
        (same_slice || self.header.filter_across) && (same_tile || self.pps.filter_across_tiles)
    }

    /// Reads a coding unit of plain samples.
    fn plain_samples(&mut self, unit: &CodingUnit) -> Result<()> {
        let Some(pcm) = self.sps.pcm else { return Ok(()) };
        let size = 1u32 << unit.log2;
        for component in 0..self.frame.planes.len() {
            let bits = if component == 0 { pcm.bits_luma } else { pcm.bits_chroma };
            let shift = self.frame.bit_depth(component) - bits;
            let (shift_x, shift_y) = self.frame.shifts(component);
            let (width, height) = ((size >> shift_x) as usize, (size >> shift_y) as usize);
            let mut samples = [0u16; 1024];
            let samples = &mut samples[..width * height];
            self.bins.pcm(bits, samples)?;
            let plane = &mut self.frame.planes[component];
            let stride = plane.width as usize;
            let start = (unit.y >> shift_y) as usize * stride + (unit.x >> shift_x) as usize;
            for (row, from) in samples.chunks_exact(width).enumerate() {
                let to = &mut plane.samples[start + row * stride..][..width];
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from << shift);
            }
        }
        self.bins.restart()?;
        self.mark(unit, (unit.x, unit.y), size, DC, pcm.no_loop_filter || unit.bypass);
        Ok(())
    }
}
