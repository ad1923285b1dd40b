//! Reading the endpoint's answers: pure functions from status, headers and bytes to a verdict.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::Value;

use crate::error::Failure;
use crate::error_code::{Class, ErrorCode, class_of_status};
use crate::redact;

/// What came back over the wire, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) credits_remaining: Option<u64>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
    /// Why the body ends before its end, if it does: cut off, too long, too slow.
    pub(crate) cut_off: Option<String>,
}

/// Which of the three requests it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Upload,
    Download,
    Delete,
}

/// What an answer means.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Done, with the answer's own message if it had one.
    Done { message: Option<String> },
    /// Not done. Attempts and elapsed time are still to be filled in.
    Failed(Box<Failure>),
}

/// Decides what an answer means. A success code settles the matter even if the connection broke right after
/// it.
pub(crate) fn judge(operation: Operation, what: &str, response: &Response) -> Verdict {
    let success_status = (200..300).contains(&response.status);
    if success_status && response.cut_off.is_none() && is_plain_success(operation, response) {
        return Verdict::Done { message: None };
    }
    let parsed = parse(&response.body);
    match parsed.code.as_deref() {
        Some(code) if success_status && code.eq_ignore_ascii_case("SUCCESS") => {
            Verdict::Done { message: parsed.message }
        }
        _ => Verdict::Failed(Box::new(failure(what, response, parsed, success_status))),
    }
}

/// Downloads answer with the picture itself, or with 204 where there is none; deletions may answer with 204.
fn is_plain_success(operation: Operation, response: &Response) -> bool {
    match operation {
        Operation::Upload => false,
        Operation::Delete => response.status == 204,
        Operation::Download => response.status == 204 || (!response.body.is_empty() && !is_json(response)),
    }
}

fn is_json(response: &Response) -> bool {
    let declared = response.content_type.as_deref().is_some_and(|t| t.to_ascii_lowercase().contains("json"));
    declared || response.body.starts_with(b"{")
}

fn failure(what: &str, response: &Response, parsed: Parsed, success_status: bool) -> Failure {
    let status = response.status;
    let code = parsed.code.map(|code| ErrorCode::from_response(&code, status));
    let class = match &code {
        // A success status with an error that nobody documented says too little to give up on.
        Some(code) => code.class(status),
        None if success_status => Class::Temporary,
        None => class_of_status(status),
    };
    // Without a code the endpoint itself may not have spoken: a gateway in front of it may have lost the
    // answer to a request that was carried out.
    let gateway = code.is_none() && (500..600).contains(&status) && status != 503;
    let rate_limited =
        status == 429 || matches!(code, Some(ErrorCode::TooManyRequests | ErrorCode::RateLimitExceeded));
    Failure {
        what: what.to_owned(),
        status: Some(status),
        ambiguous: (success_status && code.is_none()) || gateway,
        code,
        message: parsed.message,
        class,
        body_start: redact::body_start(&response.body, BODY_START),
        cause: response.cut_off.clone(),
        attempts: 0,
        elapsed: Duration::ZERO,
        retry_after: header_hint(response, SystemTime::now()).or(parsed.retry_after),
        rate_limited,
        credits_remaining: response.credits_remaining,
    }
}

/// The endpoint's answer object, as far as it is there.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) retry_after: Option<Duration>,
}

/// Takes the first JSON value of a body (whatever follows it), unwraps `{"data":[…]}` and reads the known
/// fields. Anything else gives an empty result.
pub(crate) fn parse(body: &[u8]) -> Parsed {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let first = serde_json::Deserializer::from_slice(body).into_iter::<Value>().next();
    let Some(Ok(mut value)) = first else {
        return Parsed::default();
    };
    // Twice is enough for `{"data":[{…}]}`; nothing deeper is documented.
    for _ in 0..2 {
        value = match value {
            Value::Array(items) => items.into_iter().next().unwrap_or_default(),
            Value::Object(mut fields) if !fields.contains_key("code") => match fields.remove("data") {
                Some(inner) => inner,
                None => Value::Object(fields),
            },
            other => other,
        };
    }
    let text_of = |name: &str| value.get(name).and_then(Value::as_str).filter(|s| !s.trim().is_empty());
    Parsed {
        code: text_of("code").map(str::to_owned),
        message: text_of("message").map(|m| redact::one_line(m, MOST_MESSAGE)),
        retry_after: value.get("details").and_then(|d| d.get("retry_after")).and_then(seconds),
    }
}

