//! Reading the token endpoint's answers. Errors come with any status, 200 included, so `access_token`
//! decides.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;

use super::AccessToken;
use crate::error::TokenError;
use crate::redact;

/// A new access token.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) token: AccessToken,
    pub(crate) lifetime: Duration,
    /// Given for a grant code, if it is one that can be sent.
    pub(crate) refresh_token: Option<SecretString>,
}

/// Why there is none. `secrets` never appear in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Refused for good.
    Denied(String),
    /// Asked too often.
    Throttled,
    /// Not an answer of the token endpoint, or its own trouble.
    Temporary(String),
}

/// Takes a secret that was sent with the request out of what came back.
pub(super) fn without(response: Result<Grant, Denial>, secret: &str) -> Result<Grant, Denial> {
    let clean = |text| redact::redact(text, secret);
    match response {
        Ok(grant) => Ok(Grant { token: grant.token.map_api_domain(clean), ..grant }),
        Err(Denial::Denied(error)) => Err(Denial::Denied(clean(error))),
        Err(Denial::Temporary(cause)) => Err(Denial::Temporary(clean(cause))),
        Err(Denial::Throttled) => Err(Denial::Throttled),
    }
}

impl Denial {
    pub(crate) fn into_error(self, cool_down: Duration) -> TokenError {
        match self {
            Self::Denied(error) => TokenError::Denied { error },
            Self::Throttled => TokenError::Throttled { retry_after: cool_down },
            Self::Temporary(cause) => TokenError::Temporary { cause },
        }
    }
}

pub(crate) fn read(status: u16, body: &[u8]) -> Result<Grant, Denial> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Err(without_json(status));
    };
    let text_of =
        |name: &str| value.get(name).and_then(Value::as_str).map(str::trim).filter(|s| !s.is_empty());
    if let Some(secret) = text_of("access_token") {
        let token = AccessToken::new(secret)
            .map_err(|_| Denial::Temporary("its answer holds an access token that cannot be one".into()))?;
        let token = match text_of("api_domain") {
            // It is shown where the token is not.
            Some(domain) => token.with_api_domain(redact::redact(redact::one_line(domain, 300), secret)),
            None => token,
        };
        let refresh_token = text_of("refresh_token").and_then(|text| AccessToken::new(text).ok());
        let refresh_token = refresh_token.map(|token| SecretString::from(token.expose()));
        return Ok(Grant { token, lifetime: lifetime(&value), refresh_token });
    }
    Err(match text_of("error") {
        Some(error) => denial(status, error, text_of("error_description").unwrap_or_default()),
        None => without_json(status),
    })
}

fn denial(status: u16, error: &str, description: &str) -> Denial {
    let folded = error.to_ascii_lowercase().replace([' ', '-'], "_");
    let throttled = status == 429
        || description.to_ascii_lowercase().contains("too many requests")
        // What the service says when it throttles; with another description it is a plain refusal.
        || (folded == "access_denied" && description.is_empty());
    if throttled {
        return Denial::Throttled;
    }
    let shown = redact::one_line(error, 80);
    match folded.as_str() {
        "general_error" | "server_error" | "internal_error" | "temporarily_unavailable" => {
            Denial::Temporary(shown)
        }
        _ if status >= 500 => Denial::Temporary(shown),
        _ => Denial::Denied(shown),
    }
}

fn without_json(status: u16) -> Denial {
    match status {
        429 => Denial::Throttled,
        // Includes 200: a login page of some network in between, say.
        200..=399 | 408 | 425 | 500.. => {
            Denial::Temporary(format!("HTTP {status} without a token or an error code"))
        }
        _ => Denial::Denied(format!("HTTP {status} without an error code")),
    }
}

/// `expires_in` is in seconds, except where `expires_in_sec` is there too: then that is, and the former in
/// milliseconds.
fn lifetime(value: &Value) -> Duration {
    let number = |name: &str| {
        let field = value.get(name)?;
        field.as_f64().or_else(|| field.as_str()?.trim().parse().ok()).filter(|n: &f64| n.is_finite())
    };
    let seconds = number("expires_in_sec").or_else(|| number("expires_in")).unwrap_or(DEFAULT_SECONDS);
    Duration::from_secs_f64(seconds.clamp(0.0, MOST_SECONDS))
}

