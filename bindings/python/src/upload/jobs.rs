//! Prepared pictures on their way to the endpoint.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use photo_upload::{Error, Job, blocking};
use tokio::sync::mpsc::Receiver;

use super::journal::Run;
use super::outcome::{Outcome, Row, What, tell};

/// Jobs as they are prepared. The journal has each before it is begun.
pub(super) struct Jobs {
    pub(super) jobs: Receiver<Job<Row>>,
    pub(super) run: Arc<Run>,
}

impl Stream for Jobs {
    type Item = Job<Row>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Job<Row>>> {
        let job = ready!(self.jobs.poll_recv(cx));
        if let Some(job) = &job
            && self.run.stopped(&job.target).is_none()
        {
            self.run.note(&job.key.entry);
        }
        Poll::Ready(job)
    }
}

/// Sends all jobs, and tells what came of each; also of those that were not begun, if an error stopped the run.
pub(super) fn send(mut uploads: blocking::Uploads<Row, Jobs>, run: &Run, outcomes: &SyncSender<Outcome>) {
    let drain = uploads.drain_token();
    for done in uploads.by_ref() {
        let (attempts, error) = match &done.result {
            Ok(receipt) => (receipt.attempts, None),
            Err(error) => (error.attempts(), Some(error)),
        };
        run.note_ended(&done.key.entry, attempts, error);
        if !tell(outcomes, done.key.came_to(What::Uploaded(done.result))) {
            // What is under way is still finished, so that the journal knows of it.
            drain.cancel();
        }
    }
    let mut rest = uploads.into_rest();
    let Some(because) = run.breaker.batch() else { return };
    while !drain.is_canceled()
        && let Some(job) = rest.jobs.blocking_recv()
    {
        let skipped = Error::Skipped { because: Box::new(because.clone()) };
        if !tell(outcomes, job.key.came_to(What::Uploaded(Err(skipped)))) {
            return;
        }
    }
}
