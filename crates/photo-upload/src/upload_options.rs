//! What one upload does otherwise than its client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::photo::Photo;
use crate::progress::{Progress, ProgressFn};
use crate::retry::Retry;
use crate::target::Target;
use crate::triggers::{Restricted, Triggers};

/// What one upload does otherwise than its [`Client`](crate::Client): for
/// [`Client::upload_with_options`](crate::Client::upload_with_options) and [`Job`]s.
///
/// ```
/// use std::time::Duration;
/// use photo_upload::{Retry, Triggers, UploadOptions};
/// let hurried = UploadOptions::default()
///     .restrict_triggers(Triggers::Workflow)
///     .attempt_timeout(Duration::from_secs(20))
///     .total_timeout(Duration::from_secs(60))
///     .retry(Retry::default().attempts(2));
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct UploadOptions {
    pub(crate) restrict: Option<Restricted>,
    pub(crate) attempt_time: Option<Duration>,
    pub(crate) total_time: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) progress: Option<ProgressFn>,
}

impl UploadOptions {
    /// As [`ClientBuilder::restrict_triggers`](crate::ClientBuilder::restrict_triggers); an empty list lets
    /// all run.
    pub fn restrict_triggers(mut self, triggers: impl IntoIterator<Item = Triggers>) -> Self {
        self.restrict = Some(Restricted::new(triggers));
        self
    }

    /// As [`ClientBuilder::attempt_timeout`](crate::ClientBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt_time = Some(time);
        self
    }

    /// As [`ClientBuilder::total_timeout`](crate::ClientBuilder::total_timeout).
    pub fn total_timeout(mut self, time: Duration) -> Self {
        self.total_time = Some(time);
        self
    }

    /// As [`ClientBuilder::retry`](crate::ClientBuilder::retry). The jitter's seed stays the client's.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(Retry { attempts: retry.attempts.max(1), ..retry });
        self
    }

    /// Tells how it goes. The callback runs on the sending task, so it should be quick.
    pub fn on_progress(mut self, told: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(told));
        self
    }

    /// Tells this as well.
    pub(crate) fn and_on_progress(mut self, told: ProgressFn) -> Self {
        let before = self.progress.take();
        self.on_progress(move |progress| {
            if let Some(before) = &before {
                before(progress);
            }
            told(progress);
        })
    }
}

impl fmt::Debug for UploadOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadOptions")
            .field("restrict_triggers", &self.restrict)
            .field("attempt_timeout", &self.attempt_time)
            .field("total_timeout", &self.total_time)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// One upload of a [`Batch`](crate::Batch), with a key of the caller's that comes back with its result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Job<K> {
    /// Tells it from others.
    pub key: K,
    /// The record.
    pub target: Target,
    /// The picture.
    pub photo: Photo,
    /// What it does otherwise than its client.
    pub options: UploadOptions,
}

impl<K> Job<K> {
    /// An upload by the client's options.
    pub fn new(key: K, target: Target, photo: Photo) -> Self {
        Self { key, target, photo, options: UploadOptions::default() }
    }

    /// Sets [`Job::options`].
    #[must_use]
    pub fn options(self, options: UploadOptions) -> Self {
        Self { options, ..self }
    }
}

impl<K> From<(K, Target, Photo)> for Job<K> {
    fn from((key, target, photo): (K, Target, Photo)) -> Self {
        Self::new(key, target, photo)
    }
}
