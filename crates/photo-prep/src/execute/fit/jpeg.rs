//! A picture as a JPEG within the byte limit. It is transformed once and written once: what its bytes will be
//! is known before.

use std::borrow::Cow;

use super::drafts::Drafts;
use super::outcome::{Counts, Step, Target};
use super::quant_search::{Found, QuantTableSearch};
use super::size_search::{Remade, SizeSearch};
use crate::formats::jpeg::encode::{JpegSettings, OrientedPlanes};
use crate::plan::{Attempt, FewerPixels, TableRange};
use crate::sampling::JpegSampling;
use crate::{Orientation, Result, Size};

/// A picture to be written as JPEG.
pub(in super::super) struct Source<'a> {
    pub(in super::super) picture: OrientedPlanes<'a>,
    pub(in super::super) remade: &'a Remade<'a>,
}

/// A sample of the picture may be wrong by so much.
const UNSURE: f64 = 1.1;

/// A picture with full chroma has at most so many times the bytes of one with halved chroma, at a quality
/// where the latter may be the better one.
const CHROMA_SHARE: f64 = 1.6;

/// The attempts to write one picture.
pub(super) struct JpegFit<'a> {
    target: &'a Target,
    remade: &'a Remade<'a>,
    size: Size,
    orientation: Orientation,
    /// Until it is transformed.
    planes: Option<OrientedPlanes<'a>>,
    search: Option<QuantTableSearch<'a>>,
    /// Bytes expected at the planned quality and at the floor, by samples.
    sampled: Option<f64>,
    at_floor: Option<f64>,
    drafts: Drafts<'a>,
    /// Beside those of the drafts and of the present search.
    counts: Counts,
}

impl<'a> JpegFit<'a> {
    pub(super) fn new(source: Source<'a>, target: &'a Target) -> Self {
        let Source { picture, remade } = source;
        Self {
            target,
            remade,
            size: picture.size(),
            orientation: picture.orientation,
            planes: Some(picture),
            search: None,
            sampled: None,
            at_floor: None,
            drafts: Drafts::new(target),
            counts: Counts::default(),
        }
    }

