//! Fetching a picture of any format from a URL, bounded in bytes, time and redirects.

use std::net::IpAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Client, Response, Url, redirect};

use super::load::too_large;
use crate::failure::{Failure, Weight};

/// What an output of this URL is called: the last part of its path in plain characters.
///
/// # Errors
/// What is wrong with the URL.
pub(crate) fn stem_of(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("an input is not a usable URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an input's URL holds a user name or password, which are not sent: leave them out".into());
    }
    let last = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
    let name = percent_encoding::percent_decode_str(last.unwrap_or_default()).decode_utf8_lossy();
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    let plain = |c: char| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '_' };
    let safe: String = stem.chars().take(MOST_STEM).map(plain).collect();
    let safe = safe.trim_matches([' ', '.']);
    Ok(if safe.is_empty() { "photo".to_owned() } else { safe.to_owned() })
}

/// The content behind a URL. No credentials are sent, and nothing is unpacked; redirects are followed, but never from
/// https to http, nor from elsewhere to this machine or to a private address.
pub(crate) async fn fetch(text: &str, limit: u64) -> Result<Bytes, Failure> {
    let url = Url::parse(text).map_err(|error| for_good(format!("not a usable URL: {error}")))?;
    let host = url.host_str().unwrap_or("the server").to_owned();
    let mut builder = Client::builder().redirect(careful_redirects()).timeout(TIME).connect_timeout(CONNECT);
    // Limited in bytes as they come, even if another crate switches these features on.
    builder = builder.no_gzip().no_brotli().no_zstd().no_deflate();
    if is_this_machine(&url) {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| for_good(format!("no HTTP client: {error}")))?;
    let response = client.get(url).send().await.map_err(|error| broken(&host, error))?;
    let status = response.status().as_u16();
    if status != 200 {
        let weight = if passes(status) { Weight::Passing } else { Weight::ForGood };
        let help = if weight == Weight::Passing { "try again later" } else { "check the URL" };
        let message = format!("can't fetch it: {host} answered with HTTP {status}; {help}");
        return Err(Failure::failed("source", message, weight));
    }
    read(response, &host, limit).await
}

async fn read(mut response: Response, host: &str, limit: u64) -> Result<Bytes, Failure> {
    if let Some(length) = response.content_length().filter(|length| *length > limit) {
        return Err(too_large(length, limit));
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(host, error))? {
        let length = (bytes.len() as u64).saturating_add(chunk.len() as u64);
        if length > limit {
            return Err(too_large(length, limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn careful_redirects() -> redirect::Policy {
    redirect::Policy::custom(|hop| {
        let from = hop.previous().last();
        let https = from.is_some_and(|url| url.scheme() == "https");
        let near = from.is_some_and(is_internal);
        if hop.previous().len() > MOST_HOPS {
            return hop.error("too many redirects");
        }
        if https && hop.url().scheme() != "https" {
            return hop.error("a redirect from https to http is not followed");
        }
        if !near && is_internal(hop.url()) {
            return hop.error("a redirect to this machine or its network is not followed");
        }
        hop.follow()
    })
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |ip| ip.is_loopback())
}

fn is_internal(url: &Url) -> bool {
    url.host_str().is_some_and(photo_upload::is_internal_host)
}

/// The connection could not be made, broke, or took too long. The URL is left out of the text: it may hold a signature.
fn broken(host: &str, error: reqwest::Error) -> Failure {
    let weight = if error.is_redirect() { Weight::ForGood } else { Weight::Passing };
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    let message = format!("can't fetch it from {host}: {text}; check the URL and the network");
    Failure::failed("source", message, weight)
}

fn for_good(message: String) -> Failure {
    Failure::failed("source", message, Weight::ForGood)
}

/// Whether the same request may succeed later.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504)
}

const MOST_HOPS: usize = 5;
const MOST_STEM: usize = 100;
const TIME: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