/// What the vendor documents where the answer does not tell.
const DEFAULT_SECONDS: f64 = 3600.0;
/// No token is trusted for longer than a day without asking again.
const MOST_SECONDS: f64 = 86_400.0;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    #[test]
    fn grants() {
        let cases = [
            (r#"{"access_token":"1000.a","expires_in":3600}"#, 3600),
            (r#"{"access_token":"1000.a"}"#, 3600),
            (r#"{"access_token":"1000.a","expires_in":"1800"}"#, 1800),
            (r#"{"access_token":"1000.a","expires_in":3600000,"expires_in_sec":3600}"#, 3600),
            (r#"{"access_token":"1000.a","expires_in":1e18}"#, 86_400),
            (r#"{"access_token":"1000.a","expires_in":-5}"#, 0),
            (r#"{"access_token":"1000.a","expires_in":null}"#, 3600),
        ];
        for (body, seconds) in cases {
            for status in [200, 201, 400] {
                let grant = read(status, body.as_bytes()).expect("a grant");
                assert_eq!(grant.lifetime, Duration::from_secs(seconds), "{body}");
            }
        }
        let body =
            r#"{"access_token":"1000.a","api_domain":"https://www.zohoapis.eu","token_type":"Bearer"}"#;
        assert_eq!(
            read(200, body.as_bytes()).expect("a grant").token.api_domain(),
            Some("https://www.zohoapis.eu")
        );
    }

    #[test]
    fn refresh_tokens() {
        for (field, want) in [
            (r#""1000.r""#, Some("1000.r")),
            (r#"" 1000.r ""#, Some("1000.r")),
            ("7", None),
            (r#""a b""#, None),
            (r#""""#, None),
        ] {
            let body = format!(r#"{{"access_token":"1000.a","refresh_token":{field}}}"#);
            let grant = read(200, body.as_bytes()).expect("a grant");
            assert!(!format!("{grant:?}").contains("1000.r"));
            let found = grant.refresh_token.map(|token| token.expose_secret().to_owned());
            assert_eq!(found.as_deref(), want, "{field}");
        }
    }

    /// Found by fuzzing: an api-domain full of parts of the token, each of which became a longer
    /// "[redacted]".
    #[test]
    fn an_api_domain_stays_short_and_without_the_token() {
        let token = "1000.abcdefgh.ijklmnop";
        let domain = "https://abcdefgh-".repeat(40);
        let body = format!(r#"{{"access_token":"{token}","api_domain":"{domain}"}}"#);
        let grant = read(200, body.as_bytes()).expect("a grant");
        let shown = grant.token.api_domain().expect("a domain");
        assert!(shown.chars().count() <= 300 && !shown.contains("abcdefgh"), "{shown}");
    }

    #[test]
    fn denials() {
        let denied = |s: &str| Denial::Denied(s.to_owned());
        let many = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;
        let cases = [
            (200, r#"{"error":"invalid_code"}"#, denied("invalid_code")),
            (200, r#"{"error":"invalid_client"}"#, denied("invalid_client")),
            (400, r#"{"error":"invalid_grant"}"#, denied("invalid_grant")),
            (200, many, Denial::Throttled),
            (400, many, Denial::Throttled),
            (200, r#"{"error":"access_denied","error_description":"user said no"}"#, denied("access_denied")),
            (429, "", Denial::Throttled),
            (200, r#"{"error":"general_error"}"#, Denial::Temporary("general_error".into())),
            (401, "<html>", denied("HTTP 401 without an error code")),
        ];
        for (status, body, want) in cases {
            assert_eq!(read(status, body.as_bytes()).expect_err("no grant"), want, "{status} {body}");
        }
        for (status, body) in [
            (200, ""),
            (200, "<html>log in</html>"),
            (502, ""),
            (200, "{}"),
            (200, r#"{"access_token":"a b"}"#),
        ] {
            let denial = read(status, body.as_bytes()).expect_err("no grant");
            assert!(matches!(denial, Denial::Temporary(_)), "{status} {body}: {denial:?}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_survived(status in 100_u16..1000, body in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(status, &body).is_err());
        }
    }
}
