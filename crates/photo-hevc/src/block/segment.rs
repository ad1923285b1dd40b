//! Slice segment data (H.265 section 7.3.8.1): coding tree units one after the other.

use super::residual::Residual;
use crate::error::{Result, malformed};
use crate::frame::{Frame, SliceFilters};
use crate::layout::Layout;
use crate::params::{Pps, ScalingFactors, Sps};
use crate::slice::SliceHeader;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{States, initial};

/// What one part of a picture leaves to another: context variables and the statistics of Rice parameters.
#[derive(Clone, Copy)]
struct Learned {
    states: States,
    rice: [u8; 4],
}

/// What goes on from one slice segment to the next.
pub(crate) struct Progress {
    /// The place in the order of coding of the next coding tree unit.
    pub(crate) next: usize,
    /// The number of the part (slice in a tile) that is being decoded.
    part: u32,
    /// QP of the last coding unit.
    last_qp: i32,
    /// Offsets (Cb, Cr) that coding units have chosen.
    chroma_qp_offset: (i32, i32),
    /// After the last segment; a dependent one goes on with it.
    after_segment: Learned,
    /// After the second unit of a row; the next row of a wavefront starts with it.
    after_second: Learned,
}

impl Default for Progress {
    fn default() -> Self {
        let learned = Learned { states: initial(0), rice: [0; 4] };
        Self {
            next: 0,
            part: 0,
            last_qp: 0,
            chroma_qp_offset: (0, 0),
            after_segment: learned,
            after_second: learned,
        }
    }
}

/// The QP of the coding unit at hand.
#[derive(Default)]
pub(super) struct Qp {
    pub(super) luma: i32,
    /// QP of the three components with the offset of their bit depths.
    pub(super) scaled: [i32; 3],
    pub(super) predicted: i32,
    pub(super) delta_coded: bool,
    pub(super) delta: i32,
    pub(super) last: i32,
    pub(super) offset_coded: bool,
    /// Offsets of Cb and Cr that the coding unit has chosen.
    pub(super) offset: (i32, i32),
}

/// Decodes the coding tree units of a slice segment into a frame.
pub(crate) struct SegmentDecoder<'a, B> {
    pub(super) bins: B,
    pub(super) sps: &'a Sps,
    pub(super) pps: &'a Pps,
    pub(super) factors: Option<&'a ScalingFactors>,
    pub(super) layout: &'a Layout,
    pub(super) header: &'a SliceHeader,
    pub(super) frame: &'a mut Frame,
    pub(super) qp: Qp,
    pub(super) part: u32,
    pub(super) residual: Box<Residual>,
    /// The luma residual, from which that of chroma may be predicted.
    pub(super) luma_residual: Box<[i32; 1024]>,
}

impl<'a, B: Bins> SegmentDecoder<'a, B> {
    pub(crate) fn new(
        bins: B,
        (sps, pps): (&'a Sps, &'a Pps),
        factors: Option<&'a ScalingFactors>,
        layout: &'a Layout,
        header: &'a SliceHeader,
        frame: &'a mut Frame,
    ) -> Self {
        let (qp, residual, luma_residual) = (Qp::default(), Box::default(), Box::new([0; 1024]));
        Self { bins, sps, pps, factors, layout, header, frame, qp, part: 0, residual, luma_residual }
    }

    /// Decodes all units of the segment; `progress` tells where it stands and goes on behind it.
    pub(crate) fn decode(mut self, progress: &mut Progress) -> Result<()> {
        self.start(progress)?;
        loop {
            let Some(&address) = self.layout.order.get(progress.next) else {
                return malformed("a slice goes on behind the end of the picture");
            };
            self.start_unit(address, progress);
            self.coding_tree_unit(address)?;
            let ended = self.bins.ends_segment();
            self.bins.check()?;
            if self.pps.wavefront && self.layout.column_in_tile(address) == 1 {
                progress.after_second = self.learned();
            }
            progress.next += 1;
            if ended {
                break;
            }
            self.end_substream(progress.next)?;
        }
        progress.after_segment = self.learned();
        (progress.part, progress.last_qp) = (self.part, self.qp.last);
        progress.chroma_qp_offset = self.qp.offset;
        Ok(())
    }

    fn start(&mut self, progress: &Progress) -> Result<()> {
        if self.layout.places.get(self.header.address as usize) != Some(&(progress.next as u32)) {
            return malformed("slice segments are missing or out of order");
        }
        self.part = progress.part;
        if self.header.dependent {
            (self.qp.last, self.qp.offset) = (progress.last_qp, progress.chroma_qp_offset);
            self.learn(progress.after_segment);
        } else {
            self.part += 1;
            self.qp.last = self.header.qp;
            self.frame.slices.push(SliceFilters {
                beta_offset: self.header.deblocking.beta_offset,
                tc_offset: self.header.deblocking.tc_offset,
                across: self.header.filter_across,
            });
        }
        Ok(())
    }

    fn learned(&mut self) -> Learned {
        Learned { states: *self.bins.states(), rice: self.residual.rice }
    }

    fn learn(&mut self, learned: Learned) {
        *self.bins.states() = learned.states;
        self.residual.rice = learned.rice;
    }

    /// Starts a tile, or a row of a wavefront (section 9.3.1).
    fn start_unit(&mut self, address: u32, progress: &Progress) {
        let fresh = Learned { states: initial(self.header.qp), rice: [0; 4] };
        if self.layout.starts_tile(address) {
            // The first tile of a slice has its number from the slice.
            self.part += u32::from(address != self.header.address || self.header.dependent);
            self.qp.last = self.header.qp;
            self.learn(fresh);
        } else if self.pps.wavefront && self.layout.column_in_tile(address) == 0 {
            self.qp.last = self.header.qp;
            let (x, y) = self.layout.position(address);
            let size = 1i32 << self.layout.log2_ctb;
            let above_right = self.frame.part((x as i32 + 1) * size, (y as i32 - 1) * size);
            self.learn(if above_right == self.part { progress.after_second } else { fresh });
        }
    }

    /// Goes over to the next substream, if the next unit starts one.
    fn end_substream(&mut self, next: usize) -> Result<()> {
        let Some(&address) = self.layout.order.get(next) else {
            return malformed("a slice goes on behind the end of the picture");
        };
        let row = self.pps.wavefront && self.layout.column_in_tile(address) == 0;
        let tile = self.pps.tiles.is_some() && self.layout.starts_tile(address);
        if !row && !tile {
            return Ok(());
        }
        if !self.bins.ends_substream() {
            return malformed("a substream does not end where it has to");
        }
        self.bins.restart()
    }

    fn coding_tree_unit(&mut self, address: u32) -> Result<()> {
        let (column, row) = self.layout.position(address);
        self.frame.ctbs[address as usize].slice = self.frame.slices.len() as u32 - 1;
        let (x, y) = (column << self.layout.log2_ctb, row << self.layout.log2_ctb);
        self.sao_syntax(address, x, y);
        self.coding_quadtree(x, y, self.layout.log2_ctb, 0)
    }
}
