//! The HTTP client underneath, set up so that no secret leaves by the side: no redirects, no silent retries.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Response, Url, redirect, retry};
use tokio::time::{Instant, timeout_at};

use crate::answer::Answer;
use crate::endpoint::is_loopback;
use crate::error::Error;
use crate::text;

/// Two clients: one that honours the system's proxy settings, and one without for this machine's own addresses.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    outside: reqwest::Client,
    loopback: reqwest::Client,
}

impl Http {
    pub(crate) fn new(connect: Duration) -> Result<Self, Error> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .connect_timeout(connect)
                // Shorter than servers usually keep a connection, so that few are found dead when needed.
                .pool_idle_timeout(Duration::from_secs(20))
                .user_agent(concat!("photo-upload/", env!("CARGO_PKG_VERSION")))
        };
        let failed = |e: reqwest::Error| Error::config(format!("no HTTP client: {}", text::causes(&e)));
        let outside = builder().build().map_err(failed)?;
        let loopback = builder().no_proxy().build().map_err(failed)?;
        Ok(Self { outside, loopback })
    }

    pub(crate) fn to(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) { &self.loopback } else { &self.outside }
    }
}

/// What a reqwest error says, with its causes and without the URL.
pub(crate) fn cause_of(error: reqwest::Error) -> String {
    text::causes(&error.without_url())
}

/// Reads an answer to its end, but at most `most` bytes and until `deadline`. What was read by then is kept.
pub(crate) async fn read_answer(mut response: Response, most: usize, deadline: Instant) -> Answer {
    let header = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(text::one_line(value, 200))
    };
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after: header("retry-after"),
        date: header("date"),
        credits_remaining: header("x-api-credits-remaining").and_then(|v| v.trim().parse().ok()),
        content_type: header("content-type"),
        ..Answer::default()
    };
    let (body, cut_off) = read_body(&mut response, most, deadline).await;
    answer.body = body;
    answer.cut_off = cut_off;
    answer
}

async fn read_body(response: &mut Response, most: usize, deadline: Instant) -> (Bytes, Option<String>) {
    let mut body = BytesMut::new();
    let cut_off = loop {
        match timeout_at(deadline, response.chunk()).await {
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
pub(crate) const MOST_ANSWER: usize = 64 * 1024;
