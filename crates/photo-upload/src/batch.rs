//! Many uploads at a time, results as they finish.

use tokio::task::JoinSet;

use crate::cancel::CancelToken;
use crate::client::{Client, Receipt};
use crate::error::Error;
use crate::photo::Photo;
use crate::stop_rules::StopRules;
use crate::target::Target;

/// Uploads under way, made by [`Client::upload_all`].
///
/// Jobs are taken from the iterator only as places become free, so an iterator that prepares or reads
/// pictures keeps few of them in memory (it runs on the calling task: prepare elsewhere if that takes long).
/// One failure never stops the others, except:
/// * after an error that [stops](Error::stops) the whole batch no more jobs are taken; those under way
///   finish, then the batch ends, and [`Batch::stopped`] says why;
/// * after one that stops a module, that module's jobs come back as [`Error::Skipped`] without being sent.
///
/// Dropping the batch abandons what is under way.
///
/// ```no_run
/// # async fn f(client: photo_upload::Client, jobs: Vec<(photo_upload::Target, photo_upload::Photo)>) {
/// let mut batch = client.upload_all(jobs);
/// while let Some(done) = batch.next().await {
///     match done.result {
///         Ok(receipt) => println!("{}: {} attempts", done.target, receipt.attempts),
///         Err(error) => println!("{}: {error}. {}", done.target, error.help()),
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Batch<I> {
    client: Client,
    jobs: I,
    next_index: usize,
    most_at_a_time: usize,
    under_way: JoinSet<Finished>,
    rules: StopRules,
    exhausted: bool,
    cancel: CancelToken,
}

/// The result of one job.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished {
    /// The job's place in the iterator, from 0.
    pub index: usize,
    /// The record.
    pub target: Target,
    /// What came of it.
    pub result: Result<Receipt, Error>,
}

/// Why a batch took no more jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// [`CancelToken::cancel`] was called.
    Canceled,
    /// An error that holds for everything; the text says which.
    Because(String),
}

impl Client {
    /// Uploads many photos, as many at a time as the client's concurrency limit allows. Nothing is started
    /// before [`Batch::next`] is called for the first time.
    pub fn upload_all<I>(&self, jobs: I) -> Batch<I::IntoIter>
    where
        I: IntoIterator<Item = (Target, Photo)>,
    {
        Batch::new(self.clone(), self.concurrency(), jobs.into_iter())
    }
}

impl<I: Iterator<Item = (Target, Photo)>> Batch<I> {
    fn new(client: Client, most_at_a_time: usize, jobs: I) -> Self {
        Self {
            client,
            jobs,
            next_index: 0,
            most_at_a_time,
            under_way: JoinSet::new(),
            rules: StopRules::default(),
            exhausted: false,
            cancel: CancelToken::new(),
        }
    }

    /// The next result, in the order they finish; `None` when there will be no more.
    ///
    /// Safe to abandon and call again: nothing is lost.
    pub async fn next(&mut self) -> Option<Finished> {
        if let Some(skipped) = self.fill() {
            return Some(skipped);
        }
        let finished = match self.under_way.join_next().await? {
            Ok(finished) => finished,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Tasks are only ever aborted by dropping the batch, or with the runtime.
            Err(_) => return None,
        };
        if let Err(error) = &finished.result {
            self.rules.note(&finished.target, error);
        }
        Some(finished)
    }

    /// Cancels the batch with this token: no more jobs are taken, and those under way end as
    /// [`Error::Canceled`] at once.
    #[must_use]
    pub fn cancel_with(self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self }
    }

    /// The token to cancel the batch with. See [`Batch::cancel_with`].
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Why no more jobs are taken, if that is so before the iterator's end.
    pub fn stopped(&self) -> Option<Stopped> {
        if self.cancel.is_canceled() {
            return Some(Stopped::Canceled);
        }
        self.rules.batch().map(|reason| Stopped::Because(reason.message.clone()))
    }

    /// The jobs that were not taken.
    pub fn into_rest(self) -> I {
        self.jobs
    }

    /// Starts jobs while there are places. Returns a job that need not be started.
    fn fill(&mut self) -> Option<Finished> {
        while !self.exhausted && self.stopped().is_none() && self.under_way.len() < self.most_at_a_time {
            let Some((target, photo)) = self.jobs.next() else {
                self.exhausted = true;
                break;
            };
            let index = self.next_index;
            self.next_index = self.next_index.saturating_add(1);
            if let Some(because) = self.rules.module(&target).and_then(|reason| reason.code.clone()) {
                let result = Err(Error::Skipped { because });
                return Some(Finished { index, target, result });
            }
            self.under_way.spawn(upload(self.client.clone(), index, target, photo, self.cancel.clone()));
        }
        None
    }
}

async fn upload(client: Client, index: usize, target: Target, photo: Photo, cancel: CancelToken) -> Finished {
    let result = cancel.unless_canceled(client.upload(&target, &photo)).await;
    Finished { index, target, result: result.unwrap_or(Err(Error::Canceled)) }
}
