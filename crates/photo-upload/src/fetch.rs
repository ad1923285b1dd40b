//! Fetching a picture from a URL.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use reqwest::{Response, Url};

use crate::endpoint::{check_scheme, host_of, is_internal};
use crate::error::SourceError;
use crate::http::{self, Http};
use crate::intake::{Gathered, Intake};

/// The bytes behind a URL and a name for them. Redirects are followed by hand, so that every hop is checked.
pub(crate) async fn fetch(intake: &Intake, url: &str) -> Result<(Bytes, String), SourceError> {
    let mut url = Url::parse(url.trim()).map_err(|e| SourceError::Url(e.to_string()))?;
    check(&url, intake.allow_plain_http)?;
    let name = name_of(&url);
    let http = intake.http().map_err(|e| SourceError::Url(e.to_string()))?;
    for _ in 0..=intake.most_redirects {
        let response = send(http, &url).await?;
        if !response.status().is_redirection() {
            return Ok((read(intake, &url, response).await?, name));
        }
        url = next_hop(&url, &response, intake.allow_plain_http)?;
    }
    Err(SourceError::Url(format!("more than {} redirects", intake.most_redirects)))
}

async fn send(http: &Http, url: &Url) -> Result<Response, SourceError> {
    let failed = |cause| SourceError::Network { host: host_of(url), cause };
    let client = http.to(url).map_err(|e| failed(e.to_string()))?;
    client.get(url.clone()).send().await.map_err(|e| failed(http::cause_of(e)))
}

async fn read(intake: &Intake, url: &Url, mut response: Response) -> Result<Bytes, SourceError> {
    let status = response.status().as_u16();
    if status != 200 {
        return Err(SourceError::Status { host: host_of(url), status });
    }
    let limit = intake.limits.max_bytes;
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(SourceError::TooLarge { limit });
    }
    let mut gathered = Gathered::new(limit);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => gathered.add(&chunk, None)?,
            Ok(None) => return gathered.end(None),
            Err(error) => {
                return Err(SourceError::Network { host: host_of(url), cause: http::cause_of(error) });
            }
        }
    }
}

/// Where a redirect leads, if it may be followed: a public server must not make us ask services of this machine or of
/// its network.
fn next_hop(from: &Url, response: &Response, allow_plain_http: bool) -> Result<Url, SourceError> {
    let location = response.headers().get("location").and_then(|v| v.to_str().ok());
    let to = location.and_then(|l| from.join(l).ok());
    let Some(to) = to else {
        return Err(SourceError::Url(format!("{} redirects to no usable address", host_of(from))));
    };
    hop_allowed(from, &to)?;
    check(&to, allow_plain_http)?;
    Ok(to)
}

fn hop_allowed(from: &Url, to: &Url) -> Result<(), SourceError> {
    if is_internal(to) && !is_internal(from) {
        return Err(SourceError::Url(format!(
            "{} redirects to this machine or its network, which is not followed",
            host_of(from)
        )));
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(SourceError::Url(format!("{} redirects from https to {}", host_of(from), to.scheme())));
    }
    Ok(())
}

fn check(url: &Url, allow_plain_http: bool) -> Result<(), SourceError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SourceError::Url("it holds a user name or password, which are not sent".into()));
    }
    check_scheme(url, allow_plain_http).map_err(|why| SourceError::Url(format!("it {why}")))
}

/// The last part of the path, decoded. It is made safe when it becomes a [`Photo`](crate::Photo)'s name.
fn name_of(url: &Url) -> String {
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
    fn hops() {
        let cases = [
            ("https://a.example/", "https://b.example/", true),
            ("https://a.example/", "http://b.example/", false),
            ("https://a.example/", "https://localhost/", false),
            ("http://a.example/", "http://127.0.0.1:9000/", false),
            ("https://a.example/", "https://169.254.169.254/latest/", false),
            ("https://a.example/", "https://192.168.0.1/", false),
            ("https://a.example/", "https://[::ffff:127.0.0.1]/", false),
            ("https://192.168.0.1/", "https://192.168.0.2/", true),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", true),
            ("http://127.0.0.1:1/", "https://a.example/", true),
        ];
        for (from, to, good) in cases {
            let url = |s| Url::parse(s).expect("a URL");
            assert_eq!(hop_allowed(&url(from), &url(to)).is_ok(), good, "{from} {to}");
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
            assert!(check(&Url::parse(url).expect("a URL"), false).is_err(), "{url}");
        }
    }
}
