//! Planes become a JPEG file, on all cores.
//!
//! 1. [`frame`] cuts the picture into MCUs.
//! 2. A [`block_source`] gives the blocks of these, already upright: [`sample_source`] loads and transforms [`tiles`], [`coefficient_source`] has
//!    coefficients.
//! 3. [`tokens`] turns the coefficients into symbols and counts these; [`progressive`] does it for all scans of a progressive
//!    file. Groups of MCUs do so far at once.
//! 4. [`codes`] makes the Huffman tables from the counts.
//! 5. [`draft`] knows how long the file will be, and has [`emit`] turn the groups' tokens into bits, at once again.

mod block_source;
mod codes;
mod coefficient_source;
mod draft;
mod emit;
mod frame;
mod headers;
mod options;
mod progressive;
mod sample_source;
mod stuffing;
mod tiles;
mod tokens;
mod unquantized;

use std::ops::Range;

use crate::simd::Level;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::{Coefficients, Planes};
use block_source::BlockSource;
use codes::{ClassTables, CodeTable, Counts};
use coefficient_source::CoefficientSource;
use draft::{RestartLayout, ScanDraft};
use frame::Frame;
use headers::Settings;
use progressive::{ProgressiveTokenizer, ScanSpec};
use sample_source::SampleSource;
use tokens::{TokenGroup, Tokenizer};

pub use draft::Draft;
pub use options::{Density, EncodeOptions, TranscodeOptions};
pub use unquantized::UnquantizedCoefficients;

/// Encodes a picture as a JPEG with Huffman coding: sequential (baseline unless a divisor is above 255), or progressive.
///
/// All the work but a last copy is shared among the threads of the rayon pool in which it's called; the bytes don't
/// depend on their number, nor on the machine. Memory: the compressed data about four times.
///
/// # Errors
/// [`Error::Argument`] if a side is 0 or above 65,500 pixels, if the planes don't fit the picture's color model, size
/// and sampling (factors of 1 and 2 in any mixture), if the quality isn't 1 to 100, if the segments aren't whole APPn
/// and COM segments, or for restart markers in a progressive file.
///
/// ```
/// use photo_jpeg::{ColorModel, EncodeOptions, Plane, Planes, encode};
///
/// let gray = Plane::new(3, 2, vec![0, 50, 100, 150, 200, 250]).unwrap();
/// let planes = Planes { width: 3, height: 2, color: ColorModel::Gray, sampling: vec![(1, 1)], planes: vec![gray] };
/// let file = encode(&planes, &EncodeOptions::default())?;
/// assert!(file.starts_with(&[0xFF, 0xD8, 0xFF]) && file.ends_with(&[0xFF, 0xD9]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_planes(planes, options)?.encode(Level::new(), groups())
}

/// The number of bytes that [`encode`] would give, at less than its cost: nothing is written.
///
/// With `sample_every` 1 only the number of stuffed bytes, some 0.3 % of all, is an estimate (and with restart markers
/// the filling before them): a thousand photos came out within 0.1 %. With `n > 1` only every n-th row of MCUs is
/// transformed, and the result is scaled up: as good as the sampled rows stand for the others. With every 8th row of
/// pictures of 0.8 MP it was within 4 %.
///
/// # Errors
/// As [`encode`]; and [`Error::Argument`] if `sample_every` is 0.
pub fn encoded_len(planes: &Planes, options: &EncodeOptions<'_>, sample_every: u32) -> Result<u64> {
    Encoder::of_planes(planes, options)?.encoded_len(Level::new(), sample_every)
}

/// Writes coefficients as a JPEG, sequential or progressive, turned upright and with optimal Huffman tables.
///
/// Without other tables ([`TranscodeOptions::tables`]) nothing is lost but what [`Edges::Trim`](crate::Edges) cuts off.
/// Turning changes the places and signs of coefficients, and turns the sampling factors and quantization tables too.
/// With tables, each coefficient becomes the nearest multiple of its new divisor, halves going to zero, as in
/// [`Coefficients::requantize`], unless there is a dead zone ([`TranscodeOptions::dead_zone`]).
/// All the work but a last copy is shared among the threads of the rayon pool; the bytes don't depend on their number.
///
/// # Errors
/// [`Error::Argument`] if a side is above 65,500 pixels, for another number of tables than of components, segments that
/// aren't whole, restart markers in a progressive file, coefficients that no picture of 8-bit samples has, and where
/// [`Edges::Keep`](crate::Edges) forbids to turn the picture or trimming would leave nothing
/// ([`Coefficients::needs_trim`]).
///
/// ```
/// use photo_jpeg::{Coefficients, Orientation, ReadOptions, TranscodeOptions, transcode};
///
/// # let file = include_bytes!("../../../../fixtures/orientation_6.jpg");
/// let picture = Coefficients::read(file, &ReadOptions::default())?;
/// let upright = transcode(&picture, &TranscodeOptions::default().orientation(Orientation::Rotate90))?;
/// assert!(upright.starts_with(&[0xFF, 0xD8, 0xFF]));
/// # Ok::<(), photo_jpeg::Error>(())
/// ```
pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Vec<u8>> {
    Encoder::of_coefficients(picture, options)?.encode(Level::new(), groups())
}

