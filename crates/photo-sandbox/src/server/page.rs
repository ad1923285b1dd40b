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
        PagePath::Style => text(200, CSS, include_str!("../page/page.css")),
        PagePath::Script => text(200, SCRIPT, include_str!("../page/page.js")),
        PagePath::PrepareStyle => text(200, CSS, include_str!("../page/prepare.css")),
        PagePath::PrepareScript => text(200, SCRIPT, include_str!("../page/prepare.js")),
        PagePath::Package(name) => package(shared, name),
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
    let with_package = shared.lock().config.web_package.is_some();
    let mut response = with_common_headers(response);
    if with_package && matches!(path, PagePath::Index | PagePath::Package(_)) {
        response.headers.retain(|(name, _)| *name != POLICY_NAME);
        response.headers.push((POLICY_NAME, POLICY_WITH_PACKAGE.to_owned()));
    }
    response.into()
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
    let (head, part) = match shared.lock().config.web_package {
        Some(_) => (PREPARE_HEAD, include_str!("../page/prepare.html")),
        None => ("", ""),
    };
    include_str!("../page/index.html")
        .replace("{{head}}", head)
        .replace("{{prepare}}", part)
        .replace("{{modules}}", &options)
        .replace("{{url}}", &escaped(&shared.url))
        .replace("{{token}}", &escaped(&token))
}

/// A file of the package; there is none where the sandbox has no package.
fn package(shared: &Shared, name: &str) -> Response {
    let file = shared.lock().config.web_package.as_ref().and_then(|package| package.file(name));
    match file {
        Some((content_type, content)) => text(200, content_type, content),
        None => text(404, "text/plain; charset=utf-8", "no such file of the package\n"),
    }
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
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// What the page needs besides to prepare pictures.
const PREPARE_HEAD: &str = "<link rel=\"stylesheet\" href=\"/sandbox/prepare.css\">\n\
                            <script src=\"/sandbox/prepare.js\" type=\"module\"></script>\n";
const MOST_PHOTOS: usize = 60;
const COMMON: [(&str, &str); 4] = [
    (POLICY_NAME, POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];
const POLICY_NAME: &str = "content-security-policy";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// With the package: WebAssembly is compiled, a worker runs it, and pictures that come from nowhere are shown.
const POLICY_WITH_PACKAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                                   img-src 'self' data: blob:; worker-src 'self'; connect-src 'self'; \
                                   base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
