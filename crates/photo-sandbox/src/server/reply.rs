//! What becomes of a request: a response with the way in which it is delivered, or the end of the connection.

use bytes::Bytes;
use hyper::http::request::Parts;
use tokio::sync::mpsc;

use crate::endpoint::response::Response;

/// A response, and how it is to reach the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response,
    pub(crate) delivery: Delivery,
}

/// How a response is to reach the client.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// Whole.
    Whole,
    /// Breaking off in the middle.
    Truncated,
    /// Its head, then whatever comes.
    Stream(mpsc::Receiver<Bytes>),
}

/// The connection ends without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Aborted {
    /// A fault asks for a reset.
    #[error("reset as planned")]
    Reset,
    /// The client went away in the middle of its request.
    #[error("the client went away")]
    ClientGone,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Reply { response, delivery: Delivery::Whole }
    }
}

/// A header as text; `None` if it is missing or no text.
pub(crate) fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}
