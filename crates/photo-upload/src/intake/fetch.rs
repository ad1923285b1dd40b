//! Fetching a picture from a URL.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use reqwest::{Response, Url, header};
use tokio::time::{Instant, sleep, timeout};

use super::buffer::Bounds;
use crate::error::SourceError;
use crate::http::{self, Http};
use crate::response::retry_hint;
use crate::retry::{Jitter, Retry};
use crate::trace::event;
use crate::url_rules::{check_scheme, host_of, redirect_allowed};

/// Fetches pictures by these rules.
pub(super) struct Fetcher<'a> {
    pub(super) http: &'a Http,
    /// Most bytes of a picture.
    pub(super) limit: u64,
    pub(super) max_redirects: u32,
    pub(super) allow_plain_http: bool,
    pub(super) retry: &'a Retry,
    pub(super) jitter: &'a Jitter,
    pub(super) attempt_time: Duration,
    pub(super) total_time: Duration,
}

/// Why an attempt failed, and how long the server asked to wait.
struct Missed {
    error: SourceError,
    retry_after: Option<Duration>,
}

impl From<SourceError> for Missed {
    fn from(error: SourceError) -> Self {
        Self { error, retry_after: None }
    }
}

impl Fetcher<'_> {
    /// The bytes behind a URL, asked for again while that can help.
    pub(super) async fn fetch(&self, url: Url) -> Result<Bytes, SourceError> {
        let start = Instant::now();
        let mut attempts = 1;
        loop {
            let left = self.total_time.saturating_sub(start.elapsed());
            let time = self.attempt_time.min(left);
            let attempt = timeout(time, self.attempt(url.clone())).await;
            let missed = match attempt.unwrap_or(Err(SourceError::TimedOut { after: time }.into())) {
                Ok(bytes) => return Ok(bytes),
                Err(missed) => missed,
            };
            let wait = self.retry.wait(attempts, missed.retry_after, self.jitter);
            let too_long = missed.retry_after.is_some_and(|hint| hint > self.retry.hint_cap);
            let in_time = start.elapsed().saturating_add(wait) < self.total_time;
            if !missed.error.is_temporary() || attempts >= self.retry.attempts || too_long || !in_time {
                return Err(missed.error);
            }
            event!(WARN, error = %missed.error, ?wait, "the picture is asked for again");
            sleep(wait).await;
            attempts += 1;
        }
    }

    /// Redirects are followed by hand, so that every hop is checked.
    async fn attempt(&self, mut url: Url) -> Result<Bytes, Missed> {
        for _ in 0..=self.max_redirects {
            let response = self.send(&url).await?;
            if !response.status().is_redirection() {
                return self.read(&url, response).await;
            }
            url = self.next_hop(&url, &response)?;
        }
        Err(SourceError::Url(format!("more than {} redirects", self.max_redirects)).into())
    }

    async fn send(&self, url: &Url) -> Result<Response, SourceError> {
        let failed = |cause| SourceError::Network { host: host_of(url), cause };
        let client = self.http.to(url).map_err(|e| SourceError::Url(e.to_string()))?;
        let response = client.get(url.clone()).send().await.map_err(|e| failed(http::cause_of(e)))?;
        http::not_redirected(url, &response).map_err(SourceError::Url)?;
        Ok(response)
    }

    async fn read(&self, url: &Url, response: Response) -> Result<Bytes, Missed> {
        let status = response.status().as_u16();
        if status != 200 {
            let value =
                |name: header::HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
            let retry_after = value(header::RETRY_AFTER)
                .and_then(|text| retry_hint(text, value(header::DATE), SystemTime::now()));
            return Err(Missed { error: SourceError::Status { host: host_of(url), status }, retry_after });
        }
        let limit = self.limit;
        if let Some(actual) = response.content_length().filter(|length| *length > limit) {
            return Err(SourceError::TooLarge { actual, limit }.into());
        }
        let failed = |e| SourceError::Network { host: host_of(url), cause: http::cause_of(e) };
        Ok(Bounds::new(limit, None)?.gather(response.bytes_stream(), failed).await?)
    }

    /// Where a redirect leads, if it may be followed.
    fn next_hop(&self, from: &Url, response: &Response) -> Result<Url, SourceError> {
        let location = response.headers().get("location").and_then(|v| v.to_str().ok());
        let Some(to) = location.and_then(|l| from.join(l).ok()) else {
            return Err(SourceError::Url(format!("{} redirects to no usable address", host_of(from))));
        };
        redirect_allowed(from, &to).map_err(SourceError::Url)?;
        check(&to, self.allow_plain_http)?;
        Ok(to)
    }
}

/// Parses a URL and checks that it can be asked for.
pub(super) fn checked(url: &str, allow_plain_http: bool) -> Result<Url, SourceError> {
    let url = Url::parse(url.trim()).map_err(|e| SourceError::Url(e.to_string()))?;
    check(&url, allow_plain_http)?;
    Ok(url)
}

fn check(url: &Url, allow_plain_http: bool) -> Result<(), SourceError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SourceError::Url(
            "it holds a user name or password, which are not sent: leave them out".into(),
        ));
    }
    check_scheme(url, allow_plain_http).map_err(|why| SourceError::Url(format!("it {why}")))
}

/// The last part of the path, decoded. It is made safe when it becomes a [`Photo`](crate::Photo)'s name.
pub(super) fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|segments| segments.rev().find(|s| !s.is_empty()));
    percent_decode_str(last.unwrap_or_default()).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_path() {
        let cases = [
            ("https://a.example/b/c.png?token=x", "c.png"),
            ("https://a.example/b/", "b"),
            ("https://a.example/", ""),
            ("https://a.example/%D1%84%D0%BE.jpg", "фо.jpg"),
            ("https://a.example/..%2F..%2Fetc", "../../etc"),
        ];
        for (url, name) in cases {
            assert_eq!(name_of(&Url::parse(url).expect("a URL")), name);
        }
    }

    #[test]
    fn unusable_urls() {
        for url in [
            "http://a.example/x.png",
            "ftp://a.example/x.png",
            "https://u:p@a.example/",
            "file:///etc/passwd",
        ] {
            assert!(checked(url, false).is_err(), "{url}");
        }
    }
}
