//! Stopping before the end: Ctrl-C, or a failure that holds for all inputs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use photo_upload::{Error, Scope, Target};
use tokio::sync::watch;

use crate::exit::INTERRUPTED;
use crate::failure::Failure;

/// Shared by all work; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Halt {
    interrupted: watch::Sender<bool>,
    rest: Arc<Mutex<Rest>>,
}

#[derive(Debug, Default)]
struct Rest {
    /// What holds for all inputs.
    for_all: Option<String>,
    /// What holds for all records of a module.
    by_module: HashMap<String, String>,
}

impl Halt {
    /// Listens to Ctrl-C: the first stops the work, the second ends the program at once.
    pub(crate) fn on_ctrl_c() -> Self {
        let halt = Self { interrupted: watch::Sender::new(false), rest: Arc::default() };
        let heard = halt.clone();
        tokio::spawn(async move {
            // An error means that this system has no Ctrl-C.
            if tokio::signal::ctrl_c().await.is_ok() {
                heard.interrupted.send_replace(true);
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(INTERRUPTED);
                }
            }
        });
        halt
    }

    /// Fails if nothing new is to be begun.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if *self.interrupted.borrow() {
            return Err(Failure::interrupted());
        }
        self.rest().for_all.as_deref().map_or(Ok(()), |because| Err(Failure::stopped(because)))
    }

    /// Fails if no photo can be put onto records of this module either.
    pub(crate) fn check_module(&self, target: &Target) -> Result<(), Failure> {
        self.check()?;
        match self.rest().by_module.get(target.module()) {
            Some(because) => Err(Failure::refused(
                "skipped",
                format!("not tried, since an earlier failure holds for this module too: {because}"),
            )),
            None => Ok(()),
        }
    }

    /// Takes note of a failure that reaches beyond its own input.
    pub(crate) fn heed(&self, target: &Target, error: &Error) {
        match error.stops() {
            Some(Scope::Batch) => {
                self.rest().for_all.get_or_insert_with(|| format!("{error}. {}", error.help()));
            }
            Some(Scope::Module) => {
                let because = format!("{error}. {}", error.help());
                self.rest().by_module.entry(target.module().to_owned()).or_insert(because);
            }
            _ => {}
        }
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

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
