//! Bytes gathered up to a limit.

use std::fmt;
use std::io::Read;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::error::SourceError;

/// How many bytes may come: never more than the limit, and exactly the promised length, where there is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    limit: u64,
    promised: Option<u64>,
}

impl Bounds {
    pub(super) fn new(limit: u64, promised: Option<u64>) -> Result<Self, SourceError> {
        match promised {
            Some(actual) if actual > limit => Err(SourceError::TooLarge { actual, limit }),
            _ => Ok(Self { limit, promised }),
        }
    }

    /// Fails as soon as more bytes have come than may.
    fn check_so_far(&self, actual: u64) -> Result<(), SourceError> {
        match self.promised {
            Some(promised) if actual > promised => Err(SourceError::WrongLength { promised, actual }),
            _ if actual > self.limit => {
                Err(SourceError::TooLarge { actual: self.limit.saturating_add(1), limit: self.limit })
            }
            _ => Ok(()),
        }
    }

    /// Checks the whole length.
    fn check_all(&self, actual: u64) -> Result<(), SourceError> {
        self.check_so_far(actual)?;
        match self.promised {
            Some(promised) if promised != actual => Err(SourceError::WrongLength { promised, actual }),
            _ => Ok(()),
        }
    }

    /// Gathers a stream of chunks; `failed` says what its errors mean.
    pub(super) async fn gather<E>(
        self,
        stream: impl Stream<Item = Result<Bytes, E>>,
        failed: impl Fn(E) -> SourceError,
    ) -> Result<Bytes, SourceError> {
        let mut stream = pin!(stream);
        let mut bytes = BytesMut::new();
        while let Some(chunk) = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
            let chunk = chunk.map_err(&failed)?;
            self.check_so_far(length(&bytes).saturating_add(length(&chunk)))?;
            bytes.extend_from_slice(&chunk);
        }
        self.check_all(length(&bytes))?;
        Ok(bytes.freeze())
    }

    /// Reads all that a blocking reader gives, which is expected to be so many bytes.
    pub(super) fn read(
        self,
        reader: impl Read,
        expected: u64,
        failed: impl Fn(std::io::Error) -> SourceError,
    ) -> Result<Bytes, SourceError> {
        let most = self.promised.unwrap_or(self.limit).saturating_add(1);
        let mut bytes = Vec::with_capacity(usize::try_from(expected.min(self.limit)).unwrap_or(0));
        reader.take(most).read_to_end(&mut bytes).map_err(failed)?;
        self.check_all(length(&bytes))?;
        Ok(bytes.into())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// A reader as a stream of chunks.
#[derive(Debug)]
pub(super) struct Chunks<R> {
    reader: Pin<R>,
    chunk: Box<[u8]>,
}

impl<R> Chunks<R> {
    pub(super) fn new(reader: Pin<R>) -> Self {
        Self { reader, chunk: vec![0; CHUNK].into() }
    }
}

impl<R: std::ops::DerefMut<Target: AsyncRead> + Unpin> Stream for Chunks<R> {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, chunk } = &mut *self;
        let mut buffer = ReadBuf::new(chunk);
        Poll::Ready(match ready!(reader.as_mut().poll_read(cx, &mut buffer)) {
            Ok(()) if buffer.filled().is_empty() => None,
            Ok(()) => Some(Ok(Bytes::copy_from_slice(buffer.filled()))),
            Err(error) => Some(Err(error)),
        })
    }
}

/// What a stream's own error says, on one bounded line.
pub(super) fn stream_failed(error: impl fmt::Display) -> SourceError {
    SourceError::Stream(crate::redact::one_line(&error.to_string(), 300))
}

const CHUNK: usize = 64 * 1024;
