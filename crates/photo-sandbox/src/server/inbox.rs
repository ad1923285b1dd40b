//! The body of a request: read into memory up to a bound, or read and thrown away up to another.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{EXPECT, HeaderMap};
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::Config;
use crate::state::Shared;

/// The body of a request, perhaps read in part.
pub(crate) struct Inbox<'a> {
    shared: &'a Shared,
    body: Incoming,
    /// The client waits for a word before it sends; none was given yet.
    waits: bool,
    finished: bool,
    /// Reading failed; there is no point in trying again.
    failed: bool,
    idle: Duration,
    drain_bytes: u64,
    drain_time: Duration,
}

/// A body in memory, or the beginning of one.
pub(crate) struct Body<'a> {
    pub(crate) bytes: Vec<u8>,
    /// Whether this is all of it.
    pub(crate) whole: bool,
    /// Bounds the memory of all large bodies together, as long as it is held.
    slot: Option<SemaphorePermit<'a>>,
}

/// Why a body can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The client was silent for too long, or took too long for the whole.
    TooSlow,
    /// The client went away, or its framing is wrong.
    Broken,
}

impl<'a> Inbox<'a> {
    pub(crate) fn new(shared: &'a Shared, body: Incoming, headers: &HeaderMap) -> Self {
        let waits =
            headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let finished = hyper::body::Body::is_end_stream(&body);
        let Config { idle_timeout, drain_bytes, drain_time, .. } = shared.lock().config;
        Inbox { shared, body, waits, finished, failed: false, idle: idle_timeout, drain_bytes, drain_time }
    }

    /// Reads up to `most` bytes.
    pub(crate) async fn read(&mut self, most: usize) -> Result<Body<'a>, Unreadable> {
        let mut deadline = Instant::now() + self.idle.saturating_mul(WHOLE_BODY).min(LONGEST);
        let mut body = Body { bytes: Vec::new(), whole: false, slot: None };
        let result = loop {
            match self.chunk(deadline).await {
                Ok(None) => break Ok(true),
                Ok(Some(chunk)) => {
                    let room = most.saturating_sub(body.bytes.len());
                    body.bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        break Ok(false);
                    }
                }
                Err(why) => break Err(why),
            }
            if body.slot.is_none() && body.bytes.len() > SMALL_BODY {
                let waiting = Instant::now();
                // Never closed; were it, the request would go on without its bound.
                body.slot = self.shared.bodies.acquire().await.ok();
                // Waiting for others is no slowness of this client.
                deadline += waiting.elapsed();
            }
        };
        let mut state = self.shared.lock();
        state.stats.bytes_read += u64::try_from(body.bytes.len()).unwrap_or(u64::MAX);
        if result == Err(Unreadable::Broken) {
            state.stats.bodies_broken += 1;
        }
        result.map(|whole| Body { whole, ..body })
    }

    /// Throws away what is left of the body, within bounds. Returns false if the connection can't go on after
    /// the answer, because more may be to come: the bounds were reached, or the client still waits for a word
    /// and may or may not send the body after a refusal.
    pub(crate) async fn drain(&mut self) -> bool {
        if self.finished {
            return true;
        }
        if self.waits || self.failed {
            return false;
        }
        let deadline = Instant::now() + self.drain_time;
        let mut drained: u64 = 0;
        while drained <= self.drain_bytes {
            match self.chunk(deadline).await {
                Ok(Some(chunk)) => {
                    drained = drained.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX))
                }
                Ok(None) | Err(_) => break,
            }
        }
        self.shared.lock().stats.bytes_drained += drained;
        self.finished
    }

    /// The next bytes; none at the end.
    async fn chunk(&mut self, deadline: Instant) -> Result<Option<Bytes>, Unreadable> {
        if self.finished {
            return Ok(None);
        }
        self.waits = false;
        let frame = timeout_at(deadline, timeout(self.idle, self.body.frame())).await;
        self.failed = !matches!(frame, Ok(Ok(None | Some(Ok(_)))));
        match frame {
            Err(_) | Ok(Err(_)) => Err(Unreadable::TooSlow),
            Ok(Ok(Some(Err(_)))) => Err(Unreadable::Broken),
            Ok(Ok(Some(Ok(frame)))) => Ok(Some(frame.into_data().unwrap_or_default())),
            Ok(Ok(None)) => {
                self.finished = true;
                Ok(None)
            }
        }
    }
}

/// Up to this size a body needs no slot, so that clients that send a byte now and then cannot take all of
/// them.
const SMALL_BODY: usize = 64 << 10;
/// A whole body may take this many times as long as a client may be silent, but never longer than
/// [`LONGEST`].
const WHOLE_BODY: u32 = 12;
const LONGEST: Duration = Duration::from_secs(600);
