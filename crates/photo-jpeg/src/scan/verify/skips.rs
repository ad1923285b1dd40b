//! Tables that tell how many bits to pass over, but not what the bits mean.
//!
//! Verifying needs no values, so that a look-up need not include their bits. One look-up passes over as many
//! symbols as have their codes in it, which is mostly two in photos.

use crate::huffman::decode::{AcTable, DcTable};
use crate::scan::block::Mcu;

/// An entry of the look-up of AC codes:
///
/// * bits 0..8: the number of bits to pass over;
/// * bits 8..16: how far the coefficient index advances, plus [`Skip::END`] if the block ends there, or
///   [`Skip::RARE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skip(u16);

impl Skip {
    /// The number added to an advance if an end-of-block code follows. It is beyond any index.
    pub(super) const END: u32 = 64;
    /// The advance of an entry that holds no whole symbol, or a symbol of too many bits.
    pub(super) const RARE: u32 = 255;

    fn new(bits: u32, advance: u32) -> Self {
        Self((advance << 8 | bits) as u16)
    }

    /// How far the coefficient index advances.
    #[inline(always)]
    pub(super) fn advance(self) -> u32 {
        u32::from(self.0 >> 8)
    }

    /// The entry as packed. Shifting by it is the same as shifting by its number of bits, because its low
    /// byte holds nothing else.
    #[inline(always)]
    pub(super) fn raw(self) -> u32 {
        self.0.into()
    }
}

/// The number of bits that a look-up of AC codes reads. Two such tables, of 8 KB each, and two for DC fit
/// into the first-level cache.
pub(super) const AC_BITS: u32 = 12;
pub(super) const DC_BITS: u32 = 9;

/// The most bits that an entry passes over, so that three look-ups fit into the 56 bits of a refill.
pub(super) const MAX_BITS: u32 = 18;

pub(super) type AcSkips = [Skip; 1 << AC_BITS];

/// For each value of the next bits, the number of bits of a DC's code and value; 0 if the code is longer than
/// the look-up or in no table.
pub(super) type DcSkips = [u8; 1 << DC_BITS];

/// The tables of all components of a scan.
#[derive(Debug)]
pub(super) struct SkipTables {
    /// The distinct pairs of DC and AC tables.
    of: Vec<(Box<DcSkips>, Box<AcSkips>)>,
    /// For each component, the index of its pair. Sharing equal tables keeps more of them in the cache.
    same: Vec<usize>,
}

/// The tables with which a block of an MCU is passed over.
#[derive(Debug, Clone, Copy)]
pub(super) struct SkipPhase<'a> {
    pub(super) dc: &'a DcSkips,
    pub(super) ac: &'a AcSkips,
    /// The full tables, which know every code.
    pub(super) full: &'a (DcTable, AcTable),
}

impl SkipTables {
    pub(super) fn of(mcu: &Mcu) -> Self {
        let (mut of, mut same) = (Vec::new(), Vec::new());
        for (index, tables) in mcu.tables.iter().enumerate() {
            let first = mcu.tables.iter().take(index).position(|earlier| earlier == tables);
            match first.and_then(|first| same.get(first).copied()) {
                Some(first) => same.push(first),
                None => {
                    same.push(of.len());
                    of.push((Box::new(dc_skips(&tables.0)), Box::new(ac_skips(&tables.1))));
                }
            }
        }
        Self { of, same }
    }

    /// The tables of the blocks of an MCU, in their order.
    pub(super) fn phases<'a>(&'a self, mcu: &'a Mcu) -> Vec<SkipPhase<'a>> {
        let phase = |component: usize| {
            let (dc, ac) = self.of.get(*self.same.get(component)?)?;
            Some(SkipPhase { dc, ac, full: mcu.tables.get(component)? })
        };
        mcu.blocks.iter().filter_map(|block| phase(block.component)).collect()
    }
}

fn dc_skips(table: &DcTable) -> DcSkips {
    std::array::from_fn(|next| {
        let code = table.code((next as u64) << (64 - DC_BITS));
        let (_, size, bits) = code.filter(|&(.., bits)| bits <= DC_BITS).unwrap_or_default();
        (bits + size) as u8
    })
}

fn ac_skips(table: &AcTable) -> AcSkips {
    std::array::from_fn(|next| ac_skip(table, (next as u64) << (64 - AC_BITS)))
}

/// The entry for the top of `window`, of which only [`AC_BITS`] bits are known. It passes over as many
/// symbols as these bits determine.
fn ac_skip(table: &AcTable, window: u64) -> Skip {
    let (mut used, mut advance) = (0, 0);
    while used < AC_BITS {
        let Some((run, size, bits)) = table.code(window << used) else { break };
        if used + bits > AC_BITS || used + bits + size > MAX_BITS {
            break;
        }
        let step = match (run, size) {
            (0, 0) => return Skip::new(used + bits, advance + Skip::END),
            // In a sequential scan, a run without a value has no meaning.
            (1..15, 0) => break,
            _ => run + 1,
        };
        if advance + step > 63 {
            break;
        }
        (used, advance) = (used + bits + size, advance + step);
    }
    if used == 0 { Skip::new(0, Skip::RARE) } else { Skip::new(used, advance) }
}
