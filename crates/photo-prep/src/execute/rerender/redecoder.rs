//! The planes of a JPEG that `photo-jpeg` reads once more, smaller, where its bytes fit with fewer pixels
//! only.

use std::cell::{Cell, RefCell};

use photo_jpeg::Planes;

use super::source_planes::converted;
use crate::formats::jpeg;
use crate::pixels::{Raster, resize};
use crate::plan::{Attempt, PixelsPlan, Plan};
use crate::sampling::JpegSampling;
use crate::{ColorModel, Result, Size};

/// Decoded from the source a few times, which keeps most detail; then, and at once where that may take
/// seconds each time, reduced from the picture of the planned size.
pub(super) struct Redecoder<'a> {
    plan: &'a Plan,
    pixels: &'a PixelsPlan,
    bytes: &'a [u8],
    profile: Option<&'a [u8]>,
    /// Times that the source may still be decoded for one size.
    left: Cell<u32>,
    whole: RefCell<Option<Raster>>,
}

impl<'a> Redecoder<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        pixels: &'a PixelsPlan,
        bytes: &'a [u8],
        profile: Option<&'a [u8]>,
    ) -> Self {
        let redecodes = pixels.attempts.iter().find_map(|attempt| match attempt {
            Attempt::FewerPixels(how) => Some(how.redecodes),
            _ => None,
        });
        let left = Cell::new(redecodes.unwrap_or(0));
        Self { plan, pixels, bytes, profile, left, whole: RefCell::new(None) }
    }

    /// The planes that become a picture of the upright size `upright`, which is at most the planned one, with
    /// this sampling of chroma.
    pub(super) fn planes(&self, upright: Size, sampling: JpegSampling) -> Result<Planes> {
        let pixels = PixelsPlan { sampling, ..self.pixels.clone() };
        let source = |upright| converted(self.plan, &pixels, self.bytes, self.profile, upright);
        if let Some(left) = self.left.get().checked_sub(1) {
            self.left.set(left);
            return source(upright);
        }
        let mut whole = self.whole.borrow_mut();
        let whole = match &mut *whole {
            Some(whole) => whole,
            none => none.insert(jpeg::decode_planes::raster(&source(self.pixels.size)?)?),
        };
        let orientation = self.plan.info().orientation;
        let stored = orientation.apply_to(upright);
        let gray = self.plan.info().model == ColorModel::Gray;
        let factors = jpeg::decode_planes::factors(gray, sampling, orientation);
        jpeg::encode::planes_of(&resize::reduced(whole, stored), factors.first().copied().unwrap_or((1, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Route;
    use crate::{Options, Subsampling};

    #[test]
    fn planes_are_the_same_whichever_way_they_are_made() {
        let names = (1..=8).map(|n| format!("orientation_{n}.jpg"));
        let others = ["jpeg_422.jpg", "jpeg_gray.jpg", "jpeg_adobe_rgb.jpg", "jpeg_progressive.jpg"];
        for name in names.chain(others.map(String::from)) {
            let bytes = std::fs::read(photo_testkit::fixtures::folder().join(&name)).unwrap();
            for sampling in [Subsampling::Auto, Subsampling::S444] {
                let options = Options::default().max_pixels(4_000).subsampling(sampling);
                let plan =
                    options.plan(&options.probe(&bytes).unwrap(), crate::Resources::threads(2)).unwrap();
                let Route::Pixels(pixels) = plan.route() else { panic!("{name}: {:?}", plan.route()) };
                let redecoder = Redecoder::new(&plan, pixels, &bytes, None);
                let smaller = pixels.size.scaled(0.8);
                let decoded = redecoder.planes(smaller, pixels.sampling).unwrap();
                redecoder.left.set(0);
                for _ in 0..2 {
                    let reduced = redecoder.planes(smaller, pixels.sampling).unwrap();
                    assert_eq!(
                        (reduced.width(), reduced.height()),
                        (decoded.width(), decoded.height()),
                        "{name}"
                    );
                    assert_eq!(reduced.sampling(), decoded.sampling(), "{name}");
                    for (a, b) in reduced.planes().iter().zip(decoded.planes()) {
                        assert_eq!((a.width(), a.height()), (b.width(), b.height()), "{name}");
                        let difference: u64 =
                            a.data().iter().zip(b.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                        let mean = difference as f64 / a.data().len() as f64;
                        assert!(mean < 3.0, "{name}, {sampling:?}: {mean}");
                    }
                }
            }
        }
    }
}
