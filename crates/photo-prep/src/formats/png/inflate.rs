//! The picture data of a PNG inflated, some filtered rows at a time.

use std::ops::Range;

use fdeflate::Decompressor;

use super::container::{Chunk, chunk};
use super::unfilter::SLACK;

/// How far back inflating looks.
pub(super) const WINDOW: usize = 1 << 15;

/// Inflates the IDAT chunks, which follow on each other, and checks their sums.
pub(super) struct Inflater<'a> {
    bytes: &'a [u8],
    /// Where the next chunk begins, and what is left of the one before.
    next: usize,
    data: &'a [u8],
    inflate: Box<Decompressor>,
    /// The last bytes that came out.
    window: Vec<u8>,
    /// Bytes of a filtered row, and rows that are still to come.
    row: usize,
    left: usize,
}

/// Filtered rows, each with its filter type in front.
#[derive(Default)]
pub(super) struct FilteredRows {
    buffer: Vec<u8>,
    row: usize,
}

impl FilteredRows {
    /// A row, with [`SLACK`] bytes behind it.
    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let start = WINDOW + index * self.row;
        self.buffer.get(start..start + self.row + SLACK)
    }

    pub(super) fn count(&self) -> usize {
        self.buffer.len().saturating_sub(WINDOW + SLACK) / self.row.max(1)
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

impl<'a> Inflater<'a> {
    /// For `rows` rows of `row` bytes each, filter type included, from the IDAT chunk at `at`.
    pub(super) fn new(bytes: &'a [u8], at: usize, row: usize, rows: usize) -> Self {
        let mut inflate = Box::new(Decompressor::new());
        // What the chunks hold is told by their own sums.
        inflate.ignore_adler32();
        Self { bytes, next: at, data: &[], inflate, window: vec![0; WINDOW], row, left: rows }
    }

    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The next `count` rows, or as many as there are, in the memory of `buffer`; `None` where the data are
    /// not as they should be.
    pub(super) fn rows(&mut self, count: usize, mut buffer: Vec<u8>) -> Option<FilteredRows> {
        let count = count.min(self.left);
        let end = WINDOW + count * self.row;
        buffer.resize(end + SLACK, 0);
        let out = buffer.get_mut(..end)?;
        out.get_mut(..WINDOW)?.copy_from_slice(&self.window);
        let mut made = WINDOW;
        while made < end {
            if self.data.is_empty() {
                self.data = self.bytes.get(self.next_idat()??)?;
                continue;
            }
            let (read, written) = self.inflate.read(self.data, out, made, false).ok()?;
            if (read, written) == (0, 0) {
                return None;
            }
            (self.data, made) = (self.data.get(read..)?, made + written);
        }
        self.window.copy_from_slice(out.last_chunk::<WINDOW>()?);
        self.left -= count;
        if self.is_done() {
            while self.next_idat()?.is_some() {}
        }
        Some(FilteredRows { buffer, row: self.row })
    }

    /// The data of the next chunk; the inner `None` if it is no IDAT chunk, the outer one if it is broken.
    fn next_idat(&mut self) -> Option<Option<Range<usize>>> {
        let Chunk { kind, whole, data, sound } = chunk(self.bytes, self.next).ok()?;
        if kind != *b"IDAT" {
            return Some(None);
        }
        self.next = whole.end;
        sound.then_some(Some(data))
    }
}
