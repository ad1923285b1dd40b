//! The example program prep-and-upload, run as scripts run it.

mod harness;
mod preparing;
#[path = "../scripted/mod.rs"]
mod scripted;
mod secrets;
mod uploading;
