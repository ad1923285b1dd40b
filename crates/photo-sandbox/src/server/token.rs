//! Requests for an access token.

use hyper::http::request::Parts;

use super::inbox::{Inbox, Unreadable};
use super::serve::{Aborted, Delivery, Reply, asked_fault, fault_response, header};
use crate::endpoint::oauth::{self, Parameters};
use crate::endpoint::response::{Refusal, Response};
use crate::error_code::Code;
use crate::fault::Fault;
use crate::state::Shared;
use crate::stats::bump;

/// Handles a token request: first what is to go wrong, then the parameters.
pub(crate) async fn handle(shared: &Shared, parts: &Parts, inbox: &mut Inbox<'_>) -> Result<Reply, Aborted> {
    let fault = shared.token_arrives(asked_fault(parts));
    if fault == Some(Fault::ResetBeforeReading) {
        return Err(Aborted::Reset);
    }
    if let Some(answer) = fault.as_ref().and_then(fault_response) {
        return Ok(answer.into());
    }
    if let Some(Fault::Slow(delay)) = fault {
        tokio::time::sleep(delay).await;
    }
    let answer = grant(shared, parts, inbox).await?;
    match fault {
        Some(Fault::ResetAfterStoring) => Err(Aborted::Reset),
        Some(Fault::TruncatedAnswer) => Ok(Reply { answer, delivery: Delivery::Truncated }),
        _ => Ok(answer.into()),
    }
}

async fn grant(shared: &Shared, parts: &Parts, inbox: &mut Inbox<'_>) -> Result<Response, Aborted> {
    if parts.method != hyper::Method::POST {
        bump(&mut shared.lock().stats.token_refusals, INVALID_REQUEST);
        return Ok(oauth::refused(INVALID_REQUEST));
    }
    let body = match inbox.read(MAX_BODY).await {
        Ok(read) => read,
        Err(Unreadable::TooSlow) => return Ok(Refusal::from(Code::RequestTimeout).response()),
        Err(Unreadable::Broken) => return Err(Aborted::ClientGone),
    };
    if !body.whole {
        bump(&mut shared.lock().stats.token_refusals, INVALID_REQUEST);
        return Ok(oauth::refused(INVALID_REQUEST));
    }
    let content_type = header(parts, "content-type").unwrap_or_default();
    Ok(shared.grant(&Parameters::read(parts.uri.query().unwrap_or_default(), content_type, &body.bytes)))
}

const MAX_BODY: usize = 64 << 10;
const INVALID_REQUEST: &str = "invalid_request";
