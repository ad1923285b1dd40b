//! What the work on all inputs shares: threads, memory, and what stops it before its end.

use std::sync::Arc;
use std::time::Duration;

use photo_prep::{MemoryBudget, Options};
use photo_upload::{Breaker, BreakerEvent, CancelToken, Intake, StopReason, Target};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::args::Common;
use crate::console::Console;
use crate::failure::{Failure, Severity, UsageError};
use crate::inputs;
use crate::signals::Signals;
use crate::thumbnail::Thumbnails;

#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) options: Options,
    pub(crate) intake: Intake,
    pub(crate) console: Arc<Console>,
    /// What failed and reaches beyond its own input.
    pub(crate) breaker: Breaker,
    /// For the report.
    pub(crate) thumbnails: Thumbnails,
    pool: Arc<ThreadPool>,
    budget: MemoryBudget,
    /// Nothing new is begun.
    interrupt: CancelToken,
    /// What is under way is given up.
    abandon: CancelToken,
}

impl Work {
    pub(crate) fn new(
        common: &Common,
        options: Options,
        console: Arc<Console>,
        breaker: &Breaker,
        drain: Duration,
    ) -> Result<Self, UsageError> {
        let threads = common.threads();
        let pool =
            ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("picture-{n}")).build();
        let pool = pool
            .map_err(|error| UsageError(format!("can't start {threads} threads: {error}; ask for fewer")))?;
        let (interrupt, abandon) = (CancelToken::new(), CancelToken::new());
        on_signals(&interrupt, &abandon, breaker, &console, drain);
        tell_pauses(breaker, &console);
        Ok(Self {
            intake: inputs::intake(options.input_limits.bytes, common.network.http()?),
            console,
            pool: Arc::new(pool),
            budget: MemoryBudget::new(options.input_limits.memory).max_pictures(threads),
            interrupt,
            abandon,
            breaker: breaker.clone(),
            thumbnails: Thumbnails::default(),
            options,
        })
    }

    /// With thumbnails for so many pictures.
    pub(crate) fn thumbnails(self, pictures: usize) -> Self {
        Self { thumbnails: Thumbnails::most(pictures), ..self }
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

    /// Waits for an upload under way to end, but no longer than it may take after a signal.
    pub(crate) async fn or_abandoned<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        self.abandon.unless_canceled(work).await.ok_or_else(Failure::interrupted)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.is_canceled()
    }

    /// Fails if nothing new is to be begun, or nothing that goes to this target's module.
    pub(crate) fn check(&self, target: Option<&Target>) -> Result<(), Failure> {
        if self.is_interrupted() {
            return Err(Failure { not_tried: true, ..Failure::interrupted() });
        }
        let because = self.breaker.batch().or_else(|| self.breaker.module(target?));
        because.map_or(Ok(()), |because| Err(Failure::stopped(&because)))
    }
}

/// The first signal lets nothing new begin, and gives what is under way so much time. The second one ends the
/// program at once.
fn on_signals(
    interrupt: &CancelToken,
    abandon: &CancelToken,
    breaker: &Breaker,
    console: &Arc<Console>,
    drain: Duration,
) {
    let (interrupt, abandon) = (interrupt.clone(), abandon.clone());
    let (breaker, console) = (breaker.clone(), Arc::clone(console));
    let mut signals = Signals::new();
    tokio::spawn(async move {
        signals.next().await;
        interrupt.cancel();
        breaker.stop(StopReason::new(INTERRUPTED, "Run it again."));
        console.note(&format!(
            "interrupted: nothing new is begun, and what is under way may take {} s; another signal ends it at once",
            drain.as_secs_f64()
        ));
        tokio::select! {
            () = tokio::time::sleep(drain) => abandon.cancel(),
            () = signals.next() => std::process::exit(Severity::Interrupted.exit_code()),
        }
        signals.next().await;
        std::process::exit(Severity::Interrupted.exit_code());
    });
}

/// Says on the console when uploads pause, and why.
fn tell_pauses(breaker: &Breaker, console: &Arc<Console>) {
    let console = Arc::clone(console);
    breaker.on_event(move |event| match event {
        BreakerEvent::Paused { reason, wait } => console.paused(&reason.to_string(), *wait),
        BreakerEvent::Resumed => console.resumed(),
        // That was told when it came.
        BreakerEvent::Stopped { reason, .. } if reason.message == INTERRUPTED => {}
        BreakerEvent::Stopped { module, reason } => {
            let what = module.as_deref().unwrap_or("all");
            console.note(&format!("stopped for {what}: {reason}"));
        }
        _ => {}
    });
}

const INTERRUPTED: &str = "interrupted";
