//! Reading a picture from where it is: a path, a stream, a reader or a URL, always bounded in size and time.

use std::fmt;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use crate::error::{Error, SourceError};
use crate::fetch;
use crate::http::Http;
use crate::photo::{Limits, Photo};

/// Reads pictures into [`Photo`]s. Nothing is ever buffered beyond [`Limits::max_bytes`], whatever the source says or
/// does, and nothing takes longer than the timeout.
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
    pub(crate) limits: Limits,
    pub(crate) timeout: Duration,
    pub(crate) most_redirects: u32,
    pub(crate) allow_plain_http: bool,
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
        Self {
            limits: Limits::default(),
            timeout: Duration::from_secs(60),
            most_redirects: 5,
            allow_plain_http: false,
            http: Arc::default(),
        }
    }

    /// Other limits. Raise the [`Client`](crate::Client)'s too, or it refuses to send.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The longest a whole read may take. Default 60 s.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// How many redirects of a URL are followed. Default 5.
    pub fn max_redirects(mut self, most: u32) -> Self {
        self.most_redirects = most;
        self
    }

    /// Allows URLs with plain http to other machines. The picture can then be changed on the way. Default no.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
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

    /// Reads a file; its name becomes the photo's. Only regular files are read.
    ///
    /// # Errors
    /// [`Error::Source`] if it cannot be read, is larger than the limit or takes too long; [`Error::Photo`].
    pub async fn path(&self, path: impl AsRef<Path>) -> Result<Photo, Error> {
        let path = path.as_ref();
        let failed = |error| SourceError::File { path: path.to_owned(), error };
        let read = async {
            // Asked before opening: opening a named pipe would wait for a writer.
            let about = tokio::fs::metadata(path).await.map_err(failed)?;
            if !about.is_file() {
                return Err(failed(std::io::Error::other("not a regular file")));
            }
            if about.len() > self.limits.max_bytes {
                return Err(SourceError::TooLarge { limit: self.limits.max_bytes });
            }
            let file = tokio::fs::File::open(path).await.map_err(failed)?;
            let mut bytes = Vec::new();
            file.take(self.one_more()).read_to_end(&mut bytes).await.map_err(failed)?;
            Ok(bytes)
        };
        let bytes = self.in_time(read).await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.finish(bytes.into(), &name)
    }

    /// Reads a stream of chunks. With a `length` it must have exactly so many bytes; without, it is read to its end.
    ///
    /// # Errors
    /// [`Error::Source`] if it fails, is larger than the limit, has another length or takes too long; [`Error::Photo`].
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
        self.promise(length)?;
        let mut stream = pin!(stream);
        let read = async {
            let mut gathered = Gathered::new(self.limits.max_bytes);
            while let Some(chunk) = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                let chunk =
                    chunk.map_err(|e| SourceError::Stream(crate::redact::one_line(&e.to_string(), 300)))?;
                gathered.add(&chunk, length)?;
            }
            gathered.end(length)
        };
        let bytes = self.in_time(read).await?;
        self.finish(bytes, name.as_ref())
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
        self.promise(length)?;
        let mut reader = pin!(reader);
        let read = async {
            let mut gathered = Gathered::new(self.limits.max_bytes);
            let mut chunk = BytesMut::with_capacity(CHUNK);
            loop {
                chunk.clear();
                let got = reader.read_buf(&mut chunk).await;
                if got.map_err(|e| SourceError::Stream(e.to_string()))? == 0 {
                    return gathered.end(length);
                }
                gathered.add(&chunk, length)?;
            }
        };
        let bytes = self.in_time(read).await?;
        self.finish(bytes, name.as_ref())
    }

    /// [`Intake::reader`] for code without async. There is no timeout: a blocking read cannot be given up.
    #[cfg(feature = "blocking")]
    pub(crate) fn blocking_reader(
        &self,
        mut reader: impl std::io::Read,
        length: Option<u64>,
        name: &str,
    ) -> Result<Photo, Error> {
        self.promise(length)?;
        let mut gathered = Gathered::new(self.limits.max_bytes);
        let mut chunk = vec![0; CHUNK];
        loop {
            let got = match reader.read(&mut chunk) {
                Ok(got) => got,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(SourceError::Stream(e.to_string()).into()),
            };
            if got == 0 {
                let bytes = gathered.end(length)?;
                return self.finish(bytes, name);
            }
            gathered.add(chunk.get(..got).unwrap_or_default(), length)?;
        }
    }

    /// Fetches an http(s) URL; the last part of its path becomes the photo's name. No credentials are sent, and nothing is
    /// unpacked.
    ///
    /// Redirects are followed up to the limit, but never from https to http, and never from outside to this machine or to
    /// a private address (loopback, link-local, private, unspecified, `localhost`). Names are not looked up for that: where
    /// URLs come from strangers, a name of theirs may point to your network, so let a proxy or firewall decide as well.
    ///
    /// # Errors
    /// [`Error::Source`] if it cannot be fetched, is larger than the limit or takes too long; [`Error::Photo`].
    pub async fn url(&self, url: &str) -> Result<Photo, Error> {
        let (bytes, name) = self.in_time(fetch::fetch(self, url)).await?;
        self.finish(bytes, &name)
    }

    fn finish(&self, bytes: Bytes, name: &str) -> Result<Photo, Error> {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > self.limits.max_bytes {
            return Err(SourceError::TooLarge { limit: self.limits.max_bytes }.into());
        }
        self.bytes(bytes, name)
    }

    fn promise(&self, length: Option<u64>) -> Result<(), SourceError> {
        match length {
            Some(length) if length > self.limits.max_bytes => {
                Err(SourceError::TooLarge { limit: self.limits.max_bytes })
            }
            _ => Ok(()),
        }
    }

    async fn in_time<T>(&self, read: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        timeout(self.timeout, read).await.unwrap_or(Err(SourceError::TimedOut { after: self.timeout }))
    }

    /// The HTTP client for URLs, made when first needed.
    pub(crate) fn http(&self) -> Result<&Http, Error> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let made = Http::new(CONNECT)?;
        Ok(self.http.get_or_init(|| made))
    }

    fn one_more(&self) -> u64 {
        self.limits.max_bytes.saturating_add(1)
    }
}

