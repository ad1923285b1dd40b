//! Reading a picture from where it is: a path, a stream, a reader, standard input or a URL, always bounded in
//! size and time.

mod buffer;
mod fetch;
mod source;

pub use source::Source;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncRead;
use tokio::time::timeout;

use self::buffer::{Bounds, Chunks};
use self::fetch::Fetcher;
use crate::error::{Error, SourceError};
use crate::http::{Http, HttpOptions};
use crate::photo::{Limits, Photo};
use crate::retry::{Jitter, Retry};

/// What was read, of whatever format, and the name that its source suggests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// All of it.
    pub bytes: Bytes,
    /// The file's name, or the last part of the URL's path. Not made safe.
    pub name: String,
}

/// Reads pictures into [`Photo`]s, and anything that is to become one into [`Content`]. Nothing is ever
/// buffered beyond [`Limits::max_bytes`], whatever the source says or does, and nothing takes longer than the
/// timeout: of a URL each attempt, and all of them together no longer than the total timeout.
///
/// ```
/// # let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # rt.block_on(async {
/// use photo_upload::{Intake, Limits};
/// let intake = Intake::new().limits(Limits::default().max_bytes(1_000_000));
/// let error = intake.path("no/such/picture.jpg").await.expect_err("it is not there");
/// assert!(error.to_string().contains("no/such/picture.jpg"));
/// # });
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Intake {
    limits: Limits,
    timeout: Duration,
    max_redirects: u32,
    allow_plain_http: bool,
    special_files: bool,
    total_time: Duration,
    retry: Retry,
    jitter: Arc<Jitter>,
    http_options: HttpOptions,
    http: Arc<OnceLock<Http>>,
}

impl Default for Intake {
    fn default() -> Self {
        Self::new()
    }
}

impl Intake {
    /// 10,000,000 bytes, 60 s, 5 redirects, plain http only from this machine.
    pub fn new() -> Self {
        let retry = Retry::default();
        Self {
            limits: Limits::default(),
            timeout: Duration::from_secs(60),
            max_redirects: 5,
            allow_plain_http: false,
            special_files: false,
            total_time: Duration::from_secs(300),
            jitter: Arc::new(Jitter::new(retry.seed)),
            retry,
            http_options: HttpOptions::default(),
            http: Arc::default(),
        }
    }

    /// Other limits. Raise the [`Client`](crate::Client)'s too, or it refuses to send.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The longest a whole read may take; of a URL, one attempt. Default 60 s.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// The longest that fetching a URL may take with all attempts and waits. Default 5 minutes.
    pub fn total_timeout(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// When and how often a URL is asked again: after a broken connection, a timeout, or HTTP 408, 425, 429,
    /// 500, 502, 503 and 504, waiting as long as `Retry-After` asks for.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.jitter = Arc::new(Jitter::new(retry.seed));
        self.retry = retry;
        self
    }

    /// Certificates, proxy and User-Agent for URLs, or an HTTP client of your own. What can't be used is told
    /// when a URL is read.
    pub fn http(mut self, options: HttpOptions) -> Self {
        (self.http_options, self.http) = (options, Arc::default());
        self
    }

    /// How many redirects of a URL are followed. Default 5.
    pub fn max_redirects(mut self, most: u32) -> Self {
        self.max_redirects = most;
        self
    }

    /// Allows URLs with plain http to other machines. The picture can then be changed on the way. Default no.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Also reads named pipes and devices where a path leads to one. Default no: opening a named pipe waits
    /// for a writer, on a thread that no timeout ends.
    pub fn special_files(mut self, read: bool) -> Self {
        self.special_files = read;
        self
    }

    /// Takes bytes that are already here, checked against the limits.
    ///
    /// # Errors
    /// [`Error::Photo`].
    pub fn bytes(&self, bytes: impl Into<Bytes>, name: impl AsRef<str>) -> Result<Photo, Error> {
        let bytes = bytes.into();
        self.limits.check(&bytes)?;
        Photo::from_bytes(bytes, name)
    }

    /// Reads a file; its name becomes the photo's. Only regular files are read, unless
    /// [`special_files`](Intake::special_files) says otherwise.
    ///
    /// # Errors
    /// [`Error::Source`] if it cannot be read, is larger than the limit or takes too long; [`Error::Photo`].
    pub async fn path(&self, path: impl AsRef<Path>) -> Result<Photo, Error> {
        self.photo(self.read_path(path).await?)
    }

