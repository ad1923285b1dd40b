//! The first tokens, for a one-time grant code.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::AccessToken;
use super::refresh::{RefreshToken, RefreshTokenBuilder};
use super::response::{self, Grant};
use crate::endpoint::DataCenter;
use crate::error::{Error, TokenError};
use crate::http::{self, Http, MAX_RESPONSE_BYTES};
use crate::url_rules::{UrlText, secure_url};

/// A grant code, as a browser brought it or the developer console shows it, to be exchanged once for an
/// access token and a refresh token. It is good for a few minutes only.
///
/// Secrets travel in the request's body; redirects are not followed; nothing is tried again, since a code
/// may be used up by an attempt whose answer was lost.
///
/// ```no_run
/// # async fn first() -> Result<(), photo_upload::Error> {
/// use photo_upload::{AuthorizationCode, Client, DataCenter};
/// let granted = AuthorizationCode::new("1000.code.example")
///     .data_center(DataCenter::Eu)
///     .client_id("1000.EXAMPLE")
///     .client_secret("example")
///     .redirect_uri("https://example.com/callback")
///     .exchange()
///     .await?;
/// // Keep this somewhere safe: it is shown once.
/// let refresh_token = granted.refresh_token().unwrap_or_default();
/// # let _ = refresh_token;
/// let client = Client::builder()
///     .api_domain(granted.access_token().api_domain().unwrap_or("https://www.zohoapis.eu"))
///     .token_source(granted.into_refresh_token()?.build()?)
///     .build()?;
/// # let _ = client; Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthorizationCode {
    code: SecretString,
    token_url: UrlText,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: String,
    timeout: Duration,
    allow_plain_http: bool,
}

/// What a grant code was exchanged for. `Debug` shows no secret.
#[derive(Clone)]
pub struct GrantedTokens {
    access_token: AccessToken,
    lifetime: Duration,
    refresh_token: Option<SecretString>,
    /// With everything but the refresh token.
    renewal: RefreshTokenBuilder,
}

impl AuthorizationCode {
    /// Takes a code. Token URL (or data center), client id and client secret are needed as well.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: SecretString::from(code.into()),
            token_url: UrlText::default(),
            client_id: String::new(),
            client_secret: SecretString::default(),
            redirect_uri: String::new(),
            timeout: Duration::from_secs(30),
            allow_plain_http: false,
        }
    }

    /// The full URL, such as `https://accounts.zoho.com/oauth/v2/token`.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = UrlText(url.into());
        self
    }

    /// The token URL of a data center.
    pub fn data_center(self, dc: DataCenter) -> Self {
        self.token_url(dc.token_url())
    }

    /// The client id of the registered application.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = id.into();
        self
    }

    /// Its secret.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = SecretString::from(secret.into());
        self
    }

    /// The redirect URI with which the code was asked for. A code of the developer console has none.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = uri.into();
        self
    }

    /// How long the exchange may take; at most an hour. Default 30 s.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time.min(Duration::from_secs(3600));
        self
    }

    /// Allows a token URL with plain http to other machines. The secrets can then be read on the way. Default
    /// no.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Exchanges the code.
    ///
    /// # Errors
    /// [`Error::Config`] if something is missing or the URL is not allowed, when nothing was sent;
    /// [`Error::Token`] if the token endpoint refuses or can't be reached.
    pub async fn exchange(self) -> Result<GrantedTokens, Error> {
        let url = self.checked()?;
        let (status, body) = self.send(&url).await.map_err(|cause| TokenError::Temporary { cause })?;
        let mut answer = response::read(status, &body);
        for secret in [&self.client_secret, &self.code] {
            answer = response::without(answer, secret.expose_secret());
        }
        let Grant { token, lifetime } = answer.map_err(|denial| denial.into_error(COOL_DOWN))?;
        let mut renewal = RefreshToken::builder()
            .token_url(self.token_url.0)
            .client_id(self.client_id)
            .client_secret(self.client_secret.expose_secret())
            .timeout(self.timeout)
            .allow_plain_http(self.allow_plain_http);
        let refresh_token = refresh_token_in(&body);
        if let Some(token) = &refresh_token {
            renewal = renewal.refresh_token(token.expose_secret());
        }
        Ok(GrantedTokens { access_token: token, lifetime, refresh_token, renewal })
    }

    /// The token URL, if nothing is missing.
    fn checked(&self) -> Result<Url, Error> {
        let missing = [
            ("token URL", self.token_url.0.trim().is_empty()),
            ("client id", self.client_id.is_empty()),
            ("client secret", self.client_secret.expose_secret().is_empty()),
            ("code", self.code.expose_secret().is_empty()),
        ];
        if let Some((name, _)) = missing.iter().find(|(_, missing)| *missing) {
            return Err(Error::config(format!(
                "the {name} is missing: the exchange of a grant code needs it"
            )));
        }
        secure_url("token URL", &self.token_url.0, self.allow_plain_http)
    }

    /// Status and body of the answer, or why there is none.
    async fn send(&self, url: &Url) -> Result<(u16, Bytes), String> {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            ("code", self.code.expose_secret()),
        ];
        if !self.redirect_uri.is_empty() {
            parameters.push(("redirect_uri", &self.redirect_uri));
        }
        let deadline = Instant::now() + self.timeout;
        let http = Http::new(self.timeout).map_err(|error| error.to_string())?;
        let client = http.to(url).map_err(|error| error.to_string())?;
        let request = client.post(url.clone()).form(&parameters).send();
        let response = match timeout_at(deadline, request).await {
            Ok(sent) => sent.map_err(http::cause_of)?,
            Err(_) => return Err(format!("no answer within {} s", self.timeout.as_secs_f64())),
        };
        let answer = http::read_response(response, MAX_RESPONSE_BYTES, deadline).await;
        Ok((answer.status, answer.body))
    }
}

