//! A picture as a PNG within the byte limit: without loss, nearly so, in fewer colors, with fewer pixels.

use super::jpeg_estimate;
use super::outcome::{File, Step, Target, smaller_of};
use super::png_size::SizeSearch;
use super::png_way::{Candidate, Way, Ways};
use crate::formats::png::encode::{Effort, Loss, encode_with};
use crate::pixels::Raster;
use crate::plan::{FewerColors, SmallerPng};
use crate::{Format, Result, Size};

/// Errors that are better than fewer pixels, whatever the picture.
const FINE: u8 = 2;

/// What a sample is taken to be wrong by before a file tells.
const SAMPLED: f64 = 1.05;

/// The attempts to write one picture.
pub(super) struct PngFit<'a> {
    raster: &'a Raster,
    target: &'a Target,
    ways: Ways<'a>,
    /// The ways with loss, once they are known, the best first.
    candidates: Option<Vec<Candidate>>,
    graphic: bool,
    /// The way of the file that was written last.
    way: Way,
    /// Its bytes by what was expected of them, by a sample.
    wrong: f64,
    /// Files that were written.
    count: u32,
    best: Option<u64>,
}

impl<'a> PngFit<'a> {
    /// `graphic`: of few colors, so that they may become fewer.
    pub(super) fn new(raster: &'a Raster, target: &'a Target, graphic: bool) -> Self {
        let ways = Ways::new(raster, target);
        let wrong = if ways.knows_all() { 1.0 } else { SAMPLED };
        Self {
            raster,
            target,
            ways,
            candidates: None,
            graphic,
            way: Way::Lossless,
            wrong,
            count: 0,
            best: None,
        }
    }

    pub(super) fn encodes(&self) -> u32 {
        self.count
    }

    /// Not tried where a sample tells that it is too large; of graphics, tried harder where little is
    /// missing. Photos hardly shrink by other filters.
    pub(super) fn lossless(&mut self) -> Result<Step> {
        let harder = if self.graphic { 1.3 } else { 1.0 };
        if !self.ways.knows_all() && self.ways.expected(Way::Lossless, 0)? > harder * self.limit() {
            return Ok(Step::Skipped);
        }
        let bytes = self.whole(Way::Lossless)?;
        let missed = bytes.len() as f64 / self.limit();
        if !self.ways.knows_all() {
            self.wrong = 1.01 * bytes.len() as f64 / self.ways.expected(Way::Lossless, 0)?;
        }
        let step = self.done(bytes, self.raster.size());
        if missed <= 1.0 || missed > harder || !self.graphic {
            return Ok(step);
        }
        let bytes = encode_with(self.raster, &self.target.chunks, Effort::Most)?;
        Ok(self.done(bytes, self.raster.size()))
    }

    /// The least loss that fits, of photos alone.
    pub(super) fn near_lossless(&mut self, max_error: u8) -> Result<Step> {
        /// What a file has of the limit at least, if another try can get there.
        const ENOUGH: f64 = 0.95;
        if self.graphic {
            return Ok(Step::Skipped);
        }
        let (mut step, mut tried) = (Step::Skipped, None);
        for _ in 0..3 {
            let Some(level) = self.least_level(max_error, self.limit() / self.wrong)? else { break };
            let way = Way::Near(Loss::level(level));
            let is_fine = Loss::level(level).max_error() <= FINE;
            if tried == Some(level) || !is_fine && !self.is_better_than_fewer_pixels(way, max_error)? {
                break;
            }
            tried = Some(level);
            let bytes = self.whole(way)?;
            let length = bytes.len() as f64;
            self.wrong = 1.01 * length / self.ways.expected(way, 0)?;
            let made = self.done(bytes, self.raster.size());
            let fits = matches!(made, Step::Fits(_));
            if fits || !matches!(step, Step::Fits(_)) {
                step = made;
            }
            if fits && (self.ways.knows_all() || length >= ENOUGH * self.limit()) {
                break;
            }
        }
        Ok(step)
    }

    /// The first level that is expected to have no more than so many bytes.
    fn least_level(&mut self, max_error: u8, limit: f64) -> Result<Option<u8>> {
        let allowed = |level: &u8| Loss::level(*level).max_error() <= max_error;
        let levels = (0..Loss::LEVELS).take_while(allowed).count() as u8;
        let (mut from, mut to) = (0, levels);
        while from < to {
            let middle = from.midpoint(to);
            let expected = self.ways.expected(Way::Near(Loss::level(middle)), 0)?;
            if expected <= limit { to = middle } else { from = middle + 1 }
        }
        Ok((to < levels).then_some(to))
    }

