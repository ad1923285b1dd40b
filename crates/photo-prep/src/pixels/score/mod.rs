//! Which of several candidates looks most like the picture.

mod measure;

use super::Raster;

/// How well `candidate` stands for `source`, both laid on white, in points as [`measure::score`] gives them.
/// `None` where the sizes differ.
#[allow(dead_code, reason = "the choice between candidates is built on it")]
pub(crate) fn score(source: &Raster, candidate: &Raster) -> Option<f64> {
    measure::score(&view(source), &view(candidate))
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