    /// Reads a stream of chunks. With a `length` it must have exactly so many bytes; without, it is read to
    /// its end.
    ///
    /// # Errors
    /// [`Error::Source`] if it fails, is larger than the limit, has another length or takes too long;
    /// [`Error::Photo`].
    pub async fn stream<S, E>(
        &self,
        stream: S,
        length: Option<u64>,
        name: impl AsRef<str>,
    ) -> Result<Photo, Error>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: fmt::Display,
    {
        self.bytes(self.read_stream(stream, length).await?, name)
    }

    /// Reads a reader, as [`Intake::stream`] does with a stream.
    ///
    /// # Errors
    /// As [`Intake::stream`].
    pub async fn reader<R>(
        &self,
        reader: R,
        length: Option<u64>,
        name: impl AsRef<str>,
    ) -> Result<Photo, Error>
    where
        R: AsyncRead,
    {
        self.bytes(self.read_reader(reader, length).await?, name)
    }

    /// [`Intake::reader`] for code without async. There is no timeout: a blocking read cannot be given up.
    #[cfg(feature = "blocking")]
    pub(crate) fn blocking_reader(
        &self,
        reader: impl std::io::Read,
        length: Option<u64>,
        name: &str,
    ) -> Result<Photo, Error> {
        let bounds = Bounds::new(self.limits.max_bytes, length)?;
        self.bytes(bounds.read(reader, length.unwrap_or(0), buffer::stream_failed)?, name)
    }

    /// Fetches an http(s) URL; the last part of its path becomes the photo's name. No credentials are sent,
    /// and nothing is unpacked.
    ///
    /// Redirects are followed up to the limit, but never from https to http, and never from outside to this
    /// machine or to a private address (loopback, link-local, private, unspecified, `localhost`). Names are
    /// not looked up for that: where URLs come from strangers, a name of theirs may point to your network, so
    /// let a proxy or firewall decide as well.
    ///
    /// # Errors
    /// [`Error::Source`] if it cannot be fetched, is larger than the limit or takes too long;
    /// [`Error::Photo`].
    pub async fn url(&self, url: &str) -> Result<Photo, Error> {
        self.photo(self.read_url(url).await?)
    }

    fn photo(&self, content: Content) -> Result<Photo, Error> {
        self.bytes(content.bytes, content.name)
    }
}

/// Reading what is not a photo yet: files of any format, to be prepared before they are sent.
impl Intake {
    /// Reads from wherever the picture is.
    ///
    /// # Errors
    /// [`SourceError`] if it cannot be read or fetched, is larger than the limit or takes too long.
    pub async fn read(&self, source: &Source) -> Result<Content, SourceError> {
        match source {
            Source::Path(path) => self.read_path(path).await,
            Source::Stdin => self.read_stdin().await,
            Source::Url(url) => self.read_url(url).await,
        }
    }

