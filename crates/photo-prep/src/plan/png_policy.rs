//! What is tried on pixels that may become a PNG, and every number that decides over it.

use super::attempts::{Attempt, FewerColors, PngMargin, SmallerPng};
use super::route::OutputRule;
use crate::info::ImageInfo;

/// The colors of graphics. 8 are hardly smaller than 16.
const COLORS: FewerColors = FewerColors { most: 256, fewest: 16 };

/// Errors are not seen up to 3; with 5, pixels are better kept than given up.
const MAX_ERROR: u8 = 5;

/// Thousandths of the limit that a PNG of fewer pixels has at least, if five files can get there.
const FILL: u64 = 985;
const TRIES: u32 = 5;

/// What is tried, before the attempts for a JPEG whose planned quality is `quality`; `reduced` where the
/// planned size is smaller than the source's, `small` the bytes of a PNG that is small in itself, or `None` where
/// a PNG only has to fit.
pub(super) fn attempts(
    info: &ImageInfo,
    output: OutputRule,
    quality: u8,
    reduced: bool,
    small: Option<u32>,
) -> Vec<Attempt> {
    if output == OutputRule::Jpeg {
        return Vec::new();
    }
    // A JPEG can't be much smaller than the PNG of a screenshot, and blurs its edges besides. Where a few
    // tiles say that the PNG is so much larger, more of them hardly bring it down: photos have 5 to 8,
    // dithered ones of 256 colors 1.8, screenshots less than 1, charts and screenshots with photos up to 2.
    let margin = small.map(|small| PngMargin {
        small,
        percent: 125,
        percent_of_graphics: 225,
        percent_of_few_tiles: 150,
        quality,
    });
    let unless_larger = margin.filter(|_| output == OutputRule::PngIfBetter);
    let photos_too = info.alpha || output == OutputRule::Png;
    let near = photos_too.then_some(Attempt::NearLossless { max_error: MAX_ERROR });
    let smaller = SmallerPng { max_error: MAX_ERROR, colors: COLORS, fill: FILL, tries: TRIES };
    let lossless = Attempt::LosslessPng { unless_larger, reduced };
    let fewer = [Attempt::FewerColors(COLORS), Attempt::SmallerPng(smaller)];
    [lossless].into_iter().chain(near).chain(fewer).collect()
}
