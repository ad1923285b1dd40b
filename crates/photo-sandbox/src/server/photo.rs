//! Requests for a record's photo.

use hyper::http::request::Parts;

use super::fault;
use super::inbox::{Inbox, Unreadable};
use super::reply::{Aborted, Delivery, Reply, header};
use crate::endpoint::checks::{self, Action, Head};
use crate::endpoint::disposition;
use crate::endpoint::response::{Refusal, Response};
use crate::endpoint::route::PhotoPath;
use crate::error_code::Code;
use crate::state::{Arrival, Shared};
use crate::stats::{bump, key};
use crate::store::StoredPhoto;

/// Handles a photo request: first what is to go wrong, then the checks, then the action.
pub(crate) async fn handle(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    inbox: &mut Inbox<'_>,
) -> Result<Reply, Aborted> {
    let (version, latency) = {
        let state = shared.lock();
        (state.config.version(path.version), state.config.latency)
    };
    let Arrival { fault, refusal, guard } = shared.arrive(version, fault::asked(parts));
    tokio::time::sleep(latency).await;
    if let Some(response) = refusal {
        return Ok(response.into());
    }
    if let Some(response) = fault::before(fault.as_ref(), version).await? {
        return Ok(response.into());
    }
    let (mut response, stored) = act(shared, parts, path, version, inbox).await?;
    response.headers.extend(shared.lock().credits_header());
    drop(guard);
    let reply = fault::deliver(fault.as_ref(), response)?;
    if stored && matches!(reply.delivery, Delivery::Whole) {
        bump(&mut shared.lock().stats.confirmed, &key(path.module, path.record));
    }
    Ok(reply)
}

/// Checks the request and does what it asks for; the flag tells whether a photo was stored.
async fn act(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    version: u8,
    inbox: &mut Inbox<'_>,
) -> Result<(Response, bool), Aborted> {
    let triggers = restrict_triggers(parts);
    let head = Head {
        method: parts.method.as_str(),
        path,
        authorization: header(parts, "authorization"),
        restrict_triggers: triggers.as_deref(),
    };
    match shared.check(head) {
        Err(refusal) => Ok((refusal.response(version), false)),
        Ok(Action::Download) => Ok((download(shared, path).await, false)),
        Ok(Action::Delete) => Ok((shared.delete(path), false)),
        Ok(Action::Upload) => match upload(shared, parts, path, triggers, inbox).await? {
            Ok(()) => Ok((Response::success("photo uploaded successfully"), true)),
            Err(refusal) => {
                shared.lock().refuse(refusal.code);
                Ok((refusal.response(version), false))
            }
        },
    }
}

/// The photo, as PNG where somebody can make one, with its name.
async fn download(shared: &Shared, path: PhotoPath<'_>) -> Response {
    let Some(photo) = shared.download(path) else {
        return Response::raw(204, None, bytes::Bytes::new());
    };
    let StoredPhoto { bytes, filename, content_type, .. } = as_png(shared, photo).await;
    let extension = content_type.strip_prefix("image/").unwrap_or("png").replace("jpeg", "jpg");
    let mut response = Response::raw(200, Some(content_type), bytes);
    response.headers.push(("content-disposition", disposition::attachment(&filename, &extension)));
    response
}

/// Converts a photo that is no PNG, if that is wanted and there is a converter that can read it. Two at a
/// time: pixels take memory.
async fn as_png(shared: &Shared, photo: StoredPhoto) -> StoredPhoto {
    let config = shared.lock().config.clone();
    let converter = config.png_converter.filter(|_| config.returns_png && photo.content_type != PNG);
    let Some(converter) = converter else { return photo };
    // Never closed; were it, the conversion would go on without its bound.
    let _slot = shared.conversions.acquire().await;
    let bytes = photo.bytes.clone();
    // A converter that panics has converted nothing.
    let converted = tokio::task::spawn_blocking(move || converter.convert(&bytes)).await.ok().flatten();
    match converted {
        Some(png) => StoredPhoto { bytes: png.into(), content_type: PNG, ..photo },
        None => photo,
    }
}

/// Reads the body, checks it, stores the picture.
async fn upload(
    shared: &Shared,
    parts: &Parts,
    path: PhotoPath<'_>,
    triggers: Option<String>,
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
            shared.accept(path, &accepted, triggers);
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

const PNG: &str = "image/png";
/// How many bytes a form may have besides its picture before it is cut off.
const SLACK: usize = 1 << 20;
