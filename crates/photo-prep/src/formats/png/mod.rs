//! PNG (W3C, third edition): chunks, facts, samples.

pub(crate) mod apng;
pub(crate) mod color;
mod container;
pub(crate) mod decode;
mod deep;
pub(crate) mod embedded;
pub(crate) mod encode;
mod inflate;
pub(crate) mod inflate_ahead;
mod plain_rows;
pub(crate) mod probe;
pub(crate) mod recover;
pub(crate) mod text;
mod unfilter;

pub(crate) use container::*;
