//! The transform tree (H.265 section 7.3.8.8).

use super::segment::SegmentDecoder;
use super::unit::CodingUnit;
use crate::error::Result;
use crate::info::Chroma;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{CBF_CHROMA, CBF_LUMA, SPLIT_TRANSFORM};

/// A node of the transform tree.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) x: u32,
    pub(super) y: u32,
    /// The corner of the node's parent.
    pub(super) base: (u32, u32),
    pub(super) log2: u32,
    pub(super) depth: u32,
    /// Which of its parent's four nodes it is.
    pub(super) index: usize,
    /// Which of the coding unit's prediction modes is used.
    pub(super) part: usize,
    pub(super) luma: bool,
    /// Of Cb and Cr, whether blocks have coefficients: bit 0 is the upper block, bit 1 the lower one in
    /// 4:2:2.
    pub(super) chroma: [u8; 2],
}

impl Node {
    pub(super) fn root(unit: &CodingUnit) -> Self {
        let (x, y, log2) = (unit.x, unit.y, unit.log2);
        Self { x, y, base: (x, y), log2, depth: 0, index: 0, part: 0, luma: false, chroma: [1; 2] }
    }
}

impl<B: Bins> SegmentDecoder<'_, B> {
    pub(super) fn transform_tree(&mut self, unit: &CodingUnit, parent: &Node) -> Result<()> {
        let mut node = *parent;
        let forced = unit.parts && node.depth == 0;
        let deepest = self.sps.max_transform_depth + u32::from(unit.parts);
        let may_split =
            node.log2 <= self.sps.log2_max_tb && node.log2 > self.sps.log2_min_tb && node.depth < deepest;
        let split = match may_split && !forced {
            true => self.bins.bin(SPLIT_TRANSFORM + 5 - node.log2 as usize),
            false => node.log2 > self.sps.log2_max_tb || forced,
        };
        self.read_chroma_flags(&mut node, split);
        if !split {
            node.luma = self.bins.bin(CBF_LUMA + usize::from(node.depth == 0));
            return self.transform_unit(unit, &node);
        }
        let half = 1 << (node.log2 - 1);
        for index in 0..4 {
            let part = if forced { index } else { node.part };
            let (x, y) = (node.x + half * (index as u32 & 1), node.y + half * (index as u32 >> 1));
            let (log2, depth) = (node.log2 - 1, node.depth + 1);
            let child = Node { x, y, base: (node.x, node.y), log2, depth, index, part, ..node };
            self.transform_tree(unit, &child)?;
        }
        Ok(())
    }

    /// cbf_cb and cbf_cr; blocks of 4x4 luma samples keep those of their parent where chroma is smaller.
    fn read_chroma_flags(&mut self, node: &mut Node, split: bool) {
        let chroma = self.frame.info.chroma;
        if chroma == Chroma::Monochrome {
            node.chroma = [0; 2];
            return;
        }
        if node.log2 == 2 && chroma != Chroma::C444 {
            return;
        }
        let two = chroma == Chroma::C422 && (!split || node.log2 == 3);
        let context = CBF_CHROMA + node.depth as usize;
        for flags in node.chroma.iter_mut().filter(|flags| **flags != 0) {
            *flags = u8::from(self.bins.bin(context));
            if two {
                *flags |= u8::from(self.bins.bin(context)) << 1;
            }
        }
    }
}
