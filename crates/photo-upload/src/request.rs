//! One request and its answer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method, RequestBuilder, Url, header};
use tokio::time::{Instant, timeout_at};

use crate::endpoint::{self, ApiVersion};
use crate::error::{Error, TokenError};
use crate::http::{self, Http, MAX_RESPONSE_BYTES};
use crate::photo::Photo;
use crate::progress::{Progress, ProgressFn};
use crate::response::{Operation, Response};
use crate::target::Target;
use crate::token::AccessToken;
use crate::triggers::Restricted;
use crate::url_rules::secure_url;

/// What one attempt led to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer, perhaps cut off.
    Answered(Response),
    /// No answer. `reached` says whether the request may have arrived.
    Broken { reached: bool, cause: String },
}

/// Sends one attempt. The retry loop knows nothing more of the transport, so tests can hand in another.
pub(crate) trait Request: Sync {
    /// `attempt` counts from 1. Answers within `time`.
    fn send(
        &self,
        token: &AccessToken,
        attempt: u32,
        time: Duration,
    ) -> impl Future<Output = Result<Outcome, Error>> + Send;
}

/// Where requests go.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// The configured api-domain.
    pub(crate) base: Option<Url>,
    /// Whether a token's own api-domain comes first.
    pub(crate) follow_token: bool,
    pub(crate) version: ApiVersion,
    pub(crate) restrict: Restricted,
    pub(crate) allow_plain_http: bool,
}

impl Endpoint {
    /// The URL for a target, with the api-domain that goes with the token.
    fn url(
        &self,
        operation: Operation,
        target: &Target,
        restrict: Option<&Restricted>,
        token: &AccessToken,
    ) -> Result<Url, Error> {
        let told = token.api_domain().filter(|_| self.follow_token || self.base.is_none());
        let base = match (told, &self.base) {
            (Some(text), _) => secure_url("api-domain of the token's issuer", text, self.allow_plain_http)?,
            (None, Some(base)) => base.clone(),
            (None, None) => {
                return Err(Error::config(
                    "no api-domain: set it (api_domain or data_center), since the token source names none",
                ));
            }
        };
        let restrict = restrict.unwrap_or(&self.restrict);
        let restrict = restrict.value().filter(|_| operation != Operation::Download);
        endpoint::photo_url(&base, self.version, target, restrict.as_deref())
            .ok_or_else(|| Error::config("the api-domain cannot be extended by a path"))
    }
}

/// The real thing: HTTP through reqwest. The request is built anew for every attempt.
pub(crate) struct HttpRequest<'a> {
    pub(crate) http: &'a Http,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) operation: Operation,
    pub(crate) target: &'a Target,
    pub(crate) photo: Option<&'a Photo>,
    /// Instead of the endpoint's.
    pub(crate) restrict: Option<&'a Restricted>,
    pub(crate) progress: Option<ProgressFn>,
    pub(crate) most_download: u64,
}

impl Request for HttpRequest<'_> {
    async fn send(&self, token: &AccessToken, attempt: u32, time: Duration) -> Result<Outcome, Error> {
        let url = self.endpoint.url(self.operation, self.target, self.restrict, token)?;
        let request = self.request(url.clone(), token, attempt)?;
        let deadline = Instant::now() + time;
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let reached = !(error.is_connect() || error.is_builder());
                return Ok(Outcome::Broken { reached, cause: http::cause_of(error) });
            }
            Err(_) => {
                let cause = format!("no answer within {:.1} s", time.as_secs_f64());
                return Ok(Outcome::Broken { reached: true, cause });
            }
        };
        http::not_redirected(&url, &response).map_err(Error::config)?;
        let picture = self.operation == Operation::Download && response.status().as_u16() == 200;
        let most = if picture {
            usize::try_from(self.most_download).unwrap_or(usize::MAX)
        } else {
            MAX_RESPONSE_BYTES
        };
        Ok(Outcome::Answered(http::read_response(response, most, deadline).await))
    }
}

