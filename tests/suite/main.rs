//! The workspace's integration tests, in one binary.

mod coefficients;
mod color;
mod contract;
mod corpus;
mod fitting;
mod orientations;
mod plans;
mod privacy;
mod privacy_table;
mod support;
mod tolerance;
mod upload;
mod verify;
