//! Access tokens, and what gives them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::error::TokenError;

/// Gives access tokens to a [`Client`](crate::Client).
///
/// Ready-made: [`StaticToken`] and [`RefreshToken`](crate::RefreshToken). Your own may ask a vault or another
/// process:
///
/// ```
/// use photo_upload::{AccessToken, Client, TokenError, TokenFuture, TokenSource};
///
/// struct FromVault;
///
/// impl TokenSource for FromVault {
///     fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
///         Box::pin(async move {
///             // `refused` is a token the endpoint just turned down: never give the same one again.
///             if refused.is_some() {
///                 return Err(TokenError::Denied { error: "the vault has no newer token".into() });
///             }
///             AccessToken::new("1000.example")
///         })
///     }
/// }
///
/// let client = Client::builder().api_domain("https://www.zohoapis.com").token_source(FromVault).build()?;
/// # Ok::<(), photo_upload::Error>(())
/// ```
pub trait TokenSource: Send + Sync {
    /// A token that is valid now. Called before every request, by many at a time, so it should answer from
    /// memory. `refused` is a token the endpoint did not accept: it must not be given again.
    ///
    /// # Errors
    /// [`TokenError`] if there is none; [`TokenError::Temporary`] is tried again with back-off.
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a>;
}

/// The future a [`TokenSource`] returns.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, TokenError>> + Send + 'a>>;

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        (**self).token(refused)
    }
}

/// An access token, and the api-domain it is good for if its issuer said so. `Debug` does not show the
/// secret.
#[derive(Clone, Debug)]
pub struct AccessToken {
    secret: SecretString,
    api_domain: Option<String>,
}

impl AccessToken {
    /// Takes a token.
    ///
    /// # Errors
    /// [`TokenError::Unusable`] unless it is 1 to 4,096 visible ASCII characters.
    pub fn new(secret: impl Into<String>) -> Result<Self, TokenError> {
        let secret: String = secret.into();
        let good = (1..=MOST_TOKEN).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic());
        if !good {
            return Err(TokenError::Unusable);
        }
        Ok(Self { secret: SecretString::from(secret), api_domain: None })
    }

    /// Adds the api-domain the issuer named. See
    /// [`ClientBuilder::follow_api_domain`](crate::ClientBuilder::follow_api_domain).
    pub fn with_api_domain(mut self, api_domain: impl Into<String>) -> Self {
        self.api_domain = Some(api_domain.into());
        self
    }

    pub(crate) fn map_api_domain(mut self, change: impl FnOnce(String) -> String) -> Self {
        self.api_domain = self.api_domain.map(change);
        self
    }

    /// The api-domain the issuer named, unchecked.
    pub fn api_domain(&self) -> Option<&str> {
        self.api_domain.as_deref()
    }

    /// Whether two are the same token.
    pub fn same_as(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }

    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The `Authorization` header, marked as sensitive. `None` cannot happen for a checked token.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Zoho-oauthtoken {}", self.expose())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// One token that cannot be renewed. When the endpoint refuses it, calls end with
/// [`Error::Denied`](crate::Error::Denied).
#[derive(Clone, Debug)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// Takes a token.
    ///
    /// # Errors
    /// As [`AccessToken::new`].
    pub fn new(secret: impl Into<String>) -> Result<Self, TokenError> {
        AccessToken::new(secret).map(Self)
    }
}

impl TokenSource for StaticToken {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        let stale = refused.is_some_and(|r| r.same_as(&self.0));
        Box::pin(async move { if stale { Err(TokenError::CannotRenew) } else { Ok(self.0.clone()) } })
    }
}

/// Shared handle that keeps sources out of `Debug`.
#[derive(Clone)]
pub(crate) struct Tokens(pub(crate) Arc<dyn TokenSource>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

const MOST_TOKEN: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_checked_and_hidden() {
        let long = "x".repeat(MOST_TOKEN + 1);
        for (text, good) in [
            ("1000.abc.def", true),
            ("", false),
            ("a b", false),
            ("a\r\nX: y", false),
            ("é", false),
            (&long, false),
        ] {
            assert_eq!(AccessToken::new(text).is_ok(), good, "{text:?}");
        }
        let token = AccessToken::new("1000.secret").expect("good").with_api_domain("https://a.example");
        assert!(!format!("{token:?}").contains("1000.secret"));
        let header = token.header().expect("a header");
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("secret"));
        assert_eq!(header.to_str().ok(), Some("Zoho-oauthtoken 1000.secret"));
    }

    #[tokio::test]
    async fn a_static_token_is_given_until_refused() {
        let source = StaticToken::new("1000.abc").expect("good");
        let token = source.token(None).await.expect("given");
        assert_eq!(source.token(Some(&token)).await.expect_err("refused"), TokenError::CannotRenew);
        let other = AccessToken::new("1000.other").expect("good");
        assert!(source.token(Some(&other)).await.is_ok());
    }
}
