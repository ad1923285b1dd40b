//! Any form: a line with the content type, then the body; and the same bytes as content of a well-formed one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_sandbox::fuzzing::{form, form_of};

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else { return };
    let (Ok(content_type), body) = (std::str::from_utf8(&bytes[..end]), &bytes[end + 1..]) else { return };
    form(content_type, body);
    let (name, filename) = content_type.split_once(';').unwrap_or((content_type, ""));
    form_of(name, filename, body);
});
