//! st_ref_pic_set() (H.265 sections 7.3.7 and 7.4.8): needed only to find what stands behind it.

use crate::bits::BitReader;
use crate::error::{Result, malformed};

/// Differences of picture order count, first the negative ones, from the nearest on.
#[derive(Clone, Default)]
pub(crate) struct RefPics {
    negative: Vec<i64>,
    positive: Vec<i64>,
}

const MOST: u32 = 16;

impl RefPics {
    /// Reads the set that follows `known`; `in_slice` tells that it stands in a slice header.
    pub(crate) fn read(bits: &mut BitReader<'_>, known: &[Self], in_slice: bool) -> Result<Self> {
        if !known.is_empty() && bits.flag()? {
            return Self::read_predicted(bits, known, in_slice);
        }
        let negative = bits.ue_max(MOST, "too many reference pictures")?;
        let positive = bits.ue_max(MOST, "too many reference pictures")?;
        Ok(Self { negative: read_deltas(bits, negative, -1)?, positive: read_deltas(bits, positive, 1)? })
    }

    fn read_predicted(bits: &mut BitReader<'_>, known: &[Self], in_slice: bool) -> Result<Self> {
        let back = if in_slice { bits.ue()? as usize } else { 0 };
        let Some(reference) = known.len().checked_sub(1 + back).and_then(|at| known.get(at)) else {
            return malformed("a reference picture set refers to none");
        };
        let sign = bits.flag()?;
        let size = i64::from(bits.ue()?) + 1;
        let delta = if sign { -size } else { size };
        let mut set = Self::default();
        for poc in reference.negative.iter().chain(&reference.positive).copied().chain([0]) {
            let kept = bits.flag()? || bits.flag()?;
            match poc + delta {
                0 => {}
                _ if !kept => {}
                sum if sum < 0 => set.negative.push(sum),
                sum => set.positive.push(sum),
            }
        }
        set.negative.sort_unstable_by(|a, b| b.cmp(a));
        set.positive.sort_unstable();
        if set.negative.len() + set.positive.len() > MOST as usize {
            return malformed("too many reference pictures");
        }
        Ok(set)
    }
}

fn read_deltas(bits: &mut BitReader<'_>, count: u32, sign: i64) -> Result<Vec<i64>> {
    let mut poc = 0;
    let mut deltas = Vec::new();
    for _ in 0..count {
        poc += sign * (i64::from(bits.ue()?) + 1);
        bits.skip(1)?;
        deltas.push(poc);
    }
    Ok(deltas)
}
