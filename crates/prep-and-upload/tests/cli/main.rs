//! The program, run as scripts run it.

mod harness;
mod preparing;
mod sandbox;
#[path = "../../../photo-upload/tests/scripted/mod.rs"]
mod scripted;
mod secrets;
mod uploading;