    /// Reads a file of any format, as [`Intake::path`] does.
    ///
    /// # Errors
    /// [`SourceError`] if it cannot be read, is larger than the limit or takes too long.
    pub async fn read_path(&self, path: impl AsRef<Path>) -> Result<Content, SourceError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (owned, limit, special) = (path.to_owned(), self.limits.max_bytes, self.special_files);
        let bytes = self.aside(path, move || read_file(&owned, limit, special)).await?;
        Ok(Content { bytes, name })
    }

    /// Reads standard input to its end. Given up after the timeout, its thread goes on waiting for input.
    ///
    /// # Errors
    /// As [`Intake::read_path`].
    pub async fn read_stdin(&self) -> Result<Content, SourceError> {
        let (path, limit) = (Path::new("standard input"), self.limits.max_bytes);
        let failed = |error| SourceError::File { path: path.to_owned(), error };
        let read = move || Bounds::new(limit, None)?.read(std::io::stdin().lock(), 0, failed);
        let bytes = self.aside(path, read).await?;
        Ok(Content { bytes, name: "stdin".to_owned() })
    }

    /// Reads a stream of chunks of any format, as [`Intake::stream`] does.
    ///
    /// # Errors
    /// [`SourceError`] if it fails, is larger than the limit, has another length or takes too long.
    pub async fn read_stream<S, E>(&self, stream: S, length: Option<u64>) -> Result<Bytes, SourceError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: fmt::Display,
    {
        let bounds = Bounds::new(self.limits.max_bytes, length)?;
        self.in_time(bounds.gather(stream, buffer::stream_failed)).await
    }

    /// Reads a reader of any format, as [`Intake::reader`] does.
    ///
    /// # Errors
    /// As [`Intake::read_stream`].
    pub async fn read_reader<R>(&self, reader: R, length: Option<u64>) -> Result<Bytes, SourceError>
    where
        R: AsyncRead,
    {
        self.read_stream(Chunks::new(pin!(reader)), length).await
    }

    /// Fetches a file of any format from a URL, by the rules of [`Intake::url`].
    ///
    /// # Errors
    /// [`SourceError`] if it cannot be fetched, is larger than the limit or takes too long.
    pub async fn read_url(&self, url: &str) -> Result<Content, SourceError> {
        let url = fetch::checked(url, self.allow_plain_http)?;
        let name = fetch::name_of(&url);
        let fetcher = Fetcher {
            http: self.made_http()?,
            limit: self.limits.max_bytes,
            max_redirects: self.max_redirects,
            allow_plain_http: self.allow_plain_http,
            retry: &self.retry,
            jitter: &self.jitter,
            attempt_time: self.timeout,
            total_time: self.total_time,
        };
        Ok(Content { bytes: fetcher.fetch(url).await?, name })
    }

    /// Checks a URL as [`Intake::read_url`] does before it asks, and gives the name that its content will
    /// have.
    ///
    /// ```
    /// let intake = photo_upload::Intake::new();
    /// assert_eq!(intake.url_name("https://a.example/b/me%20too.png?sig=x")?, "me too.png");
    /// assert!(intake.url_name("https://user:password@a.example/x.png").is_err());
    /// # Ok::<(), photo_upload::SourceError>(())
    /// ```
    ///
    /// # Errors
    /// [`SourceError::Url`].
    pub fn url_name(&self, url: &str) -> Result<String, SourceError> {
        fetch::checked(url, self.allow_plain_http).map(|url| fetch::name_of(&url))
    }

    async fn in_time<T>(&self, read: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        timeout(self.timeout, read).await.unwrap_or(Err(SourceError::TimedOut { after: self.timeout }))
    }

    /// Reads on a thread that may wait.
    async fn aside(
        &self,
        path: &Path,
        read: impl FnOnce() -> Result<Bytes, SourceError> + Send + 'static,
    ) -> Result<Bytes, SourceError> {
        let lost = |error: tokio::task::JoinError| {
            Err(SourceError::File { path: path.to_owned(), error: std::io::Error::other(error) })
        };
        self.in_time(async { tokio::task::spawn_blocking(read).await.unwrap_or_else(lost) }).await
    }

    /// The HTTP client for URLs, made when first needed.
    fn made_http(&self) -> Result<&Http, SourceError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let made = Http::new(&self.http_options, CONNECT).map_err(|e| SourceError::Url(e.to_string()))?;
        Ok(self.http.get_or_init(|| made))
    }
}

impl Photo {
    /// Reads a file of at most 10,000,000 bytes. See [`Intake::path`].
    ///
    /// # Errors
    /// [`Error::Source`] if it cannot be read or is larger; [`Error::Photo`] as [`Photo::from_bytes`].
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        Intake::new().path(path).await
    }
}

fn read_file(path: &Path, limit: u64, special_files: bool) -> Result<Bytes, SourceError> {
    let failed = |error| SourceError::File { path: path.to_owned(), error };
    // Asked before opening: opening a named pipe waits for a writer.
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() && (about.is_dir() || !special_files) {
        return Err(failed(std::io::Error::other("not a regular file")));
    }
    // Pipes and devices have no length of their own.
    let length = if about.is_file() { about.len() } else { 0 };
    if length > limit {
        return Err(SourceError::TooLarge { actual: length, limit });
    }
    let file = File::open(path).map_err(failed)?;
    Bounds::new(limit, None)?.read(file, length, failed)
}

