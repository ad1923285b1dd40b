//! Animated GIFs that begin with frames that show nothing: the first one that shows something is taken.

use crate::formats::catch_panic::caught;
use crate::formats::gif::later::later;
use crate::pixels::{Raster, alpha};
use crate::plan::Plan;
use crate::{Error, Format, Result, Warning};

/// The decoded first frame of a GIF, or the first later one that shows something.
pub(super) fn of_gif(
    plan: &Plan,
    bytes: &[u8],
    raster: Raster,
    warnings: &mut Vec<Warning>,
) -> Result<Raster> {
    let info = plan.info();
    if info.format != Format::Gif || !info.animated || !alpha::is_invisible(&raster) {
        return Ok(raster);
    }
    let memory = plan.options().input_limits.memory;
    match caught(Format::Gif, || later(bytes, info, memory)) {
        Ok(Some(later)) => {
            warnings.push(skipped(later.skipped));
            Ok(later.raster)
        }
        // What is broken behind the first frame is no fault of it.
        Ok(None) | Err(Error::Malformed { .. }) => {
            warnings.push(nothing());
            Ok(raster)
        }
        Err(other) => Err(other),
    }
}

pub(crate) fn skipped(frames: usize) -> Warning {
    Warning::FrameSkipped(format!(
        "the first {frames} frames are fully transparent; frame {} is used",
        frames + 1
    ))
}

pub(crate) fn nothing() -> Warning {
    Warning::FrameSkipped(
        "the first frame is fully transparent, and no later one that shows something was found".into(),
    )
}
