//! Why decoding a scan stops early.

/// Why a scan can't be decoded any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its data end.
    End,
    Bad(&'static str),
}
