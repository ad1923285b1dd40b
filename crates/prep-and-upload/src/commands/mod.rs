//! The subcommands.

pub(crate) mod explain;
pub(crate) mod prep;
pub(crate) mod sandbox;
pub(crate) mod upload;
