//! Access tokens from a refresh token: one refresh at a time, a minute early, with a cool-down after a
//! refusal.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::endpoint::{TokenClient, TokenEndpoint, endpoint_setters};
use super::response::Grant;
use super::store::Store;
use super::{AccessToken, TokenFuture, TokenSource};
use crate::error::{Error, TokenError};
use crate::trace::event;

/// Renews access tokens with a refresh token. Clones share the token and the state.
///
/// * However many requests wait for a token, one refresh is under way (single flight).
/// * A token is renewed 60 s before it expires (or after half its life, if it lives less than two minutes).
///   If that fails while it is still valid, it stays in use.
/// * After a refusal nothing is sent to the token endpoint until the cool-down is over: it gives at most 10
///   tokens in 10 minutes, and asking on makes it worse.
/// * With [`store`](RefreshTokenBuilder::store), the token outlives the process, in a file of mode 0600.
/// * Secrets travel in the request's body, never in a URL.
/// * Redirects are not followed, not even on the same host: the secrets would go with them. Answers are read
///   up to 64 KiB.
///
/// ```
/// use photo_upload::{DataCenter, RefreshToken};
/// let tokens = RefreshToken::builder()
///     .data_center(DataCenter::Eu)
///     .client_id("1000.EXAMPLE")
///     .client_secret("example")
///     .refresh_token("1000.example.example")
///     .build()?;
/// assert_eq!(tokens.refreshes(), 0);
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RefreshToken {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: TokenClient,
    refresh_token: SecretString,
    cool_down: Duration,
    store: Option<Store>,
    /// Held during a refresh: that makes it one at a time.
    state: Mutex<State>,
    refreshes: AtomicU64,
    store_error: StdMutex<Option<String>>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// The token that the endpoint refused last: never given again.
    refused: Option<AccessToken>,
    /// The last refusal, and when asking is allowed again.
    refusal: Option<(TokenError, Instant)>,
}

#[derive(Clone, Debug)]
struct Held {
    token: AccessToken,
    renew_at: Instant,
    expires_at: Instant,
}

impl RefreshToken {
    /// Starts a configuration. Token URL (or data center), client id, client secret and refresh token are
    /// needed.
    pub fn builder() -> RefreshTokenBuilder {
        RefreshTokenBuilder::default()
    }

    /// How many access tokens have been fetched from the token endpoint.
    pub fn refreshes(&self) -> u64 {
        self.inner.refreshes.load(Ordering::Relaxed)
    }

    /// Why the token could not be written to its file the last time, if so. Uploads go on without the file.
    pub fn store_error(&self) -> Option<String> {
        self.inner.store_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl TokenSource for RefreshToken {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(self.inner.token(refused))
    }
}

impl Inner {
    async fn token(&self, refused: Option<&AccessToken>) -> Result<AccessToken, TokenError> {
        let mut state = self.state.lock().await;
        let now = Instant::now();
        if let Some(refused) = refused {
            // Others must not be sent with it either.
            state.held = state.held.take().filter(|held| !held.token.same_as(refused));
            state.refused = Some(refused.clone());
        }
        let known = state.refused.clone();
        let is_refused = |token: &AccessToken| known.as_ref().is_some_and(|r| r.same_as(token));
        if state.held.as_ref().is_none_or(|h| h.renew_at <= now || is_refused(&h.token)) {
            // Perhaps another process, or an earlier run, left a better one.
            if let Some(stored) = self.stored(now).filter(|h| h.renew_at > now && !is_refused(&h.token)) {
                state.held = Some(stored);
            }
        }
        let held = state.held.clone().filter(|h| h.expires_at > now && !is_refused(&h.token));
        match held {
            Some(held) if held.renew_at > now => Ok(held.token),
            // Still good for a moment: better than nothing if the renewal fails.
            Some(held) => Ok(self.renew(&mut state).await.unwrap_or(held.token)),
            None => self.renew(&mut state).await,
        }
    }

    async fn renew(&self, state: &mut State) -> Result<AccessToken, TokenError> {
        if let Some((error, until)) = &state.refusal {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Err(match error {
                    TokenError::Throttled { .. } => TokenError::Throttled { retry_after: left },
                    other => other.clone(),
                });
            }
        }
        // One process at a time; the one before may have left a token.
        let _lock = match &self.store {
            Some(store) => store.lock(self.endpoint.timeout).await,
            None => None,
        };
        let now = Instant::now();
        let refused = state.refused.clone();
        let fresh =
            |held: &Held| held.renew_at > now && refused.as_ref().is_none_or(|r| !r.same_as(&held.token));
        if let Some(held) = self.stored(now).filter(fresh) {
            return Ok(state.held.insert(held).token.clone());
        }
        match self.endpoint.ask("refresh_token", ("refresh_token", &self.refresh_token), &[]).await {
            Ok(grant) => {
                state.refusal = None;
                event!(INFO, lifetime = ?grant.lifetime, "new access token");
                self.refreshes.fetch_add(1, Ordering::Relaxed);
                self.keep(&grant);
                let held = Held::new(grant.token, grant.lifetime, Instant::now());
                Ok(state.held.insert(held).token.clone())
            }
            Err(denial) => {
                let error = denial.into_error(self.cool_down);
                event!(WARN, %error, "no new access token");
                if !matches!(error, TokenError::Temporary { .. }) {
                    state.refusal =
                        Instant::now().checked_add(self.cool_down).map(|until| (error.clone(), until));
                }
                Err(error)
            }
        }
    }

