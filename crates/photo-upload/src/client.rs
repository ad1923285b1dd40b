//! The client: upload, download and delete record photos.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::breaker::Breaker;
use crate::error::{Error, seconds};
use crate::http::{Http, HttpOptions};
use crate::intake::Intake;
use crate::photo::{Limits, Photo};
use crate::progress::Progress;
use crate::rate::Rate;
use crate::request::{Endpoint, HttpRequest};
use crate::request_limiter::RequestLimiter;
use crate::response::Operation;
use crate::retry::{Jitter, Retry};
use crate::retry_loop::{Done, RetryLoop};
use crate::target::Target;
use crate::token::Tokens;
use crate::trace;
use crate::transfers::Transfers;
use crate::upload_options::UploadOptions;

/// A checked configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) endpoint: Endpoint,
    pub(crate) limits: Limits,
    pub(crate) retry: Retry,
    pub(crate) transfers: Transfers,
    pub(crate) rate: Option<Rate>,
    pub(crate) connect_time: Duration,
    pub(crate) attempt_time: Duration,
    pub(crate) total_time: Duration,
    pub(crate) most_download: u64,
    pub(crate) breaker: Option<Breaker>,
    pub(crate) http: HttpOptions,
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
            http: Http::new(&config.http, config.connect_time)?,
            limiter: RequestLimiter::new(config.transfers, config.rate),
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
        self.upload_with_options(target, photo, &UploadOptions::default()).await
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
        self.upload_with_options(target, photo, &UploadOptions::default().on_progress(progress)).await
    }

    /// [`Client::upload`] with triggers, times, retries or progress of its own.
    ///
    /// # Errors
    /// As [`Client::upload`].
    pub async fn upload_with_options(
        &self,
        target: &Target,
        photo: &Photo,
        options: &UploadOptions,
    ) -> Result<Receipt, Error> {
        let config = &self.inner.config;
        config.limits.check(photo.bytes())?;
        options.restrict.iter().try_for_each(|restrict| restrict.checked(config.endpoint.version))?;
        let done = self.run(Operation::Upload, target, Some(photo), options).await?;
        Ok(Receipt::new(&done))
    }

    /// Reads a record's photo; `None` if it has none. The endpoint gives it back as PNG, whatever was sent.
    ///
    /// # Errors
    /// [`Error`] other than [`Error::Photo`] and [`Error::Source`].
    pub async fn download(&self, target: &Target) -> Result<Option<Download>, Error> {
        let done = self.run(Operation::Download, target, None, &UploadOptions::default()).await?;
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
        let done = self.run(Operation::Delete, target, None, &UploadOptions::default()).await?;
        Ok(Receipt::new(&done))
    }

    /// An [`Intake`] with this client's limits, retries and [`HttpOptions`].
    pub fn intake(&self) -> Intake {
        let config = &self.inner.config;
        Intake::new().limits(config.limits).retry(config.retry.clone()).http(config.http.clone())
    }

    /// How many requests may be under way at present; changes with [`Transfers::Auto`] only.
    pub fn transfers(&self) -> usize {
        self.inner.limiter.limit()
    }

    /// What holds requests back, if anything does.
    pub(crate) fn breaker(&self) -> Option<&Breaker> {
        self.inner.config.breaker.as_ref()
    }

    async fn run(
        &self,
        operation: Operation,
        target: &Target,
        photo: Option<&Photo>,
        options: &UploadOptions,
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
            retry: options.retry.as_ref().unwrap_or(&config.retry),
            jitter,
            attempt_time: options.attempt_time.unwrap_or(config.attempt_time).min(LONGEST),
            total_time: options.total_time.unwrap_or(config.total_time),
            progress: options.progress.clone(),
        };
        let request = HttpRequest {
            http,
            endpoint: &config.endpoint,
            operation,
            target,
            photo,
            restrict: options.restrict.as_ref(),
            progress: options.progress.clone(),
            most_download: config.most_download,
        };
        let verb = verb.split(' ').next().unwrap_or_default();
        trace::within(retry_loop.run(&request), verb, (target.module(), target.record_id())).await
    }
}

/// Keeps sums of times in range.
const LONGEST: Duration = Duration::from_secs(86_400);

/// What the endpoint confirmed. Serialized, times are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    #[serde(serialize_with = "seconds")]
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
