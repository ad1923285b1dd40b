//! One request: find out what it means, let it be handled, send the answer in the way it asks for.

use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};

use super::inbox::Inbox;
use super::reply::{Aborted, Delivery, Reply, header};
use super::response_body::ResponseBody;
use super::{authorize, page, photo, token};
use crate::endpoint::cors::{self, Caller};
use crate::endpoint::response::{OLDEST, Refusal, Response};
use crate::endpoint::route::{Route, route};
use crate::error_code::Code;
use crate::events::Event;
use crate::state::Shared;

/// Handles one request.
pub(crate) async fn serve(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<hyper::Response<ResponseBody>, Aborted> {
    let (parts, body) = request.into_parts();
    let begun = Instant::now();
    shared.lock().stats.requests += 1;
    let mut inbox = Inbox::new(shared, body, &parts.headers);
    let route = route(parts.uri.path());
    let mut outcome = handle(shared, &parts, &route, &mut inbox).await;
    if !matches!(route, Route::Page(_)) {
        if let Ok(reply) = &mut outcome {
            let headers = cors::headers(caller(&parts), &shared.lock().config);
            reply.response.headers.extend(headers);
        }
        let status = outcome.as_ref().ok().map(|reply| reply.response.status);
        shared.tell(event(&parts, status, begun));
    }
    // A client that is still sending would lose an answer that came with the end of the connection.
    let (reply, goes_on) = (outcome?, inbox.drain().await);
    Ok(response(reply, goes_on))
}

async fn handle(
    shared: &Shared,
    parts: &Parts,
    route: &Route<'_>,
    inbox: &mut Inbox<'_>,
) -> Result<Reply, Aborted> {
    if parts.method == Method::OPTIONS
        && let Some(headers) = cors::preflight(caller(parts), route)
    {
        shared.lock().stats.preflights += 1;
        return Ok(Response { headers, ..Response::raw(204, None, bytes::Bytes::new()) }.into());
    }
    match *route {
        Route::Photo(path) => photo::handle(shared, parts, path, inbox).await,
        Route::Token => token::handle(shared, parts, inbox).await,
        Route::Authorize { refresh } => authorize::handle(shared, parts, refresh, inbox).await,
        Route::Settings(path) => {
            let query = parts.uri.query().unwrap_or_default();
            let authorization = header(parts, "authorization");
            Ok(shared.settings(parts.method.as_str(), path, authorization, query).into())
        }
        Route::Page(path) => Ok(page::handle(shared, parts, path)),
        Route::Unknown => {
            shared.lock().refuse(Code::InvalidUrlPattern);
            Ok(Refusal::from(Code::InvalidUrlPattern).response(OLDEST).into())
        }
    }
}

fn caller(parts: &Parts) -> Caller<'_> {
    Caller {
        origin: header(parts, "origin"),
        headers: header(parts, "access-control-request-headers"),
        private_network: header(parts, "access-control-request-private-network") == Some("true"),
    }
}

/// What the page shows of a request.
fn event(parts: &Parts, status: Option<u16>, begun: Instant) -> Event {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let short = |text: &str| text.chars().take(SHOWN).collect::<String>();
    let (method, path) = (short(parts.method.as_str()), short(parts.uri.path()));
    Event { method, path, status, ms }
}

/// As many characters of a method or path are shown.
const SHOWN: usize = 200;

fn response(reply: Reply, goes_on: bool) -> hyper::Response<ResponseBody> {
    let Reply { response: planned, delivery } = reply;
    let length = planned.body.len();
    // An answer without a body can't break off in it.
    let truncated = matches!(delivery, Delivery::Truncated) && length > 0;
    let body = match delivery {
        Delivery::Stream(messages) => ResponseBody::Stream(messages),
        Delivery::Truncated if truncated => ResponseBody::broken(planned.body.slice(..length / 2)),
        Delivery::Truncated | Delivery::Whole => ResponseBody::whole(planned.body),
    };
    let mut response = hyper::Response::new(body);
    // Statuses are ours and in range; if one were not, the fault is the server's.
    *response.status_mut() =
        StatusCode::from_u16(planned.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = planned.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in planned.headers {
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
