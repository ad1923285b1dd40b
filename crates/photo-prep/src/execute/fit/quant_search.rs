//! Coefficients within a limit of bytes: the search for the finest quantization tables that do.

use std::collections::BTreeMap;

use photo_jpeg::{Coefficients, Draft, QuantTable, TranscodeOptions, UnquantizedCoefficients};

use crate::formats::jpeg::coefficients::as_written;
use crate::formats::jpeg::encode::{FINEST_PERCENT, coarser, perceptual, shares};
use crate::plan::TableRange;

/// A file that fits.
pub(in super::super) struct Found {
    pub(in super::super) bytes: Vec<u8>,
    /// About the quality of its tables; `None` for the picture's own.
    pub(in super::super) quality: Option<u8>,
    /// How many times the whole picture was written.
    pub(in super::super) encodes: u32,
}

/// What tables are sought for.
pub(in super::super) enum Picture {
    /// The coefficients of a file, which has tables of its own.
    Coded(Coefficients),
    /// Coefficients that are not yet quantized.
    Unquantized(UnquantizedCoefficients),
}

impl Picture {
    /// For each component, the finest table that loses no more than the picture's own.
    fn finest_tables(&self) -> Vec<QuantTable> {
        match self {
            Self::Coded(picture) => picture.components().iter().map(|c| c.facts().quant.clone()).collect(),
            Self::Unquantized(picture) => vec![QuantTable::luma(100); picture.components()],
        }
    }

    /// Each component's share of the first one's samples.
    fn shares(&self) -> Vec<f64> {
        let factors: Vec<_> = match self {
            Self::Coded(picture) => picture.components().iter().map(|c| (c.facts().h, c.facts().v)).collect(),
            Self::Unquantized(picture) => picture.sampling().collect(),
        };
        shares(&factors)
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Coded(picture) => (picture.width(), picture.height()),
            Self::Unquantized(picture) => (picture.width(), picture.height()),
        }
    }

    fn draft(&self, options: &TranscodeOptions<'_>) -> Option<Draft> {
        match self {
            Self::Coded(picture) => Draft::transcode(picture, options).ok(),
            Self::Unquantized(picture) => picture.draft(options).ok(),
        }
    }

    /// Bytes expected, from every `sample_every`th row of MCUs.
    fn len(&self, options: &TranscodeOptions<'_>, sample_every: u32) -> Option<u64> {
        match self {
            Self::Coded(picture) => photo_jpeg::transcoded_len(picture, options, sample_every).ok(),
            Self::Unquantized(picture) => picture.encoded_len(options, sample_every).ok(),
        }
    }
}

/// The search for the finest tables whose file holds a limit.
///
/// Tables are numbered from fine to coarse. What is expected for a coarseness doesn't depend on the limit,
/// nor does it whether its file is progressive; and the coarseness taken is the first from there on that
/// fits: so a higher limit never gives coarser tables.
pub(in super::super) struct QuantTableSearch<'a> {
    picture: Picture,
    options: TranscodeOptions<'a>,
    limit: u64,
    /// Percent of the tables from which on coefficients become smaller for the sake of bytes.
    thrifty_from: f64,
    encodes: u32,
    /// Sampled lengths of sequential files.
    samples: Vec<(Coarse, u64)>,
    /// Length from many rows over sampled length, for some tables, of a sequential and of a progressive file.
    corrections: BTreeMap<(Option<usize>, bool), f64>,
    /// Length of a progressive file over that of a sequential one, for some tables.
    gains: BTreeMap<Option<usize>, f64>,
    /// What share of a sequential file a progressive one may have to be written instead.
    progressive_share: f64,
}

/// Tables and thrift; `None` for the picture's own.
type Coarse = Option<(Vec<QuantTable>, u8)>;

/// By how much one coarseness's divisors are larger than those of the coarseness before.
const STEP: f64 = 1.0025;
/// Numbers for which a sample is about as wrong as for each other.
const ANCHORS: usize = 64;
/// How far a sample may be off, in coarsenesses.
const SEARCH_WINDOW: usize = 48;
/// How much finer the tables of a progressive file may be, in coarsenesses.
const PROGRESSIVE_WINDOW: usize = 40;
impl<'a> QuantTableSearch<'a> {
    pub(in super::super) fn new(picture: Picture, options: TranscodeOptions<'a>, limit: u64) -> Self {
        let (samples, corrections, gains) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (progressive_share, thrifty_from) = (1.0, THRIFTY_FROM);
        Self {
            picture,
            options,
            limit,
            thrifty_from,
            encodes: 0,
            samples,
            corrections,
            gains,
            progressive_share,
        }
    }

