//! A picture as a PNG within the byte limit: without loss, nearly so, in fewer colors, with fewer pixels.

use super::outcome::{File, Step, Target, smaller_of};
use super::png_way::{Candidate, POWER, Way, Ways};
use crate::formats::png::encode::{Effort, encode_with};
use crate::pixels::{Raster, resize};
use crate::plan::{FewerColors, SmallerPng};
use crate::{Format, Result, Size};

/// Errors of samples, in the order in which they are tried.
const ERRORS: [u8; 4] = [1, 2, 3, 5];
/// Errors that are better than fewer pixels, whatever the picture.
const FINE: u8 = 2;

/// The attempts to write one picture.
pub(super) struct PngFit<'a> {
    raster: &'a Raster,
    target: &'a Target,
    ways: Ways<'a>,
    /// The ways with loss, once they are known, the best first.
    candidates: Option<Vec<Candidate>>,
    graphic: bool,
    /// Files that were written.
    count: u32,
    best: Option<u64>,
}

impl<'a> PngFit<'a> {
    /// `graphic`: of few colors, so that they may become fewer.
    pub(super) fn new(raster: &'a Raster, target: &'a Target, graphic: bool) -> Self {
        let ways = Ways::new(raster);
        Self { raster, target, ways, candidates: None, graphic, count: 0, best: None }
    }

    pub(super) fn encodes(&self) -> u32 {
        self.count
    }

    /// Not tried where a sample tells that it is far too large; tried harder where little is missing.
    pub(super) fn lossless(&mut self) -> Result<Step> {
        const HARDER: f64 = 1.3;
        if !self.ways.knows_all() && self.expected(Way::Near(0))? > HARDER * self.limit() {
            return Ok(Step::Skipped);
        }
        let bytes = encode_with(self.raster, &self.target.chunks, Effort::Usual)?;
        let missed = bytes.len() as f64 / self.limit();
        let step = self.done(bytes, self.raster.size());
        // Photos hardly shrink by other filters.
        if missed <= 1.0 || missed > HARDER || !self.graphic && missed > 1.03 {
            return Ok(step);
        }
        let bytes = encode_with(self.raster, &self.target.chunks, Effort::Most)?;
        Ok(self.done(bytes, self.raster.size()))
    }

    /// The least error that fits, of photos alone.
    pub(super) fn near_lossless(&mut self, max_error: u8) -> Result<Step> {
        if self.graphic {
            return Ok(Step::Skipped);
        }
        let mut step = Step::Skipped;
        for error in ERRORS.into_iter().filter(|error| *error <= max_error) {
            let way = Way::Near(error);
            if self.expected(way)? > 1.01 * self.limit() || error > FINE && !self.is_best(max_error, way)? {
                continue;
            }
            let bytes = self.ways.written(way, self.raster, &self.target.chunks)?;
            step = self.done(bytes, self.raster.size());
            if matches!(step, Step::Fits(_)) {
                break;
            }
        }
        Ok(step)
    }

    fn is_best(&mut self, max_error: u8, way: Way) -> Result<bool> {
        let candidates = self.photo_candidates(max_error, 256)?;
        Ok(candidates.first().is_some_and(|best| best.way == way && best.share >= 1.0))
    }

