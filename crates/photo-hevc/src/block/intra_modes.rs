//! Intra prediction modes (H.265 sections 7.3.8.5, 8.4.2 and 8.4.3).

use super::segment::SegmentDecoder;
use super::unit::{CodingUnit, DC};
use crate::info::Chroma;
use crate::slice::cabac::Bins;
use crate::slice::contexts::{INTRA_CHROMA, PREV_INTRA_LUMA};

const PLANAR: u8 = 0;
const HORIZONTAL: u8 = 10;
const VERTICAL: u8 = 26;

/// Chroma modes of 4:2:2 by those that are derived as in other formats (Table 8-3).
const MODES_422: [u8; 35] = [
    0, 1, 2, 2, 2, 2, 3, 5, 7, 8, 10, 12, 13, 15, 17, 18, 19, 20, 21, 22, 23, 23, 24, 24, 25, 25, 26, 27, 27,
    28, 28, 29, 29, 30, 31,
];

impl<B: Bins> SegmentDecoder<'_, B> {
    pub(super) fn read_modes(&mut self, unit: &mut CodingUnit) {
        let parts = if unit.parts { 4 } else { 1 };
        let mut likely = [false; 4];
        for likely in &mut likely[..parts] {
            *likely = self.bins.bin(PREV_INTRA_LUMA);
        }
        for (part, &likely) in likely[..parts].iter().enumerate() {
            let index = match likely {
                false => self.bins.bypass(5),
                // Truncated unary, at most 2.
                true if self.bins.bypass(1) == 0 => 0,
                true => 1 + self.bins.bypass(1),
            };
            unit.luma_modes[part] = self.luma_mode(unit, part, likely, index as u8);
        }
        if !unit.parts {
            unit.luma_modes = [unit.luma_modes[0]; 4];
        }
        self.read_chroma_modes(unit, parts);
    }

    fn luma_mode(&self, unit: &CodingUnit, part: usize, likely: bool, index: u8) -> u8 {
        let mut candidates = most_likely(self.left_mode(unit, part), self.above_mode(unit, part));
        if likely {
            return candidates[usize::from(index)];
        }
        candidates.sort_unstable();
        candidates.iter().fold(index, |mode, &candidate| mode + u8::from(mode >= candidate))
    }

    fn left_mode(&self, unit: &CodingUnit, part: usize) -> u8 {
        if part & 1 == 1 {
            return unit.luma_modes[part - 1];
        }
        let y = unit.y + if part == 2 { (1 << unit.log2) / 2 } else { 0 };
        if self.frame.part(unit.x as i32 - 1, y as i32) != self.part {
            return DC;
        }
        self.frame.unit(unit.x - 1, y).mode
    }

    fn above_mode(&self, unit: &CodingUnit, part: usize) -> u8 {
        if part & 2 == 2 {
            return unit.luma_modes[part - 2];
        }
        let x = unit.x + if part == 1 { (1 << unit.log2) / 2 } else { 0 };
        let first_row = unit.y & ((1 << self.layout.log2_ctb) - 1) == 0;
        if first_row || self.frame.part(x as i32, unit.y as i32 - 1) != self.part {
            return DC;
        }
        self.frame.unit(x, unit.y - 1).mode
    }

    fn read_chroma_modes(&mut self, unit: &mut CodingUnit, parts: usize) {
        let chroma = self.frame.info.chroma;
        let coded = match chroma {
            Chroma::Monochrome => return,
            Chroma::C444 => parts,
            _ => 1,
        };
        for part in 0..coded {
            let luma = unit.luma_modes[part];
            let index = self.bins.bin(INTRA_CHROMA).then(|| self.bins.bypass(2));
            let own = index.map(|index| [PLANAR, VERTICAL, HORIZONTAL, DC][index as usize & 3]);
            let mode = match own {
                None => luma,
                Some(own) if own == luma => 34,
                Some(own) => own,
            };
            let mapped = if chroma == Chroma::C422 { MODES_422[usize::from(mode)] } else { mode };
            (unit.chroma_modes[part], unit.chroma_from_luma[part]) = (mapped, own.is_none());
        }
        if coded == 1 {
            unit.chroma_modes = [unit.chroma_modes[0]; 4];
            unit.chroma_from_luma = [unit.chroma_from_luma[0]; 4];
        }
    }
}

/// The three modes that the neighbors make likely (section 8.4.2).
fn most_likely(left: u8, above: u8) -> [u8; 3] {
    if left == above {
        if left < 2 {
            return [PLANAR, DC, VERTICAL];
        }
        return [left, 2 + (left + 29) % 32, 2 + (left - 2 + 1) % 32];
    }
    let third = [PLANAR, DC, VERTICAL].into_iter().find(|&mode| mode != left && mode != above);
    [left, above, third.unwrap_or(VERTICAL)]
}
