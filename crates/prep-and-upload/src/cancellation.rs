//! Stopping before the end: Ctrl-C, or a failure that holds for further inputs too.

use std::sync::{Mutex, MutexGuard, PoisonError};

use photo_upload::{CancelToken, Error, StopRules, Target};

use crate::failure::{Failure, Severity};

/// Shared by all work.
#[derive(Debug, Default)]
pub(crate) struct Cancellation {
    interrupt: CancelToken,
    rules: Mutex<StopRules>,
}

impl Cancellation {
    /// Listens to Ctrl-C: the first stops the work, the second ends the program at once.
    pub(crate) fn on_ctrl_c() -> Self {
        let cancellation = Self::default();
        let interrupt = cancellation.interrupt.clone();
        tokio::spawn(async move {
            // An error means that this system has no Ctrl-C.
            if tokio::signal::ctrl_c().await.is_ok() {
                interrupt.cancel();
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(Severity::Interrupted.exit_code());
                }
            }
        });
        cancellation
    }

    /// Fails if nothing new is to be begun.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.interrupt.is_canceled() {
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
        self.interrupt.unless_canceled(work).await.ok_or_else(Failure::interrupted)
    }

    fn rules(&self) -> MutexGuard<'_, StopRules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
