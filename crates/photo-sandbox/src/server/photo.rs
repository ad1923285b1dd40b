//! Requests for a record's photo.

use hyper::http::request::Parts;

use super::fault;
use super::inbox::{Inbox, Unreadable};
use super::reply::{Aborted, Delivery, Reply, header};
use crate::endpoint::checks::{self, Action, Head};
use crate::endpoint::response::{Refusal, Response};
use crate::endpoint::route::PhotoPath;
use crate::error_code::Code;
use crate::state::{Arrival, Shared};
use crate::stats::{bump, key};

/// Handles a photo request: first what is to go wrong, then the checks, then the action.
pub(crate) async fn handle(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    inbox: &mut Inbox<'_>,
) -> Result<Reply, Aborted> {
    let Arrival { fault, refusal, guard } = shared.arrive(fault::asked(parts));
    if let Some(response) = refusal {
        return Ok(response.into());
    }
    if let Some(response) = fault::before(fault.as_ref()).await? {
        return Ok(response.into());
    }
    let (mut response, stored) = act(shared, parts, path, inbox).await?;
    response.headers.extend(shared.lock().credits_header());
    drop(guard);
    let reply = fault::deliver(fault.as_ref(), response)?;
    if stored && reply.delivery == Delivery::Whole {
        bump(&mut shared.lock().stats.confirmed, &key(path.module, path.record));
    }
    Ok(reply)
}

/// Checks the request and does what it asks for; the flag tells whether a photo was stored.
async fn act(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    inbox: &mut Inbox<'_>,
) -> Result<(Response, bool), Aborted> {
    let head = Head { method: parts.method.as_str(), path, authorization: header(parts, "authorization") };
    match shared.check(head) {
        Err(refusal) => Ok((refusal.response(), false)),
        Ok(Action::Download) => Ok((shared.download(path), false)),
        Ok(Action::Delete) => Ok((shared.delete(path), false)),
        Ok(Action::Upload) => match upload(shared, parts, path, inbox).await? {
            Ok(()) => Ok((Response::success("photo uploaded successfully"), true)),
            Err(refusal) => {
                shared.lock().refuse(refusal.code);
                Ok((refusal.response(), false))
            }
        },
    }
}

/// Reads the body, checks it, stores the picture.
async fn upload(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    inbox: &mut Inbox<'_>,
) -> Result<Result<(), Refusal>, Aborted> {
    let config = shared.lock().config.clone();
    let body = match inbox.read(config.max_bytes.saturating_add(SLACK)).await {
        Ok(read) => read,
        Err(Unreadable::TooSlow) => return Ok(Err(Code::RequestTimeout.into())),
        Err(Unreadable::Broken) => return Err(Aborted::ClientGone),
    };
    let content_type = header(parts, "content-type").unwrap_or_default();
    match checks::upload(content_type, &body.bytes, body.whole, path.version, &config) {
        Ok(accepted) => {
            shared.accept(path, &accepted, restrict_triggers(parts));
            Ok(Ok(()))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

fn restrict_triggers(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "restrict_triggers").map(|(_, value)| value.into_owned())
}

/// How many bytes a form may have besides its picture before it is cut off.
const SLACK: usize = 1 << 20;