    fn is_better_than_fewer_pixels(&mut self, way: Way, max_error: u8) -> Result<bool> {
        let best = self.photo_candidates(max_error, 256)?.first().map(|best| best.points);
        let whole = Some(self.ways.candidate(way)?.points);
        Ok(whole >= best)
    }

    /// The colors that show most of a graphic, where they fit and are better than fewer pixels.
    pub(super) fn fewer_colors(&mut self, how: FewerColors) -> Result<Step> {
        if !self.graphic {
            return Ok(Step::Skipped);
        }
        let candidates = self.graphic_candidates(how)?;
        let mut step = Step::Skipped;
        for candidate in candidates.into_iter().take_while(|candidate| candidate.step == 0).take(2) {
            let bytes = self.whole(candidate.way)?;
            step = self.done(bytes, self.raster.size());
            if matches!(step, Step::Fits(_)) {
                break;
            }
        }
        Ok(step)
    }

    /// Fewer pixels, as many as fit.
    pub(super) fn smaller(&mut self, how: SmallerPng) -> Result<Step> {
        let candidates = if self.graphic {
            self.graphic_candidates(how.colors)?
        } else {
            self.photo_candidates(how.max_error, how.colors.most)?
        };
        let mut search = SizeSearch::new(&mut self.ways, self.target.max_bytes, how);
        let found = search.best_of(&candidates)?;
        self.count += search.written();
        self.best = [self.best, search.smallest()].into_iter().flatten().min();
        let Some((way, bytes, size)) = found else { return Ok(Step::TooLarge(self.best)) };
        self.way = way;
        Ok(Step::Fits(png(bytes, size)))
    }

    /// Whether a graphic that does not fit without loss looks better as a JPEG.
    pub(super) fn is_better_as_jpeg(&mut self, how: FewerColors) -> Result<bool> {
        /// The estimate is of plain JPEGs; fitted ones are better.
        const FITTED: f64 = 2.0;
        let best = self.graphic_candidates(how)?.first().map_or(0.0, |best| best.points);
        let jpeg = jpeg_estimate::points(self.ways.parts(), self.raster.size(), self.target)?;
        Ok(jpeg + FITTED > best)
    }

    /// How many points more a JPEG on a background would have than the last file, which has this size, where
    /// that is more than ten.
    pub(super) fn alpha_cost(&mut self, size: Size) -> Result<Option<u8>> {
        /// What looks as good as this can't be much better.
        const GOOD: f64 = 85.0;
        const MUCH: f64 = 10.0;
        let fine = match self.way {
            Way::Lossless => true,
            Way::Near(loss) => loss.max_error() <= FINE,
            Way::Colors { .. } => false,
        };
        if !self.raster.layout().has_alpha() || fine && size == self.raster.size() {
            return Ok(None);
        }
        let points = self.ways.points(self.way, size).max(0.0);
        if points > GOOD {
            return Ok(None);
        }
        let jpeg = jpeg_estimate::points(self.ways.parts(), self.raster.size(), self.target)?;
        Ok((jpeg > points + MUCH).then_some((jpeg - points) as u8))
    }

    /// Nearly without loss; in dithered colors where that is poor.
    fn photo_candidates(&mut self, max_error: u8, most: u16) -> Result<Vec<Candidate>> {
        /// Below so many points, colors may do better.
        const POOR: f64 = 75.0;
        if let Some(known) = &self.candidates {
            return Ok(known.clone());
        }
        let mut found = Vec::new();
        for error in [2, 3, 5].into_iter().filter(|error| *error <= max_error) {
            found.push(self.ways.candidate(Way::Near(Loss::even(error)))?);
        }
        if self.ways.knows_all() || found.iter().all(|candidate| candidate.points < POOR) {
            found.push(self.ways.candidate(Way::Colors { most, dithered: true })?);
        }
        Ok(self.remembered(found))
    }

    /// All numbers of colors; dithered, too, the best of them or, of small pictures, all.
    fn graphic_candidates(&mut self, how: FewerColors) -> Result<Vec<Candidate>> {
        if let Some(known) = &self.candidates {
            return Ok(known.clone());
        }
        let mut found = Vec::new();
        let colors = |most, dithered| Way::Colors { most, dithered };
        let counts = [256, 64, 32, 16].into_iter().filter(|n| (how.fewest..=how.most).contains(n));
        for most in counts.clone() {
            found.push(self.ways.candidate(colors(most, false))?);
        }
        let best = found.iter().max_by(|a, b| a.points.total_cmp(&b.points)).map(|best| best.way);
        for most in counts {
            if self.ways.knows_all() || best == Some(colors(most, false)) {
                found.push(self.ways.candidate(colors(most, true))?);
            }
        }
        Ok(self.remembered(found))
    }

