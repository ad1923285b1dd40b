//! Configuring a client.

use std::sync::Arc;
use std::time::Duration;

use crate::breaker::Breaker;
use crate::client::{Client, Config};
use crate::endpoint::{ApiVersion, DataCenter};
use crate::error::{Error, TokenError};
use crate::http::HttpOptions;
use crate::photo::Limits;
use crate::rate::Rate;
use crate::request::Endpoint;
use crate::retry::Retry;
use crate::token::{StaticToken, TokenSource, Tokens};
use crate::transfers::Transfers;
use crate::triggers::{Restricted, Triggers};
use crate::url_rules::{UrlText, secure_url};

/// Configures a [`Client`]. A token, and an api-domain unless the token source names one, are needed; all
/// else has a default.
///
/// ```
/// use std::time::Duration;
/// use photo_upload::{ApiVersion, Client, DataCenter, Retry, Triggers};
///
/// let client = Client::builder()
///     .data_center(DataCenter::Eu)
///     .access_token("1000.example")
///     .api_version(ApiVersion::V8)
///     .restrict_triggers(Triggers::Workflow)
///     .concurrency(5)
///     .retry(Retry::default().attempts(8))
///     .attempt_timeout(Duration::from_secs(300))
///     .build()?;
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    api_domain: Option<UrlText>,
    follow_api_domain: bool,
    version: ApiVersion,
    restrict: Restricted,
    allow_plain_http: bool,
    tokens: Option<Result<Tokens, TokenError>>,
    limits: Limits,
    retry: Retry,
    transfers: Transfers,
    rate: Option<Rate>,
    connect_time: Duration,
    attempt_time: Duration,
    total_time: Duration,
    most_download: u64,
    breaker: Option<Breaker>,
    http: HttpOptions,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            api_domain: None,
            follow_api_domain: false,
            version: ApiVersion::default(),
            restrict: Restricted::default(),
            allow_plain_http: false,
            tokens: None,
            limits: Limits::default(),
            retry: Retry::default(),
            transfers: Transfers::default(),
            rate: None,
            connect_time: Duration::from_secs(10),
            attempt_time: Duration::from_secs(120),
            total_time: Duration::from_secs(600),
            most_download: 64_000_000,
            breaker: None,
            http: HttpOptions::default(),
        }
    }
}

impl Client {
    /// Starts a configuration.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

impl ClientBuilder {
    /// The api-domain, such as `https://www.zohoapis.com`; a path in it is kept. Without one, the api-domain
    /// that comes with the token is used.
    pub fn api_domain(mut self, url: impl Into<String>) -> Self {
        self.api_domain = Some(UrlText(url.into()));
        self
    }

    /// The api-domain of a data center.
    pub fn data_center(self, dc: DataCenter) -> Self {
        self.api_domain(dc.api_domain())
    }

    /// Whether the api-domain that comes with a token replaces a configured one. Default no: what you set is
    /// what is used.
    pub fn follow_api_domain(mut self, follow: bool) -> Self {
        self.follow_api_domain = follow;
        self
    }

    /// The API's version. Default v2.
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.version = version;
        self
    }

    /// Keeps uploads and deletions from setting off automations of one kind, or of a list of kinds. Default:
    /// all run.
    pub fn restrict_triggers(mut self, triggers: impl IntoIterator<Item = Triggers>) -> Self {
        self.restrict = Restricted::new(triggers);
        self
    }

