//! Sample adaptive offset syntax (H.265 section 7.3.8.3).

use super::segment::SegmentDecoder;
use crate::frame::Sao;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{SAO_MERGE, SAO_TYPE};

impl<B: Bins> SegmentDecoder<'_, B> {
    pub(super) fn sao_syntax(&mut self, address: u32, x: u32, y: u32) {
        if !self.header.sao_luma && !self.header.sao_chroma {
            return;
        }
        let (x, y) = (x as i32, y as i32);
        if self.frame.part(x - 1, y) == self.part && self.bins.bin(SAO_MERGE) {
            self.frame.ctbs[address as usize].sao = self.frame.ctbs[address as usize - 1].sao;
            return;
        }
        if self.frame.part(x, y - 1) == self.part && self.bins.bin(SAO_MERGE) {
            let above = (address - self.layout.columns) as usize;
            self.frame.ctbs[address as usize].sao = self.frame.ctbs[above].sao;
            return;
        }
        let mut sao = [Sao::None; 3];
        if self.header.sao_luma {
            sao[0] = self.component_sao(0, None);
        }
        if self.header.sao_chroma {
            sao[1] = self.component_sao(1, None);
            sao[2] = self.component_sao(2, Some(sao[1]));
        }
        self.frame.ctbs[address as usize].sao = sao;
    }

    /// Offsets of a component; Cr has type and class from Cb.
    fn component_sao(&mut self, component: usize, cb: Option<Sao>) -> Sao {
        let band = match cb {
            Some(Sao::None) => return Sao::None,
            Some(sao) => matches!(sao, Sao::Band { .. }),
            None if !self.bins.bin(SAO_TYPE) => return Sao::None,
            None => self.bins.bypass(1) == 0,
        };
        let depth = self.frame.bit_depth(component);
        let range = &self.pps.range;
        let shift = if component == 0 { range.sao_shift_luma } else { range.sao_shift_chroma };
        let most = (1 << (depth.min(10) - 5)) - 1;
        let mut offsets = [0i16; 4];
        for offset in &mut offsets {
            while *offset < most && self.bins.bypass(1) == 1 {
                *offset += 1;
            }
        }
        if band {
            for offset in offsets.iter_mut().filter(|offset| **offset != 0) {
                *offset = if self.bins.bypass(1) == 1 { -*offset } else { *offset } << shift;
            }
            return Sao::Band { position: self.bins.bypass(5) as u8, offsets };
        }
        let class = match cb {
            Some(Sao::Edge { class, .. }) => class,
            _ => self.bins.bypass(2) as u8,
        };
        let [a, b, c, d] = offsets.map(|offset| offset << shift);
        Sao::Edge { class, offsets: [a, b, -c, -d] }
    }
}
