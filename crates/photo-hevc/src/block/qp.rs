//! Quantization parameters (H.265 sections 7.3.8.14 and 8.6.1).

use super::segment::SegmentDecoder;
use crate::error::{Result, malformed};
use crate::info::Chroma;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{CHROMA_QP_OFFSET, CHROMA_QP_OFFSET_INDEX, CU_QP_DELTA};

impl<B: Bins> SegmentDecoder<'_, B> {
    /// Starts the quantization groups that begin with a quadtree node.
    pub(super) fn start_qp_groups(&mut self, x: u32, y: u32, log2: u32) {
        let ctb = self.layout.log2_ctb;
        if log2 + self.pps.qp_delta_depth.unwrap_or(0) >= ctb {
            self.qp.delta_coded = false;
            self.qp.delta = 0;
            self.qp.predicted = self.predict_qp(x, y);
        }
        let offsets = self.pps.range.chroma_qp_offsets.as_ref();
        if offsets.is_some_and(|offsets| log2 + offsets.depth >= ctb) {
            self.qp.offset_coded = false;
        }
    }

    /// The mean of the QP to the left and above in the coding tree block, where the last QP stands in
    /// (section 8.6.1).
    fn predict_qp(&self, x: u32, y: u32) -> i32 {
        let mask = (1 << self.layout.log2_ctb) - 1;
        let left = if x & mask != 0 { i32::from(self.frame.unit(x - 1, y).qp) } else { self.qp.last };
        let above = if y & mask != 0 { i32::from(self.frame.unit(x, y - 1).qp) } else { self.qp.last };
        (left + above + 1) >> 1
    }

    /// Derives the QP of the coding unit at hand from what is known of its group.
    pub(super) fn derive_qp(&mut self) {
        let luma_offset = 6 * (self.frame.bit_depth(0) as i32 - 8);
        let range = 52 + luma_offset;
        let sum = self.qp.predicted + self.qp.delta + 52 + 2 * luma_offset;
        self.qp.luma = sum.rem_euclid(range) - luma_offset;
        self.qp.scaled[0] = self.qp.luma + luma_offset;
        let chroma_offset = 6 * (self.frame.bit_depth(1) as i32 - 8);
        let offsets = [
            self.pps.cb_qp_offset + self.header.cb_qp_offset + self.qp.offset.0,
            self.pps.cr_qp_offset + self.header.cr_qp_offset + self.qp.offset.1,
        ];
        for (scaled, offset) in self.qp.scaled[1..].iter_mut().zip(offsets) {
            let index = (self.qp.luma + offset).clamp(-chroma_offset, 57);
            *scaled = chroma_qp(self.frame.info.chroma, index) + chroma_offset;
        }
    }

    pub(super) fn read_qp_delta(&mut self) -> Result<()> {
        let mut size = 0;
        while size < 5 && self.bins.bin(CU_QP_DELTA + usize::from(size > 0)) {
            size += 1;
        }
        if size == 5 {
            // Exp-Golomb of order 0.
            let mut order = 0;
            while self.bins.bypass(1) == 1 {
                size += 1 << order;
                order += 1;
                if order > 7 {
                    return malformed("a QP difference is too large");
                }
            }
            size += self.bins.bypass(order) as i32;
        }
        let negative = size > 0 && self.bins.bypass(1) == 1;
        self.qp.delta = if negative { -size } else { size };
        self.qp.delta_coded = true;
        let half = 26 + 3 * (self.frame.bit_depth(0) as i32 - 8);
        if self.qp.delta < -half || self.qp.delta >= half {
            return malformed("a QP difference is too large");
        }
        self.derive_qp();
        Ok(())
    }

    pub(super) fn read_chroma_qp_offset(&mut self) {
        let Some(offsets) = &self.pps.range.chroma_qp_offsets else { return };
        self.qp.offset = (0, 0);
        if self.bins.bin(CHROMA_QP_OFFSET) {
            let mut index = 0;
            while index + 1 < offsets.list.len() && self.bins.bin(CHROMA_QP_OFFSET_INDEX) {
                index += 1;
            }
            self.qp.offset = offsets.list[index];
        }
        self.qp.offset_coded = true;
        self.derive_qp();
    }
}

/// QP of chroma for an index (Table 8-10).
pub(crate) fn chroma_qp(chroma: Chroma, index: i32) -> i32 {
    const FROM_30: [i32; 14] = [29, 30, 31, 32, 33, 33, 34, 34, 35, 35, 36, 36, 37, 37];
    match index {
        _ if chroma != Chroma::C420 => index.min(51),
        30..44 => FROM_30[index as usize - 30],
        44.. => index - 6,
        _ => index,
    }
}
