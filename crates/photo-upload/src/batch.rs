//! Many uploads at a time, results as they finish.

use std::fmt;
use std::iter::Enumerate;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::breaker::Breaker;
use crate::cancel::CancelToken;
use crate::client::{Client, Receipt};
use crate::error::Error;
use crate::photo::Photo;
use crate::progress::Progress;
use crate::target::Target;
use crate::upload_options::Job;

/// Uploads under way, made by [`Client::upload_all`], [`Client::upload_all_keyed`],
/// [`Client::upload_jobs`] and [`Client::upload_stream`].
///
/// Jobs are taken from the iterator or stream only as places become free, so one that prepares or reads
/// pictures keeps few of them in memory. An iterator runs on the calling task: where that takes long, take a
/// stream, which may be waited for while uploads go on. One failure never stops the others, except:
/// * after an error that [stops](Error::stops) the whole batch no more jobs are taken; those under way
///   finish, then the batch ends, and [`Batch::stopped`] says why;
/// * after one that stops a module, that module's jobs come back as [`Error::Skipped`] without being sent.
///
/// Dropping the batch abandons what is under way; [`Batch::drain`] lets it finish.
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
pub struct Batch<K, S> {
    client: Client,
    jobs: S,
    under_way: JoinSet<Finished<K>>,
    breaker: Breaker,
    exhausted: bool,
    cancel: CancelToken,
    drain: CancelToken,
    told: Option<Told>,
}

/// A callback for the progress of all jobs.
type Told = Arc<dyn Fn(&Target, Progress) + Send + Sync>;

/// The result of one job.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Finished<K> {
    /// What the job came with: its key, or its place in the iterator, from 0.
    pub key: K,
    /// The record.
    pub target: Target,
    /// What came of it.
    pub result: Result<Receipt, Error>,
}

/// Jobs of an iterator, as a stream. See [`Client::upload_jobs`].
#[derive(Clone, Debug)]
pub struct Keyed<I>(I);

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

impl<I: Iterator> Iterator for Keyed<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Nothing in it is ever pinned.
impl<I> Unpin for Keyed<I> {}

impl<I: Iterator> Stream for Keyed<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }
}

/// Why a batch took no more jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// [`CancelToken::cancel`] was called on the batch's [`CancelToken`].
    Canceled,
    /// It was [drained](Batch::drain).
    Drained,
    /// An error that holds for everything; the text says which.
    Because(String),
}

impl Client {
    /// Uploads many photos, as many at a time as the client's [`Transfers`](crate::Transfers) allow. Nothing
    /// is started before [`Batch::next`] is called for the first time. Results tell the places of their jobs.
    pub fn upload_all<I>(&self, jobs: I) -> Batch<usize, Keyed<Numbered<I::IntoIter>>>
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
    pub fn upload_all_keyed<K, I>(&self, jobs: I) -> Batch<K, Keyed<I::IntoIter>>
    where
        K: Send + 'static,
        I: IntoIterator<Item = (K, Target, Photo)>,
    {
        self.batch(Keyed(jobs.into_iter()))
    }

    /// [`Client::upload_all`] for [`Job`]s, which may have options of their own.
    pub fn upload_jobs<K, I>(&self, jobs: I) -> Batch<K, Keyed<I::IntoIter>>
    where
        K: Send + 'static,
        I: IntoIterator<Item = Job<K>>,
    {
        self.batch(Keyed(jobs.into_iter()))
    }

    /// [`Client::upload_all`] for a stream of [`Job`]s: the next ones are waited for while uploads go on. No
    /// more are taken than can be under way.
    ///
    /// ```no_run
    /// # async fn f(client: photo_upload::Client, jobs: tokio::sync::mpsc::Receiver<photo_upload::Job<u64>>) {
    /// # struct Stream<T>(tokio::sync::mpsc::Receiver<T>);
    /// # impl<T> futures_core::Stream for Stream<T> {
    /// #     type Item = T;
    /// #     fn poll_next(
    /// #         mut self: std::pin::Pin<&mut Self>,
    /// #         cx: &mut std::task::Context<'_>,
    /// #     ) -> std::task::Poll<Option<T>> {
    /// #         self.0.poll_recv(cx)
    /// #     }
    /// # }
    /// # let jobs = Stream(jobs);
    /// // `jobs` is any stream, such as the receiving end of a channel into which others prepare pictures.
    /// let mut batch = client.upload_stream(jobs);
    /// while let Some(done) = batch.next().await {
    ///     println!("{}: {}", done.key, if done.result.is_ok() { "stored" } else { "failed" });
    /// }
    /// # }
    /// ```
    pub fn upload_stream<K, S>(&self, jobs: S) -> Batch<K, S>
    where
        K: Send + 'static,
        S: Stream<Item = Job<K>> + Unpin,
    {
        self.batch(jobs)
    }

    fn batch<K: Send + 'static, S>(&self, jobs: S) -> Batch<K, S> {
        Batch {
            client: self.clone(),
            jobs,
            under_way: JoinSet::new(),
            breaker: self.breaker().cloned().unwrap_or_default(),
            exhausted: false,
            cancel: CancelToken::new(),
            drain: CancelToken::new(),
            told: None,
        }
    }
}

