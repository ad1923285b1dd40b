//! Planes become a JPEG file, on all cores.
//!
//! 1. [`frame`] cuts the picture into MCUs.
//! 2. A [`source`] gives the blocks of these, already upright: [`samples`] loads and transforms [`tiles`], [`coded`] has
//!    coefficients.
//! 3. [`tokens`] turns the coefficients into symbols and counts these. Groups of MCUs do so far at once.
//! 4. [`codes`] makes the Huffman tables from the counts.
//! 5. [`emit`] turns the groups' tokens into bits, at once again, and joins them.

mod coded;
mod codes;
mod emit;
mod frame;
mod headers;
mod options;
mod samples;
mod source;
mod stuffing;
mod tiles;
mod tokens;
mod transformed;

use std::ops::Range;

use crate::simd::Level;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::{Coefficients, Planes};
use coded::Coded;
use codes::{ClassTables, CodeTable, Counts};
use emit::{Bits, Joint};
use frame::Frame;
use headers::Settings;
use samples::Samples;
use source::Source;
use tokens::{Group, Tokenizer};

pub use options::{Density, EncodeOptions, TranscodeOptions};
pub use transformed::Transformed;

/// Encodes a picture as a JPEG with sequential DCT and Huffman coding, baseline unless a divisor is above 255.
///
/// All the work but a last copy is shared among the threads of the rayon pool in which it's called; the bytes don't
/// depend on their number, nor on the machine. Memory: the compressed data about four times.
///
/// # Errors
/// [`Error::Argument`] if a side is 0 or above 65,500 pixels, if the planes don't fit the picture's colour model, size
/// and sampling (factors of 1 and 2 in any mixture), if the quality isn't 1 to 100, or if the segments aren't whole APPn
/// and COM segments.
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

/// Writes coefficients as a JPEG with sequential DCT and Huffman coding, turned upright and with optimal Huffman tables.
///
/// Without other tables ([`TranscodeOptions::tables`]) nothing is lost but what [`Edges::Trim`](crate::Edges) cuts off.
/// Turning changes the places and signs of coefficients, and turns the sampling factors and quantisation tables too.
/// With tables, each coefficient becomes the nearest multiple of its new divisor, halves going to zero, as in
/// [`Coefficients::requantise`].
/// All the work but a last copy is shared among the threads of the rayon pool; the bytes don't depend on their number.
///
/// # Errors
/// [`Error::Argument`] if a side is above 65,500 pixels, for another number of tables than of components, segments that
/// aren't whole, coefficients that no picture of 8-bit samples has, and where [`Edges::Keep`](crate::Edges) forbids to
/// turn the picture or trimming would leave nothing ([`Coefficients::needs_trim`]).
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

/// A JPEG of which all is known but its bits: how long it will be can be asked before they are written.
///
/// Takes two bytes of memory for about every five bits of the file.
#[derive(Debug)]
pub struct Draft {
    headers: Vec<u8>,
    ranges: Vec<Range<u32>>,
    groups: Vec<Group>,
    codes: CodeTable,
    restart_interval: u32,
    expected_len: u64,
}

impl Draft {
    /// What [`encode`] writes.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn encode(planes: &Planes, options: &EncodeOptions<'_>) -> Result<Self> {
        Encoder::of_planes(planes, options)?.draft(Level::new(), groups())
    }

    /// What [`transcode`] writes.
    ///
    /// # Errors
    /// As [`transcode`].
    pub fn transcode(picture: &Coefficients, options: &TranscodeOptions<'_>) -> Result<Self> {
        Encoder::of_coefficients(picture, options)?.draft(Level::new(), groups())
    }

    /// The number of bytes expected; only that of the stuffed ones is an estimate (see [`encoded_len`]).
    #[must_use]
    pub fn expected_len(&self) -> u64 {
        self.expected_len
    }

    /// Writes the file, on all threads of the current rayon pool.
    #[must_use]
    pub fn write(self) -> Vec<u8> {
        let Self { mut headers, ranges, groups, codes, restart_interval, .. } = self;
        let bits = emit_all(&ranges, groups, &codes, restart_interval);
        headers.reserve_exact(bits.iter().map(Bits::len).sum::<usize>() + 4);
        let mut joint = Joint::new(headers);
        for group in &bits {
            joint.append(group);
        }
        let mut out = joint.finish();
        out.extend_from_slice(&END_OF_IMAGE);
        out
    }
}

impl<'a> Encoder<'a, Samples<'a>> {
    fn of_planes(planes: &'a Planes, options: &EncodeOptions<'a>) -> Result<Self> {
        if !(1..=100).contains(&options.quality) {
            return Err(Error::Argument("a JPEG's quality must be 1 to 100"));
        }
        headers::check_segments(options.segments)?;
        let frame = Frame::new(planes, options.orientation, options.quant_tables())?;
        Ok(Self { frame, settings: options.settings() })
    }
}

impl<'a> Encoder<'a, Coded<'a>> {
    fn of_coefficients(picture: &'a Coefficients, options: &TranscodeOptions<'a>) -> Result<Self> {
        headers::check_segments(options.segments)?;
        Ok(Self { frame: coded::frame(picture, 0, options)?, settings: options.settings() })
    }
}

