//! The page for people, and what belongs to it. Nothing here is part of the endpoint.

use bytes::Bytes;
use hyper::Method;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::reply::{Delivery, Reply, header};
use crate::endpoint::html::escaped;
use crate::endpoint::loopback;
use crate::endpoint::modules;
use crate::endpoint::response::{OLDEST, Refusal, Response};
use crate::endpoint::route::PagePath;
use crate::error_code::Code;
use crate::state::Shared;

/// Handles a request for the page.
pub(crate) fn handle(shared: &Shared, parts: &Parts, path: PagePath<'_>) -> Reply {
    if parts.method != Method::GET {
        shared.lock().refuse(Code::InvalidRequestMethod);
        return Refusal::from(Code::InvalidRequestMethod).response(OLDEST).into();
    }
    // A name that was made to point to this machine doesn't make somebody else's page one of ours.
    if header(parts, "host").is_some_and(|host| !loopback::is_loopback(host)) {
        return text(403, "text/plain; charset=utf-8", "this page is for the browser on this machine\n")
            .into();
    }
    let response = match path {
        PagePath::Index => text(200, HTML, index(shared)),
        PagePath::Style => text(200, "text/css; charset=utf-8", include_str!("../page/page.css")),
        PagePath::Script => text(200, SCRIPT, include_str!("../page/page.js")),
        PagePath::Redirect => text(200, HTML, include_str!("../page/redirect.html")),
        PagePath::RedirectScript => text(200, SCRIPT, include_str!("../page/redirect.js")),
        PagePath::Stats => Response::json(200, &shared.lock().stats),
        PagePath::Photos => Response::json(200, &photos(shared)),
        PagePath::Photo { module, record } => photo(shared, module, record),
        PagePath::Events => {
            let mut response = Response::raw(200, Some("text/event-stream"), Bytes::new());
            response.headers.extend(COMMON.map(|(name, value)| (name, value.to_owned())));
            return Reply { response, delivery: Delivery::Stream(shared.lock().events.listen()) };
        }
    };
    with_common_headers(response).into()
}

fn text(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    Response::raw(status, Some(content_type), body.into())
}

fn with_common_headers(mut response: Response) -> Response {
    response.headers.extend(COMMON.map(|(name, value)| (name, value.to_owned())));
    response
}

/// The page itself, with this sandbox's address, token and modules.
fn index(shared: &Shared) -> String {
    let token = shared.token();
    let options: String = {
        let state = shared.lock();
        let version = state.config.version(OLDEST);
        let with_photos = modules::all(&state.config)
            .into_iter()
            .filter(|name| modules::check(name, version, &state.config).is_ok());
        let option = |name: &str| match name {
            // The module of the endpoint's samples.
            "Leads" => "<option selected>Leads</option>".to_owned(),
            name => format!("<option>{}</option>", escaped(name)),
        };
        with_photos.map(option).collect()
    };
    include_str!("../page/index.html")
        .replace("{{modules}}", &options)
        .replace("{{url}}", &escaped(&shared.url))
        .replace("{{token}}", &escaped(&token))
}

/// What is stored, newest first.
fn photos(shared: &Shared) -> Value {
    let newest = shared.lock().store.newest(MOST_PHOTOS);
    let list: Vec<Value> = newest
        .into_iter()
        .map(|(module, record, photo)| {
            json!({
                "module": module,
                "record": record,
                "filename": photo.filename,
                "content_type": photo.content_type,
                "bytes": photo.bytes.len(),
                "restrict_triggers": photo.restrict_triggers,
            })
        })
        .collect();
    json!({ "photos": list })
}

fn photo(shared: &Shared, module: &str, record: &str) -> Response {
    match shared.lock().store.get(module, record) {
        Some(photo) => Response::raw(200, Some(photo.content_type), photo.bytes),
        None => text(404, "text/plain; charset=utf-8", "no photo on this record\n"),
    }
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const MOST_PHOTOS: usize = 60;
const COMMON: [(&str, &str); 4] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
