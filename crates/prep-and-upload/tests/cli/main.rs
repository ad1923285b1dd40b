//! The program, run as scripts run it.

mod configuring;
mod harness;
mod mapping;
mod pausing;
mod preparing;
mod reporting;
mod resuming;
mod sandbox;
#[path = "../../../photo-upload/tests/scripted/mod.rs"]
mod scripted;
mod secrets;
mod uploading;