    /// Allows plain http to other machines. Token and picture can then be read on the way. Default no.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// One access token, not renewed.
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.tokens = Some(StaticToken::new(token).map(|source| Tokens(Arc::new(source))));
        self
    }

    /// Where tokens come from, such as a [`RefreshToken`](crate::RefreshToken).
    pub fn token_source(mut self, source: impl TokenSource + 'static) -> Self {
        self.tokens = Some(Ok(Tokens(Arc::new(source))));
        self
    }

    /// What is checked before a picture is sent. Default 10,000,000 bytes and as many pixels.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// When and how often a request is sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Most requests at a time, at least 1: short for [`Transfers::Fixed`]. Default 4; the free edition
    /// allows 5 for the whole organization.
    pub fn concurrency(self, most: usize) -> Self {
        self.transfers(Transfers::Fixed(most))
    }

    /// How many requests there are at a time: a number, or one that is looked for.
    pub fn transfers(mut self, transfers: Transfers) -> Self {
        self.transfers = transfers;
        self
    }

    /// At which rate requests begin, retries included, over this client and its clones: at even steps, and
    /// without making up for time in which none began. Requests for tokens are not counted. Default: as
    /// fast as they can.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// The longest a connection may take to be made. Default 10 s.
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_time = time;
        self
    }

    /// The longest one attempt may take, from connecting to the end of the answer. Default 2 minutes.
    pub fn attempt_timeout(mut self, time: Duration) -> Self {
        self.attempt_time = time;
        self
    }

    /// The longest a call may take with all its attempts and waits; waiting in line before the first attempt
    /// is not counted. Default 10 minutes.
    pub fn total_timeout(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// Most bytes of a photo that is downloaded. Default 64,000,000.
    pub fn max_download_bytes(mut self, most: u64) -> Self {
        self.most_download = most;
        self
    }

    /// Holds requests back that are bound to fail, and lets outages pass without a failure: see [`Breaker`].
    /// Waiting for it does not count against the total timeout. Default: none; a
    /// [`Batch`](crate::Batch) then has one of its own, which only stops.
    pub fn breaker(mut self, breaker: &Breaker) -> Self {
        self.breaker = Some(breaker.clone());
        self
    }

    /// Certificates, proxy and User-Agent, or an HTTP client of your own; for URLs of pictures
    /// ([`Client::intake`]) too.
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Short for [`HttpOptions::user_agent`]: what is written behind `photo-upload/VERSION`.
    pub fn user_agent(mut self, suffix: impl Into<String>) -> Self {
        self.http = self.http.user_agent(suffix);
        self
    }

    pub(crate) fn http_options(&self) -> &HttpOptions {
        &self.http
    }

    /// Checks the configuration.
    ///
    /// # Errors
    /// [`Error::Config`] if the token is missing, a URL is not allowed or the API version does not know the
    /// triggers; [`Error::Token`] if a token cannot
    /// be one.
    pub fn build(self) -> Result<Client, Error> {
        let tokens = self.tokens.ok_or_else(|| {
            Error::config(
                "no token: set access_token, or token_source with a RefreshToken or a source of your own",
            )
        })??;
        let base = self
            .api_domain
            .map(|text| secure_url("api-domain", &text.0, self.allow_plain_http))
            .transpose()?;
        self.restrict.checked(self.version)?;
        let config = Config {
            endpoint: Endpoint {
                base,
                follow_token: self.follow_api_domain,
                version: self.version,
                restrict: self.restrict,
                allow_plain_http: self.allow_plain_http,
            },
            limits: self.limits,
            retry: Retry { attempts: self.retry.attempts.max(1), ..self.retry },
            transfers: self.transfers,
            rate: self.rate,
            connect_time: self.connect_time,
            attempt_time: self.attempt_time,
            total_time: self.total_time,
            most_download: self.most_download,
            breaker: self.breaker,
            http: self.http,
        };
        Client::from_config(config, tokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_built() {
        let with = || Client::builder().access_token("1000.hush").api_domain("https://a.example");
        let cases = [
            (with(), true),
            (Client::builder().api_domain("https://a.example"), false),
            (Client::builder().access_token("1000.hush"), true),
            (with().access_token("two words"), false),
            (with().api_domain("http://a.example"), false),
            (with().api_domain("http://a.example").allow_plain_http(true), true),
            (with().api_domain("http://localhost:1"), true),
            (with().api_domain("not a url"), false),
            (with().api_domain("https://me:hush@a.example"), false),
            (with().api_domain("https://a.example/?token=hush"), false),
            (with().concurrency(0).retry(Retry { attempts: 0, ..Retry::default() }), true),
        ];
        for (builder, good) in cases {
            let shown = format!("{builder:?}");
            assert!(!shown.contains("hush"), "{shown}");
            let built = builder.build();
            assert_eq!(built.is_ok(), good, "{shown}");
            assert!(!format!("{built:?}").contains("hush"));
        }
    }
}
