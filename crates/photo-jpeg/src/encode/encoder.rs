//! Encodes a picture: from blocks to a draft of the file.

use std::ops::Range;

use rayon::prelude::*;

use super::block_source::BlockSource;
use super::codes::{self, ClassTables, CodeTable, Counts};
use super::coefficient_source::{self, CoefficientSource};
use super::draft::{Draft, RestartLayout, ScanDraft, expected_len};
use super::file_options::FileOptions;
use super::frame::Frame;
use super::headers;
use super::options::{EncodeOptions, TranscodeOptions};
use super::progressive::{ProgressiveTokenizer, ScanSpec, script};
use super::sample_source::SampleSource;
use super::tokens::{TokenGroup, Tokenizer};
use crate::coefficients::Coefficients;
use crate::error::{Error, Result};
use crate::planes::Planes;
use crate::simd::Level;
use crate::task_graph;

/// The number of groups of MCUs for the threads of the current rayon pool.
pub(super) fn groups() -> usize {
    GROUPS_PER_THREAD * task_graph::threads()
}

/// A picture and how it is written, checked.
pub(super) struct Encoder<'a, B> {
    pub(super) frame: Frame<B>,
    pub(super) file: FileOptions<'a>,
    pub(super) optimize_huffman: bool,
}

impl<'a> Encoder<'a, SampleSource<'a>> {
    pub(super) fn of_planes(planes: &'a Planes, options: &EncodeOptions<'a>) -> Result<Self> {
        if !(1..=100).contains(&options.quality) {
            return Err(Error::Argument("a JPEG's quality must be 1 to 100"));
        }
        let file = options.file;
        file.check()?;
        let frame = Frame::new(planes, file.orientation, options.quant_tables())?;
        Ok(Self { frame, file, optimize_huffman: options.optimize_huffman })
    }
}

impl<'a> Encoder<'a, CoefficientSource<'a>> {
    pub(super) fn of_coefficients(picture: &'a Coefficients, options: &TranscodeOptions<'a>) -> Result<Self> {
        Self::of_fractions(picture, 0, options)
    }

    /// As [`of_coefficients`](Self::of_coefficients), of coefficients with this number of bits behind the
    /// point.
    pub(super) fn of_fractions(
        picture: &'a Coefficients,
        fraction_bits: u32,
        options: &TranscodeOptions<'a>,
    ) -> Result<Self> {
        let file = options.file;
        file.check()?;
        let frame = coefficient_source::frame(picture, fraction_bits, options)?;
        Ok(Self { frame, file, optimize_huffman: true })
    }
}

