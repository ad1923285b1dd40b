//! Any request for a grant, settings, a token or the page: five lines (method, target, origin, authorization,
//! body).
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(5, |&byte| byte == b'\n');
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (method, target, origin, authorization) = (text(), text(), text(), text());
    photo_sandbox::fuzzing::request(
        &method,
        &target,
        &origin,
        &authorization,
        parts.next().unwrap_or_default(),
    );
});
