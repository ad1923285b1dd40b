//! Why decoding a scan stops early.

/// Why a scan can't be decoded any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The data of the scan ends.
    End,
    /// The data is impossible, for this reason.
    Bad(&'static str),
}
