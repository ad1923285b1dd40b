//! Scripted faults around a request: what they do before it is handled, and how its response is delivered.

use hyper::http::request::Parts;

use super::reply::{Aborted, Delivery, Reply, header};
use crate::endpoint::response::{Refusal, Response};
use crate::error_code::Code;
use crate::fault::{Fault, RetryHint};

/// The fault that a client asks for; an unknown one is ignored, like every unknown header.
pub(crate) fn asked(parts: &Parts) -> Option<Fault> {
    header(parts, "x-sandbox-fault")?.parse().ok()
}

/// What the fault does before the request is handled: it resets the connection, responds itself, or waits.
pub(crate) async fn before(fault: Option<&Fault>, version: u8) -> Result<Option<Response>, Aborted> {
    match fault {
        Some(Fault::ResetBeforeReading) => Err(Aborted::Reset),
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(*delay).await;
            Ok(None)
        }
        fault => Ok(fault.and_then(|fault| response(fault, version))),
    }
}

/// How the response of a handled request is delivered.
pub(crate) fn deliver(fault: Option<&Fault>, response: Response) -> Result<Reply, Aborted> {
    match fault {
        Some(Fault::ResetAfterStoring) => Err(Aborted::Reset),
        Some(Fault::TruncatedAnswer) => Ok(Reply { response, delivery: Delivery::Truncated }),
        _ => Ok(response.into()),
    }
}

/// The response that a fault consists of, if it is one that comes instead of everything else.
fn response(fault: &Fault, version: u8) -> Option<Response> {
    match fault {
        Fault::TooManyRequests(hint) => Some(Response::too_many_requests(*hint)),
        Fault::Refuse(Code::TooManyRequests) => Some(Response::too_many_requests(RetryHint::None)),
        Fault::Refuse(code) => Some(Refusal::from(*code).response(version)),
        Fault::Wrapped(code) => Some(Response::wrapped(*code, version)),
        Fault::BadGateway => Some(Response::bad_gateway()),
        Fault::Empty(status) => Some(Response::raw(*status, None, bytes::Bytes::new())),
        _ => None,
    }
}