/// The longest a connection may take to be made; the timeout bounds it too.
const CONNECT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PhotoError;
    use crate::image_header::samples;
    use std::collections::VecDeque;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// A stream of given chunks; `None` stands for a failure. Never ends if `endless`.
    struct Chunks(VecDeque<Option<Bytes>>, bool);

    impl Stream for Chunks {
        type Item = Result<Bytes, &'static str>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(match self.0.pop_front() {
                Some(Some(chunk)) => Some(Ok(chunk)),
                Some(None) => Some(Err("broken pipe")),
                None if self.1 => Some(Ok(Bytes::from_static(&[0; 4096]))),
                None => None,
            })
        }
    }

    fn chunks(of: &[u8], endless: bool) -> Chunks {
        Chunks(of.chunks(7).map(|c| Some(Bytes::copy_from_slice(c))).collect(), endless)
    }

    #[tokio::test]
    async fn streams_of_known_and_unknown_length() {
        let png = samples::png(3, 4);
        let length = u64::try_from(png.len()).expect("small");
        let intake = Intake::new().limits(Limits::default().max_bytes(100_000));
        for (promised, good) in
            [(None, true), (Some(length), true), (Some(length - 1), false), (Some(length + 1), false)]
        {
            let photo = intake.stream(chunks(&png, false), promised, "a").await;
            assert_eq!(photo.is_ok(), good, "{promised:?} {photo:?}");
            let photo = intake.reader(png.as_slice(), promised, "a").await;
            assert_eq!(photo.is_ok(), good, "{promised:?} {photo:?}");
        }
        let endless = intake.stream(chunks(&png, true), None, "a").await;
        assert!(
            matches!(endless, Err(Error::Source(SourceError::TooLarge { limit: 100_000, .. }))),
            "{endless:?}"
        );
        let endless = intake.reader(tokio::io::repeat(0), None, "a").await;
        assert!(
            matches!(endless, Err(Error::Source(SourceError::TooLarge { limit: 100_000, .. }))),
            "{endless:?}"
        );
        let huge = intake.stream(chunks(&png, false), Some(u64::MAX), "a").await;
        assert!(matches!(huge, Err(Error::Source(SourceError::TooLarge { .. }))), "{huge:?}");
        let broken = intake.stream(Chunks([None].into(), false), None, "a").await;
        assert!(
            matches!(&broken, Err(Error::Source(SourceError::Stream(e))) if e == "broken pipe"),
            "{broken:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_hangs_is_given_up() {
        let (_held_open, reader) = tokio::io::duplex(16);
        let error = Intake::new().timeout(Duration::from_secs(3)).reader(reader, None, "a").await;
        assert!(matches!(error, Err(Error::Source(SourceError::TimedOut { .. }))), "{error:?}");
    }

    #[tokio::test]
    async fn files() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("pic.jpeg");
        std::fs::write(&path, samples::png(3, 4))?;
        let photo = Photo::from_path(&path).await.expect("a picture");
        assert_eq!(photo.file_name(), "pic.png");
        let small = Intake::new().limits(Limits::default().max_bytes(10));
        assert!(matches!(
            small.path(&path).await,
            Err(Error::Source(SourceError::TooLarge { limit: 10, .. }))
        ));
        assert!(matches!(
            Photo::from_path(folder.path()).await,
            Err(Error::Source(SourceError::File { .. }))
        ));
        std::fs::write(&path, "")?;
        assert!(matches!(Photo::from_path(&path).await, Err(Error::Photo(PhotoError::Empty))));
        Ok(())
    }

    #[tokio::test]
    async fn any_format_is_read_before_it_is_a_photo() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("text.heic");
        let intake = Intake::new().limits(Limits::default().max_bytes(10));
        std::fs::write(&path, "no picture")?;
        let content = intake.read(&Source::Path(path.clone())).await.expect("read");
        assert_eq!((content.bytes.as_ref(), content.name.as_str()), (b"no picture".as_slice(), "text.heic"));
        assert!(matches!(intake.path(&path).await, Err(Error::Photo(_))));
        std::fs::write(&path, "no picture!")?;
        let large = intake.read_path(&path).await;
        assert!(matches!(large, Err(SourceError::TooLarge { actual: 11, limit: 10 })), "{large:?}");
        Ok(())
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn devices_are_read_only_where_that_is_asked_for() {
        let intake = Intake::new().limits(Limits::default().max_bytes(10));
        let refused = intake.read_path("/dev/zero").await;
        assert!(matches!(refused, Err(SourceError::File { .. })), "{refused:?}");
        let endless = intake.special_files(true).read_path("/dev/zero").await;
        assert!(matches!(endless, Err(SourceError::TooLarge { actual: 11, limit: 10 })), "{endless:?}");
    }
}
