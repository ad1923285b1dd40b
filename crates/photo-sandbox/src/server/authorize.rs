//! Requests for a grant in a browser.

use hyper::Method;
use hyper::http::request::Parts;

use super::inbox::{Inbox, Unreadable};
use super::reply::{Aborted, Reply};
use crate::endpoint::authorize::{Consent, Request};
use crate::endpoint::response::{OLDEST, Refusal};
use crate::error_code::Code;
use crate::state::Shared;

/// Handles a browser that asks for a grant (GET), or comes from the consent page (POST).
pub(crate) async fn handle(
    shared: &Shared,
    parts: &Parts,
    refresh: bool,
    inbox: &mut Inbox<'_>,
) -> Result<Reply, Aborted> {
    let request = Request::read(parts.uri.query().unwrap_or_default());
    let refuse = |code: Code| {
        shared.lock().refuse(code);
        Ok(Refusal::from(code).response(OLDEST).into())
    };
    let consent = match parts.method {
        Method::GET => None,
        Method::POST => match inbox.read(MAX_BODY).await {
            Ok(body) => Some(Consent::read(&body.bytes)),
            Err(Unreadable::TooSlow) => return refuse(Code::RequestTimeout),
            Err(Unreadable::Broken) => return Err(Aborted::ClientGone),
        },
        _ => return refuse(Code::InvalidRequestMethod),
    };
    Ok(shared.authorize(&request, refresh, consent).into())
}

/// The form has two small fields.
const MAX_BODY: usize = 4 << 10;
