//! An option that was not typed, and what the arguments become with it.

use std::ffi::OsString;

/// An option that was not typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// The long option, without its dashes.
    pub(super) option: String,
    /// Several for an option that may be given several times; `true` and `false` for one without a value.
    pub(super) values: Vec<String>,
    /// The name of the variable or of the file.
    pub(super) from: String,
    /// Whether it comes from a file that merely lies in the working directory, which somebody else may have
    /// put there.
    pub(super) found: bool,
}

/// The arguments of a process with all that joins them.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) words: Vec<OsString>,
    /// What joined them, in words; empty if nothing did.
    pub(crate) joined: String,
}
