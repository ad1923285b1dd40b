//! The HTTP client underneath, set up so that no secret leaves by the side: no redirects, no silent retries.

mod tls;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Url, redirect, retry};
use tokio::time::{Instant, timeout_at};

use self::tls::Roots;
use crate::error::Error;
use crate::redact;
use crate::response::Response;
use crate::url_rules::is_loopback;

/// Two clients: one for plain http to this machine, without proxy and certificates, and one for everything
/// else, which honors the system's proxy settings. The latter is made when first needed, since it cannot be
/// made on a system without CA certificates, where tests against a local server should work all the same.
/// Clones share both.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    connect: Duration,
    loopback: reqwest::Client,
    outside: Arc<OnceLock<reqwest::Client>>,
}

impl Http {
    pub(crate) fn new(connect: Duration) -> Result<Self, Error> {
        let loopback = built(builder(connect).no_proxy(), Roots::None)?;
        Ok(Self { connect, loopback, outside: Arc::default() })
    }

    /// The client for a URL.
    pub(crate) fn to(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        if url.scheme() == "http" && is_loopback(url) {
            return Ok(&self.loopback);
        }
        if let Some(outside) = self.outside.get() {
            return Ok(outside);
        }
        let made = built(builder(self.connect), Roots::System(&[]))?;
        // Two at a time may make one; the first is kept.
        Ok(self.outside.get_or_init(|| made))
    }
}

fn builder(connect: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        // Answers are limited in bytes as they come. Another crate may have switched these features on for
        // all.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(connect)
        // Shorter than servers usually keep a connection, so that few are found dead when needed.
        .pool_idle_timeout(Duration::from_secs(20))
        .user_agent(concat!("photo-upload/", env!("CARGO_PKG_VERSION")))
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
