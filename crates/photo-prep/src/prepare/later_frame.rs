//! Animated PNGs that begin with frames that show nothing: the first one that shows something is taken.

use crate::execute::later_frame::nothing;
use crate::formats::decode_request::DecodeRequest;
use crate::formats::opened::OpenedFile;
use crate::formats::png::{PngLayout, apng};
use crate::formats::probe::probe;
use crate::formats::{decode, png};
use crate::pixels::Raster;
use crate::pixels::depth::DepthConversion;
use crate::plan::Plan;
use crate::sampling::DecodeScale;
use crate::{Error, Format, Result, Warning};

/// What an animated PNG shows first.
pub(super) enum Look {
    /// Its default image, or that can't be told.
    Shown,
    /// A later frame, as a PNG of its own, and how many frames there are before it.
    Later(Vec<u8>, usize),
    /// Nothing.
    Nothing(Warning),
}

/// What an animated PNG shows first.
pub(super) fn of_png(plan: &Plan, file: &OpenedFile<'_>) -> Result<Look> {
    let info = plan.info();
    if info.format != Format::Png || !info.animated || !info.alpha {
        return Ok(Look::Shown);
    }
    let bytes = file.bytes();
    let request = request(plan);
    let invisible = |file: &[u8]| decode::png_is_invisible(file, &request);
    // What is broken is found by whoever decodes it for good.
    if !invisible(bytes).unwrap_or(false) {
        return Ok(Look::Shown);
    }
    let layout = file.png()?;
    let header = png::header(bytes, layout)?;
    let mut pixels = 0;
    for (number, frame) in apng::frames(bytes, layout).take(apng::FRAMES).enumerate() {
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if pixels > apng::PIXELS {
            break;
        }
        let Some(file) = apng::file(bytes, layout, &frame) else { continue };
        if !invisible(&file).unwrap_or(true) {
            let whole = frame.covers(header);
            let file = if whole { file } else { on_canvas(plan, bytes, layout, &file, &frame)? };
            return Ok(Look::Later(file, number + 1));
        }
    }
    Ok(Look::Nothing(nothing()))
}

fn request(plan: &Plan) -> DecodeRequest {
    DecodeRequest {
        scale: DecodeScale::Full,
        memory: plan.options().input_limits.memory,
        depth: DepthConversion::Rounded,
    }
}

/// A frame that is smaller than the canvas, on it, as a PNG of 8 bits a sample.
fn on_canvas(
    plan: &Plan,
    bytes: &[u8],
    layout: &PngLayout,
    file: &[u8],
    frame: &apng::Frame,
) -> Result<Vec<u8>> {
    let size = plan.info().size;
    // The canvas, the frame, and what is written of them.
    let (actual, limit) = (16 * size.pixels(), plan.options().input_limits.memory);
    if actual > limit {
        return Err(Error::LimitExceeded { what: crate::LimitKind::Memory, actual, limit });
    }
    let info = probe(&OpenedFile::open(file), &plan.options().input_limits)?;
    let picture = decode::decode(file, &info, &request(plan))?;
    let samples = picture.layout();
    let mut canvas = vec![0; Raster::bytes_for(size, samples)];
    let (width, left) = (size.width as usize * samples.channels(), frame.left as usize * samples.channels());
    let lines = canvas.chunks_exact_mut(width).skip(frame.top as usize);
    for (to, from) in lines.zip(picture.data().chunks_exact(picture.row_bytes())) {
        to.iter_mut().skip(left).zip(from).for_each(|(to, from)| *to = *from);
    }
    let missing = || Error::malformed(Format::Png, None, "the canvas has no size");
    let canvas = Raster::new(size, samples, canvas).ok_or_else(missing)?;
    png::encode::encode(&canvas, &apng::color_chunks(bytes, layout))
}
