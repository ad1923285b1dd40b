//! Transform units (H.265 sections 7.3.8.10 and 7.3.8.12): prediction and residual of their blocks.

use super::residual::{Block, Residual};
use super::segment::SegmentDecoder;
use super::transform::{self, Kind};
use super::transform_tree::Node;
use super::unit::CodingUnit;
use crate::error::Result;
use crate::info::Chroma;
use crate::picture::Plane;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{RES_SCALE_ABS, RES_SCALE_SIGN};

impl<B: Bins> SegmentDecoder<'_, B> {
    pub(super) fn transform_unit(&mut self, unit: &CodingUnit, node: &Node) -> Result<()> {
        let chroma = self.frame.info.chroma;
        let any_chroma = node.chroma != [0; 2];
        if node.luma || any_chroma {
            if self.pps.qp_delta_depth.is_some() && !self.qp.delta_coded {
                self.read_qp_delta()?;
            }
            if self.header.chroma_qp_offsets && any_chroma && !unit.bypass && !self.qp.offset_coded {
                self.read_chroma_qp_offset();
            }
        }
        let mode = unit.luma_modes[node.part];
        self.predict(0, (node.x, node.y), node.log2, mode, unit.bypass);
        self.mark(unit, (node.x, node.y), 1 << node.log2, mode, unit.bypass);
        if node.luma {
            self.add_residual(unit, 0, (node.x, node.y), node.log2, mode)?;
        }
        match chroma {
            Chroma::Monochrome => Ok(()),
            Chroma::C444 => self.full_chroma(unit, node),
            _ if node.log2 > 2 => self.reduced_chroma(unit, node, (node.x, node.y), node.log2 - 1),
            _ if node.index == 3 => self.reduced_chroma(unit, node, node.base, 2),
            _ => Ok(()),
        }
    }

    /// Chroma of 4:2:0 and 4:2:2; the latter has two blocks, one below the other.
    fn reduced_chroma(&mut self, unit: &CodingUnit, node: &Node, at: (u32, u32), log2: u32) -> Result<()> {
        let (shift_x, shift_y) = self.frame.info.chroma.shifts();
        let (x, y) = (at.0 >> shift_x, at.1 >> shift_y);
        for component in 1..3 {
            for block in 0..if shift_y == 0 { 2 } else { 1 } {
                let at = (x, y + (block << log2));
                let mode = unit.chroma_modes[0];
                self.predict(component, at, log2, mode, unit.bypass);
                if node.chroma[component - 1] >> block & 1 == 1 {
                    self.add_residual(unit, component, at, log2, mode)?;
                }
            }
        }
        Ok(())
    }

    /// Chroma of 4:4:4, whose residual may be predicted from that of luma.
    fn full_chroma(&mut self, unit: &CodingUnit, node: &Node) -> Result<()> {
        let may_predict =
            self.pps.range.cross_component_prediction && node.luma && unit.chroma_from_luma[node.part];
        if self.pps.range.cross_component_prediction {
            self.keep_luma_residual(node);
        }
        for component in 1..3 {
            let scale = if may_predict { self.read_residual_scale(component - 1) } else { 0 };
            let (at, mode) = ((node.x, node.y), unit.chroma_modes[node.part]);
            self.predict(component, at, node.log2, mode, unit.bypass);
            let coded = node.chroma[component - 1] != 0;
            if scale != 0 {
                self.add_predicted_residual(unit, component, node, coded.then_some(mode), scale)?;
            } else if coded {
                self.add_residual(unit, component, at, node.log2, mode)?;
            }
        }
        Ok(())
    }

    fn keep_luma_residual(&mut self, node: &Node) {
        if node.luma {
            let area = 1 << (2 * node.log2);
            self.luma_residual[..area].copy_from_slice(&self.residual.samples[..area]);
        }
    }

    /// ResScaleVal (section 7.4.9.12).
    fn read_residual_scale(&mut self, chroma: usize) -> i32 {
        let mut log2_plus1 = 0;
        while log2_plus1 < 4 && self.bins.bin(RES_SCALE_ABS + 4 * chroma + log2_plus1) {
            log2_plus1 += 1;
        }
        if log2_plus1 == 0 {
            return 0;
        }
        let scale = 1 << (log2_plus1 - 1);
        if self.bins.bin(RES_SCALE_SIGN + chroma) { -scale } else { scale }
    }

    fn add_residual(
        &mut self,
        unit: &CodingUnit,
        component: usize,
        at: (u32, u32),
        log2: u32,
        mode: u8,
    ) -> Result<()> {
        self.read_residual(unit, component, log2, mode)?;
        let depth = self.frame.bit_depth(component);
        add(&mut self.frame.planes[component], at, log2, &self.residual.samples, depth);
        Ok(())
    }

    /// Adds a residual that is predicted from that of luma (section 7.3.8.12); the chroma block has
    /// coefficients of its own where it has a mode.
    fn add_predicted_residual(
        &mut self,
        unit: &CodingUnit,
        component: usize,
        node: &Node,
        mode: Option<u8>,
        scale: i32,
    ) -> Result<()> {
        let area = 1 << (2 * node.log2);
        match mode {
            Some(mode) => self.read_residual(unit, component, node.log2, mode)?,
            None => self.residual.samples[..area].fill(0),
        }
        let (luma_depth, depth) = (self.frame.bit_depth(0), self.frame.bit_depth(component));
        for (sample, &luma) in self.residual.samples[..area].iter_mut().zip(&self.luma_residual[..area]) {
            let luma = (i64::from(luma) << depth) >> luma_depth;
            *sample = sample.wrapping_add(((i64::from(scale) * luma) >> 3) as i32);
        }
        add(&mut self.frame.planes[component], (node.x, node.y), node.log2, &self.residual.samples, depth);
        Ok(())
    }

    /// Reads coefficients and makes a residual of them (section 8.6.2).
    fn read_residual(&mut self, unit: &CodingUnit, component: usize, log2: u32, mode: u8) -> Result<()> {
        let range = &self.sps.range;
        let straight = (mode == 10 || mode == 26) && range.implicit_rdpcm;
        let mdcs = log2 == 2 || log2 == 3 && (component == 0 || self.frame.info.chroma == Chroma::C444);
        let skip_log2 = 2 + self.pps.range.log2_max_transform_skip_minus2;
        let block = Block {
            log2,
            component,
            scan: match mode {
                6..=14 if mdcs => 2,
                22..=30 if mdcs => 1,
                _ => 0,
            },
            bypass: unit.bypass,
            may_skip: self.pps.transform_skip && !unit.bypass && log2 <= skip_log2,
            straight,
            sign_hiding: self.pps.sign_hiding,
            persistent_rice: range.persistent_rice,
            skip_context: range.transform_skip_context,
            rotation: range.transform_skip_rotation && log2 == 2,
            factors: self.factors.map(|factors| factors.of(log2, component)),
            qp: self.qp.scaled[component],
            depth: self.frame.bit_depth(component),
        };
        let residual: &mut Residual = &mut self.residual;
        let skipped = residual.read(&mut self.bins, &block)?;
        let kind = match (unit.bypass, skipped) {
            (true, _) => Kind::Bypass,
            (_, true) => Kind::Skip,
            _ if component == 0 && log2 == 2 => Kind::Sine,
            _ => Kind::Cosine,
        };
        transform::inverse(residual, &block, kind, mode);
        Ok(())
    }
}

/// Adds a residual to what was predicted.
fn add(plane: &mut Plane, (x, y): (u32, u32), log2: u32, residual: &[i32; 1024], depth: u32) {
    let (stride, size) = (plane.width as usize, 1usize << log2);
    let most = (1i32 << depth) - 1;
    let start = y as usize * stride + x as usize;
    for (row, from) in residual.chunks_exact(size).take(size).enumerate() {
        let to = &mut plane.samples[start + row * stride..][..size];
        for (to, &from) in to.iter_mut().zip(from) {
            *to = i32::from(*to).wrapping_add(from).clamp(0, most) as u16;
        }
    }
}
