//! Fax compression (ITU-T T.4 and T.6; TIFF 6.0, sections 10 and 11) to rows of bits, a black pixel being 1.
//!
//! A row is known by where its color changes. A broken one is an error: what a fax machine would paint of it
//! is a guess.

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

use super::super::compression::Compression;

/// `rows` rows of `width` pixels, each of whole bytes; fewer where the data ends.
pub(super) fn unpack(
    data: &[u8],
    compression: Compression,
    width: usize,
    rows: usize,
) -> Result<Vec<u8>, String> {
    let mut fax = Fax { bits: Bits { data, at: 0 }, width, line: Vec::new(), above: Vec::new() };
    let row_bytes = width.div_ceil(8);
    let mut out = Vec::with_capacity(row_bytes.saturating_mul(rows));
    let marked = matches!(compression, Compression::Fax3(_)) && fax.bits.begins_with_end_of_line();
    for _ in 0..rows {
        let there = match compression {
            Compression::Fax4 => fax.two_dimensional()?,
            Compression::Fax3(options) => fax.group_3(options.two_dimensional, marked)?,
            _ => {
                let word = matches!(compression, Compression::FaxRows { words: true });
                fax.bits.align(if word { 16 } else { 8 });
                fax.one_dimensional()?
            }
        };
        if !there {
            break;
        }
        let start = out.len();
        out.resize(start + row_bytes, 0);
        paint(&fax.line, width, out.get_mut(start..).unwrap_or_default());
        std::mem::swap(&mut fax.line, &mut fax.above);
    }
    Ok(out)
}

struct Fax<'a> {
    bits: Bits<'a>,
    width: usize,
    /// Where the color changes in this row and in the one above: to black, to white, and so on.
    line: Vec<usize>,
    above: Vec<usize>,
}

impl Fax<'_> {
    /// A row of Group 3, which an end of line begins if `marked`; `false` at the end of the page.
    fn group_3(&mut self, two_dimensional: bool, marked: bool) -> Result<bool, String> {
        if marked && !self.bits.skip_end_of_line() {
            return if self.bits.is_at_end() { Ok(false) } else { Err("an end of line is missing".into()) };
        }
        // A bit behind it tells how the row is coded; six of them in a row are the end of the page.
        let one_dimensional = !two_dimensional || self.bits.next() == 1;
        if self.bits.begins_with_end_of_line() {
            return Ok(false);
        }
        if one_dimensional { self.one_dimensional() } else { self.two_dimensional() }
    }

    /// A row of runs, white first.
    fn one_dimensional(&mut self) -> Result<bool, String> {
        self.line.clear();
        if self.bits.is_at_end() {
            return Ok(false);
        }
        let (mut at, mut is_white) = (0, true);
        while at < self.width {
            at += self.run(is_white)?;
            self.change(at)?;
            is_white = !is_white;
        }
        Ok(true)
    }

    /// A row told by how it differs from the one above (T.4, 4.2; T.6).
    fn two_dimensional(&mut self) -> Result<bool, String> {
        self.line.clear();
        let (mut at, mut is_white, mut first, mut hint) = (0, true, true, 0);
        while at < self.width {
            let (b1, b2) = self.changes_above(at, is_white, first, &mut hint);
            match mode::decode(&mut self.bits) {
                Some(Mode::Pass) => at = b2,
                Some(Mode::Horizontal) => {
                    for color in [is_white, !is_white] {
                        at += self.run(color)?;
                        self.change(at)?;
                    }
                }
                Some(Mode::Vertical(by)) => {
                    at = b1
                        .checked_add_signed(by.into())
                        .filter(|a| *a >= at)
                        .ok_or("a change before the row")?;
                    self.change(at)?;
                    is_white = !is_white;
                }
                Some(Mode::EOF) if first => return Ok(false),
                None if first && self.bits.is_at_end() => return Ok(false),
                Some(Mode::Extension) => return Err("uncompressed fax data, which is not read".into()),
                _ => return Err("a code of a fax row is in no table".into()),
            }
            first = false;
        }
        Ok(true)
    }

    /// The first change above to the other color, right of `at`, and the one after it.
    fn changes_above(&self, at: usize, is_white: bool, first: bool, hint: &mut usize) -> (usize, usize) {
        // Changes only move on but for a few steps back to the left.
        let mut i = hint.saturating_sub(2);
        let change = |i: usize| self.above.get(i).copied().unwrap_or(self.width);
        let right = |i: usize| change(i) > at || first && change(i) == 0 && at == 0;
        while change(i) < self.width && !(right(i) && i.is_multiple_of(2) == is_white) {
            i += 1;
        }
        *hint = i;
        (change(i), change(i + 1))
    }

    /// The length of a run, which is the sum of its codes.
    fn run(&mut self, is_white: bool) -> Result<usize, String> {
        let mut sum = 0;
        loop {
            let code = if is_white { white::decode(&mut self.bits) } else { black::decode(&mut self.bits) };
            let code = usize::from(code.ok_or("a code of a fax row is in no table")?);
            sum += code;
            if sum > self.width {
                return Err("a row of a fax is longer than the picture is wide".into());
            }
            if code < 64 {
                return Ok(sum);
            }
        }
    }

    fn change(&mut self, at: usize) -> Result<(), String> {
        if at > self.width {
            return Err("a row of a fax is longer than the picture is wide".into());
        }
        self.line.push(at);
        Ok(())
    }
}

