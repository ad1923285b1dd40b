//! The same client for code without async.
//!
//! A facade over the async [`Client`](crate::Client): every call runs on a small runtime of the client's own
//! (one worker thread), with the same retries, limits and errors. Clients can be shared between threads.
//!
//! ```no_run
//! use photo_upload::{Client, DataCenter, Target, blocking};
//!
//! let client = Client::builder().data_center(DataCenter::Us).access_token("1000.example").build_blocking()?;
//! let photo = blocking::photo_from_path(&client, "portrait.jpg")?;
//! let receipt = client.upload(&Target::new("Contacts", "3000000038009")?, &photo)?;
//! println!("stored after {} attempts", receipt.attempts);
//! # Ok::<(), photo_upload::Error>(())
//! ```

use std::path::Path;
use std::sync::Arc;

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::batch::{Batch, Finished, Keyed, Numbered, Stopped};
use crate::builder::ClientBuilder;
use crate::cancel::CancelToken;
use crate::client::{Download, Receipt};
use crate::error::Error;
use crate::photo::Photo;
use crate::progress::Progress;
use crate::target::Target;
use crate::upload_options::{Job, UploadOptions};

/// Puts photos onto records, blocking the calling thread. Made by
/// [`ClientBuilder::build_blocking`](crate::ClientBuilder::build_blocking). Cheap to clone.
///
/// Within an async task every call returns [`Error::Config`]: use the async client there.
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Own>,
}

/// A runtime that can be dropped anywhere, even within an async task.
#[derive(Debug)]
struct Own(Option<Runtime>);

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl ClientBuilder {
    /// Checks the configuration and makes a client for use without async.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`]; [`Error::Config`] too if its runtime cannot be started.
    pub fn build_blocking(self) -> Result<Client, Error> {
        Client::new(self.build()?)
    }
}

impl Client {
    fn new(client: crate::Client) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("photo-upload")
            .enable_all()
            .build()
            .map_err(|e| Error::config(format!("no runtime for the blocking client: {e}")))?;
        Ok(Self { client, runtime: Arc::new(Own(Some(runtime))) })
    }

    /// As [`Client::upload`](crate::Client::upload).
    ///
    /// # Errors
    /// As there.
    pub fn upload(&self, target: &Target, photo: &Photo) -> Result<Receipt, Error> {
        self.wait_for(self.client.upload(target, photo))?
    }

    /// As [`Client::upload_with`](crate::Client::upload_with).
    ///
    /// # Errors
    /// As there.
    pub fn upload_with(
        &self,
        target: &Target,
        photo: &Photo,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Receipt, Error> {
        self.wait_for(self.client.upload_with(target, photo, progress))?
    }

    /// As [`Client::upload_with_options`](crate::Client::upload_with_options).
    ///
    /// # Errors
    /// As there.
    pub fn upload_with_options(
        &self,
        target: &Target,
        photo: &Photo,
        options: &UploadOptions,
    ) -> Result<Receipt, Error> {
        self.wait_for(self.client.upload_with_options(target, photo, options))?
    }

    /// As [`Client::upload_all`](crate::Client::upload_all), as an iterator over the results.
    pub fn upload_all<I>(&self, jobs: I) -> Uploads<usize, Keyed<Numbered<I::IntoIter>>>
    where
        I: IntoIterator<Item = (Target, Photo)>,
    {
        Uploads { batch: self.client.upload_all(jobs), client: self.clone() }
    }

    /// As [`Client::upload_all_keyed`](crate::Client::upload_all_keyed), as an iterator over the results.
    pub fn upload_all_keyed<K, I>(&self, jobs: I) -> Uploads<K, Keyed<I::IntoIter>>
    where
        K: Send + 'static,
        I: IntoIterator<Item = (K, Target, Photo)>,
    {
        Uploads { batch: self.client.upload_all_keyed(jobs), client: self.clone() }
    }

    /// As [`Client::upload_jobs`](crate::Client::upload_jobs), as an iterator over the results.
    pub fn upload_jobs<K, I>(&self, jobs: I) -> Uploads<K, Keyed<I::IntoIter>>
    where
        K: Send + 'static,
        I: IntoIterator<Item = Job<K>>,
    {
        Uploads { batch: self.client.upload_jobs(jobs), client: self.clone() }
    }

    /// As [`Client::upload_stream`](crate::Client::upload_stream), as an iterator over the results.
    pub fn upload_stream<K, S>(&self, jobs: S) -> Uploads<K, S>
    where
        K: Send + 'static,
        S: Stream<Item = Job<K>> + Unpin,
    {
        Uploads { batch: self.client.upload_stream(jobs), client: self.clone() }
    }

    /// As [`Client::download`](crate::Client::download).
    ///
    /// # Errors
    /// As there.
    pub fn download(&self, target: &Target) -> Result<Option<Download>, Error> {
        self.wait_for(self.client.download(target))?
    }

    /// As [`Client::delete`](crate::Client::delete).
    ///
    /// # Errors
    /// As there.
    pub fn delete(&self, target: &Target) -> Result<Receipt, Error> {
        self.wait_for(self.client.delete(target))?
    }

    /// The async client inside.
    pub fn as_async(&self) -> &crate::Client {
        &self.client
    }

    fn wait_for<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        if Handle::try_current().is_ok() {
            return Err(Error::config(
                "the blocking client was called within an async task: use the async Client there",
            ));
        }
        match &self.runtime.0 {
            Some(runtime) => Ok(runtime.block_on(work)),
            None => Err(Error::config("the blocking client's runtime is gone")),
        }
    }
}

