//! One request: find out what it means, let it be handled, send the answer in the way it asks for.

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, StatusCode};

use super::inbox::Inbox;
use super::response_body::ResponseBody;
use super::{photo, token};
use crate::endpoint::response::{Refusal, Response};
use crate::endpoint::route::{Route, route};
use crate::error_code::Code;
use crate::fault::{Fault, RetryHint};
use crate::state::Shared;

/// An answer, and how it is to reach the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Response,
    pub(crate) delivery: Delivery,
}

/// How an answer is to reach the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Whole.
    Whole,
    /// Breaking off in the middle.
    Truncated,
}

/// The connection ends without an answer.
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
    fn from(answer: Response) -> Self {
        Reply { answer, delivery: Delivery::Whole }
    }
}

/// Handles one request.
pub(crate) async fn serve(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<hyper::Response<ResponseBody>, Aborted> {
    let (parts, body) = request.into_parts();
    shared.lock().stats.requests += 1;
    let mut inbox = Inbox::new(shared, body, &parts.headers);
    let reply = match route(parts.uri.path()) {
        Route::Photo(path) => photo::handle(shared, &parts, path, &mut inbox).await?,
        Route::Token => token::handle(shared, &parts, &mut inbox).await?,
        Route::Unknown => {
            shared.lock().refuse(Code::InvalidUrlPattern);
            Refusal::from(Code::InvalidUrlPattern).response().into()
        }
    };
    // A client that is still sending would lose an answer that came with the end of the connection.
    let goes_on = inbox.drain().await;
    Ok(response(reply, goes_on))
}

/// The fault that a client asks for; an unknown one is ignored, like every unknown header.
pub(crate) fn asked_fault(parts: &Parts) -> Option<Fault> {
    parts.headers.get("x-sandbox-fault")?.to_str().ok()?.parse().ok()
}

/// A header as text; empty if it is missing or no text.
pub(crate) fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).and_then(|value| value.to_str().ok())
}

/// The answer that a fault consists of, if it is one that comes instead of everything else.
pub(crate) fn fault_response(fault: &Fault) -> Option<Response> {
    match fault {
        Fault::TooManyRequests(hint) => Some(Response::too_many_requests(*hint)),
        Fault::Refuse(Code::TooManyRequests) => Some(Response::too_many_requests(RetryHint::None)),
        Fault::Refuse(code) => Some(Refusal::from(*code).response()),
        Fault::Wrapped(code) => Some(Response::wrapped(*code)),
        Fault::BadGateway => Some(Response::bad_gateway()),
        Fault::Empty(status) => Some(Response::raw(*status, None, bytes::Bytes::new())),
        _ => None,
    }
}

fn response(reply: Reply, goes_on: bool) -> hyper::Response<ResponseBody> {
    let Reply { answer, delivery } = reply;
    let length = answer.body.len();
    // An answer without a body can't break off in it.
    let truncated = delivery == Delivery::Truncated && length > 0;
    let body = if truncated {
        ResponseBody::broken(answer.body.slice(..length / 2))
    } else {
        ResponseBody::whole(answer.body)
    };
    let mut response = hyper::Response::new(body);
    // Statuses are ours and in range; if one were not, the fault is the server's.
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if truncated {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if !goes_on {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
