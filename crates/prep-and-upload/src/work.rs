//! What the work on all inputs shares: threads, memory, and what stops it before its end.

use std::sync::Arc;

use photo_prep::{MemoryBudget, Options};
use photo_upload::{CancelToken, Intake, StopRules, Target};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::args::Common;
use crate::console::Console;
use crate::failure::{Failure, Severity, UsageError};
use crate::inputs;

#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) intake: Intake,
    pub(crate) console: Console,
    /// What failed and reaches beyond its own input.
    pub(crate) rules: StopRules,
    pool: Arc<ThreadPool>,
    budget: MemoryBudget,
    interrupt: CancelToken,
}

impl Work {
    pub(crate) fn new(common: &Common, options: Options, console: Console) -> Result<Self, UsageError> {
        let threads = common.threads();
        let pool =
            ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("picture-{n}")).build();
        let pool = pool
            .map_err(|error| UsageError(format!("can't start {threads} threads: {error}; ask for fewer")))?;
        Ok(Self {
            intake: inputs::intake(options.input_limits.bytes),
            console,
            pool: Arc::new(pool),
            budget: MemoryBudget::new(options.input_limits.memory).max_pictures(threads),
            interrupt: on_ctrl_c(),
            rules: StopRules::default(),
            options,
        })
    }

    /// Runs `work` on the threads for pictures, as soon as so many bytes of memory are free.
    pub(crate) async fn in_pool<T: Send + 'static>(
        &self,
        memory: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (budget, pool) = (self.budget.clone(), Arc::clone(&self.pool));
        let running = tokio::task::spawn_blocking(move || {
            let _share = budget.acquire(memory);
            pool.install(work)
        });
        let lost = "the program failed on this picture: please report it with the file";
        self.or_interrupted(running).await?.map_err(|_| Failure::internal(lost))
    }

    /// Waits for `work`, but not beyond Ctrl-C.
    pub(crate) async fn or_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        self.interrupt.unless_canceled(work).await.ok_or_else(Failure::interrupted)
    }

    /// Fails if nothing new is to be begun, or nothing that goes to this target's module.
    pub(crate) fn check(&self, target: Option<&Target>) -> Result<(), Failure> {
        if self.interrupt.is_canceled() {
            return Err(Failure::interrupted());
        }
        let (severity, kind, this, because) =
            match (self.rules.batch(), target.and_then(|t| self.rules.module(t))) {
                (Some(because), _) => (Severity::StopsAll, "stopped", "one", because),
                (None, Some(because)) => (Severity::Refused, "skipped", "module", because),
                (None, None) => return Ok(()),
            };
        let message = format!("not tried, since an earlier failure holds for this {this} too: {because}");
        Err(Failure::new(severity, kind, message))
    }
}

/// What the first Ctrl-C cancels. The second one ends the program at once.
fn on_ctrl_c() -> CancelToken {
    let token = CancelToken::new();
    let interrupt = token.clone();
    tokio::spawn(async move {
        // An error means that this system has no Ctrl-C.
        while tokio::signal::ctrl_c().await.is_ok() {
            if interrupt.is_canceled() {
                std::process::exit(Severity::Interrupted.exit_code());
            }
            interrupt.cancel();
        }
    });
    token
}
