//! The first frame of an animation that shows something, where those before it are fully transparent.

use crate::formats::gif::decode::{Placement, error, grays, options, with_colors};
use crate::info::ImageInfo;
use crate::pixels::{Raster, alpha};
use crate::{Error, Format, Result};

/// A frame on its canvas, and how many there are before it.
#[derive(Debug)]
pub(crate) struct Later {
    pub(crate) raster: Raster,
    pub(crate) skipped: usize,
}

/// The first frame behind the first one that shows something; `None` where none does that is looked at. Since
/// nothing is shown before it, it makes no difference how the frames before it are disposed of.
///
/// # Errors
/// [`Error::Malformed`] for a frame that is broken.
pub(crate) fn later(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Option<Later>> {
    /// Real animations begin within a few.
    const FRAMES: usize = 100;
    /// In all frames together; a second or two.
    const PIXELS: u64 = 400_000_000;
    let bytes = &*with_colors(bytes);
    let mut decoder = options(memory).read_info(bytes).map_err(error)?;
    let mut pixels = 0;
    for skipped in 0..FRAMES {
        let Some(frame) = decoder.next_frame_info().map_err(error)? else { return Ok(None) };
        let length = u64::from(frame.width) * u64::from(frame.height);
        pixels += length;
        // The plan counts indices for no more than the canvas.
        if length > info.size.pixels() || pixels > PIXELS {
            return Ok(None);
        }
        let place = Placement::of(frame);
        let palette = decoder.palette().map_or_else(|_| grays(bytes), <[u8]>::to_vec);
        let mut indices = vec![0; usize::try_from(length).map_err(|_| too_large())?];
        decoder.read_into_buffer(&mut indices).map_err(error)?;
        // What is transparent throughout needs no canvas.
        if skipped == 0 || place.transparent.is_some_and(|clear| indices.iter().all(|i| *i == clear)) {
            continue;
        }
        let raster = place.on_canvas(info.size, &indices, &palette)?;
        if !alpha::is_invisible(&raster) {
            return Ok(Some(Later { raster, skipped }));
        }
    }
    Ok(None)
}

fn too_large() -> Error {
    Error::malformed(Format::Gif, None, "a frame is too large")
}
