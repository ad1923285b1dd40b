//! The coefficients that making samples needs: all of them, or only the lowest, which are all that decoding at
//! half size or less needs.

use std::borrow::Cow;

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::Result;
use crate::progressive;

/// The coefficients of a file: all, or only the low ones where the scale needs no others.
#[derive(Debug)]
pub(crate) enum StoredCoefficients {
    Whole(Coefficients),
    Low(LowCoefficients),
}

impl StoredCoefficients {
    /// Reads a file of any DCT process and any number of scans; only its `low` coefficients if so asked.
    pub(crate) fn read(bytes: &[u8], options: &ReadOptions, low: bool) -> Result<Self> {
        if low {
            return LowCoefficients::read(bytes, options).map(Self::Low);
        }
        let read = progressive::read::<64>(bytes, options, progressive::Damage::Refuse);
        read.map(|(whole, _)| Self::Whole(whole))
    }

    /// The picture, of whose blocks only some coefficients may be there.
    pub(crate) fn picture(&self) -> &Coefficients {
        match self {
            Self::Whole(all) | Self::Low(LowCoefficients(all)) => all,
        }
    }

    /// The blocks `first..first + count` of a component, in natural order.
    pub(crate) fn blocks(&self, component: usize, first: usize, count: usize) -> Cow<'_, [[i16; 64]]> {
        match self {
            Self::Whole(all) => {
                let blocks = all.components.get(component).map_or(&[][..], |c| c.blocks());
                Cow::Borrowed(blocks.get(first..first + count).unwrap_or_default())
            }
            Self::Low(low) => Cow::Owned(low.blocks(component, first, count)),
        }
    }
}

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
