//! How the program ends.

use std::fmt;

use crate::failure::Weight;

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    /// Some inputs were refused or failed for good.
    ForGood,
    Usage,
    /// Only temporary failures are left: the same command may succeed later.
    Temporary,
    /// Something holds for every input: authorisation, scope, credits.
    StoppedForAll,
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Ok => 0,
            Self::ForGood => 1,
            Self::Usage => 2,
            Self::Temporary => 5,
            Self::StoppedForAll => 7,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// 128 and the number of SIGINT, as shells have it.
pub(crate) const INTERRUPTED: i32 = 130;

/// What came of the inputs so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) ok: usize,
    pub(crate) refused: usize,
    pub(crate) failed: usize,
    for_good: bool,
    passing: bool,
    stopped: bool,
    interrupted: bool,
}

impl Tally {
    /// Notes how much a failure weighs.
    pub(crate) fn weigh(&mut self, weight: Weight) {
        match weight {
            Weight::ForGood => self.for_good = true,
            Weight::Passing => self.passing = true,
            Weight::StopsAll => self.stopped = true,
            Weight::Interrupted => self.interrupted = true,
        }
    }

    pub(crate) fn total(&self) -> usize {
        self.ok + self.refused + self.failed
    }

    /// The weightiest decides.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self { interrupted: true, .. } => Exit::Interrupted,
            Self { stopped: true, .. } => Exit::StoppedForAll,
            Self { for_good: true, .. } => Exit::ForGood,
            Self { passing: true, .. } => Exit::Temporary,
            _ => Exit::Ok,
        }
    }
}

/// The command can't be carried out as it was given; nothing was done.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