    /// The candidates, the best first.
    fn remembered(&mut self, mut found: Vec<Candidate>) -> Vec<Candidate> {
        found.sort_by(|a, b| b.points.total_cmp(&a.points));
        self.candidates.insert(found).clone()
    }

    fn whole(&mut self, way: Way) -> Result<Vec<u8>> {
        self.way = way;
        self.ways.written(way, self.raster)
    }

    fn limit(&self) -> f64 {
        self.ways.limit()
    }

    fn done(&mut self, bytes: Vec<u8>, size: Size) -> Step {
        self.count += 1;
        let length = bytes.len() as u64;
        self.best = smaller_of(self.best, length);
        if length <= self.target.max_bytes {
            return Step::Fits(png(bytes, size));
        }
        Step::TooLarge(self.best)
    }
}

fn png(bytes: Vec<u8>, size: Size) -> File {
    File { bytes, format: Format::Png, size, quality: None }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jpeg::encode::JpegSettings;
    use crate::pixels::Layout;
    use crate::sampling::JpegSampling;

    fn target(max_bytes: u64) -> Target {
        let settings =
            JpegSettings { quality: 92, sampling: JpegSampling::S444, tables: None, segments: Vec::new() };
        let (smallest, required) = (Size::new(1, 1), crate::Requirements::none());
        Target { max_bytes, floor: 75, smallest, required, settings, chunks: Vec::new() }
    }

    const HOW: SmallerPng =
        SmallerPng { max_error: 5, colors: FewerColors { most: 256, fewest: 16 }, fill: 985, tries: 5 };

    fn noise(size: Size) -> Raster {
        let sample = |i: u64| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
        Raster::new(size, Layout::Rgb, (0..size.pixels() * 3).map(sample).collect()).unwrap()
    }

    fn photo(size: Size) -> Raster {
        let photo = photo_testkit::photo_like(size.width, size.height, 4);
        Raster::new(size, Layout::Rgb, photo.data().to_vec()).unwrap()
    }

    #[test]
    fn fewer_pixels_use_the_limit() {
        let pictures = [noise(Size::new(4000, 120)), photo(Size::new(900, 700)), photo(Size::new(1500, 20))];
        for (picture, limits) in pictures.iter().zip([[2_000, 30_000], [20_000, 90_000], [2_000, 20_000]]) {
            for limit in limits {
                let target = target(limit);
                let mut fit = PngFit::new(picture, &target, false);
                let Step::Fits(file) = fit.smaller(HOW).unwrap() else { panic!("{limit}") };
                let bytes = file.bytes.len() as u64;
                println!("{} {limit}: {bytes} bytes, {}, {} files", picture.size(), file.size, fit.count);
                // Where a row more is a tenth of the picture, there may be no nearer size.
                let enough = if limit < 10_000 { 700 } else { 930 };
                let whole = file.size == picture.size();
                assert!(
                    bytes <= limit && (whole || bytes * 1000 >= limit * enough),
                    "{}: {bytes}",
                    file.size
                );
            }
        }
    }

    #[test]
    fn what_cannot_fit_ends_with_one_pixel() {
        let (picture, target) = (noise(Size::new(300, 200)), target(40));
        let step = PngFit::new(&picture, &target, false).smaller(HOW).unwrap();
        assert!(matches!(step, Step::TooLarge(Some(bytes)) if bytes < 100));
    }

    #[test]
    fn a_graphic_keeps_its_pixels_in_fewer_colors() {
        let size = Size::new(640, 480);
        let color = |x: u32, y: u32| match (x / 40 + y / 40) % 3 {
            0 => [255, 255, 255],
            1 => [20, 60, 200],
            _ => [x as u8, (x / 3 + y / 2) as u8, y as u8],
        };
        let data = (0..480).flat_map(|y| (0..640).flat_map(move |x| color(x, y))).collect();
        let picture = Raster::new(size, Layout::Rgb, data).unwrap();
        assert!(crate::pixels::quantize::is_graphic(&picture));
        let target = target(60_000);
        let mut fit = PngFit::new(&picture, &target, true);
        let Step::Fits(file) = fit.fewer_colors(HOW.colors).unwrap() else { panic!() };
        assert_eq!((file.size, file.format), (size, Format::Png));
    }
}
