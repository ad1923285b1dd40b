//! For the fuzz targets: the readers of forms and of requests without a picture, with what must hold of
//! whatever they say.

use crate::Config;
use crate::endpoint::authorize::{Consent, Request};
use crate::endpoint::cors::{self, Caller};
use crate::endpoint::multipart::{self, Parts};
use crate::endpoint::response::Response;
use crate::endpoint::route::{PagePath, Route, route};
use crate::endpoint::{checks, consent_page, disposition, loopback, oauth};
use crate::state::Shared;

/// Any body under any content type: parts lie in the body one after the other, and all readers of forms
/// agree.
pub fn form(content_type: &str, body: &[u8]) {
    let offset = |data: &[u8]| data.as_ptr().addr() - body.as_ptr().addr();
    let mut first = None;
    let mut end = 0;
    if let Ok(parts) = Parts::new(content_type, body) {
        for part in parts.map_while(Result::ok) {
            // Every part has a header before its data.
            let start = offset(part.data);
            assert!(end < start && start + part.data.len() <= body.len());
            end = start + part.data.len();
            assert_eq!(part.complete, end < body.len());
            if part.name == "file" && first.is_none() {
                first = Some(part);
            }
        }
    }
    if let Ok(found) = multipart::find(content_type, body, "file") {
        assert_eq!(found, first);
    }
    for version in [2, 8] {
        if let Ok(accepted) = checks::upload(content_type, body, true, version, &Config::default()) {
            assert_eq!(Some(accepted.data), first.as_ref().map(|part| part.data));
        }
    }
    let _ = oauth::Parameters::read("", content_type, body);
}

/// Any content and names come back as they were sent.
pub fn form_of(name: &str, filename: &str, data: &[u8]) {
    const BOUNDARY: &str = "a7f3c9d1e5b80246";
    // Quotes need escaping, and a backslash before one can't be told from an escape; lines end a header.
    let plain = |text: &str| !text.contains(['"', '\\', '\r', '\n']) && text.len() < 4096;
    if !plain(name) || !plain(filename) || data.windows(16).any(|w| w == BOUNDARY.as_bytes()) {
        return;
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\r\n"
    );
    let body = [head.as_bytes(), data, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let part = multipart::find(&content_type, &body, name).expect("well-formed").expect("it is there");
    assert_eq!((&*part.name, part.filename.as_deref()), (name, Some(filename)));
    assert!(part.complete && part.data == data);
}

/// Any request that takes no picture, with this target, origin, `Authorization` and body: grants go to this
/// machine only, nothing echoed becomes a header or markup, and only pages that may call get an answer that
/// they may read.
pub fn request(method: &str, target: &str, origin: &str, authorization: &str, body: &[u8]) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let consents =
        [false, true].map(|auto| Config::default().auto_consent(auto).origin("https://crm.example.com"));
    for config in consents {
        let shared = Shared::new("http://127.0.0.1:1".to_owned(), config);
        let route = route(path);
        match route {
            Route::Authorize { refresh } => {
                let request = Request::read(query);
                for said in [None, Some(Consent::read(body))] {
                    granted(&shared.authorize(&request, refresh, said));
                }
                let page = consent_page::page(&request).body;
                assert!(!page.windows(7).any(|text| text == b"<script"));
            }
            Route::Settings(path) => well_formed(&shared.settings(method, path, Some(authorization), query)),
            Route::Token => well_formed(&shared.grant(&oauth::Parameters::read(query, "", body))),
            Route::Page(PagePath::Photo { module, record }) => {
                assert!(shared.lock().store.get(module, record).is_none());
            }
            Route::Photo(_) | Route::Page(_) | Route::Unknown => {}
        }
        let caller = Caller { origin: Some(origin), headers: Some(authorization), private_network: true };
        let headers = cors::headers(caller, &shared.lock().config);
        let may_read = headers.iter().any(|(name, _)| *name == "access-control-allow-origin");
        assert_eq!(may_read, loopback::is_local(origin) || origin == "https://crm.example.com");
        for (_, value) in cors::preflight(caller, &route).into_iter().flatten() {
            assert!(is_plain(&value));
        }
    }
    assert!(is_plain(&disposition::attachment(target, "png")));
}

/// The answer to somebody who wants a grant: a page, a refusal, or a redirect to this machine.
fn granted(response: &Response) {
    let location = response.headers.iter().find(|(name, _)| *name == "location");
    assert_eq!(location.is_some(), response.status == 302);
    if let Some((_, url)) = location {
        assert!(loopback::is_local(url.split('#').next().unwrap_or_default()) && is_plain(url));
    } else if response.status != 200 {
        well_formed(response);
    }
}

/// A JSON object, whatever it says.
fn well_formed(response: &Response) {
    let json: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert!(json.is_object() && (200..500).contains(&response.status));
}

/// Can stand in a header without ending it.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| (0x20..0x7F).contains(&byte))
}
