//! hrd_parameters() (H.265 section E.2.2), which is only stepped over.

use crate::bits::BitReader;
use crate::error::Result;

pub(super) fn skip_hrd(bits: &mut BitReader<'_>, max_sub_layers_minus1: u32) -> Result<()> {
    let (nal, vcl) = (bits.flag()?, bits.flag()?);
    let mut sub_pictures = false;
    if nal || vcl {
        sub_pictures = bits.flag()?;
        bits.skip(if sub_pictures { 8 + 5 + 1 + 5 } else { 0 })?;
        bits.skip(8)?;
        bits.skip(if sub_pictures { 4 } else { 0 })?;
        bits.skip(15)?;
    }
    for _ in 0..=max_sub_layers_minus1 {
        let schedules = sub_layer(bits)?;
        for _ in 0..u32::from(nal) + u32::from(vcl) {
            skip_schedules(bits, schedules, sub_pictures)?;
        }
    }
    Ok(())
}

/// The number of delivery schedules of a sub-layer.
fn sub_layer(bits: &mut BitReader<'_>) -> Result<u32> {
    let fixed_rate = bits.flag()? || bits.flag()?;
    let mut low_delay = false;
    if fixed_rate {
        bits.ue()?;
    } else {
        low_delay = bits.flag()?;
    }
    Ok(1 + if low_delay { 0 } else { bits.ue_max(31, "too many delivery schedules")? })
}

fn skip_schedules(bits: &mut BitReader<'_>, schedules: u32, sub_pictures: bool) -> Result<()> {
    for _ in 0..schedules {
        for _ in 0..if sub_pictures { 4 } else { 2 } {
            bits.ue()?;
        }
        bits.skip(1)?;
    }
    Ok(())
}