    fn stored(&self, now: Instant) -> Option<Held> {
        let (token, left) = self.store.as_ref()?.load()?;
        Some(Held::new(token, left, now))
    }

    fn keep(&self, grant: &Grant) {
        let Some(store) = &self.store else { return };
        let failed = store.save(&grant.token, grant.lifetime).err().map(|e| e.to_string());
        *self.store_error.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }
}

impl Held {
    fn new(token: AccessToken, lifetime: Duration, now: Instant) -> Self {
        let early = EARLY.min(lifetime / 2);
        // Lifetimes are capped at a day, so the sums stay in range.
        Self { token, renew_at: now + lifetime.saturating_sub(early), expires_at: now + lifetime }
    }
}

/// Configures a [`RefreshToken`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RefreshTokenBuilder {
    endpoint: TokenEndpoint,
    refresh_token: SecretString,
    store: Option<PathBuf>,
    cool_down: Duration,
}

impl Default for RefreshTokenBuilder {
    fn default() -> Self {
        Self::with(TokenEndpoint::default(), SecretString::default())
    }
}

impl RefreshTokenBuilder {
    pub(super) fn with(endpoint: TokenEndpoint, refresh_token: SecretString) -> Self {
        Self { endpoint, refresh_token, store: None, cool_down: Duration::from_secs(120) }
    }

    endpoint_setters!();

    /// The refresh token.
    pub fn refresh_token(mut self, token: impl Into<String>) -> Self {
        self.refresh_token = SecretString::from(token.into());
        self
    }

    /// Keeps the access token in this file (mode 0600, replaced as a whole) and takes it from there at the
    /// next start. The folder has to be there. Processes that share it take turns refreshing, by a lock on a
    /// file of this name with `.lock` behind it. A file that others may read, or that belongs to other
    /// credentials, is not used but replaced. Default: none.
    pub fn store(mut self, path: impl Into<PathBuf>) -> Self {
        self.store = Some(path.into());
        self
    }

    /// How long nothing is asked after a refusal. Default 2 minutes.
    pub fn cool_down(mut self, time: Duration) -> Self {
        self.cool_down = time;
        self
    }

    /// Checks the configuration.
    ///
    /// # Errors
    /// [`Error::Config`] if something is missing or the URL is not allowed.
    pub fn build(self) -> Result<RefreshToken, Error> {
        let endpoint = self.endpoint.checked("a refresh token", ("refresh token", &self.refresh_token))?;
        let facts = [endpoint.url.as_str(), &endpoint.client_id, self.refresh_token.expose_secret()];
        let store = self.store.map(|path| Store::new(path, &facts));
        let inner = Inner {
            endpoint,
            refresh_token: self.refresh_token,
            cool_down: self.cool_down,
            store,
            state: Mutex::default(),
            refreshes: AtomicU64::new(0),
            store_error: StdMutex::default(),
        };
        Ok(RefreshToken { inner: Arc::new(inner) })
    }
}

/// How long before its end a token is renewed.
const EARLY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> RefreshTokenBuilder {
        RefreshToken::builder()
            .token_url("http://127.0.0.1:1/oauth/v2/token")
            .client_id("id")
            .client_secret("hush-secret")
            .refresh_token("hush-refresh")
    }

    #[test]
    fn incomplete_or_unsafe_configurations_are_refused() {
        let cases = [
            (builder(), true),
            (builder().token_url(""), false),
            (builder().client_id(""), false),
            (builder().client_secret(""), false),
            (builder().refresh_token(""), false),
            (builder().token_url("http://accounts.example/oauth/v2/token"), false),
            (builder().token_url("http://accounts.example/oauth/v2/token").allow_plain_http(true), true),
            (builder().token_url("https://accounts.example/token?client_secret=x"), false),
        ];
        for (builder, good) in cases {
            assert_eq!(builder.clone().build().is_ok(), good, "{builder:?}");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let unsafe_url = builder().token_url("https://a.example/token?client_secret=hush");
        let shown = format!("{:?} {:?} {unsafe_url:?}", builder(), builder().build());
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[tokio::test(start_paused = true)]
    async fn renewal_is_a_minute_early_or_at_half_life() {
        let token = || AccessToken::new("1000.a").expect("good");
        let now = Instant::now();
        for (life, renew) in [(3600, 3540), (120, 60), (10, 5), (0, 0)] {
            let held = Held::new(token(), Duration::from_secs(life), now);
            assert_eq!((held.renew_at - now).as_secs(), renew);
            assert_eq!((held.expires_at - now).as_secs(), life);
        }
    }
}
