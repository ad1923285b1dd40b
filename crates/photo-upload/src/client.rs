//! The client: upload, download and delete record photos.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::breaker::Breaker;
use crate::error::Error;
use crate::http::Http;
use crate::intake::Intake;
use crate::photo::{Limits, Photo};
use crate::progress::{Progress, ProgressFn};
use crate::request::{Endpoint, HttpRequest};
use crate::request_limiter::RequestLimiter;
use crate::response::Operation;
use crate::retry::{Jitter, Retry};
use crate::retry_loop::{Done, RetryLoop};
use crate::target::Target;
use crate::token::Tokens;

/// A checked configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) endpoint: Endpoint,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) concurrency: usize,
    pub(crate) connect_time: Duration,
    pub(crate) attempt_time: Duration,
    pub(crate) total_time: Duration,
    pub(crate) most_download: u64,
    pub(crate) breaker: Option<Breaker>,
}

/// Puts photos onto records, and reads and removes them. Cheap to clone; clones share connections, the
/// concurrency limit, the pause after a 429 and the token.
///
/// Needs a tokio runtime with time and IO enabled; without one, see `photo_upload::blocking`.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    tokens: Tokens,
    http: Http,
    limiter: RequestLimiter,
    jitter: Jitter,
}

impl Client {
    pub(crate) fn from_config(config: Config, tokens: Tokens) -> Result<Self, Error> {
        let inner = Inner {
            http: Http::new(config.connect_time)?,
            limiter: RequestLimiter::new(config.concurrency),
            jitter: Jitter::new(config.retry.seed),
            tokens,
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Puts a photo onto a record, replacing the one that is there.
    ///
    /// Checks the picture against the client's limits, then sends it until the endpoint confirms it, refuses
    /// it, or the attempts or the time are used up. After a confirmation it is never sent again.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Source`]; see there for what to do.
    pub async fn upload(&self, target: &Target, photo: &Photo) -> Result<Receipt, Error> {
        self.upload_inner(target, photo, None).await
    }

    /// [`Client::upload`], telling how it goes. The callback runs on the sending task, so it should be quick.
    ///
    /// # Errors
    /// As [`Client::upload`].
    pub async fn upload_with(
        &self,
        target: &Target,
        photo: &Photo,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Receipt, Error> {
        self.upload_inner(target, photo, Some(Arc::new(progress))).await
    }

    /// Reads a record's photo; `None` if it has none. The endpoint gives it back as PNG, whatever was sent.
    ///
    /// # Errors
    /// [`Error`] other than [`Error::Photo`] and [`Error::Source`].
    pub async fn download(&self, target: &Target) -> Result<Option<Download>, Error> {
        let done = self.run(Operation::Download, target, None, None).await?;
        if done.response.status == 204 || done.response.body.is_empty() {
            return Ok(None);
        }
        let receipt = Receipt::new(&done);
        Ok(Some(Download { bytes: done.response.body, content_type: done.response.content_type, receipt }))
    }

    /// Removes a record's photo.
    ///
    /// # Errors
    /// [`Error`] other than [`Error::Photo`] and [`Error::Source`].
    pub async fn delete(&self, target: &Target) -> Result<Receipt, Error> {
        let done = self.run(Operation::Delete, target, None, None).await?;
        Ok(Receipt::new(&done))
    }

    /// An [`Intake`] with this client's limits.
    pub fn intake(&self) -> Intake {
        Intake::new().limits(self.inner.config.limits)
    }

    /// Most requests at a time.
    pub(crate) fn concurrency(&self) -> usize {
        self.inner.config.concurrency
    }

    /// What holds requests back, if anything does.
    pub(crate) fn breaker(&self) -> Option<&Breaker> {
        self.inner.config.breaker.as_ref()
    }

    async fn upload_inner(
        &self,
        target: &Target,
        photo: &Photo,
        progress: Option<ProgressFn>,
    ) -> Result<Receipt, Error> {
        self.inner.config.limits.check(photo.bytes())?;
        let done = self.run(Operation::Upload, target, Some(photo), progress).await?;
        Ok(Receipt::new(&done))
    }

    async fn run(
        &self,
        operation: Operation,
        target: &Target,
        photo: Option<&Photo>,
        progress: Option<ProgressFn>,
    ) -> Result<Done, Error> {
        let Inner { config, tokens, http, limiter, jitter } = &*self.inner;
        let verb = match operation {
            Operation::Upload => "upload to",
            Operation::Download => "download from",
            Operation::Delete => "deletion from",
        };
        let retry_loop = RetryLoop {
            operation,
            what: format!("{verb} {target}"),
            target,
            breaker: config.breaker.as_ref(),
            tokens: &*tokens.0,
            limiter,
            retry: &config.retry,
            jitter,
            attempt_time: config.attempt_time,
            total_time: config.total_time,
            progress: progress.clone(),
        };
        let request = HttpRequest {
            http,
            endpoint: &config.endpoint,
            operation,
            target,
            photo,
            progress,
            most_download: config.most_download,
        };
        retry_loop.run(&request).await
    }
}

/// What the endpoint confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// HTTP status of the confirming answer.
    pub http: u16,
    /// Its code; `SUCCESS`.
    pub code: &'static str,
    /// Its message, if it had one. For reading only.
    pub message: Option<String>,
    /// How often the request was sent, the confirmed one included.
    pub attempts: u32,
    /// From the first attempt to the confirmation.
    pub elapsed: Duration,
    /// Whether an earlier attempt may have been carried out too, so that workflows may have run more than
    /// once.
    pub after_ambiguous: bool,
    /// The account's remaining API credits, if the answer told (it does once half of them are used).
    pub credits_remaining: Option<u64>,
}

impl Receipt {
    fn new(done: &Done) -> Self {
        Self {
            http: done.response.status,
            code: "SUCCESS",
            message: done.message.clone(),
            attempts: done.attempts,
            elapsed: done.elapsed,
            after_ambiguous: done.after_ambiguous,
            credits_remaining: done.response.credits_remaining,
        }
    }
}

/// A photo as the endpoint gave it back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Download {
    /// The picture file.
    pub bytes: Bytes,
    /// Its media type as declared by the endpoint.
    pub content_type: Option<String>,
    /// How the request went.
    pub receipt: Receipt,
}
