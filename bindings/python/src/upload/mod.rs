//! photo-upload's blocking client for Python: one picture at a time, or many with a journal.

mod client;
mod errors;
mod jobs;
mod journal;
mod outcome;
mod rows;
mod settings;
mod uploads;

pub(crate) use client::UploadClient;
pub(crate) use uploads::Uploads;
