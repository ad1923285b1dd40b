//! The first tokens, for a one-time grant code.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::AccessToken;
use super::endpoint::{TokenClient, TokenEndpoint, endpoint_setters};
use super::refresh::RefreshTokenBuilder;
use super::response::Grant;
use crate::error::{Error, TokenError};

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
    redirect_uri: String,
    endpoint: TokenEndpoint,
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
        let (redirect_uri, endpoint) = (String::new(), TokenEndpoint::default());
        Self { code: SecretString::from(code.into()), redirect_uri, endpoint }
    }

    endpoint_setters!();

    /// The redirect URI with which the code was asked for. A code of the developer console has none.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = uri.into();
        self
    }

    /// Exchanges the code.
    ///
    /// # Errors
    /// [`Error::Config`] if something is missing or the URL is not allowed, when nothing was sent;
    /// [`Error::Token`] if the token endpoint refuses or can't be reached.
    pub async fn exchange(self) -> Result<GrantedTokens, Error> {
        let client = self.checked()?;
        let redirect_uri = Some(("redirect_uri", self.redirect_uri.as_str()));
        let more = redirect_uri.filter(|(_, uri)| !uri.is_empty());
        let answer = client.ask("authorization_code", ("code", &self.code), more.as_slice()).await;
        let Grant { token, lifetime, refresh_token } =
            answer.map_err(|denial| denial.into_error(COOL_DOWN))?;
        let renewal = RefreshTokenBuilder::with(self.endpoint, refresh_token.clone().unwrap_or_default());
        Ok(GrantedTokens { access_token: token, lifetime, refresh_token, renewal })
    }

    /// The token endpoint, if nothing is missing.
    fn checked(&self) -> Result<TokenClient, Error> {
        self.endpoint.clone().checked("the exchange of a grant code", ("code", &self.code))
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

    /// A [`RefreshToken`](super::RefreshToken) to be built, with the same token URL and client.
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

/// What is told where the token endpoint gives no time.
const COOL_DOWN: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::super::RefreshToken;
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
            refresh_token: Some("1000.hush-refresh".into()),
            renewal: RefreshToken::builder().refresh_token("1000.hush-refresh"),
        };
        let shown = format!("{:?} {granted:?}", code());
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(granted.refresh_token(), Some("1000.hush-refresh"));
    }
}
