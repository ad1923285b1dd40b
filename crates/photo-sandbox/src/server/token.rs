//! Requests for an access token.

use hyper::http::request::Parts;

use super::fault;
use super::inbox::{Inbox, Unreadable};
use super::reply::{Aborted, Reply, header};
use crate::endpoint::oauth::{self, Parameters};
use crate::endpoint::response::{OLDEST, Refusal, Response};
use crate::error_code::Code;
use crate::state::Shared;
use crate::stats::bump;

/// Handles a token request: first what is to go wrong, then the parameters.
pub(crate) async fn handle(shared: &Shared, parts: &Parts, inbox: &mut Inbox<'_>) -> Result<Reply, Aborted> {
    let fault = shared.token_arrives(fault::asked(parts));
    let latency = shared.lock().config.latency;
    tokio::time::sleep(latency).await;
    if let Some(response) = fault::before(fault.as_ref(), OLDEST).await? {
        return Ok(response.into());
    }
    fault::deliver(fault.as_ref(), grant(shared, parts, inbox).await?)
}

async fn grant(shared: &Shared, parts: &Parts, inbox: &mut Inbox<'_>) -> Result<Response, Aborted> {
    if parts.method != hyper::Method::POST {
        bump(&mut shared.lock().stats.token_refusals, INVALID_REQUEST);
        return Ok(oauth::refused(INVALID_REQUEST));
    }
    let body = match inbox.read(MAX_BODY).await {
        Ok(read) => read,
        Err(Unreadable::TooSlow) => return Ok(Refusal::from(Code::RequestTimeout).response(OLDEST)),
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
