//! The task graph of a run: what its tasks take and what they wait for.
//!
//! With the feature `task-graph`, [`record`] runs a job on one thread as if there were more, and
//! [`TaskGraph::schedule`] computes how long it would take on any number of cores. Without the feature
//! nothing of this is compiled: a section is nothing, and a task is its work.

#[cfg(not(feature = "task-graph"))]
mod off;
#[cfg(feature = "task-graph")]
mod record;
#[cfg(feature = "task-graph")]
mod schedule;

#[cfg(not(feature = "task-graph"))]
pub(crate) use off::{did, is_recording, section, threads};
#[cfg(feature = "task-graph")]
pub use record::{TaskGraph, did, join, record};
#[cfg(feature = "task-graph")]
pub(crate) use record::{is_recording, section, threads};
#[cfg(feature = "task-graph")]
pub use schedule::Schedule;
