//! Which of several candidates looks most like the picture.

mod measure;

use super::Raster;

/// How well `candidate` stands for `source`, both laid on white, in points as [`measure::score`] gives them.
/// Both may be parts of a picture of this long side, in pixels. `None` where the sizes differ.
pub(crate) fn score(source: &Raster, candidate: &Raster, long_side: u32) -> Option<f64> {
    measure::score(&view(source), &view(candidate), long_side as usize)
}

fn view(raster: &Raster) -> measure::View<'_> {
    let size = raster.size();
    measure::View {
        samples: raster.data(),
        width: size.width as usize,
        height: size.height as usize,
        channels: raster.layout().channels(),
    }
}