/// Bytes gathered so far, never more than the limit.
pub(crate) struct Gathered {
    bytes: BytesMut,
    limit: u64,
}

impl Gathered {
    pub(crate) fn new(limit: u64) -> Self {
        Self { bytes: BytesMut::new(), limit }
    }

    pub(crate) fn add(&mut self, chunk: &[u8], promised: Option<u64>) -> Result<(), SourceError> {
        let total = u64::try_from(self.bytes.len().saturating_add(chunk.len())).unwrap_or(u64::MAX);
        if let Some(promised) = promised.filter(|p| total > *p) {
            return Err(SourceError::WrongLength { promised, actual: total });
        }
        if total > self.limit {
            return Err(SourceError::TooLarge { limit: self.limit });
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    pub(crate) fn end(self, promised: Option<u64>) -> Result<Bytes, SourceError> {
        let actual = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        match promised {
            Some(promised) if promised != actual => Err(SourceError::WrongLength { promised, actual }),
            _ => Ok(self.bytes.freeze()),
        }
    }
}

/// The longest a connection may take to be made; the timeout bounds it too.
const CONNECT: Duration = Duration::from_secs(10);
const CHUNK: usize = 64 * 1024;

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
            matches!(endless, Err(Error::Source(SourceError::TooLarge { limit: 100_000 }))),
            "{endless:?}"
        );
        let endless = intake.reader(tokio::io::repeat(0), None, "a").await;
        assert!(
            matches!(endless, Err(Error::Source(SourceError::TooLarge { limit: 100_000 }))),
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
        assert!(matches!(small.path(&path).await, Err(Error::Source(SourceError::TooLarge { limit: 10 }))));
        assert!(matches!(
            Photo::from_path(folder.path()).await,
            Err(Error::Source(SourceError::File { .. }))
        ));
        std::fs::write(&path, "")?;
        assert!(matches!(Photo::from_path(&path).await, Err(Error::Photo(PhotoError::Empty))));
        Ok(())
    }
}