impl HttpRequest<'_> {
    fn request(&self, url: Url, token: &AccessToken, attempt: u32) -> Result<RequestBuilder, Error> {
        let method = match self.operation {
            Operation::Upload => Method::POST,
            Operation::Download => Method::GET,
            Operation::Delete => Method::DELETE,
        };
        let authorization = token.header().ok_or(TokenError::Unusable)?;
        let request = self.http.to(&url)?.request(method, url).header(header::AUTHORIZATION, authorization);
        match self.photo {
            Some(photo) => Ok(request.multipart(self.form(photo, attempt)?)),
            None => Ok(request),
        }
    }

    fn form(&self, photo: &Photo, attempt: u32) -> Result<Form, Error> {
        let total = u64::try_from(photo.bytes().len()).unwrap_or(u64::MAX);
        let body = match &self.progress {
            None => Body::from(photo.bytes().clone()),
            Some(told) => Body::wrap_stream(Counted {
                rest: photo.bytes().clone(),
                total,
                attempt,
                told: Arc::clone(told),
            }),
        };
        let part = Part::stream_with_length(body, total)
            .file_name(photo.file_name().to_owned())
            .mime_str(photo.format().media_type())
            .map_err(|e| Error::config(http::cause_of(e)))?;
        Ok(Form::new().part("file", part))
    }
}

/// A body in pieces that tells how much of it has been taken.
struct Counted {
    rest: Bytes,
    total: u64,
    attempt: u32,
    told: ProgressFn,
}

impl Stream for Counted {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let most = PIECE.min(self.rest.len());
        let piece = self.rest.split_to(most);
        let left = u64::try_from(self.rest.len()).unwrap_or(0);
        (self.told)(Progress::Sending {
            attempt: self.attempt,
            taken: self.total.saturating_sub(left),
            total: self.total,
        });
        Poll::Ready(Some(Ok(piece)))
    }
}

/// Bytes handed over at a time.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triggers::Triggers;

    fn endpoint(base: Option<&str>, follow_token: bool) -> Endpoint {
        Endpoint {
            base: base.map(|b| Url::parse(b).expect("a URL")),
            follow_token,
            version: ApiVersion::V2,
            restrict: Restricted::new(Triggers::Workflow),
            allow_plain_http: false,
        }
    }

    #[test]
    fn which_api_domain() {
        let target = Target::new("Leads", "1").expect("good");
        let (set, told) = ("https://set.example", "https://told.example");
        let cases = [
            (Some(set), false, Some(told), Some("set.example")),
            (Some(set), true, Some(told), Some("told.example")),
            (Some(set), true, None, Some("set.example")),
            (None, false, Some(told), Some("told.example")),
            (None, false, None, None),
            (None, false, Some("http://told.example"), None),
            (None, true, Some("https://u:p@told.example"), None),
        ];
        for (base, follow, told, host) in cases {
            let token = AccessToken::new("1000.a").expect("good");
            let token = told.map_or(token.clone(), |d| token.with_api_domain(d));
            let url = endpoint(base, follow).url(Operation::Upload, &target, None, &token);
            assert_eq!(url.as_ref().ok().and_then(|u| u.host_str()), host, "{base:?} {follow} {told:?}");
        }
    }

    #[test]
    fn triggers_are_restricted_where_something_changes() {
        let target = Target::new("Leads", "1").expect("good");
        let token = AccessToken::new("1000.a").expect("good");
        for (operation, query) in [
            (Operation::Upload, Some("restrict_triggers=workflow")),
            (Operation::Delete, Some("restrict_triggers=workflow")),
            (Operation::Download, None),
        ] {
            let url = endpoint(Some("https://a.example"), false)
                .url(operation, &target, None, &token)
                .expect("a URL");
            assert_eq!(url.query(), query);
        }
    }
}