/// A number of seconds, as a number or as text. Negative, endless and absurd ones are no hint.
fn seconds(value: &Value) -> Option<Duration> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=MOST_HINT_SECONDS).contains(&number).then(|| Duration::from_secs_f64(number))
}

/// `Retry-After` as seconds or as a date. A date counts from the answer's own `Date`, so that clocks need not
/// agree.
fn header_hint(response: &Response, now: SystemTime) -> Option<Duration> {
    retry_hint(response.retry_after.as_deref()?, response.date.as_deref(), now)
}

/// [`header_hint`] for the values of the two headers.
pub(crate) fn retry_hint(retry_after: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = retry_after.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (0.0..=MOST_HINT_SECONDS).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let from = date.and_then(|d| httpdate::parse_http_date(d.trim()).ok()).unwrap_or(now);
    // A date that has passed means: now.
    Some(until.duration_since(from).unwrap_or_default())
}

/// Most characters of a body that an error quotes.
const BODY_START: usize = 200;
/// Most characters of the endpoint's message that an error quotes.
const MOST_MESSAGE: usize = 300;
/// A hint of more than 30 days is no hint.
const MOST_HINT_SECONDS: f64 = 30.0 * 86_400.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_code::Scope;
    use proptest::prelude::*;

    fn response(status: u16, body: &str) -> Response {
        Response { status, body: Bytes::copy_from_slice(body.as_bytes()), ..Response::default() }
    }

    const SUCCESS: &str =
        r#"{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}"#;

    #[test]
    fn bodies() {
        let some = |s: &str| Some(s.to_owned());
        let cases = [
            (SUCCESS, some("SUCCESS"), some("photo uploaded successfully"), None),
            (
                r#"{"code":"INVALID_DATA","message":"bad id","status":"error"}"#,
                some("INVALID_DATA"),
                some("bad id"),
                None,
            ),
            (r#"{"data":[{"code":"RECORD_LOCKED","message":"x"}]}"#, some("RECORD_LOCKED"), some("x"), None),
            (r#"[{"code":"A"}]"#, some("A"), None, None),
            (r#"{"data":{"code":"A"}}"#, some("A"), None, None),
            ("\u{feff}{\"code\":\"A\"}", some("A"), None, None),
            (r#"  {"code":"A"} trailing rubbish"#, some("A"), None, None),
            (r#"{"code":"A","details":{"retry_after":3}}"#, some("A"), None, Some(3.0)),
            (r#"{"code":"A","details":{"retry_after":"1.5"}}"#, some("A"), None, Some(1.5)),
            (r#"{"code":"A","details":{"retry_after":-1}}"#, some("A"), None, None),
            (r#"{"code":"A","details":{"retry_after":1e300}}"#, some("A"), None, None),
            (r#"{"code":"A","details":[]}"#, some("A"), None, None),
            (r#"{"code":7}"#, None, None, None),
            (r#"{"code":"SUCC"#, None, None, None),
            (r#"{"data":[]}"#, None, None, None),
            ("<html>502</html>", None, None, None),
            ("", None, None, None),
            ("null", None, None, None),
        ];
        for (body, code, message, wait) in cases {
            let want = Parsed { code, message, retry_after: wait.map(Duration::from_secs_f64) };
            assert_eq!(parse(body.as_bytes()), want, "{body}");
        }
        assert_eq!(parse("[".repeat(100_000).as_bytes()), Parsed::default());
    }

    #[test]
    fn verdicts_on_uploads() {
        let permanent = |scope| Class::Permanent { scope };
        let cases = [
            (400, r#"{"code":"INVALID_DATA"}"#, permanent(Scope::Record), false),
            (415, r#"{"code":"INVALID_DATA"}"#, permanent(Scope::File), false),
            (401, r#"{"code":"INVALID_TOKEN"}"#, Class::Token, false),
            (401, "", Class::Token, false),
            (500, r#"{"code":"INTERNAL_ERROR"}"#, Class::Temporary, false),
            (502, "<html>bad gateway</html>", Class::Temporary, true),
            (503, "", Class::Temporary, false),
            (200, "", Class::Temporary, true),
            (200, "<html>log in</html>", Class::Temporary, true),
            (200, r#"{"code":"SUCC"#, Class::Temporary, true),
            (200, r#"{"code":"INTERNAL_ERROR"}"#, Class::Temporary, false),
            (204, "", Class::Temporary, true),
            (302, "", permanent(Scope::Batch), false),
            (400, SUCCESS, permanent(Scope::Record), false),
        ];
        for (status, body, class, ambiguous) in cases {
            let Verdict::Failed(failure) = judge(Operation::Upload, "x", &response(status, body)) else {
                panic!("{status} {body} is no success");
            };
            assert_eq!((failure.class, failure.ambiguous), (class, ambiguous), "{status} {body}");
        }
    }

    #[test]
    fn successes() {
        let cut = Response { cut_off: Some("reset".into()), ..response(200, SUCCESS) };
        let picture = Response { content_type: Some("image/png".into()), ..response(200, "\u{89}PNG") };
        let cases = [
            (Operation::Upload, response(200, SUCCESS), true),
            (Operation::Upload, response(201, &format!("{SUCCESS}{}", " ".repeat(70_000))), true),
            (Operation::Upload, cut, true),
            (Operation::Delete, response(200, SUCCESS), true),
            (Operation::Delete, response(204, ""), true),
            (Operation::Delete, response(200, ""), false),
            (Operation::Download, response(204, ""), true),
            (Operation::Download, picture.clone(), true),
            (Operation::Download, Response { cut_off: Some("reset".into()), ..picture }, false),
            (Operation::Download, response(200, r#"{"code":"INTERNAL_ERROR"}"#), false),
            (Operation::Download, response(200, ""), false),
        ];
        for (operation, response, good) in cases {
            let done = matches!(judge(operation, "x", &response), Verdict::Done { .. });
            assert_eq!(done, good, "{operation:?} {response:?}");
        }
    }

    #[test]
    fn hints_come_from_the_header_first() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let cases = [
            (Some("7"), None, Some(7)),
            (Some(" 0 "), None, Some(0)),
            (Some("-3"), None, None),
            (Some("soon"), None, None),
            (Some("NaN"), None, None),
            (Some("Sun, 09 Sep 2001 01:46:50 GMT"), None, Some(10)),
            (Some("Sun, 09 Sep 2001 01:46:50 GMT"), Some("Sun, 09 Sep 2001 01:46:30 GMT"), Some(20)),
            (Some("Sun, 09 Sep 2001 01:46:00 GMT"), None, Some(0)),
            (None, None, None),
        ];
        for (value, date, want) in cases {
            let response = Response {
                retry_after: value.map(str::to_owned),
                date: date.map(str::to_owned),
                ..response(429, "")
            };
            assert_eq!(header_hint(&response, now), want.map(Duration::from_secs), "{value:?} {date:?}");
        }
        let body = r#"{"code":"TOO_MANY_REQUESTS","details":{"retry_after":9}}"#;
        for (header, want) in [(Some("2".to_owned()), 2), (None, 9)] {
            let response = Response { retry_after: header, ..response(429, body) };
            let Verdict::Failed(failure) = judge(Operation::Upload, "x", &response) else {
                panic!("429 is no success")
            };
            assert_eq!(failure.retry_after, Some(Duration::from_secs(want)));
            assert!(failure.rate_limited);
        }
    }

    proptest! {
        #[test]
        fn no_body_panics_and_garbage_is_no_success(body in prop::collection::vec(any::<u8>(), 0..300), status in 100_u16..600) {
            let response = Response { status, body: body.into(), ..Response::default() };
            prop_assert!(matches!(judge(Operation::Upload, "x", &response), Verdict::Failed(_)));
        }

        #[test]
        fn a_cut_success_is_never_taken_for_one(cut in 0_usize..SUCCESS.len()) {
            let response = response(200, SUCCESS.get(..cut).unwrap_or_default());
            prop_assert!(matches!(judge(Operation::Upload, "x", &response), Verdict::Failed(_)));
        }
    }
}
