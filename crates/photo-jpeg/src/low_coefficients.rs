//! The lowest coefficients of a picture, which are all that decoding at half size or less needs.

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::Result;
use crate::progressive;

/// The 4 by 4 lowest coefficients of each block. While a file is read, a block takes 40 bytes instead of 136.
#[derive(Debug)]
pub(crate) struct LowCoefficients(Coefficients);

impl LowCoefficients {
    /// Reads a file as [`Coefficients::read`] does.
    pub(crate) fn read(bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        progressive::read::<16>(bytes, options, progressive::Damage::Refuse).map(|(low, _)| Self(low))
    }

    /// The blocks `first..first + count` of a component, in natural order. The higher coefficients are zero.
    pub(crate) fn blocks(&self, component: usize, first: usize, count: usize) -> Vec<[i16; 64]> {
        let all = self.0.components.get(component).map_or(&[][..], |c| c.data.as_chunks::<16>().0);
        all.iter().skip(first).take(count).map(whole).collect()
    }
}

fn whole(low: &[i16; 16]) -> [i16; 64] {
    let mut block = [0; 64];
    for (row, low) in block.as_chunks_mut::<8>().0.iter_mut().zip(low.as_chunks::<4>().0) {
        row[..4].copy_from_slice(low);
    }
    block
}
