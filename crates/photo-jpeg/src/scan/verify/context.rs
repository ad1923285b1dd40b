//! What the verifier needs to know of a scan.

use super::skips::SkipPhase;
use crate::scan::block::Mcu;
use crate::simd::Level;

/// A scan with all that verifying it needs.
pub(super) struct ScanContext<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) mcu: &'a Mcu,
    pub(super) phases: &'a [SkipPhase<'a>],
    pub(super) level: Level,
    pub(super) layout: VerifyLayout,
}

/// How a scan is divided for verifying, in bytes of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct VerifyLayout {
    /// The fewest and the most bytes of a chunk. With these limits, guesses cost little and batches stay
    /// small.
    pub(super) min_chunk_bytes: usize,
    pub(super) max_chunk_bytes: usize,
    /// The number of bytes in which one task looks for short restart intervals.
    pub(super) group_bytes: usize,
    /// The size from which an interval is divided into chunks. Shorter intervals are checked as a whole.
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

/// The number of blocks between the restart markers of a scan.
pub(super) struct RestartPlan {
    pub(super) intervals: u64,
    /// The number of blocks in an interval, and in the last one.
    pub(super) blocks: u64,
    pub(super) last: u64,
}
