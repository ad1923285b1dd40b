//! A JPEG of fewer pixels: the size whose quality under the byte limit is what the plan asks of so many
//! pixels, with the finest tables there.

use std::borrow::Cow;

use photo_jpeg::{Planes, QuantTable};

use super::drafts::Drafts;
use super::outcome::{Counts, Step, Target};
use super::quant_search::QuantTableSearch;
use crate::formats::jpeg::encode::OrientedPlanes;
use crate::plan::{FewerPixels, TableRange};
use crate::sampling::JpegSampling;
use crate::{Orientation, Result, Size};

/// Makes a picture's planes again at an upright size, with this sampling of chroma.
pub(in super::super) type Remade<'a> = dyn Fn(Size, JpegSampling) -> Result<Planes> + 'a;

/// Sizes lie on a ladder, so that what comes out does not depend on where the search begins.
pub(super) struct SizeSearch<'a> {
    pub(super) target: &'a Target,
    pub(super) how: FewerPixels,
    pub(super) remade: &'a Remade<'a>,
    /// The upright size that did not fit.
    pub(super) whole: Size,
    pub(super) orientation: Orientation,
}

/// What share of the pixels each size has of those of the size before.
const STEP: f64 = 0.96;
/// So many steps lead from the longest side to a single pixel.
const MOST_STEPS: u32 = 600;
/// Where a sample misled, the next size has half of the pixels.
const LEAP: u32 = 17;
/// Bytes of a file beside its picture: headers and tables.
const HEADERS: f64 = 330.0;

impl<'a> SizeSearch<'a> {
    /// The file, from what the whole picture is expected to take at a quality.
    pub(super) fn run(&self, expected: f64, quality: u8, drafts: &mut Drafts<'a>) -> Result<(Step, Counts)> {
        let (mut counts, last) = (Counts::default(), self.last_step());
        if last == 0 {
            return Ok((Step::TooLarge(None), counts));
        }
        let (mut step, mut picture) =
            self.balanced(self.curve(expected, self.whole, quality), &mut counts)?;
        let mut floor = self.how.tables.floor.max(self.least_quality(step).saturating_sub(10));
        loop {
            let size = self.size(step);
            let found = picture.finest(TableRange { floor, ..self.how.tables });
            counts.encodes += picture.encodes();
            if found.is_some() {
                return Ok((Step::found(found, size), counts));
            }
            if step == last {
                // Tells how many bytes it takes at least.
                let smallest = drafts.attempt(&self.planes(step, self.how.sampling)?, floor)?;
                return Ok((smallest, counts));
            }
            (step, floor) = ((step + LEAP).min(last), self.how.tables.floor);
            picture = self.transformed(step, self.how.sampling, &mut counts)?;
        }
    }

    /// The largest size that has the quality asked for, and its picture; with chroma at full size where that
    /// has quality enough.
    fn balanced(&self, mut curve: Curve, counts: &mut Counts) -> Result<(u32, QuantTableSearch<'a>)> {
        let mut step = self.expected_step(&curve);
        // The smallest size that is known to have too little quality, and the largest that has enough.
        let (mut too_low, mut enough) = (0, u32::MAX);
        let (mut tries, last) = (self.how.tries, self.last_step());
        loop {
            let mut picture = self.transformed(step, self.how.sampling, counts)?;
            let quality = likely_quality(&mut picture);
            if quality >= self.least_quality(step) {
                enough = step;
            } else {
                too_low = step;
            }
            curve = self.curve(self.room(), self.size(step), quality);
            let expected = self.expected_step(&curve).clamp(too_low + 1, enough.max(too_low + 1));
            tries = tries.saturating_sub(1);
            let next = match (tries, enough) {
                (1.., _) => expected,
                (0, u32::MAX) => expected.max(step + LEAP),
                // What is expected of sizes may be wrong: there are not many between these two.
                (0, _) => enough.min(too_low + (enough - too_low).div_ceil(2)),
            };
            let next = next.min(last);
            let near = tries == 0 && enough == step && enough - too_low <= 3;
            if next == step || near {
                let full = self.with_full_chroma(step, quality, counts)?;
                return Ok((step, full.unwrap_or(picture)));
            }
            counts.encodes += picture.encodes();
            step = next;
        }
    }

    /// The same with chroma at full size, where quality stays high enough.
    fn with_full_chroma(
        &self,
        step: u32,
        quality: u8,
        counts: &mut Counts,
    ) -> Result<Option<QuantTableSearch<'a>>> {
        let Some(from) = self.how.full_chroma_from.filter(|from| quality >= *from) else { return Ok(None) };
        let mut picture = self.transformed(step, JpegSampling::S444, counts)?;
        let enough = likely_quality(&mut picture) >= from;
        Ok(enough.then_some(picture))
    }

    fn transformed(
        &self,
        step: u32,
        sampling: JpegSampling,
        counts: &mut Counts,
    ) -> Result<QuantTableSearch<'a>> {
        counts.transforms += 1;
        self.target.search_tables(&self.planes(step, sampling)?)
    }

    fn planes(&self, step: u32, sampling: JpegSampling) -> Result<OrientedPlanes<'static>> {
        let planes = (self.remade)(self.size(step), sampling)?;
        Ok(OrientedPlanes { planes: Cow::Owned(planes), orientation: self.orientation })
    }

    /// The upright size of a step; step 0 is the whole picture.
    fn size(&self, step: u32) -> Size {
        self.target.reduced_to(self.whole.scaled(STEP.powf(f64::from(step) / 2.0)))
    }

    /// The first step of the smallest size that the output may have.
    fn last_step(&self) -> u32 {
        (0..=MOST_STEPS).find(|step| self.size(*step) == self.target.smallest).unwrap_or(MOST_STEPS)
    }

    fn least_quality(&self, step: u32) -> u8 {
        self.how.balance.least_quality(self.size(step).pixels()).min(self.how.tables.best)
    }

    /// The first step that should have the quality asked for.
    fn expected_step(&self, curve: &Curve) -> u32 {
        let last = self.last_step();
        let enough = |step: &u32| {
            let size = self.size(*step);
            *step >= last || curve.bytes(size, self.least_quality(*step)) <= self.room()
        };
        (1..).find(enough).unwrap_or(1)
    }

    /// Bytes for the picture itself.
    fn room(&self) -> f64 {
        self.without_headers(self.target.max_bytes as f64)
    }

    fn without_headers(&self, bytes: f64) -> f64 {
        (bytes - HEADERS - self.target.settings.segments.len() as f64).max(1.0)
    }

    fn curve(&self, bytes: f64, size: Size, quality: u8) -> Curve {
        let one = Curve { scale: 1.0 };
        Curve { scale: bytes.max(1.0) / one.bytes(size, quality) }
    }
}

/// The quality of tables that are just fine enough, whatever the plan allows.
fn likely_quality(picture: &mut QuantTableSearch<'_>) -> u8 {
    picture.likely_quality(TableRange { best: 100, floor: 1, progressive_gain: 0 }).unwrap_or(1)
}

/// About how the bytes of a picture depend on its size and quality, but for a factor. Bytes fall slower than
/// pixels do, since detail gets denser: with their 0.8th power; and with the 0.65th power of the divisors.
struct Curve {
    scale: f64,
}

impl Curve {
    fn bytes(&self, size: Size, quality: u8) -> f64 {
        let percent = QuantTable::percent(quality.min(99));
        self.scale * (size.pixels() as f64).powf(0.8) * percent.powf(-0.65)
    }
}
