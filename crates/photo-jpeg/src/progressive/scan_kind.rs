//! What a scan codes of each block.

use crate::header::{Process, Scan};

/// What a scan codes of each block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScanKind {
    Sequential,
    DcFirst,
    DcRefine,
    AcFirst,
    AcRefine,
}

impl ScanKind {
    pub(super) fn of(process: Process, scan: &Scan) -> Self {
        match (process, scan.spectral_start, scan.approx_high) {
            (Process::Sequential | Process::Lossless, ..) => Self::Sequential,
            (_, 0, 0) => Self::DcFirst,
            (_, 0, _) => Self::DcRefine,
            (_, _, 0) => Self::AcFirst,
            _ => Self::AcRefine,
        }
    }
}
