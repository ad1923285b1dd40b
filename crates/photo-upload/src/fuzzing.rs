//! For the fuzz targets: the readers of answers, with what must hold of whatever they say.

use std::time::Duration;

use bytes::Bytes;

use crate::response::{self, Operation, Response, Verdict};
use crate::token;

/// The parts of an answer that the endpoint's side decides.
#[derive(Debug)]
pub struct Parts<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// `Date`.
    pub date: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body, as far as it came.
    pub body: &'a [u8],
    /// Whether it was cut off.
    pub cut_off: bool,
}

/// An answer of the photo endpoint: whatever it says, an error's text is one short line, and without a
/// success code no upload counts as done.
pub fn photo_answer(parts: &Parts<'_>) {
    let response = Response {
        status: parts.status,
        retry_after: parts.retry_after.map(str::to_owned),
        date: parts.date.map(str::to_owned),
        credits_remaining: None,
        content_type: parts.content_type.map(str::to_owned),
        body: Bytes::copy_from_slice(parts.body),
        cut_off: parts.cut_off.then(|| "it broke off".to_owned()),
    };
    let code = response::parse(parts.body).code;
    for operation in [Operation::Upload, Operation::Download, Operation::Delete] {
        match response::judge(operation, "a test", &response) {
            Verdict::Done { message } => {
                assert!((200..300).contains(&parts.status));
                assert!(message.is_none_or(|m| is_short_line(&m, 300)));
                let says_so = code.as_deref().is_some_and(|c| c.eq_ignore_ascii_case("SUCCESS"));
                assert!(says_so || (operation != Operation::Upload && !parts.cut_off));
            }
            Verdict::Failed(failure) => {
                assert_eq!(failure.status, Some(parts.status));
                assert!(is_short_line(&failure.to_string(), 800), "{failure}");
            }
        }
    }
}

/// An answer of the token endpoint: a token lasts no longer than a day, can be sent and isn't shown; a
/// refusal is one short line.
pub fn token_answer(status: u16, body: &[u8]) {
    match token::response::read(status, body) {
        Ok(grant) => {
            assert!(grant.lifetime <= Duration::from_secs(86_400));
            assert!(grant.token.header().is_some(), "a checked token");
            assert!(grant.token.api_domain().is_none_or(|d| is_short_line(d, 300)));
            let secret = grant.token.expose();
            // Shorter ones may be part of any word.
            if secret.len() > 30 && grant.token.api_domain().is_none() {
                assert!(!format!("{grant:?}").contains(secret));
            }
        }
        Err(denial) => {
            assert!(is_short_line(&denial.into_error(Duration::from_secs(60)).to_string(), 300));
        }
    }
}

fn is_short_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.contains(char::is_control)
}