    /// The same, where a file of this quality is written without thrift if it fits. So none that is smaller
    /// shows more.
    pub(super) fn below(mut self, planned: u8) -> Self {
        let standard = QuantTable::percent(planned);
        self.thrifty_from = (standard * coarser(standard)).max(THRIFTY_FROM);
        self
    }

    /// How many files were written.
    pub(in super::super) fn encodes(&self) -> u32 {
        self.encodes
    }

    /// The file with the picture's own tables, if that fits. `likely` says that it should.
    pub(in super::super) fn unchanged(&mut self, likely: bool) -> Option<Found> {
        if !likely && !self.may_fit()? {
            return None;
        }
        self.found(self.options.clone(), None)
    }

    /// The same as a progressive file.
    pub(in super::super) fn unchanged_progressive(&mut self) -> Option<Found> {
        let likely = self.sampled(None)? as f64 * self.gain(None)?;
        if likely > 1.05 * self.limit as f64
            || likely * self.correction(None, false)? > 1.008 * self.limit as f64
        {
            return None;
        }
        self.found(self.options.clone().progressive(true), None)
    }

    /// The file with the tables for a quality, the perceptual ones where there are no others, if that fits.
    pub(in super::super) fn at_quality(
        &mut self,
        quality: u8,
        tables: Option<[QuantTable; 3]>,
        progressive: bool,
    ) -> Option<Found> {
        let shares = self.picture.shares();
        let tables = tables.unwrap_or_else(|| perceptual(quality, &shares));
        let tables = tables.into_iter().take(shares.len()).collect();
        self.found(self.options.clone().tables(tables).progressive(progressive), Some(quality))
    }

    /// Whether the picture fits with its own tables.
    fn may_fit(&mut self) -> Option<bool> {
        // From few rows first, then from many; the margins are what they may be wrong by.
        let (sampled, limit) = (self.sampled(None)? as f64, self.limit as f64);
        if sampled > 1.05 * limit || sampled * self.correction(None, false)? > 1.01 * limit {
            return Some(false);
        }
        let exact = self.picture.len(&self.options, 1)?;
        Some(self.fits(exact))
    }

    /// About the quality that [`finest`](Self::finest) will find, by a sample.
    pub(in super::super) fn likely_quality(&mut self, tables: TableRange) -> Option<u8> {
        let coarseness = self.likely_coarseness(tables)?;
        self.quality(coarseness)
    }

    fn likely_coarseness(&mut self, tables: TableRange) -> Option<usize> {
        let (from, to) = (self.coarseness_of(tables.best), self.coarseness_of(tables.floor) + 1);
        let own = self.sampled(None)?;
        let changes = self.first_change(from, to);
        if changes == from || self.fits(own) {
            return self.first(from, to, None, Self::sampled_at);
        }
        self.first(changes, to, Some(own), Self::sampled_at)
    }

