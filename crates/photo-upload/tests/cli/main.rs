//! The example program prep-and-upload, run as scripts run it.

mod harness;
mod preparing;
mod uploading;
