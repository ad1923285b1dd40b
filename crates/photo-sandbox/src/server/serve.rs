//! One request: find out what it means, let it be handled, send the answer in the way it asks for.

use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Request, StatusCode};

use super::inbox::Inbox;
use super::reply::{Aborted, Delivery, Reply};
use super::response_body::ResponseBody;
use super::{photo, token};
use crate::endpoint::response::Refusal;
use crate::endpoint::route::{Route, route};
use crate::error_code::Code;
use crate::state::Shared;

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

fn response(reply: Reply, goes_on: bool) -> hyper::Response<ResponseBody> {
    let Reply { response: planned, delivery } = reply;
    let length = planned.body.len();
    // An answer without a body can't break off in it.
    let truncated = delivery == Delivery::Truncated && length > 0;
    let body = if truncated {
        ResponseBody::broken(planned.body.slice(..length / 2))
    } else {
        ResponseBody::whole(planned.body)
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
