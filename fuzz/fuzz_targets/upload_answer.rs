//! Any answer of the photo or token endpoint: five lines of status (and ` cut`), three headers, then the
//! body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_upload::fuzzing::{Parts, photo_answer, token_answer};

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(5, |&byte| byte == b'\n');
    let mut line = || std::str::from_utf8(lines.next()?).ok();
    let (Some(first), Some(retry_after), Some(date), Some(content_type)) = (line(), line(), line(), line())
    else {
        return;
    };
    let body = lines.next().unwrap_or_default();
    let (status, cut_off) = first.strip_suffix(" cut").map_or((first, false), |status| (status, true));
    let Ok(status) = status.parse() else { return };
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    photo_answer(&Parts {
        status,
        retry_after: given(retry_after),
        date: given(date),
        content_type: given(content_type),
        body,
        cut_off,
    });
    token_answer(status, body);
});
