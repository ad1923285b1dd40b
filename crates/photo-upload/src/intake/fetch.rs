//! Fetching a picture from a URL.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use reqwest::{Response, Url};

use super::buffer::Bounds;
use crate::error::SourceError;
use crate::http::{self, Http};
use crate::url_rules::{check_scheme, host_of, redirect_allowed};

/// Fetches pictures by these rules.
pub(super) struct Fetcher<'a> {
    pub(super) http: &'a Http,
    /// Most bytes of a picture.
    pub(super) limit: u64,
    pub(super) max_redirects: u32,
    pub(super) allow_plain_http: bool,
}

impl Fetcher<'_> {
    /// The bytes behind a URL. Redirects are followed by hand, so that every hop is checked.
    pub(super) async fn fetch(&self, mut url: Url) -> Result<Bytes, SourceError> {
        for _ in 0..=self.max_redirects {
            let response = self.send(&url).await?;
            if !response.status().is_redirection() {
                return self.read(&url, response).await;
            }
            url = self.next_hop(&url, &response)?;
        }
        Err(SourceError::Url(format!("more than {} redirects", self.max_redirects)))
    }

    async fn send(&self, url: &Url) -> Result<Response, SourceError> {
        let failed = |cause| SourceError::Network { host: host_of(url), cause };
        let client = self.http.to(url).map_err(|e| failed(e.to_string()))?;
        client.get(url.clone()).send().await.map_err(|e| failed(http::cause_of(e)))
    }

    async fn read(&self, url: &Url, response: Response) -> Result<Bytes, SourceError> {
        let status = response.status().as_u16();
        if status != 200 {
            return Err(SourceError::Status { host: host_of(url), status });
        }
        let limit = self.limit;
        if let Some(actual) = response.content_length().filter(|length| *length > limit) {
            return Err(SourceError::TooLarge { actual, limit });
        }
        let failed = |e| SourceError::Network { host: host_of(url), cause: http::cause_of(e) };
        Bounds::new(limit, None)?.gather(response.bytes_stream(), failed).await
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
