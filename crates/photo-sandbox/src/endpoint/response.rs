//! Answers before they become HTTP.

use bytes::Bytes;
use serde::Serialize;

use crate::error_code::Code;
use crate::fault::RetryHint;

/// One answer: status, content type, a few headers, body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// A refusal: a documented code, perhaps with a better message than the documented one and with the name of
/// the parameter that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    message: Option<&'static str>,
    param_name: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn because(code: Code, message: &'static str) -> Self {
        Refusal { code, message: Some(message), param_name: None }
    }

    /// A parameter of the query is missing or wrong.
    pub(crate) fn parameter(name: &'static str, message: &'static str) -> Self {
        Refusal { code: Code::InvalidData, message: Some(message), param_name: Some(name) }
    }

    /// The answer in the words of this version of the API.
    pub(crate) fn response(self, version: u8) -> Response {
        let details = Details { param_name: self.param_name, ..Details::default() };
        Response::json(self.code.status(), &self.body(version, details))
    }

    fn body(self, version: u8, details: Details) -> ErrorBody {
        let message = self.message.unwrap_or_else(|| self.code.message_in(version));
        ErrorBody { code: self.code.wire(), details, message, status: "error" }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Refusal { code, message: None, param_name: None }
    }
}

impl Response {
    /// A JSON answer. Serializing these plain structs can't fail; were it to, the body would be empty.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Response { status, content_type: Some(JSON), headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn success(message: &'static str) -> Self {
        Response::json(
            200,
            &SuccessBody { message, details: Details::default(), status: "success", code: "SUCCESS" },
        )
    }

    /// An answer with a body of this type, or without one.
    pub(crate) fn raw(status: u16, content_type: Option<&'static str>, body: Bytes) -> Self {
        Response { status, content_type, headers: Vec::new(), body }
    }

    pub(crate) fn too_many_requests(hint: RetryHint) -> Self {
        let refusal = Refusal::from(Code::TooManyRequests);
        let retry_after = match hint {
            RetryHint::Details(seconds) => Some(seconds),
            RetryHint::None | RetryHint::Header(_) => None,
        };
        let details = Details { retry_after, ..Details::default() };
        let mut answer = Response::json(refusal.code.status(), &refusal.body(OLDEST, details));
        if let RetryHint::Header(seconds) = hint {
            answer.headers.push(("retry-after", seconds.to_string()));
        }
        answer
    }

    /// The refusal as an only element of `{"data":[…]}`.
    pub(crate) fn wrapped(code: Code, version: u8) -> Self {
        let data = [Refusal::from(code).body(version, Details::default())];
        Response::json(code.status(), &WrappedBody { data: &data })
    }

    pub(crate) fn bad_gateway() -> Self {
        Response::raw(502, Some("text/html"), Bytes::from_static(BAD_GATEWAY))
    }
}

/// The order of the fields is the order of the documentation's samples.
#[derive(Serialize)]
struct SuccessBody {
    message: &'static str,
    details: Details,
    status: &'static str,
    code: &'static str,
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    details: Details,
    message: &'static str,
    status: &'static str,
}

#[derive(Serialize)]
struct WrappedBody<'a> {
    data: &'a [ErrorBody],
}

#[derive(Default, Serialize)]
struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    param_name: Option<&'static str>,
}

/// The version whose words are used where a path names none.
pub(crate) const OLDEST: u8 = 2;
const JSON: &str = "application/json;charset=utf-8";
const BAD_GATEWAY: &[u8] = b"<html><head><title>502 Bad Gateway</title></head>\
<body><h1>502 Bad Gateway</h1><p>The sandbox plays a gateway in trouble.</p></body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &Response) -> &str {
        std::str::from_utf8(&answer.body).unwrap()
    }

    #[test]
    fn bodies_are_the_documented_ones() {
        let success = Response::success("photo uploaded successfully");
        assert_eq!(
            text(&success),
            r#"{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}"#
        );
        let refusal = Refusal::from(Code::InvalidFileType).response(2);
        assert_eq!(refusal.status, 415);
        assert_eq!(
            text(&refusal),
            r#"{"code":"INVALID_DATA","details":{},"message":"invalid file type","status":"error"}"#
        );
        assert!(
            text(&Response::wrapped(Code::RecordLocked, 2))
                .starts_with(r#"{"data":[{"code":"RECORD_LOCKED""#)
        );
    }

    #[test]
    fn hints_are_where_they_should_be() {
        let header = Response::too_many_requests(RetryHint::Header(3));
        assert_eq!(header.headers, [("retry-after", "3".to_owned())]);
        let details = Response::too_many_requests(RetryHint::Details(4));
        assert!(text(&details).contains(r#""details":{"retry_after":4}"#) && details.headers.is_empty());
        let none = Response::too_many_requests(RetryHint::None);
        assert!(text(&none).contains(r#""details":{}"#) && none.headers.is_empty());
    }
}