impl<K: Send + 'static, S: Stream<Item: Into<Job<K>>> + Unpin> Batch<K, S> {
    /// The next result, in the order they finish; `None` when there will be no more.
    ///
    /// Safe to abandon and call again: nothing is lost.
    pub async fn next(&mut self) -> Option<Finished<K>> {
        loop {
            let room =
                !self.exhausted && self.stopped().is_none() && self.under_way.len() < self.client.transfers();
            let Self { jobs, under_way, cancel, drain, .. } = self;
            tokio::select! {
                biased;
                () = cancel.canceled(), if room => {}
                () = drain.canceled(), if room => {}
                job = std::future::poll_fn(|cx| Pin::new(&mut *jobs).poll_next(cx)), if room => match job {
                    None => self.exhausted = true,
                    Some(job) => if let Some(skipped) = self.start(job.into()) {
                        return Some(skipped);
                    },
                },
                Some(finished) = under_way.join_next(), if !under_way.is_empty() => match finished {
                    Ok(finished) => {
                        if let Err(error) = &finished.result {
                            self.breaker.note(&finished.target, error);
                        }
                        return Some(finished);
                    }
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    // Tasks are only ever aborted by dropping the batch, or with the runtime.
                    Err(_) => return None,
                },
                else => return None,
            }
        }
    }

    /// Takes no more jobs, lets those under way finish for so long, then cancels the rest, and gives the
    /// results of all.
    pub async fn drain(&mut self, within: Duration) -> Vec<Finished<K>> {
        self.drain.cancel();
        let mut all = Vec::new();
        // A time nobody will live to see end is no end.
        if let Some(deadline) = Instant::now().checked_add(within) {
            while let Ok(next) = timeout_at(deadline, self.next()).await {
                match next {
                    Some(finished) => all.push(finished),
                    None => return all,
                }
            }
            self.cancel.cancel();
        }
        while let Some(finished) = self.next().await {
            all.push(finished);
        }
        all
    }

    /// Starts a job, or gives its result where it need not be started.
    fn start(&mut self, job: Job<K>) -> Option<Finished<K>> {
        let Job { key, target, photo, mut options } = job;
        if let Some(because) = self.breaker.batch().or_else(|| self.breaker.module(&target)) {
            let result = Err(Error::Skipped { because: Box::new(because) });
            return Some(Finished { key, target, result });
        }
        if let Some(told) = &self.told {
            let (told, target) = (Arc::clone(told), target.clone());
            options = options.and_on_progress(Arc::new(move |progress| told(&target, progress)));
        }
        let job = Job { key, target, photo, options };
        self.under_way.spawn(upload(self.client.clone(), job, self.cancel.clone()));
        None
    }
}

impl<K, S> Batch<K, S> {
    /// Cancels the batch with this token: no more jobs are taken, and those under way end as
    /// [`Error::Canceled`] at once.
    #[must_use]
    pub fn cancel_with(self, token: &CancelToken) -> Self {
        Self { cancel: token.clone(), ..self }
    }

    /// Drains the batch with this token: no more jobs are taken, and those under way finish.
    #[must_use]
    pub fn drain_with(self, token: &CancelToken) -> Self {
        Self { drain: token.clone(), ..self }
    }

    /// Tells how each job goes. The callback runs on the sending tasks, so it should be quick.
    #[must_use]
    pub fn on_progress(self, told: impl Fn(&Target, Progress) + Send + Sync + 'static) -> Self {
        Self { told: Some(Arc::new(told)), ..self }
    }

    /// The token to cancel the batch with. See [`Batch::cancel_with`].
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// The token to drain the batch with, from elsewhere. See [`Batch::drain_with`].
    pub fn drain_token(&self) -> CancelToken {
        self.drain.clone()
    }

    /// Why no more jobs are taken, if that is so before the iterator's or stream's end.
    pub fn stopped(&self) -> Option<Stopped> {
        if self.cancel.is_canceled() {
            return Some(Stopped::Canceled);
        }
        if self.drain.is_canceled() {
            return Some(Stopped::Drained);
        }
        self.breaker.batch().map(|reason| Stopped::Because(reason.message))
    }

    /// The jobs that were not taken, with their keys.
    pub fn into_rest(self) -> S {
        self.jobs
    }
}

impl<K, S> fmt::Debug for Batch<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("client", &self.client)
            .field("under_way", &self.under_way.len())
            .field("exhausted", &self.exhausted)
            .field("stopped", &self.stopped())
            .finish_non_exhaustive()
    }
}

async fn upload<K>(client: Client, job: Job<K>, cancel: CancelToken) -> Finished<K> {
    let Job { key, target, photo, options } = job;
    let result = cancel.unless_canceled(client.upload_with_options(&target, &photo, &options)).await;
    Finished { key, target, result: result.unwrap_or(Err(Error::Canceled)) }
}
