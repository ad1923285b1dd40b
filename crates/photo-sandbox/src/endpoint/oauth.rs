//! The token endpoint's rules: parameters from wherever they stand, and what they deserve.

use serde::Serialize;

use super::multipart::Parts;
use super::response::Response;
use crate::config::{Config, Credentials, ExpiresIn};

/// The parameters of a token request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    client_id: String,
    client_secret: String,
    refresh_token: String,
    grant_type: String,
    code: String,
    redirect_uri: String,
}

/// What a well-formed request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grant<'a> {
    /// A new access token for this refresh token.
    Refresh(&'a str),
    /// The first access token, with a refresh token next to it, for this one-time code.
    Code { code: &'a str, client_id: &'a str, redirect_uri: &'a str },
}

impl Parameters {
    /// Reads parameters from the query and from an urlencoded or multipart body; the body wins.
    pub(crate) fn read(query: &str, content_type: &str, body: &[u8]) -> Self {
        let mut parameters = Parameters::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            parameters.set(&name, &value);
        }
        if let Ok(parts) = Parts::new(content_type, body) {
            for part in parts.map_while(Result::ok) {
                parameters.set(&part.name, &String::from_utf8_lossy(part.data));
            }
        } else {
            for (name, value) in form_urlencoded::parse(body) {
                parameters.set(&name, &value);
            }
        }
        parameters
    }

    fn set(&mut self, name: &str, value: &str) {
        let field = match name {
            "client_id" => &mut self.client_id,
            "client_secret" => &mut self.client_secret,
            "refresh_token" => &mut self.refresh_token,
            "grant_type" => &mut self.grant_type,
            "code" => &mut self.code,
            "redirect_uri" => &mut self.redirect_uri,
            _ => return,
        };
        value.trim().clone_into(field);
    }

    /// Checks the parameters; the error is the `error` of the answer.
    pub(crate) fn grant(&self, expected: Option<&Credentials>) -> Result<Grant<'_>, &'static str> {
        let fits = |given: &str, wanted: Option<&String>| {
            (1..=MAX_LENGTH).contains(&given.len()) && wanted.is_none_or(|wanted| wanted == given)
        };
        if !fits(&self.client_id, expected.map(|e| &e.client_id)) {
            return Err("invalid_client");
        }
        if !fits(&self.client_secret, expected.map(|e| &e.client_secret)) {
            return Err("invalid_client_secret");
        }
        match self.grant_type.as_str() {
            "refresh_token" if fits(&self.refresh_token, expected.map(|e| &e.refresh_token)) => {
                Ok(Grant::Refresh(&self.refresh_token))
            }
            "authorization_code" if fits(&self.code, None) => Ok(Grant::Code {
                code: &self.code,
                client_id: &self.client_id,
                redirect_uri: &self.redirect_uri,
            }),
            "refresh_token" | "authorization_code" => Err("invalid_code"),
            _ => Err("unsupported_grant_type"),
        }
    }
}

/// Longer parameters are wrong: they are remembered for the throttle.
const MAX_LENGTH: usize = 1024;

/// The answer with a new access token, and with the refresh token next to the first one.
pub(crate) fn granted(
    access_token: &str,
    refresh_token: Option<&str>,
    api_domain: &str,
    config: &Config,
) -> Response {
    let seconds = config.token_lifetime.as_secs();
    let (expires_in, expires_in_sec) = match config.expires_in {
        ExpiresIn::Seconds => (Some(seconds), None),
        ExpiresIn::Milliseconds => (Some(seconds.saturating_mul(1000)), Some(seconds)),
        ExpiresIn::Missing => (None, None),
    };
    Response::json(
        200,
        &TokenBody {
            access_token,
            refresh_token,
            api_domain,
            token_type: "Bearer",
            expires_in,
            expires_in_sec,
        },
    )
}