/// Results of many uploads as they finish, made by [`Client::upload_all`]. See [`Batch`] for what stops it.
#[derive(Debug)]
pub struct Uploads<K, S> {
    batch: Batch<K, S>,
    client: Client,
}

impl<K, S> Uploads<K, S> {
    /// A handle to cancel with, from another thread or a signal handler's.
    pub fn cancel_token(&self) -> CancelToken {
        self.batch.cancel_token()
    }

    /// A handle to drain with: no more jobs are taken, and those under way finish.
    pub fn drain_token(&self) -> CancelToken {
        self.batch.drain_token()
    }

    /// As [`Batch::stopped`].
    pub fn stopped(&self) -> Option<Stopped> {
        self.batch.stopped()
    }

    /// As [`Batch::into_rest`].
    pub fn into_rest(self) -> S {
        self.batch.into_rest()
    }
}

impl<K: Send + 'static, S: Stream<Item: Into<Job<K>>> + Unpin> Iterator for Uploads<K, S> {
    type Item = Finished<K>;

    /// Ends at once within an async task, where waiting is not possible.
    fn next(&mut self) -> Option<Finished<K>> {
        self.client.wait_for(self.batch.next()).ok().flatten()
    }
}

/// Reads a file within the client's limits. See [`Intake::path`](crate::Intake::path).
///
/// # Errors
/// As there.
pub fn photo_from_path(client: &Client, path: impl AsRef<Path>) -> Result<Photo, Error> {
    client.wait_for(client.client.intake().path(path))?
}

/// Fetches a URL within the client's limits. See [`Intake::url`](crate::Intake::url).
///
/// # Errors
/// As there.
pub fn photo_from_url(client: &Client, url: &str) -> Result<Photo, Error> {
    client.wait_for(client.client.intake().url(url))?
}

/// Reads a reader of known or unknown length to its end, within the client's limits. Blocks as long as the
/// reader does.
///
/// # Errors
/// [`Error::Source`] if it fails, is larger than the limit or has another length; [`Error::Photo`].
pub fn photo_from_reader(
    client: &Client,
    reader: impl std::io::Read,
    length: Option<u64>,
    name: impl AsRef<str>,
) -> Result<Photo, Error> {
    client.client.intake().blocking_reader(reader, length, name.as_ref())
}
