//! Slice segments: their headers and the arithmetic decoder of their data.

pub(crate) mod cabac;
pub(crate) mod contexts;
mod header;

pub(crate) use header::SliceHeader;