    /// The first coarseness of `from..to` whose tables are not the picture's own; else `to`.
    fn first_change(&self, from: usize, to: usize) -> usize {
        let own = self.picture.finest_tables();
        let (mut from, mut to) = (from, to);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.tables(middle) == own { from = middle + 1 } else { to = middle }
        }
        to
    }

    /// The file with the finest tables between these two qualities that fits; `None` if none does, or the
    /// coefficients can't be written.
    pub(in super::super) fn finest(&mut self, tables: TableRange) -> Option<Found> {
        self.progressive_share = f64::from(100 - tables.progressive_gain.min(100)) / 100.0;
        let (finest, coarsest) = (self.coarseness_of(tables.best), self.coarseness_of(tables.floor));
        let sampled = self.likely_coarseness(tables)?;
        let (_, progressive) = self.kind(sampled.min(coarsest))?;
        let below = if progressive { SEARCH_WINDOW + PROGRESSIVE_WINDOW } else { SEARCH_WINDOW };
        let (from, to) =
            (sampled.saturating_sub(below).max(finest), (sampled + SEARCH_WINDOW).min(coarsest + 1));
        let mut coarseness = self.first(from, to, None, Self::expected)?;
        if coarseness == from && from > finest {
            // The sample was wrong by more than it may be.
            coarseness = self.first(finest, from, None, Self::expected)?;
        }
        let mut may_be_finer = true;
        while coarseness <= coarsest {
            let (_, progressive) = self.kind(coarseness)?;
            let quality = self.quality(coarseness)?.min(tables.best);
            let options = self.with_tables(Some(coarseness)).progressive(progressive);
            let draft = self.picture.draft(&options)?;
            let expected = draft.expected_len();
            if self.fits(expected) && std::mem::take(&mut may_be_finer) {
                let finer = self.finer(coarseness, finest, expected)?;
                if finer < coarseness {
                    coarseness = finer;
                    continue;
                }
            }
            match self.written(draft, Some(quality)) {
                Ok(found) => return Some(found),
                Err(expected) => coarseness = self.behind(coarseness, coarsest, expected)?,
            }
        }
        None
    }

    /// The finest coarseness that should fit, where it is known how long the file of one will be that leaves
    /// more room than any one step takes; else the same.
    fn finer(&mut self, coarseness: usize, finest: usize, expected: u64) -> Option<usize> {
        /// What a file may leave of the limit.
        const ROOM: f64 = 0.985;
        let most = self.limit as f64 * SIZE_MARGIN;
        if expected as f64 >= ROOM * most {
            return Some(coarseness);
        }
        let most = self.sampled(Some(coarseness))? as f64 * most / expected.max(1) as f64;
        let mut finer = coarseness;
        while finer > finest && self.sampled(Some(finer - 1))? as f64 <= most {
            finer -= 1;
        }
        Some(finer)
    }

    /// The next coarseness that may fit, where it is known how long the file of one will be: how much shorter
    /// that of another is, a sample tells better than how long it is.
    fn behind(&mut self, coarseness: usize, last: usize, expected: u64) -> Option<usize> {
        /// What such a comparison may be wrong by.
        const SLACK: f64 = 0.0005;
        let share = self.limit as f64 * SIZE_MARGIN / expected.max(1) as f64 + SLACK;
        let most = self.sampled(Some(coarseness))? as f64 * share;
        let mut next = coarseness + 1;
        while next <= last && self.sampled(Some(next))? as f64 > most {
            next += 1;
        }
        Some(next)
    }

    /// The first coarseness of `from..to` that should fit, by `len`; else `to`. `before` are the bytes at the
    /// coarseness before `from`, where those are known.
    fn first(
        &mut self,
        mut from: usize,
        mut to: usize,
        mut before: Option<u64>,
        len: fn(&mut Self, usize) -> Option<u64>,
    ) -> Option<usize> {
        // How often the same end has moved: positive for the far one.
        let (mut at_to, mut moved) = (None, 0i32);
        while from < to {
            let probe = from + self.share_of(before, at_to, moved, to - from);
            let expected = len(self, probe)?;
            if self.fits(expected) {
                (to, at_to, moved) = (probe, Some(expected), moved.max(0) + 1);
            } else {
                (from, before, moved) = (probe + 1, Some(expected), moved.min(0) - 1);
            }
        }
        Some(to)
    }

    /// Where among `count` coarsenesses the limit may lie, from the bytes at both ends, between which their
    /// logarithms lie about on a line; from those at one end, on the far side of where it may be, in longer
    /// and longer steps; else in the middle. Where one of two ends stays, it counts less each time (the
    /// Illinois algorithm: M. Dowell and P. Jarratt, "A modified regula falsi method for computing the root
    /// of an equation", 1971). Never behind the last, so that each probe takes something away.
    fn share_of(&self, high: Option<u64>, low: Option<u64>, moved: i32, count: usize) -> usize {
        /// By how much the logarithm of the bytes falls from one coarseness to the next: less than it mostly
        /// does.
        const FALL: f64 = 0.3 * (STEP - 1.0);
        let limit = (self.limit as f64 * SIZE_MARGIN).max(1.0).ln();
        let above = high.map(|high| (high.max(1) as f64).ln() - limit);
        let below = low.map(|low| limit - (low.max(1) as f64).ln());
        let share = match (above, below) {
            (Some(above), Some(below)) => {
                let above = above * 0.5f64.powi((moved - 1).max(0));
                let below = below * 0.5f64.powi((-moved - 1).max(0));
                above / (above + below).max(1e-9) * count as f64
            }
            (Some(above), None) => {
                (above / FALL * 2f64.powi((-moved - 1).clamp(0, 9))).min(count as f64 / 2.0)
            }
            (None, Some(below)) => {
                let by = below / FALL * 2f64.powi((moved - 1).clamp(0, 9)) + 1.0;
                count as f64 - by.min(count as f64 / 2.0)
            }
            (None, None) => count as f64 / 2.0,
        };
        (share.max(0.0) as usize).min(count - 1)
    }

    /// Bytes expected for a coarseness: sampled, and corrected by how wrong the sample is for tables near it.
    fn expected(&mut self, coarseness: usize) -> Option<u64> {
        let (anchor, progressive) = self.kind(coarseness)?;
        Some((self.sampled(Some(coarseness))? as f64 * self.correction(anchor, progressive)?) as u64)
    }

    /// The coarseness whose file tells about those of coarsenesses near it; `None` for the picture's own
    /// tables.
    fn anchor(&mut self, coarseness: usize) -> Option<Option<usize>> {
        let (sampled, own) = (self.sampled(Some(coarseness))?, self.sampled(None)?);
        Some((sampled as f64 <= 0.9 * own as f64).then_some(coarseness / ANCHORS * ANCHORS + ANCHORS / 2))
    }

    /// A coarseness's anchor, and whether its file is progressive.
    fn kind(&mut self, coarseness: usize) -> Option<(Option<usize>, bool)> {
        let anchor = self.anchor(coarseness)?;
        Some((anchor, self.gain(anchor)? < self.progressive_share))
    }

    /// By how much a progressive file is smaller: a share that few rows tell, which is as well, since they
    /// take long.
    fn gain(&mut self, anchor: Option<usize>) -> Option<f64> {
        if let Some(known) = self.gains.get(&anchor) {
            return Some(*known);
        }
        let (options, rows) = (self.with_tables(anchor), self.every(2));
        let sequential = self.picture.len(&options, rows)?;
        let progressive = self.picture.len(&options.progressive(true), rows)?;
        let gain = progressive as f64 / sequential.max(1) as f64;
        self.gains.insert(anchor, gain);
        Some(gain)
    }

    /// By how much a sample is wrong for a coarseness.
    fn correction(&mut self, anchor: Option<usize>, progressive: bool) -> Option<f64> {
        if let Some(known) = self.corrections.get(&(anchor, progressive)) {
            return Some(*known);
        }
        let nearly = self.picture.len(&self.with_tables(anchor).progressive(progressive), self.dense())?;
        let correction = nearly as f64 / self.sampled(anchor)?.max(1) as f64;
        self.corrections.insert((anchor, progressive), correction);
        Some(correction)
    }

    fn sampled_at(&mut self, coarseness: usize) -> Option<u64> {
        self.sampled(Some(coarseness))
    }

    fn sampled(&mut self, coarseness: Option<usize>) -> Option<u64> {
        // Coarsenesses next to each other may have the same tables.
        let coarse = coarseness.map(|coarseness| (self.tables(coarseness), self.thrift(coarseness)));
        if let Some((_, known)) = self.samples.iter().find(|(known, _)| *known == coarse) {
            return Some(*known);
        }
        let sampled = self.picture.len(&self.with_tables(coarseness), self.sparse())?;
        self.samples.push((coarse, sampled));
        Some(sampled)
    }

    /// One in how many rows of MCUs must be looked at for so many; of small pictures, all are.
    fn every(&self, rows: u32) -> u32 {
        let (width, height) = self.picture.size();
        let all = if width * height < 1 << 20 { 1 } else { width.max(height) / 16 };
        (all / rows).max(1)
    }

    /// Enough rows to be wrong by a few hundredths only.
    fn sparse(&self) -> u32 {
        self.every(6).min(32)
    }

    /// Enough rows to be wrong by a few thousandths only.
    fn dense(&self) -> u32 {
        self.every(40).min(4)
    }

    fn with_tables(&self, coarseness: Option<usize>) -> TranscodeOptions<'a> {
        let options = self.options.clone();
        match coarseness {
            Some(coarseness) => {
                options.tables(self.tables(coarseness)).rate_distortion(self.thrift(coarseness))
            }
            None => options,
        }
    }

    fn tables(&self, coarseness: usize) -> Vec<QuantTable> {
        let percent = percent_of(coarseness);
        let own = self.picture.finest_tables().into_iter().zip(self.picture.shares()).enumerate();
        own.map(|(index, (own, share))| own.coarser(&QuantTable::perceptual(index, share, percent))).collect()
    }

    /// About the quality of a coarseness's tables: no better than the picture's own.
    fn quality(&self, coarseness: usize) -> Option<u8> {
        let own = as_written(self.picture.finest_tables().first()?);
        Some(quality_of(self.standard_percent(coarseness)).min(own))
    }

    /// The coarseness of the tables of a quality on libjpeg's scale.
    fn coarseness_of(&self, quality: u8) -> usize {
        let percent = QuantTable::percent(quality);
        let (mut from, mut to) = (0, COARSEST);
        while from < to {
            let middle = usize::midpoint(from, to);
            if self.standard_percent(middle) < percent { from = middle + 1 } else { to = middle }
        }
        to
    }

    /// Percent of the standard's tables whose files would be about as large as those of a coarseness: with
    /// thrift the same, without less.
    fn standard_percent(&self, coarseness: usize) -> f64 {
        let percent = percent_of(coarseness);
        let lavish = 1.0 - f64::from(self.thrift(coarseness)) / 100.0;
        percent / coarser(percent / 1.5).powf(lavish)
    }

    /// How readily coefficients become smaller for the sake of bytes, in percent. With divisors near 1 there
    /// is nothing to be gained by it, and it takes time.
    fn thrift(&self, coarseness: usize) -> u8 {
        /// From what to how many times as much thrift grows.
        const GROWS: f64 = 1.35;
        let share = (percent_of(coarseness) / self.thrifty_from - 1.0) / (GROWS - 1.0);
        (100.0 * share).clamp(0.0, 100.0) as u8
    }

    fn fits(&self, expected: u64) -> bool {
        expected as f64 <= self.limit as f64 * SIZE_MARGIN
    }

    /// The file, if it is expected to fit, and does.
    fn found(&mut self, options: TranscodeOptions<'_>, quality: Option<u8>) -> Option<Found> {
        self.attempt(&options, quality)?.ok()
    }

    /// The file, or how long it would be where that is too long; `None` where coefficients can't be written.
    fn attempt(&mut self, options: &TranscodeOptions<'_>, quality: Option<u8>) -> Option<Result<Found, u64>> {
        let draft = self.picture.draft(options)?;
        Some(self.written(draft, quality))
    }

    /// The file of a draft, or how long it would be where that is too long.
    fn written(&mut self, draft: Draft, quality: Option<u8>) -> Result<Found, u64> {
        if !self.fits(draft.expected_len()) {
            return Err(draft.expected_len());
        }
        self.encodes += 1;
        let bytes = draft.write();
        let (len, encodes) = (bytes.len() as u64, self.encodes);
        if len <= self.limit { Ok(Found { bytes, quality, encodes }) } else { Err(len) }
    }
}

/// Percent of the tables below which nothing is gained by thrift: a quality of 94.
const THRIFTY_FROM: f64 = 12.0;

/// What is expected to take so much of the limit does not exceed it: the stuffed bytes may be more than
/// expected.
const SIZE_MARGIN: f64 = 0.998;

/// Coarsenesses, of which the last has tables of quality 1.
const COARSEST: usize = 4340;

/// Percent of the tables at a coarseness.
fn percent_of(coarseness: usize) -> f64 {
    FINEST_PERCENT * STEP.powf(coarseness as f64)
}

/// About the quality on libjpeg's scale that a percentage stands for.
fn quality_of(percent: f64) -> u8 {
    let quality = if percent > 100.0 { 5000.0 / percent } else { (200.0 - percent) / 2.0 };
    quality.round().clamp(1.0, 100.0) as u8
}