/// The number of bytes that [`transcode`] would give, with the accuracy of [`encoded_len`].
///
/// # Errors
/// As [`transcode`]; and [`Error::Argument`] if `sample_every` is 0.
pub fn transcoded_len(
    picture: &Coefficients,
    options: &TranscodeOptions<'_>,
    sample_every: u32,
) -> Result<u64> {
    Encoder::of_coefficients(picture, options)?.encoded_len(Level::new(), sample_every)
}

/// Groups of MCUs for the threads at hand.
fn groups() -> usize {
    GROUPS_PER_THREAD * rayon::current_num_threads()
}

/// A picture and how to encode it, checked.
struct Encoder<'a, B> {
    frame: Frame<B>,
    settings: Settings<'a>,
}

impl<'a> Encoder<'a, SampleSource<'a>> {
    fn of_planes(planes: &'a Planes, options: &EncodeOptions<'a>) -> Result<Self> {
        if !(1..=100).contains(&options.quality) {
            return Err(Error::Argument("a JPEG's quality must be 1 to 100"));
        }
        let settings = options.settings();
        settings.check()?;
        let frame = Frame::new(planes, options.orientation, options.quant_tables())?;
        Ok(Self { frame, settings })
    }
}

impl<'a> Encoder<'a, CoefficientSource<'a>> {
    fn of_coefficients(picture: &'a Coefficients, options: &TranscodeOptions<'a>) -> Result<Self> {
        let settings = options.settings();
        settings.check()?;
        Ok(Self { frame: coefficient_source::frame(picture, 0, options)?, settings })
    }
}

