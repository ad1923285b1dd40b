//! For the fuzz targets: the reader of multipart forms, with what must hold of whatever it says.

use crate::Config;
use crate::endpoint::multipart::{self, Parts};
use crate::endpoint::{checks, oauth};

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
