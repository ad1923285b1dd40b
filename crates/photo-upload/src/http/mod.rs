//! The HTTP client underneath, set up so that no secret leaves by the side: no redirects, no silent retries.

mod options;
mod tls;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderValue;
use reqwest::{Proxy, Url, redirect, retry};
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};

pub use self::options::HttpOptions;
use self::tls::Roots;
use crate::error::Error;
use crate::redact;
use crate::response::Response;
use crate::url_rules::{host_of, is_loopback};

/// Either the caller's own client, or two: one for plain http to this machine, without proxy and
/// certificates, and one for everything else. The latter is made when first needed, since it cannot be made
/// on a system without CA certificates, where tests against a local server should work all the same. Clones
/// share them.
#[derive(Clone)]
pub(crate) struct Http {
    settings: Arc<Settings>,
    loopback: reqwest::Client,
    outside: Arc<OnceLock<reqwest::Client>>,
}

/// What the second client is made of.
struct Settings {
    connect: Duration,
    user_agent: HeaderValue,
    certificates: Vec<CertificateDer<'static>>,
    only_these: bool,
    proxy: Option<Proxy>,
    no_proxy: bool,
}

/// A proxy may have a password.
impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl Http {
    pub(crate) fn new(options: &HttpOptions, connect: Duration) -> Result<Self, Error> {
        let settings = Settings {
            connect,
            user_agent: options.header()?,
            certificates: options.certificates()?,
            only_these: options.only_these_roots,
            proxy: options.checked_proxy()?,
            no_proxy: options.no_proxy,
        };
        if let Some(own) = &options.client {
            let outside = Arc::new(OnceLock::from(own.clone()));
            return Ok(Self { settings: Arc::new(settings), loopback: own.clone(), outside });
        }
        let loopback = built(settings.builder().no_proxy(), Roots::None)?;
        let http = Self { settings: Arc::new(settings), loopback, outside: Arc::default() };
        if !http.settings.certificates.is_empty() {
            // They may be no certificates, which should be told now.
            http.outside()?;
        }
        Ok(http)
    }

    /// The client for a URL.
    pub(crate) fn to(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        if url.scheme() == "http" && is_loopback(url) { Ok(&self.loopback) } else { self.outside() }
    }

    fn outside(&self) -> Result<&reqwest::Client, Error> {
        if let Some(outside) = self.outside.get() {
            return Ok(outside);
        }
        let Settings { certificates, only_these, proxy, no_proxy, .. } = &*self.settings;
        let roots = if *only_these { Roots::Only(certificates) } else { Roots::System(certificates) };
        let mut builder = self.settings.builder();
        if *no_proxy || proxy.is_some() {
            builder = builder.no_proxy();
        }
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy.clone());
        }
        let made = built(builder, roots)?;
        // Two at a time may make one; the first is kept.
        Ok(self.outside.get_or_init(|| made))
    }
}

impl Settings {
    fn builder(&self) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            // Answers are limited in bytes as they come. Another crate may have switched these features on
            // for all.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(self.connect)
            // Shorter than servers usually keep a connection, so that few are found dead when needed.
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(self.user_agent.clone())
    }
}

fn built(builder: reqwest::ClientBuilder, roots: Roots<'_>) -> Result<reqwest::Client, Error> {
    let failed = |cause: String| {
        Error::config(format!(
            "no HTTP client can be made ({cause}); are the system's CA certificates installed?"
        ))
    };
    let tls = tls::config(roots).map_err(|error| failed(error.to_string()))?;
    builder.tls_backend_preconfigured(tls).build().map_err(|error| failed(redact::causes(&error)))
}

/// Fails for an answer that came by a redirect, which only a client of the caller's own can follow.
pub(crate) fn not_redirected(asked: &Url, response: &reqwest::Response) -> Result<(), String> {
    let without_fragment = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    if without_fragment(asked) == without_fragment(response.url()) {
        return Ok(());
    }
    Err(format!(
        "the HTTP client that was given followed a redirect of {}: build it with redirect::Policy::none()",
        host_of(asked)
    ))
}

/// What a reqwest error says, with its causes and without the URL.
pub(crate) fn cause_of(error: reqwest::Error) -> String {
    redact::causes(&error.without_url())
}

/// Reads an answer to its end, but at most `most` bytes and until `deadline`. What was read by then is kept.
pub(crate) async fn read_response(mut from: reqwest::Response, most: usize, deadline: Instant) -> Response {
    let header = |name: &str| {
        let value = from.headers().get(name)?.to_str().ok()?;
        Some(redact::one_line(value, 200))
    };
    let mut response = Response {
        status: from.status().as_u16(),
        retry_after: header("retry-after"),
        date: header("date"),
        credits_remaining: header("x-api-credits-remaining").and_then(|v| v.trim().parse().ok()),
        content_type: header("content-type"),
        ..Response::default()
    };
    let (body, cut_off) = read_body(&mut from, most, deadline).await;
    response.body = body;
    response.cut_off = cut_off;
    response
}

async fn read_body(from: &mut reqwest::Response, most: usize, deadline: Instant) -> (Bytes, Option<String>) {
    let mut body = BytesMut::new();
    let cut_off = loop {
        match timeout_at(deadline, from.chunk()).await {
            Err(_) => break Some("the answer did not end in time".to_owned()),
            Ok(Err(error)) => break Some(format!("the answer was cut off: {}", cause_of(error))),
            Ok(Ok(None)) => break None,
            Ok(Ok(Some(chunk))) => {
                let room = most.saturating_sub(body.len());
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                if chunk.len() > room {
                    break Some(format!("the answer is longer than {most} bytes"));
                }
            }
        }
    };
    (body.freeze(), cut_off)
}

/// Most bytes read of an answer that is not a picture.
pub(crate) const MAX_RESPONSE_BYTES: usize = 64 * 1024;