impl<B: BlockSource> Encoder<'_, B> {
    fn encode(&self, level: Level, groups: usize) -> Result<Vec<u8>> {
        Ok(self.draft(level, groups)?.write())
    }

    fn draft(&self, level: Level, groups: usize) -> Result<Draft> {
        let scans = if self.settings.progressive {
            let rows: Vec<u32> = (0..self.frame.mcus_high).collect();
            self.progressive_scans(level, &rows, true, |counts| counts)
        } else {
            vec![self.sequential_scan(level, groups)]
        };
        Draft::new(headers::headers(&self.frame, &self.settings), scans)
    }

    fn encoded_len(&self, level: Level, sample_every: u32) -> Result<u64> {
        if sample_every == 0 {
            return Err(Error::Argument("every 0th row of MCUs can't be sampled"));
        }
        let high = self.frame.mcus_high;
        // From the middle of the first stretch, so that top and bottom count the same.
        let first = (sample_every.min(high) - 1) / 2;
        let rows: Vec<u32> = (first..high).step_by(sample_every as usize).collect();
        let whole = |mut counts: Box<Counts>| {
            for count in counts.iter_mut() {
                *count = *count * u64::from(high) / rows.len().max(1) as u64;
            }
            counts
        };
        let scans = if self.settings.progressive {
            self.progressive_scans(level, &rows, false, whole)
        } else {
            vec![self.sequential_draft(whole(self.sampled(level, &rows)), Vec::new(), &[])]
        };
        let headers = headers::headers(&self.frame, &self.settings);
        Ok(draft::expected_len(&headers, &scans))
    }

    fn sequential_scan(&self, level: Level, groups: usize) -> ScanDraft {
        let tokenizer = self.tokenizer(level);
        let unit = u32::from(self.settings.restart_interval).max(1);
        let ranges = ranges(self.frame.mcus(), groups, unit);
        let groups: Vec<TokenGroup> =
            ranges.par_iter().with_max_len(1).map(|range| tokenizer.group(range.clone(), true)).collect();
        self.sequential_draft(counts(&groups), groups, &ranges)
    }

    /// The scan of groups of these MCUs, or of none where only its length is asked for.
    fn sequential_draft(
        &self,
        counts: Box<Counts>,
        groups: Vec<TokenGroup>,
        ranges: &[Range<u32>],
    ) -> ScanDraft {
        let tables = self.huffman_tables(&counts);
        let interval = self.settings.restart_interval;
        ScanDraft {
            headers: headers::scan_headers(&self.frame, interval, &tables),
            codes: CodeTable::new(&tables),
            restarts: (interval > 0).then(|| RestartLayout::new(interval, self.frame.mcus(), ranges)),
            groups,
            counts,
        }
    }

    /// The scans of a progressive file of these rows of MCUs, with tokens if they are to be kept; `whole` makes what is counted in
    /// them the picture's.
    fn progressive_scans(
        &self,
        level: Level,
        rows: &[u32],
        keep: bool,
        whole: impl Fn(Box<Counts>) -> Box<Counts>,
    ) -> Vec<ScanDraft> {
        let script = progressive::script(self.frame.components.len());
        let groups = ProgressiveTokenizer { level, frame: &self.frame, script }.groups(rows, keep);
        let draft = |(scan, groups): (&ScanSpec, Vec<TokenGroup>)| {
            let counts = whole(counts(&groups));
            let (headers, codes) = self.tables_of(scan, &counts);
            ScanDraft { headers, codes, restarts: None, groups, counts }
        };
        script.iter().zip(groups).map(draft).collect()
    }

    /// Tables and header of a progressive file's scan, and its codes.
    fn tables_of(&self, scan: &ScanSpec, counts: &Counts) -> (Vec<u8>, CodeTable) {
        let band = match scan {
            ScanSpec::Dc => None,
            ScanSpec::Band(band) => {
                self.frame.components.get(band.component).map(|component| (component, band))
            }
        };
        match band {
            Some((component, band)) => {
                let table = codes::optimal_ac(counts);
                (headers::band_headers(component, band, &table), CodeTable::of_band(&table))
            }
            None => {
                let tables = ClassTables::optimal(counts);
                (headers::dc_headers(&self.frame, &tables), CodeTable::new(&tables))
            }
        }
    }

    /// Counts of the symbols of some rows of MCUs.
    fn sampled(&self, level: Level, rows: &[u32]) -> Box<Counts> {
        let (tokenizer, wide) = (self.tokenizer(level), self.frame.mcus_wide);
        let add_row = |mut counts: Box<Counts>, &row: &u32| {
            add(&mut counts, &tokenizer.group(row * wide..(row + 1) * wide, false).histogram);
            counts
        };
        let zero = || Box::new([0u64; 512]);
        let sum = |mut all: Box<Counts>, more: Box<Counts>| {
            add(&mut all, &more);
            all
        };
        rows.par_iter().fold(zero, add_row).reduce(zero, sum)
    }

    fn tokenizer(&self, level: Level) -> Tokenizer<'_, B> {
        Tokenizer { level, frame: &self.frame, restart_interval: self.settings.restart_interval.into() }
    }

    fn huffman_tables(&self, counts: &Counts) -> [ClassTables; 2] {
        if self.settings.optimize_huffman { ClassTables::optimal(counts) } else { ClassTables::typical() }
    }
}

/// Cuts `mcus` into about `groups` ranges, each but the last a multiple of `unit` long.
fn ranges(mcus: u32, groups: usize, unit: u32) -> Vec<Range<u32>> {
    let groups = u32::try_from(groups).unwrap_or(u32::MAX).max(1);
    let length =
        mcus.div_ceil(groups).clamp(1, MCUS_PER_GROUP).checked_next_multiple_of(unit).unwrap_or(u32::MAX);
    (0..mcus).step_by(length as usize).map(|start| start..start.saturating_add(length).min(mcus)).collect()
}

fn counts(groups: &[TokenGroup]) -> Box<Counts> {
    let mut counts = Box::new([0; 512]);
    for group in groups {
        add(&mut counts, &group.histogram);
    }
    counts
}

fn add<T: Copy + Into<u64>>(counts: &mut Counts, more: &[T; 512]) {
    for (count, &more) in counts.iter_mut().zip(more) {
        *count += more.into();
    }
}

/// Enough that threads that are a little late don't keep the others waiting.
const GROUPS_PER_THREAD: usize = 4;
/// Keeps a group's counts far below `u32::MAX`.
const MCUS_PER_GROUP: u32 = 1 << 20;

#[cfg(test)]
mod tests;
