//! What passing over a scan needs to know.

use super::skips::SkipPhase;
use crate::scan::block::Mcu;
use crate::simd::Level;

/// A scan with all that passing over it needs.
pub(super) struct ScanContext<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) mcu: &'a Mcu,
    pub(super) phases: &'a [SkipPhase<'a>],
    pub(super) level: Level,
    pub(super) layout: VerifyLayout,
}

/// How a scan is cut, in bytes of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct VerifyLayout {
    /// A chunk between two guesses has at least and at most so many: guesses then cost little, and batches are small.
    pub(super) min_chunk_bytes: usize,
    pub(super) max_chunk_bytes: usize,
    /// So many are looked through for short restart intervals by one task.
    pub(super) group_bytes: usize,
    /// An interval that has so many is cut into chunks; shorter ones are chunks.
    pub(super) long_interval_bytes: usize,
}

impl VerifyLayout {
    pub(super) const USUAL: Self = Self {
        min_chunk_bytes: 4 << 10,
        max_chunk_bytes: 64 << 10,
        group_bytes: 32 << 10,
        long_interval_bytes: 128 << 10,
    };
}

/// How many blocks a scan has between its restart markers.
pub(super) struct RestartPlan {
    pub(super) intervals: u64,
    /// Blocks of an interval, and of the last one.
    pub(super) blocks: u64,
    pub(super) last: u64,
}