impl<B: Source> Encoder<'_, B> {
    fn encode(&self, level: Level, groups: usize) -> Result<Vec<u8>> {
        Ok(self.draft(level, groups)?.write())
    }

    fn draft(&self, level: Level, groups: usize) -> Result<Draft> {
        let tokenizer = self.tokenizer(level);
        let restart_interval = self.restart_interval();
        let ranges = ranges(self.frame.mcus(), groups, restart_interval.max(1));
        let groups: Vec<Group> =
            ranges.par_iter().with_max_len(1).map(|range| tokenizer.group(range.clone(), true)).collect();
        if !groups.iter().all(|group| group.sound) {
            return Err(Error::Argument("there are coefficients that no picture of 8-bit samples has"));
        }
        let mut counts = [0; 512];
        for group in &groups {
            add(&mut counts, &group.histogram);
        }
        let tables = self.huffman_tables(&counts);
        let codes = CodeTable::new(&tables);
        let headers = headers::headers(&self.frame, &self.settings, &tables);
        let expected_len = self.len_with(&counts, headers.len(), &codes);
        Ok(Draft { headers, ranges, groups, codes, restart_interval, expected_len })
    }

    fn encoded_len(&self, level: Level, sample_every: u32) -> Result<u64> {
        if sample_every == 0 {
            return Err(Error::Argument("every 0th row of MCUs can't be sampled"));
        }
        let tokenizer = self.tokenizer(level);
        let (wide, high) = (self.frame.mcus_wide, self.frame.mcus_high);
        // From the middle of the first stretch, so that top and bottom count the same.
        let first = (sample_every.min(high) - 1) / 2;
        let rows: Vec<u32> = (first..high).step_by(sample_every as usize).collect();
        let add_row = |mut counts: Box<Counts>, &row: &u32| {
            add(&mut counts, &tokenizer.group(row * wide..(row + 1) * wide, false).histogram);
            counts
        };
        let zero = || Box::new([0u64; 512]);
        let sum = |mut all: Box<Counts>, more: Box<Counts>| {
            add(&mut all, &more);
            all
        };
        let mut counts = rows.par_iter().fold(zero, add_row).reduce(zero, sum);
        for count in counts.iter_mut() {
            *count = *count * u64::from(high) / rows.len().max(1) as u64;
        }
        Ok(self.len_for(&counts))
    }

    /// Bytes of a file with these counts of symbols.
    fn len_for(&self, counts: &Counts) -> u64 {
        let tables = self.huffman_tables(counts);
        let headers = headers::headers(&self.frame, &self.settings, &tables).len();
        self.len_with(counts, headers, &CodeTable::new(&tables))
    }

    fn len_with(&self, counts: &Counts, headers: usize, codes: &CodeTable) -> u64 {
        let bits = codes.bits(counts);
        let intervals = self.frame.mcus().checked_div(self.restart_interval()).unwrap_or_default();
        let data = bits.div_ceil(8);
        let stuffed = stuffing::stuffed_bytes(codes, counts) as u64;
        // A marker and on average four bits of filling.
        (headers + END_OF_IMAGE.len()) as u64 + data + stuffed + u64::from(intervals) * 5 / 2
    }

    fn tokenizer(&self, level: Level) -> Tokenizer<'_, B> {
        Tokenizer { level, frame: &self.frame, restart_interval: self.restart_interval() }
    }

    fn huffman_tables(&self, counts: &Counts) -> [ClassTables; 2] {
        if self.settings.optimize_huffman { ClassTables::optimal(counts) } else { ClassTables::typical() }
    }

    fn restart_interval(&self) -> u32 {
        u32::from(self.settings.restart_interval)
    }
}

/// Writes all groups at once.
fn emit_all(ranges: &[Range<u32>], groups: Vec<Group>, codes: &CodeTable, interval: u32) -> Vec<Bits> {
    let mut before = 0;
    let placed: Vec<_> = groups
        .into_iter()
        .zip(ranges)
        .map(|(group, range)| {
            let bits = codes.bits(&group.histogram);
            let phase = (before % 8) as u32;
            before += bits;
            (group, range.start, phase, bits)
        })
        .collect();
    let work = |(group, start, phase, bits): (Group, u32, u32, u64)| match start.checked_div(interval) {
        Some(first_interval) => emit::emit_intervals(&group, codes, first_interval, bits),
        None => emit::emit(&group, codes, phase, bits),
    };
    placed.into_par_iter().with_max_len(1).map(work).collect()
}

/// Cuts `mcus` into about `groups` ranges, each but the last a multiple of `unit` long.
fn ranges(mcus: u32, groups: usize, unit: u32) -> Vec<Range<u32>> {
    let groups = u32::try_from(groups).unwrap_or(u32::MAX).max(1);
    let length =
        mcus.div_ceil(groups).clamp(1, MCUS_PER_GROUP).checked_next_multiple_of(unit).unwrap_or(u32::MAX);
    (0..mcus).step_by(length as usize).map(|start| start..start.saturating_add(length).min(mcus)).collect()
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
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

#[cfg(test)]
mod tests;
