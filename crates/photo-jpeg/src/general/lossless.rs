//! Decodes lossless files: predicted samples and Huffman-coded differences (ITU-T T.81, annex H).

use super::planes::SamplePlane;
use super::sample::Sample;
use crate::error::{Error, Result};
use crate::header::{Header, Scan, TableState, next_scan};
use crate::huffman::decode::DcTable;
use crate::progressive::{Fault, StuffedBitReader};

/// Decodes all scans of a file, each of which has a predictor of its own.
pub(super) fn decode<S: Sample>(
    bytes: &[u8],
    header: &Header,
    state: TableState,
) -> Result<Vec<SamplePlane<S>>> {
    let (width, height) = (header.width as usize, header.height as usize);
    let shown = header.color.channels();
    let mut planes: Vec<Vec<S>> = vec![Vec::new(); shown];
    let mask = u16::MAX >> (16 - header.precision);
    walk(bytes, header, state, |index, shift, row| {
        let Some(plane) = planes.get_mut(index) else { return };
        plane.reserve_exact((width * height).saturating_sub(plane.len()));
        plane.extend(row.iter().map(|&value| S::of(value << shift & mask)));
    })?;
    let plane = |(data, c)| SamplePlane::of_samples(width, height, data, c);
    Ok(planes.into_iter().zip(&header.components).map(plane).collect())
}

/// Decodes all scans of a file, and keeps nothing of it.
pub(crate) fn verify(bytes: &[u8], header: &Header, state: TableState) -> Result<()> {
    walk(bytes, header, state, |_, _, _| {})
}

/// Decodes all scans of a file. `take` gets the rows from top to bottom: the index of the component, the bits to
/// shift by, and the samples.
fn walk(
    bytes: &[u8],
    header: &Header,
    mut state: TableState,
    mut take: impl FnMut(usize, u8, &[u16]),
) -> Result<()> {
    if header.components.iter().any(|c| (c.width, c.height) != (header.width, header.height)) {
        return Err(Error::Unsupported("a lossless file of subsampled components"));
    }
    let total = u64::from(header.width) * u64::from(header.height);
    let missing = Error::Truncated { offset: bytes.len(), decoded: 0, total };
    let mut seen = vec![false; header.components.len()];
    let mut next = Some(header.scan.clone());
    while let Some(scan) = next {
        for part in &scan.components {
            if std::mem::replace(&mut seen[part.index], true) {
                return Err(Error::malformed(scan.data_start, "a second scan of a component"));
            }
        }
        // A difference takes a bit at least.
        let left = bytes.len().saturating_sub(scan.data_start) as u64;
        if total * scan.components.len() as u64 > 8 * left {
            return Err(missing);
        }
        LosslessScan::new(bytes, header, &scan)?.run(|part, row| {
            take(scan.components[part].index, scan.approx_low, row);
        })?;
        next = next_scan(bytes, &mut state, scan.data_start)?;
    }
    if seen.contains(&false) { Err(missing) } else { Ok(()) }
}

/// A scan of a lossless file.
struct LosslessScan<'a> {
    bits: StuffedBitReader<'a>,
    tables: Vec<DcTable>,
    width: usize,
    height: usize,
    /// The number of rows between restart markers; 0 for none.
    interval: usize,
    predictor: u8,
    /// What the first sample is predicted as.
    first: u16,
}

impl<'a> LosslessScan<'a> {
    fn new(bytes: &'a [u8], header: &Header, scan: &Scan) -> Result<Self> {
        let (width, interval) = (header.width as usize, scan.restart_interval as usize);
        if !interval.is_multiple_of(width) {
            return Err(Error::malformed(scan.data_start, "a restart interval that ends within a row"));
        }
        let tables = scan.components.iter().filter_map(|part| part.dc.as_deref()).map(DcTable::lossless);
        Ok(Self {
            bits: StuffedBitReader::new(bytes, scan.data_start),
            tables: tables.collect(),
            width,
            height: header.height as usize,
            interval: interval / width,
            predictor: scan.spectral_start,
            // `approx_low` is below the precision.
            first: 1 << (header.precision - scan.approx_low - 1),
        })
    }

    /// Decodes all rows. `take` gets the index in the scan of a component, and a row of its samples.
    fn run(&mut self, mut take: impl FnMut(usize, &[u16])) -> Result<()> {
        let mut above: Vec<Vec<u16>> = vec![vec![0; self.width]; self.tables.len()];
        let mut current = above.clone();
        for y in 0..self.height {
            let restart = self.interval > 0 && y > 0 && y.is_multiple_of(self.interval);
            let number = y.checked_div(self.interval).unwrap_or(0).wrapping_sub(1);
            let mut row = || {
                if restart {
                    self.bits.restart((number % 8) as u32)?;
                }
                self.differences(&mut current)
            };
            row().map_err(|fault| self.error(fault, y))?;
            for (part, (row, above)) in current.iter_mut().zip(&above).enumerate() {
                if y == 0 || restart {
                    self.first_row(row)
                } else {
                    self.later_row(row, above)
                }
                take(part, row);
            }
            std::mem::swap(&mut above, &mut current);
        }
        Ok(())
    }

    /// Decodes the differences of a row (H.1.2.2).
    fn differences(&mut self, rows: &mut [Vec<u16>]) -> std::result::Result<(), Fault> {
        for x in 0..self.width {
            for (row, table) in rows.iter_mut().zip(&self.tables) {
                self.bits.refill();
                let entry = table.peek(self.bits.window);
                row[x] = if entry.advance() == 1 {
                    self.bits.consume(entry.bits());
                    entry.value() as u16
                } else {
                    let symbol = table.long(self.bits.window).ok_or(UNKNOWN)?;
                    self.bits.consume(symbol.bits);
                    // A category of 16 stands for 32,768 and has no further bits.
                    if symbol.run == 1 { 0x8000 } else { symbol.value as u16 }
                };
            }
            if self.bits.overdrawn() {
                return Err(Fault::End);
            }
        }
        Ok(())
    }

    /// Adds what each sample is predicted as: the one before it (H.1.2.1).
    fn first_row(&self, row: &mut [u16]) {
        let mut before = self.first;
        for sample in row {
            *sample = sample.wrapping_add(before);
            before = *sample;
        }
    }

    /// Adds what each sample is predicted as: the one above the first, and for the others what the predictor
    /// says of the samples before, above, and before that one (table H.1).
    fn later_row(&self, row: &mut [u16], above: &[u16]) {
        let (mut left, mut corner) = (above[0], above[0]);
        for (x, (sample, &above)) in row.iter_mut().zip(above).enumerate() {
            let (a, b, c) = (i32::from(left), i32::from(above), i32::from(corner));
            let predicted = match self.predictor {
                _ if x == 0 => b,
                1 => a,
                2 => b,
                3 => c,
                4 => a + b - c,
                5 => a + ((b - c) >> 1),
                6 => b + ((a - c) >> 1),
                _ => (a + b) >> 1,
            };
            *sample = sample.wrapping_add(predicted as u16);
            (left, corner) = (*sample, above);
        }
    }

    fn error(&self, fault: Fault, row: usize) -> Error {
        let (decoded, total) = ((row * self.width) as u64, (self.height * self.width) as u64);
        match fault {
            Fault::End => Error::Truncated { offset: self.bits.offset(), decoded, total },
            Fault::Bad(reason) => Error::malformed(self.bits.offset(), reason),
        }
    }
}

const UNKNOWN: Fault = Fault::Bad("a Huffman code that isn't in its table");
