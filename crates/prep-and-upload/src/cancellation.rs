//! Stopping before the end: Ctrl-C, or a failure that holds for further inputs too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use photo_upload::{Error, StopRules, Target};
use tokio::sync::watch;

use crate::failure::{Failure, Severity};

/// Shared by all work; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Cancellation {
    interrupted: watch::Sender<bool>,
    rules: Arc<Mutex<StopRules>>,
}

impl Cancellation {
    /// Listens to Ctrl-C: the first stops the work, the second ends the program at once.
    pub(crate) fn on_ctrl_c() -> Self {
        let cancellation = Self { interrupted: watch::Sender::new(false), rules: Arc::default() };
        let interrupted = cancellation.interrupted.clone();
        tokio::spawn(async move {
            // An error means that this system has no Ctrl-C.
            if tokio::signal::ctrl_c().await.is_ok() {
                interrupted.send_replace(true);
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(Severity::Interrupted.exit_code());
                }
            }
        });
        cancellation
    }

    /// Fails if nothing new is to be begun.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if *self.interrupted.borrow() {
            return Err(Failure::interrupted());
        }
        self.rules().batch().map_or(Ok(()), |because| {
            let message = format!("not tried, since an earlier failure holds for this one too: {because}");
            Err(Failure::failed("stopped", message, Severity::StopsAll))
        })
    }

    /// Fails if no photo can be put onto records of the target's module either.
    pub(crate) fn check_module(&self, target: &Target) -> Result<(), Failure> {
        self.check()?;
        self.rules().module(target).map_or(Ok(()), |because| {
            let message = format!("not tried, since an earlier failure holds for this module too: {because}");
            Err(Failure::refused("skipped", message))
        })
    }

    /// Takes note of a failure that may reach beyond its own input.
    pub(crate) fn note(&self, target: &Target, error: &Error) {
        self.rules().note(target, error);
    }

    /// Waits for `work`, but not beyond Ctrl-C.
    pub(crate) async fn or_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let mut interrupted = self.interrupted.subscribe();
        tokio::select! {
            biased;
            // An error can't happen: this very value holds the sender.
            _ = interrupted.wait_for(|yes| *yes) => Err(Failure::interrupted()),
            done = work => Ok(done),
        }
    }

    fn rules(&self) -> MutexGuard<'_, StopRules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
