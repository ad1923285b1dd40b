//! How a run of many uploads goes on, pauses and stops.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use photo_upload::{Breaker, BreakerOptions};

use super::values::duration;
use crate::report_file;

/// How a run of many uploads goes on, pauses and stops.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// Note in this file what was begun and what became of it [default with --map: beside the map]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Keep no journal
    #[arg(long, conflicts_with_all = ["journal", "resume", "retry_failed", "restart"])]
    no_journal: bool,
    /// Go on with what the journal does not know as stored; what failed for good is only told
    #[arg(long)]
    resume: bool,
    /// Go on, and try again what failed for good
    #[arg(long, conflicts_with = "restart")]
    retry_failed: bool,
    /// Put the journal aside (FILE.old) and send everything
    #[arg(long, conflicts_with = "resume")]
    restart: bool,
    /// At the end, write the rows that are not stored to this file, in the form that --map takes
    #[arg(long, value_name = "CSV")]
    pub(crate) write_remaining: Option<PathBuf>,
    /// At the end, however it comes, tell of all pictures in this file; several may be given. The ending decides:
    /// .csv for spreadsheets, .jsonl for programs, .html for people
    #[arg(long = "report", value_name = "FILE")]
    pub(crate) reports: Vec<PathBuf>,
    /// In an .html report, show so many of the pictures, before and after; 0 for none
    #[arg(long, value_name = "N", default_value_t = 500, requires = "reports")]
    report_thumbnails: usize,
    /// How long an outage may last before the rest is left untried; meanwhile single probes are sent
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    max_outage: Duration,
    /// After so many equal failures in a row, which others may share, uploads pause and a probe decides
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    max_failures: u32,
    /// Stop when no more API credits than this are left
    #[arg(long, value_name = "N", default_value_t = 0)]
    credit_reserve: u64,
    /// After Ctrl-C, SIGTERM or SIGHUP, give uploads under way so much time; a second signal ends at once
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) drain: Duration,
}

/// How a run treats a journal that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Nothing may be there.
    Refuse,
    /// It goes on; what failed for good is only told.
    Resume,
    /// It goes on, and tries again what failed for good.
    RetryFailed,
    /// The journal is put aside.
    Restart,
}

impl RunArgs {
    /// Where the journal is, if one is kept. A map's is beside it, unless nothing is really sent.
    pub(crate) fn journal(&self, map: Option<&Path>, rehearsal: bool) -> Option<PathBuf> {
        if self.no_journal {
            return None;
        }
        self.journal.clone().or_else(|| {
            let mut beside = map.filter(|_| !rehearsal)?.as_os_str().to_owned();
            beside.push(".journal");
            Some(beside.into())
        })
    }

    /// How many pictures a report shows.
    pub(crate) fn thumbnails(&self) -> usize {
        let is_page = |path: &PathBuf| report_file::ending(path) == "html";
        if self.reports.iter().any(is_page) { self.report_thumbnails } else { 0 }
    }

    pub(crate) fn earlier(&self) -> Earlier {
        match self {
            Self { restart: true, .. } => Earlier::Restart,
            Self { retry_failed: true, .. } => Earlier::RetryFailed,
            Self { resume: true, .. } => Earlier::Resume,
            _ => Earlier::Refuse,
        }
    }

    pub(crate) fn breaker(&self) -> Breaker {
        let options = BreakerOptions::default().failures(self.max_failures).max_outage(self.max_outage);
        Breaker::new(options.credit_reserve(self.credit_reserve))
    }
}