    /// The colors that show most of a graphic, where they fit and are better than fewer pixels.
    pub(super) fn fewer_colors(&mut self, how: FewerColors) -> Result<Step> {
        if !self.graphic {
            return Ok(Step::Skipped);
        }
        let candidates = self.graphic_candidates(how)?;
        let mut step = Step::Skipped;
        for candidate in candidates.into_iter().take_while(|candidate| candidate.share >= 1.0).take(2) {
            let bytes = self.ways.written(candidate.way, self.raster, &self.target.chunks)?;
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
        let Some(best) = candidates.first() else { return Ok(Step::Skipped) };
        self.filled(best.way, best.share, how)
    }

    /// Nearly without loss; in dithered colors where only few pixels are left that way.
    fn photo_candidates(&mut self, max_error: u8, most: u16) -> Result<Vec<Candidate>> {
        const FEW: f64 = 0.25;
        if let Some(known) = &self.candidates {
            return Ok(known.clone());
        }
        let mut found = Vec::new();
        for error in ERRORS.into_iter().filter(|error| (2..=max_error).contains(error)) {
            found.push(self.candidate(Way::Near(error))?);
        }
        if found.iter().all(|candidate| candidate.share < FEW) {
            found.push(self.candidate(Way::Colors { most, dithered: true })?);
        }
        Ok(self.remembered(found))
    }

    /// All numbers of colors, the best of them dithered, too.
    fn graphic_candidates(&mut self, how: FewerColors) -> Result<Vec<Candidate>> {
        if let Some(known) = &self.candidates {
            return Ok(known.clone());
        }
        let mut found = Vec::new();
        for most in [256, 64, 32, 16].into_iter().filter(|n| (how.fewest..=how.most).contains(n)) {
            found.push(self.candidate(Way::Colors { most, dithered: false })?);
        }
        let best = found.iter().max_by(|a, b| a.likeness.total_cmp(&b.likeness)).map(|best| best.way);
        if let Some(Way::Colors { most, .. }) = best {
            found.push(self.candidate(Way::Colors { most, dithered: true })?);
        }
        Ok(self.remembered(found))
    }

    fn candidate(&mut self, way: Way) -> Result<Candidate> {
        self.ways.candidate(way, self.limit(), &self.target.chunks)
    }

    /// The candidates, the best first.
    fn remembered(&mut self, mut found: Vec<Candidate>) -> Vec<Candidate> {
        found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
        self.candidates.insert(found).clone()
    }

    /// Goes from one size to the next until the limit is used.
    fn filled(&mut self, way: Way, share: f64, how: SmallerPng) -> Result<Step> {
        let mut search = SizeSearch { share, fits: None, over: None, aim: AIM * self.limit() };
        let (mut best, mut last, mut tries) = (Step::TooLarge(self.best), Size::new(0, 0), 0);
        loop {
            let fitted = matches!(best, Step::Fits(_));
            let size = match self.size_at(search.share) {
                size if size == last => {
                    search.share = search.between();
                    self.size_at(search.share)
                }
                size => size,
            };
            let no_smaller = size == last && size == self.target.reduced_to(Size::new(1, 1));
            if no_smaller || fitted && (size == last || tries >= how.tries_for(size)) {
                break;
            }
            if size == last {
                search.share *= 0.98;
                continue;
            }
            (last, tries) = (size, tries + 1);
            let small = resize::reduced(self.raster, size);
            let bytes = self.ways.written(way, &small, &self.target.chunks)?;
            let length = bytes.len() as u64;
            let step = self.done(bytes, size);
            if matches!(step, Step::Fits(_)) || !fitted {
                best = step;
            }
            if length <= self.target.max_bytes && length * 1000 >= self.target.max_bytes * how.fill {
                break;
            }
            search.go_on(length, self.target.max_bytes);
            if tries >= how.tries_for(size) && search.fits.is_none() {
                search.share *= 0.7;
            }
        }
        Ok(best)
    }

    /// The size that has so much of the pixels.
    fn size_at(&self, share: f64) -> Size {
        self.target.reduced_to(self.raster.size().scaled(share.min(1.0).sqrt()))
    }

    fn limit(&self) -> f64 {
        self.target.max_bytes as f64
    }

    fn expected(&mut self, way: Way) -> Result<f64> {
        self.ways.expected(way, 1.0, &self.target.chunks)
    }

    fn done(&mut self, bytes: Vec<u8>, size: Size) -> Step {
        self.count += 1;
        let length = bytes.len() as u64;
        self.best = smaller_of(self.best, length);
        if length <= self.target.max_bytes {
            return Step::Fits(File { bytes, format: Format::Png, size, quality: None });
        }
        Step::TooLarge(self.best)
    }
}

/// How much of the limit is aimed at.
const AIM: f64 = 0.994;

/// A search for the share of the pixels that fills the limit.
struct SizeSearch {
    share: f64,
    /// The largest share that fits, and the smallest that doesn't, with their bytes.
    fits: Option<(f64, f64)>,
    over: Option<(f64, f64)>,
    aim: f64,
}

impl SizeSearch {
    /// In the middle between what fits and what doesn't.
    fn between(&self) -> f64 {
        match (self.fits, self.over) {
            (Some(fits), Some(over)) => (fits.0 * over.0).sqrt(),
            _ => self.share,
        }
    }

    fn go_on(&mut self, length: u64, limit: u64) {
        let here = (self.share, length as f64);
        if length <= limit {
            self.fits = self.fits.filter(|fits| fits.0 > here.0).or(Some(here));
        } else {
            self.over = self.over.filter(|over| over.0 < here.0).or(Some(here));
        }
        let (power, from) = match (self.fits, self.over) {
            (Some(fits), Some(over)) if over.0 > fits.0 => {
                ((over.1 / fits.1).ln() / (over.0 / fits.0).ln(), fits)
            }
            _ => (POWER, here),
        };
        let wanted = from.0 * (self.aim / from.1).powf(1.0 / power.clamp(0.3, 3.0));
        let least = self.fits.map_or(1e-9, |fits| fits.0);
        let most = self.over.map_or(1.0, |over| over.0 * 0.9999);
        self.share = wanted.clamp(least.min(most), most);
    }
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
