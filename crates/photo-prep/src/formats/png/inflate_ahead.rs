//! Inflating ahead of the one who undoes filters: it is the longest of a PNG's steps.

use super::inflate::{FilteredRows, Inflater, WINDOW};
use crate::formats::work_ahead::{SerialWork, WorkAhead};

/// Bytes that are inflated at once, which a processor's cache holds, and bytes that may wait to be taken.
const AT_ONCE: usize = 1 << 18;
const WAITING: usize = 1 << 22;

/// The most bytes of a row. Wider ones are for the `png` crate, which has a limit for its memory.
pub(super) const MAX_ROW: usize = 1 << 22;

/// Inflates some rows at a time, to their end or to where the data are broken.
pub(super) struct InflatedRows<'a> {
    inflater: Inflater<'a>,
    rows: usize,
}

impl SerialWork for InflatedRows<'_> {
    type Item = FilteredRows;

    fn next(&mut self, spare: Option<FilteredRows>) -> Option<FilteredRows> {
        if self.inflater.is_done() {
            return None;
        }
        self.inflater.rows(self.rows, spare.map(FilteredRows::into_buffer).unwrap_or_default())
    }
}

/// `row` is the number of bytes of a filtered row.
pub(super) fn inflate_ahead(inflater: Inflater<'_>, row: usize) -> WorkAhead<InflatedRows<'_>> {
    let rows = (AT_ONCE / row.max(1)).max(1);
    let most = (WAITING / (rows * row).max(1)).max(2);
    WorkAhead::new(InflatedRows { inflater, rows }, most)
}

/// Bytes that inflating ahead takes for rows of so many bytes, on so many threads.
pub(crate) fn memory_for(row: u64, threads: usize) -> u64 {
    let row = row.min(MAX_ROW as u64);
    let waiting = if threads < 2 { 0 } else { WAITING as u64 + 2 * row };
    waiting + waiting / 8 + 3 * (AT_ONCE as u64 + row + WINDOW as u64)
}