/// Sets the bits of the black runs of a row.
fn paint(changes: &[usize], width: usize, row: &mut [u8]) {
    for run in changes.chunks(2) {
        let start = run.first().copied().unwrap_or(width);
        let end = run.get(1).copied().unwrap_or(width);
        fill(row, start, end);
    }
}

fn fill(row: &mut [u8], start: usize, end: usize) {
    if start >= end {
        return;
    }
    let (first, last) = (start / 8, (end - 1) / 8);
    let (left, right) = (0xFF >> (start % 8), 0xFFu8 << (7 - (end - 1) % 8));
    let Some(bytes) = row.get_mut(first..=last) else { return };
    match bytes {
        [one] => *one |= left & right,
        [head, middle @ .., tail] => {
            *head |= left;
            middle.fill(0xFF);
            *tail |= right;
        }
        [] => {}
    }
}

/// Bits of the data, the highest of a byte first; zeros behind its end.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn is_at_end(&self) -> bool {
        self.at >= self.data.len().saturating_mul(8)
    }

    fn align(&mut self, bits: usize) {
        self.at = self.at.next_multiple_of(bits);
    }

    fn next(&mut self) -> u16 {
        let bit = self.peek(1).unwrap_or(0);
        self.at += 1;
        bit
    }

    /// How many bits on the next end of line stands, with its fill: eleven zeros at least, and a one.
    fn end_of_line(&self) -> Option<usize> {
        let start = self.at;
        let mut ahead = Bits { data: self.data, at: start };
        while !ahead.is_at_end() && ahead.peek(16) == Some(0) {
            ahead.at += 16;
        }
        while !ahead.is_at_end() && ahead.peek(1) == Some(0) {
            ahead.at += 1;
        }
        (!ahead.is_at_end() && ahead.at - start >= 11).then_some(ahead.at + 1)
    }

    fn begins_with_end_of_line(&self) -> bool {
        self.end_of_line().is_some()
    }

    fn skip_end_of_line(&mut self) -> bool {
        let end = self.end_of_line();
        self.at = end.unwrap_or(self.at);
        if end.is_none() && self.peek(11) == Some(0) {
            // Fill bits up to the end of the data.
            self.at = self.data.len().saturating_mul(8);
        }
        end.is_some()
    }
}

impl BitReader for Bits<'_> {
    type Error = ();

    fn peek(&self, bits: u8) -> Option<u16> {
        let byte = |i: usize| u32::from(self.data.get(self.at / 8 + i).copied().unwrap_or(0));
        let word = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
        let shifted = word << (self.at % 8);
        Some(if bits == 0 { 0 } else { (shifted >> (32 - u32::from(bits.min(16)))) as u16 })
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        // Codes that would lie behind the end are none.
        if self.is_at_end() {
            return Err(());
        }
        self.at += usize::from(bits);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        ((8 - self.at % 8) % 8) as u8
    }
}