impl GrantedTokens {
    /// The first access token.
    pub fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    /// How long the access token is good for, as the token endpoint says.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The refresh token, to be kept somewhere safe. There is none where the code was asked for without
    /// `access_type=offline`.
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_ref().map(|token| token.expose_secret())
    }

    /// A [`RefreshToken`] to be built, with the same token URL and client.
    ///
    /// # Errors
    /// [`Error::Token`] if no refresh token came.
    pub fn into_refresh_token(self) -> Result<RefreshTokenBuilder, Error> {
        match self.refresh_token {
            Some(_) => Ok(self.renewal),
            None => Err(TokenError::CannotRenew.into()),
        }
    }
}

impl fmt::Debug for GrantedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrantedTokens").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// The refresh token in an answer, if it is one that can be sent.
fn refresh_token_in(body: &[u8]) -> Option<SecretString> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let token = value.get("refresh_token")?.as_str()?.trim();
    AccessToken::new(token).ok().map(|token| SecretString::from(token.expose()))
}

/// What is told where the token endpoint gives no time.
const COOL_DOWN: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> AuthorizationCode {
        AuthorizationCode::new("1000.hush-code")
            .token_url("http://127.0.0.1:1/oauth/v2/token")
            .client_id("id")
            .client_secret("hush-secret")
    }

    #[test]
    fn incomplete_or_unsafe_exchanges_are_refused() {
        let cases = [
            (code(), true),
            (code().token_url(""), false),
            (code().client_id(""), false),
            (code().client_secret(""), false),
            (AuthorizationCode { code: SecretString::default(), ..code() }, false),
            (code().token_url("http://accounts.example/oauth/v2/token"), false),
            (code().token_url("http://accounts.example/oauth/v2/token").allow_plain_http(true), true),
        ];
        for (code, good) in cases {
            assert_eq!(code.checked().is_ok(), good, "{code:?}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let granted = GrantedTokens {
            access_token: AccessToken::new("1000.hush").expect("good"),
            lifetime: Duration::ZERO,
            refresh_token: refresh_token_in(br#"{"refresh_token":"1000.hush-refresh"}"#),
            renewal: RefreshToken::builder().refresh_token("1000.hush-refresh"),
        };
        let shown = format!("{:?} {granted:?}", code());
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(granted.refresh_token(), Some("1000.hush-refresh"));
        for body in [&b"{}"[..], b"", br#"{"refresh_token":7}"#, br#"{"refresh_token":"a b"}"#] {
            assert!(refresh_token_in(body).is_none());
        }
    }
}