impl<B: BlockSource> Encoder<'_, B> {
    pub(super) fn encode(&self, level: Level, groups: usize) -> Result<Vec<u8>> {
        Ok(self.draft(level, groups)?.write())
    }

    pub(super) fn draft(&self, level: Level, groups: usize) -> Result<Draft> {
        let scans = if self.file.progressive {
            let rows: Vec<u32> = (0..self.frame.mcus_high).collect();
            self.progressive_scans(level, &rows, true, |counts| counts)
        } else {
            vec![self.sequential_scan(level, groups)]
        };
        Draft::new(headers::headers(&self.frame, &self.file), scans)
    }

    pub(super) fn encoded_len(&self, level: Level, sample_every: u32) -> Result<u64> {
        if sample_every == 0 {
            return Err(Error::Argument("every 0th row of MCUs can't be sampled"));
        }
        let high = self.frame.mcus_high;
        // The first row is in the middle of the first stretch, so that top and bottom count the same.
        let first = (sample_every.min(high) - 1) / 2;
        let rows: Vec<u32> = (first..high).step_by(sample_every as usize).collect();
        let whole = |mut counts: Box<Counts>| {
            for count in counts.iter_mut() {
                *count = *count * u64::from(high) / rows.len().max(1) as u64;
            }
            counts
        };
        let scans = if self.file.progressive {
            self.progressive_scans(level, &rows, false, whole)
        } else {
            vec![self.sequential_draft(whole(self.sampled(level, &rows)), Vec::new(), &[])]
        };
        let headers = headers::headers(&self.frame, &self.file);
        Ok(expected_len(&headers, &scans))
    }

    pub(super) fn sequential_scan(&self, level: Level, groups: usize) -> ScanDraft {
        let tokenizer = self.tokenizer(level);
        let unit = u32::from(self.file.restart_interval).max(1);
        let ranges = ranges(self.frame.mcus(), groups, unit);
        task_graph::did("plan of the encoder");
        let groups: Vec<TokenGroup> = task_graph::section(|section| {
            let group =
                |range: &Range<u32>| section.task("tokens", || tokenizer.group(range.clone(), true))();
            ranges.par_iter().with_max_len(1).map(group).collect()
        });
        let draft = self.sequential_draft(counts(&groups), groups, &ranges);
        task_graph::did("Huffman tables");
        draft
    }

    /// The draft of a scan with the groups of the MCUs `ranges`; without groups if only its length is needed.
    fn sequential_draft(
        &self,
        counts: Box<Counts>,
        groups: Vec<TokenGroup>,
        ranges: &[Range<u32>],
    ) -> ScanDraft {
        let tables = self.huffman_tables(&counts);
        let interval = self.file.restart_interval;
        ScanDraft {
            headers: headers::scan_headers(&self.frame, interval, &tables),
            codes: CodeTable::new(&tables),
            restarts: (interval > 0).then(|| RestartLayout::new(interval, self.frame.mcus(), ranges)),
            groups,
            counts,
        }
    }

    /// The drafts of all scans of a progressive file, from these rows of MCUs. Tokens are kept only if `keep`
    /// is set. `whole` scales the counts of these rows up to the whole picture.
    fn progressive_scans(
        &self,
        level: Level,
        rows: &[u32],
        keep: bool,
        whole: impl Fn(Box<Counts>) -> Box<Counts>,
    ) -> Vec<ScanDraft> {
        let script = script(self.frame.components.len());
        let groups = ProgressiveTokenizer { level, frame: &self.frame, script }.groups(rows, keep);
        let draft = |(scan, groups): (&ScanSpec, Vec<TokenGroup>)| {
            let counts = whole(counts(&groups));
            let (headers, codes) = self.tables_of(scan, &counts);
            ScanDraft { headers, codes, restarts: None, groups, counts }
        };
        script.iter().zip(groups).map(draft).collect()
    }

    /// The tables and header of a scan in a progressive file, and its codes.
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

    /// The counts of the symbols in these rows of MCUs.
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

    pub(super) fn tokenizer(&self, level: Level) -> Tokenizer<'_, B> {
        Tokenizer { level, frame: &self.frame, restart_interval: self.file.restart_interval.into() }
    }

    pub(super) fn huffman_tables(&self, counts: &Counts) -> [ClassTables; 2] {
        if self.optimize_huffman { ClassTables::optimal(counts) } else { ClassTables::typical() }
    }
}

/// Divides `mcus` MCUs into about `groups` ranges. The length of each, except the last, is a multiple of
/// `unit`.
pub(super) fn ranges(mcus: u32, groups: usize, unit: u32) -> Vec<Range<u32>> {
    let groups = u32::try_from(groups).unwrap_or(u32::MAX).max(1);
    let length =
        mcus.div_ceil(groups).clamp(1, MCUS_PER_GROUP).checked_next_multiple_of(unit).unwrap_or(u32::MAX);
    (0..mcus).step_by(length as usize).map(|start| start..start.saturating_add(length).min(mcus)).collect()
}

pub(super) fn counts(groups: &[TokenGroup]) -> Box<Counts> {
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

/// Enough groups that slow threads don't keep the others waiting.
const GROUPS_PER_THREAD: usize = 4;
/// Keeps the counts of a group far below `u32::MAX`.
const MCUS_PER_GROUP: u32 = 1 << 20;
