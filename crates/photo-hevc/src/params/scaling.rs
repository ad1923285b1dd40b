//! Scaling lists (H.265 sections 7.3.4 and 7.4.5), those of intra blocks.

use crate::bits::BitReader;
use crate::error::{Result, malformed};
use crate::scan::DIAGONAL_8;

/// The default list of intra blocks of 8x8 and more, in diagonal order (Table 7-6).
const DEFAULT_8: [u8; 64] = [
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 17, 16, 17, 18, 17, 18, 18, 17, 18, 21, 19, 20, 21, 20,
    19, 21, 24, 22, 22, 24, 24, 22, 22, 24, 25, 25, 27, 30, 27, 25, 25, 29, 31, 35, 35, 31, 29, 36, 41, 44,
    41, 36, 47, 54, 54, 47, 65, 70, 65, 88, 88, 115,
];

#[derive(Clone, Copy)]
struct List {
    /// In diagonal order; 4x4 uses the first 16.
    values: [u8; 64],
    dc: u8,
}

/// The lists as they are coded: by size (4, 8, 16, 32) and matrix; those of inter blocks stand behind.
#[derive(Clone)]
pub(crate) struct ScalingLists([[List; 6]; 4]);

impl Default for ScalingLists {
    fn default() -> Self {
        let large = [List { values: DEFAULT_8, dc: 16 }; 6];
        Self([[List { values: [16; 64], dc: 16 }; 6], large, large, large])
    }
}

impl ScalingLists {
    pub(crate) fn read(bits: &mut BitReader<'_>) -> Result<Self> {
        let mut lists = Self::default();
        for size in 0..4 {
            for matrix in (0..6).step_by(if size == 3 { 3 } else { 1 }) {
                let list = lists.read_list(bits, size, matrix)?;
                lists.0[size][matrix] = list;
            }
        }
        Ok(lists)
    }

    fn read_list(&self, bits: &mut BitReader<'_>, size: usize, matrix: usize) -> Result<List> {
        if bits.flag()? {
            return read_values(bits, size);
        }
        let delta = bits.ue_max(5, "a scaling list refers to none")? as usize * if size == 3 { 3 } else { 1 };
        match matrix.checked_sub(delta) {
            None => malformed("a scaling list refers to none"),
            Some(_) if delta == 0 => Ok(Self::default().0[size][matrix]),
            Some(reference) => Ok(self.0[size][reference]),
        }
    }
}

fn read_values(bits: &mut BitReader<'_>, size: usize) -> Result<List> {
    let mut next = 8i32;
    let mut list = List { values: [16; 64], dc: 16 };
    if size > 1 {
        next = bits.se_in(-7, 247, "a scaling list's DC is out of range")? + 8;
        list.dc = next as u8;
    }
    for value in list.values.iter_mut().take(if size == 0 { 16 } else { 64 }) {
        next = (next + bits.se_in(-128, 127, "a scaling list's step is out of range")? + 256) & 255;
        *value = next as u8;
    }
    Ok(list)
}

/// Factors by block size (4, 8, 16, 32) and component, row by row.
pub(crate) struct ScalingFactors([[Vec<u8>; 3]; 4]);

impl ScalingFactors {
    pub(crate) fn new(lists: &ScalingLists) -> Self {
        let factors = |size: usize| {
            std::array::from_fn(|component| {
                // Chroma blocks of 32x32, which only 4:4:4 has, use the lists of 16x16 (section 7.4.5).
                let coded = if size == 3 && component > 0 { 2 } else { size };
                expand(&lists.0[coded][component], size)
            })
        };
        Self(std::array::from_fn(factors))
    }

    /// The factors of a block of `1 << log2` a side.
    pub(crate) fn of(&self, log2: u32, component: usize) -> &[u8] {
        &self.0[log2 as usize - 2][component]
    }
}

fn expand(list: &List, size: usize) -> Vec<u8> {
    let side = 4usize << size;
    let mut factors = vec![0; side * side];
    if size == 0 {
        for (&(x, y), &value) in crate::scan::DIAGONAL_4.iter().zip(&list.values) {
            factors[y as usize * 4 + x as usize] = value;
        }
        return factors;
    }
    let mut coded = [[0u8; 8]; 8];
    for (&(x, y), &value) in DIAGONAL_8.iter().zip(&list.values) {
        coded[y as usize][x as usize] = value;
    }
    for (at, factor) in factors.iter_mut().enumerate() {
        let (x, y) = (at % side, at / side);
        *factor = coded[y >> (size - 1)][x >> (size - 1)];
    }
    if size > 1 {
        factors[0] = list.dc;
    }
    factors
}
