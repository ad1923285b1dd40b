//! The workspace's integration tests, in one binary.

mod attempts;
mod balance;
mod coefficients;
mod color;
mod contract;
mod corpus;
mod fitting;
mod frames;
mod kept;
mod orientations;
mod plans;
mod privacy;
mod privacy_table;
mod small_kinds;
mod support;
mod told;
mod tolerance;
mod upload;
mod verdicts;
mod verify;
