//! Which of several candidates looks most like the picture.

mod measure;

use super::Raster;

/// How well candidates stand for parts of a picture of this long side, in pixels, all laid on white, in
/// points as [`measure::score`] gives them. `None` where the sizes differ.
pub(crate) fn score<'a>(
    pairs: impl Iterator<Item = (&'a Raster, &'a Raster)>,
    long_side: u32,
) -> Option<f64> {
    let views: Vec<_> = pairs.map(|(source, candidate)| [view(source), view(candidate)]).collect();
    measure::score(&views, long_side as usize)
}

/// How many pixels of a picture of this long side are one when it is looked at, across and down.
pub(crate) fn shrink(long_side: u32) -> u32 {
    measure::shrink(long_side as usize) as u32
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
