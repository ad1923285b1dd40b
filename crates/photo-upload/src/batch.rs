//! Many uploads at a time, results as they finish.

use std::iter::Enumerate;

use tokio::task::JoinSet;

use crate::breaker::Breaker;
use crate::cancel::CancelToken;
use crate::client::{Client, Receipt};
use crate::error::Error;
use crate::photo::Photo;
use crate::target::Target;

/// Uploads under way, made by [`Client::upload_all`] and [`Client::upload_all_keyed`].
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
pub struct Batch<K, I> {
    client: Client,
    jobs: I,
    most_at_a_time: usize,
    under_way: JoinSet<Finished<K>>,
    breaker: Breaker,
    exhausted: bool,
    cancel: CancelToken,
}

/// The result of one job.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finished<K> {
    /// What the job came with: its key, or its place in the iterator, from 0.
    pub key: K,
    /// The record.
    pub target: Target,
    /// What came of it.
    pub result: Result<Receipt, Error>,
}

/// Jobs with their places for keys, from 0. See [`Client::upload_all`].
#[derive(Clone, Debug)]
pub struct Numbered<I>(Enumerate<I>);

impl<I: Iterator<Item = (Target, Photo)>> Iterator for Numbered<I> {
    type Item = (usize, Target, Photo);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(index, (target, photo))| (index, target, photo))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
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
    /// before [`Batch::next`] is called for the first time. Results tell the places of their jobs.
    pub fn upload_all<I>(&self, jobs: I) -> Batch<usize, Numbered<I::IntoIter>>
    where
        I: IntoIterator<Item = (Target, Photo)>,
    {
        self.upload_all_keyed(Numbered(jobs.into_iter().enumerate()))
    }

    /// [`Client::upload_all`] with results that tell the keys that their jobs came with.
    ///
    /// ```no_run
    /// # use photo_upload::{Client, Error, Photo};
    /// # async fn f(client: Client, ann: Photo, bob: Photo) -> Result<(), Error> {
    /// use photo_upload::Target;
    ///
    /// let jobs = [("Ann", Target::new("Leads", "1")?, ann), ("Bob", Target::new("Leads", "2")?, bob)];
    /// let mut batch = client.upload_all_keyed(jobs);
    /// while let Some(done) = batch.next().await {
    ///     println!("{}: {}", done.key, if done.result.is_ok() { "stored" } else { "failed" });
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_all_keyed<K, I>(&self, jobs: I) -> Batch<K, I::IntoIter>
    where
        K: Send + 'static,
        I: IntoIterator<Item = (K, Target, Photo)>,
    {
        Batch {
            client: self.clone(),
            jobs: jobs.into_iter(),
            most_at_a_time: self.concurrency(),
            under_way: JoinSet::new(),
            breaker: self.breaker().cloned().unwrap_or_default(),
            exhausted: false,
            cancel: CancelToken::new(),
        }
    }
}

impl<K: Send + 'static, I: Iterator<Item = (K, Target, Photo)>> Batch<K, I> {
    /// The next result, in the order they finish; `None` when there will be no more.
    ///
    /// Safe to abandon and call again: nothing is lost.
    pub async fn next(&mut self) -> Option<Finished<K>> {
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
            self.breaker.note(&finished.target, error);
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
        self.breaker.batch().map(|reason| Stopped::Because(reason.message))
    }

    /// The jobs that were not taken, with their keys.
    pub fn into_rest(self) -> I {
        self.jobs
    }

    /// Starts jobs while there are places. Returns a job that need not be started.
    fn fill(&mut self) -> Option<Finished<K>> {
        while !self.exhausted && self.stopped().is_none() && self.under_way.len() < self.most_at_a_time {
            let Some((key, target, photo)) = self.jobs.next() else {
                self.exhausted = true;
                break;
            };
            if let Some(because) = self.breaker.module(&target) {
                let result = Err(Error::Skipped { because: Box::new(because) });
                return Some(Finished { key, target, result });
            }
            self.under_way.spawn(upload(self.client.clone(), key, target, photo, self.cancel.clone()));
        }
        None
    }
}

async fn upload<K>(client: Client, key: K, target: Target, photo: Photo, cancel: CancelToken) -> Finished<K> {
    let result = cancel.unless_canceled(client.upload(&target, &photo)).await;
    Finished { key, target, result: result.unwrap_or(Err(Error::Canceled)) }
}