    pub(super) fn attempt(&mut self, attempt: &Attempt) -> Result<Step> {
        match attempt {
            Attempt::Jpeg { quality } => self.at_quality(*quality),
            Attempt::ProgressiveJpeg { quality } => self.progressive(*quality),
            Attempt::LowerQuality(tables) => self.lower_quality(*tables),
            Attempt::HalvedChroma { tables, .. } => self.halved_chroma(*tables),
            Attempt::FewerPixels(how) => self.fewer_pixels(*how),
            _ => Ok(Step::Skipped),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let searched = self.search.as_ref().map_or(0, QuantTableSearch::encodes);
        Counts {
            encodes: self.counts.encodes + self.drafts.written + searched,
            transforms: self.counts.transforms + self.drafts.transforms,
        }
    }

    fn at_quality(&mut self, quality: u8) -> Result<Step> {
        if self.surely_fits()?
            && let Some(planes) = &self.planes
        {
            return self.drafts.attempt(planes, quality);
        }
        if !self.may_fit()? {
            return Ok(Step::Skipped);
        }
        self.searched(|search, settings| search.at_quality(quality, settings.tables.clone(), false))
    }

    /// Where the sample said that a sequential file surely fits, but it did not, a progressive one hardly
    /// would.
    fn progressive(&mut self, quality: u8) -> Result<Step> {
        if self.surely_fits()? || !self.may_fit()? {
            return Ok(Step::Skipped);
        }
        self.searched(|search, settings| search.at_quality(quality, settings.tables.clone(), true))
    }

    fn lower_quality(&mut self, tables: TableRange) -> Result<Step> {
        if !self.floor_may_fit()? {
            return Ok(Step::Skipped);
        }
        self.searched(|search, _| search.finest(tables))
    }

    fn limit(&self) -> f64 {
        self.target.max_bytes as f64
    }

    fn surely_fits(&mut self) -> Result<bool> {
        Ok(UNSURE * self.sampled()? <= self.limit())
    }

    /// Whether the planned quality may fit, and the floor, too.
    fn may_fit(&mut self) -> Result<bool> {
        Ok(self.sampled()? <= UNSURE * self.limit() && self.floor_may_fit()?)
    }

    /// A dead zone and a progressive file save some bytes beside.
    fn floor_may_fit(&mut self) -> Result<bool> {
        Ok(self.at_floor()? <= UNSURE * UNSURE * self.limit())
    }

    /// With a byte for each pixel there is room for all but noise, and no need for a sample.
    fn sampled(&mut self) -> Result<f64> {
        let roomy = self.target.max_bytes >= self.size.pixels();
        let settings = &self.target.settings;
        predicted(&mut self.sampled, if roomy { None } else { self.planes.as_ref() }, settings)
    }

    fn at_floor(&mut self) -> Result<f64> {
        let settings = self.target.settings.at(self.floor());
        predicted(&mut self.at_floor, self.planes.as_ref(), &settings)
    }

    fn floor(&self) -> u8 {
        self.target.floor.min(self.target.settings.quality)
    }

    /// What a search among the tables for the transformed picture finds; the planes are gone from then on.
    fn searched(
        &mut self,
        find: impl FnOnce(&mut QuantTableSearch<'a>, &JpegSettings) -> Option<Found>,
    ) -> Result<Step> {
        if let (None, Some(planes)) = (&self.search, self.planes.take()) {
            self.counts.transforms += 1;
            self.search = Some(self.target.search_tables(&planes)?);
        }
        let Some(search) = &mut self.search else { return Ok(Step::Skipped) };
        Ok(Step::found(find(search, &self.target.settings), self.size))
    }

    /// The same with chroma halved. Where chroma takes so many bytes that even half of them would not do, it
    /// is not tried.
    fn halved_chroma(&mut self, tables: TableRange) -> Result<Step> {
        if self.at_floor()? > CHROMA_SHARE * self.limit() {
            return Ok(Step::Skipped);
        }
        (self.planes, self.search) = (None, None);
        let planes = Cow::Owned((self.remade)(self.size, JpegSampling::S420)?);
        self.planes = Some(OrientedPlanes { planes, orientation: self.orientation });
        let step = self.searched(|search, _| search.finest(tables))?;
        self.take_search();
        Ok(step)
    }

    fn fewer_pixels(&mut self, how: FewerPixels) -> Result<Step> {
        let (expected, quality) = (self.at_floor()?, self.floor());
        self.planes = None;
        self.take_search();
        let (target, remade, whole, orientation) = (self.target, self.remade, self.size, self.orientation);
        let search = SizeSearch { target, how, remade, whole, orientation };
        let (step, counts) = search.run(expected, quality, &mut self.drafts)?;
        self.counts.encodes += counts.encodes;
        self.counts.transforms += counts.transforms;
        Ok(step)
    }

    /// Drops the transformed picture, but not what was done for it.
    fn take_search(&mut self) {
        self.counts.encodes += self.search.take().map_or(0, |search| search.encodes());
    }
}

/// The bytes expected of the planes, or none without planes; asked once.
fn predicted(
    known: &mut Option<f64>,
    planes: Option<&OrientedPlanes<'_>>,
    settings: &JpegSettings,
) -> Result<f64> {
    if let Some(known) = *known {
        return Ok(known);
    }
    let predicted = match planes {
        Some(planes) => planes.predict(settings)? as f64,
        None => 0.0,
    };
    *known = Some(predicted);
    Ok(predicted)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use photo_jpeg::Planes;

    use super::*;

    /// A gray picture of noise, but that of the rows of blocks which [`OrientedPlanes::predict`] looks at
    /// only so many parts of 100 are.
    fn two_faced(size: Size, noisy: u32) -> Planes {
        let high = size.height.div_ceil(8);
        let every = (size.height.max(size.width).div_ceil(16) / 16).clamp(1, 8);
        let looked_at =
            |y: u32| (y / 8).checked_sub((every.min(high) - 1) / 2).is_some_and(|r| r % every == 0);
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let samples = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
        let data =
            samples.map(|(x, y)| if looked_at(y) && x % 100 >= noisy { 128 } else { noise() }).collect();
        Planes::from_gray(size.width, size.height, data).unwrap()
    }

    /// What is tried on the pixels of a JPEG.
    fn attempts() -> Vec<Attempt> {
        let bytes = std::fs::read(photo_testkit::fixtures::folder().join("orientation_1.jpg")).unwrap();
        let options = crate::Options::default().max_pixels(1_000);
        let resources = crate::Resources::threads(2);
        options
            .plan(&options.probe(&bytes).unwrap(), resources)
            .unwrap()
            .route()
            .attempts()
            .cloned()
            .collect()
    }

    #[test]
    fn pictures_that_mislead_the_sample_are_fitted_in_a_few_tries() {
        let settings =
            JpegSettings { quality: 92, sampling: JpegSampling::S444, tables: None, segments: Vec::new() };
        for noisy in [10, 30, 50, 70, 90] {
            for max_bytes in [100_000, 200_000, 400_000, 700_000] {
                let target = Target {
                    max_bytes,
                    floor: 75,
                    smallest: Size::new(1, 1),
                    required: crate::Requirements::none(),
                    settings: settings.clone(),
                    chunks: Vec::new(),
                };
                let made = Cell::new(0);
                let remade = |size, _: JpegSampling| {
                    made.set(made.get() + 1);
                    assert!(made.get() < 20, "{noisy} parts of 100, {max_bytes} bytes: it never ends");
                    Ok(two_faced(size, noisy))
                };
                let planes = Cow::Owned(two_faced(Size::new(1_600, 1_200), noisy));
                let picture = OrientedPlanes { planes, orientation: Orientation::Upright };
                let plan = attempts();
                let fitted = crate::execute::fit::planes(Source { picture, remade: &remade }, &plan, &target);
                let file = fitted.unwrap().file;
                println!(
                    "{noisy} {max_bytes}: {} bytes, {}, made {}",
                    file.bytes.len(),
                    file.size,
                    made.get()
                );
                let bytes = file.bytes.len() as u64;
                assert!(bytes <= max_bytes);
                // Small pictures are looked at as a whole, and so have no more noise than that.
                assert!(bytes > max_bytes * u64::from(noisy) / 200, "{noisy}, {max_bytes}: {bytes}");
            }
        }
    }
}
