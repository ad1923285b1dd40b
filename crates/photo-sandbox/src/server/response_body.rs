//! Bodies of answers: whole, breaking off in the middle, or as it comes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    /// All of it, until it was taken.
    Whole(Option<Bytes>),
    /// A part of it, then an error, so that the connection ends before the promised length.
    Broken(Breaking),
    /// What is sent into the channel, until its other end is dropped.
    Stream(mpsc::Receiver<Bytes>),
}

/// How far a breaking body has come.
#[derive(Debug)]
pub(crate) enum Breaking {
    /// These bytes come first.
    Send(Bytes),
    /// One pause, in which the bytes are flushed to the client.
    Flush,
    /// The end that is too early.
    Break,
}

/// The body ends before the promised length, as planned.
#[derive(Debug, thiserror::Error)]
#[error("the answer breaks off as planned")]
pub(crate) struct BrokenOff;

impl ResponseBody {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        ResponseBody::Whole(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    pub(crate) fn broken(bytes: Bytes) -> Self {
        ResponseBody::Broken(Breaking::Send(bytes))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let breaking = match &mut *self {
            ResponseBody::Whole(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            ResponseBody::Stream(messages) => {
                return messages
                    .poll_recv(context)
                    .map(|message| message.map(|bytes| Ok(Frame::data(bytes))));
            }
            ResponseBody::Broken(breaking) => breaking,
        };
        match std::mem::replace(breaking, Breaking::Break) {
            Breaking::Send(bytes) => {
                *breaking = Breaking::Flush;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Breaking::Flush => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Breaking::Break => Poll::Ready(Some(Err(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, ResponseBody::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            ResponseBody::Whole(bytes) => {
                let len = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(len).unwrap_or(u64::MAX))
            }
            ResponseBody::Broken(_) | ResponseBody::Stream(_) => SizeHint::default(),
        }
    }
}