/// The answer to wrong parameters, which like the real one has status 200.
pub(crate) fn refused(error: &'static str) -> Response {
    Response::json(200, &RefusedBody { error_description: None, error, status: None })
}

/// The answer to one request too many.
pub(crate) fn throttled(status: u16) -> Response {
    let error_description =
        Some("You have made too many requests continuously. Please try again after some time.");
    Response::json(status, &RefusedBody { error_description, error: THROTTLED, status: Some("failure") })
}

/// The `error` of a throttled request.
pub(crate) const THROTTLED: &str = "Access Denied";

#[derive(Serialize)]
struct TokenBody<'a> {
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    api_domain: &'a str,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_sec: Option<u64>,
}

#[derive(Serialize)]
struct RefusedBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'static str>,
    error: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const URLENCODED: &str = "application/x-www-form-urlencoded";
    const FULL: &str = "refresh_token=r&client_id=i&client_secret=s&grant_type=refresh_token";

    fn multipart() -> String {
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let pairs = form_urlencoded::parse(FULL.as_bytes()).map(|(name, value)| part(&name, &value));
        format!("{}--b--\r\n", pairs.collect::<String>())
    }

    #[test]
    fn parameters_are_read_wherever_they_stand() {
        let expected = Parameters::read(FULL, "", b"");
        assert_eq!(expected.grant(None), Ok(Grant::Refresh("r")));
        assert_eq!(Parameters::read("", URLENCODED, FULL.as_bytes()), expected);
        assert_eq!(Parameters::read("", "", FULL.as_bytes()), expected);
        assert_eq!(Parameters::read("", "multipart/form-data; boundary=b", multipart().as_bytes()), expected);
        assert_eq!(Parameters::read("client_id=other", URLENCODED, FULL.as_bytes()), expected);
    }

    #[test]
    fn wrong_parameters_have_their_errors() {
        let wanted =
            Credentials { client_id: "i".into(), client_secret: "s".into(), refresh_token: "r".into() };
        let table = [
            (FULL.to_owned(), Ok(Grant::Refresh("r"))),
            (FULL.replace("client_id=i", "client_id=x"), Err("invalid_client")),
            (FULL.replace("client_id=i", ""), Err("invalid_client")),
            (FULL.replace("client_secret=s", "client_secret=x"), Err("invalid_client_secret")),
            (FULL.replace("refresh_token=r", "refresh_token=x"), Err("invalid_code")),
            (FULL.replace("grant_type=refresh_token", ""), Err("unsupported_grant_type")),
            (FULL.replace("grant_type=refresh_token", "grant_type=authorization_code"), Err("invalid_code")),
            (
                FULL.replace("grant_type=refresh_token", "grant_type=authorization_code&code=c"),
                Ok(Grant::Code { code: "c", client_id: "i", redirect_uri: "" }),
            ),
            (String::new(), Err("invalid_client")),
            (FULL.replace("client_id=i", &format!("client_id={}", "i".repeat(2000))), Err("invalid_client")),
        ];
        for (query, expected) in table {
            assert_eq!(Parameters::read(&query, "", b"").grant(Some(&wanted)), expected, "{query}");
        }
        let long = FULL.replace("refresh_token=r&", &format!("refresh_token={}&", "r".repeat(1025)));
        assert_eq!(Parameters::read(&long, "", b"").grant(None), Err("invalid_code"));
    }

    #[test]
    fn lifetimes_are_stated_in_three_ways() {
        let table = [
            (ExpiresIn::Seconds, r#""expires_in":3600}"#),
            (ExpiresIn::Milliseconds, r#""expires_in":3600000,"expires_in_sec":3600}"#),
            (ExpiresIn::Missing, r#""token_type":"Bearer"}"#),
        ];
        for (style, ending) in table {
            let answer = granted("t", None, "http://127.0.0.1:1", &Config::default().expires_in(style));
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert!(text.ends_with(ending) && !text.contains("refresh_token"), "{text}");
        }
    }
}
