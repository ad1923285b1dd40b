//! profile_tier_level() (H.265 section 7.3.3), which is only stepped over: the tools say themselves what is
//! needed.

use crate::bits::BitReader;
use crate::error::Result;

pub(super) fn skip_profile_tier_level(bits: &mut BitReader<'_>, max_sub_layers_minus1: u32) -> Result<()> {
    bits.skip(96)?;
    let mut present = Vec::new();
    for _ in 0..max_sub_layers_minus1 {
        present.push((bits.flag()?, bits.flag()?));
    }
    if max_sub_layers_minus1 > 0 {
        bits.skip(2 * (8 - max_sub_layers_minus1))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Ok(())
}
