//! The token endpoint: who asks it, and one request to it.

use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use super::response::{self, Denial, Grant};
use crate::error::Error;
use crate::http::{self, Http, HttpOptions, MAX_RESPONSE_BYTES};
use crate::url_rules::{UrlText, secure_url};

/// Where tokens are asked for and by whom, not yet checked.
#[derive(Clone, Debug)]
pub(super) struct TokenEndpoint {
    pub(super) url: UrlText,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) timeout: Duration,
    pub(super) allow_plain_http: bool,
    pub(super) http: HttpOptions,
}

/// The same, checked and ready to be asked.
#[derive(Debug)]
pub(super) struct TokenClient {
    http: Http,
    pub(super) url: Url,
    pub(super) client_id: String,
    client_secret: SecretString,
    pub(super) timeout: Duration,
}

impl Default for TokenEndpoint {
    fn default() -> Self {
        Self {
            url: UrlText::default(),
            client_id: String::new(),
            client_secret: SecretString::default(),
            timeout: Duration::from_secs(30),
            allow_plain_http: false,
            http: HttpOptions::default(),
        }
    }
}

impl TokenEndpoint {
    /// Checks that nothing is missing, the credential included, which has its name with it. `what` says in
    /// the error what needs all this.
    pub(super) fn checked(
        self,
        what: &str,
        (name, credential): (&str, &SecretString),
    ) -> Result<TokenClient, Error> {
        let missing = [
            ("token URL", self.url.0.trim().is_empty()),
            ("client id", self.client_id.is_empty()),
            ("client secret", self.client_secret.expose_secret().is_empty()),
            (name, credential.expose_secret().is_empty()),
        ];
        if let Some((name, _)) = missing.iter().find(|(_, missing)| *missing) {
            return Err(Error::config(format!("the {name} is missing: {what} needs it")));
        }
        Ok(TokenClient {
            url: secure_url("token URL", &self.url.0, self.allow_plain_http)?,
            http: Http::new(&self.http, self.timeout)?,
            client_id: self.client_id,
            client_secret: self.client_secret,
            timeout: self.timeout,
        })
    }
}

impl TokenClient {
    /// One request with a credential, as the parameter of that name. An answer that echoes the request shows
    /// no secret.
    pub(super) async fn ask(
        &self,
        grant_type: &str,
        (name, credential): (&str, &SecretString),
        more: &[(&str, &str)],
    ) -> Result<Grant, Denial> {
        let mut parameters = vec![
            ("grant_type", grant_type),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            (name, credential.expose_secret()),
        ];
        parameters.extend(more);
        let mut answer = self.send(&parameters).await;
        for secret in [&self.client_secret, credential] {
            answer = response::without(answer, secret.expose_secret());
        }
        answer
    }

    async fn send(&self, parameters: &[(&str, &str)]) -> Result<Grant, Denial> {
        let deadline = Instant::now() + self.timeout;
        let client = self.http.to(&self.url).map_err(|e| Denial::Temporary(e.to_string()))?;
        let request = client.post(self.url.clone()).form(parameters);
        let response = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(Denial::Temporary(http::cause_of(error))),
            Err(_) => {
                return Err(Denial::Temporary(format!("no answer within {} s", self.timeout.as_secs_f64())));
            }
        };
        http::not_redirected(&self.url, &response).map_err(Denial::Denied)?;
        let answer = http::read_response(response, MAX_RESPONSE_BYTES, deadline).await;
        response::read(answer.status, &answer.body)
    }
}

/// The setters of everything that has a field `endpoint: TokenEndpoint`.
macro_rules! endpoint_setters {
    () => {
        /// The full URL, such as `https://accounts.zoho.com/oauth/v2/token`, or
        /// `https://…/clientoauth/v2/{portal}/token` for a portal.
        pub fn token_url(mut self, url: impl Into<String>) -> Self {
            self.endpoint.url = crate::url_rules::UrlText(url.into());
            self
        }

        /// The token URL of a data center.
        pub fn data_center(self, dc: crate::endpoint::DataCenter) -> Self {
            self.token_url(dc.token_url())
        }

        /// The client id of the registered application.
        pub fn client_id(mut self, id: impl Into<String>) -> Self {
            self.endpoint.client_id = id.into();
            self
        }

        /// Its secret.
        pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
            self.endpoint.client_secret = secrecy::SecretString::from(secret.into());
            self
        }

        /// How long one request to the token endpoint may take; at most an hour. Default 30 s.
        pub fn timeout(mut self, time: std::time::Duration) -> Self {
            self.endpoint.timeout = time.min(std::time::Duration::from_secs(3600));
            self
        }

        /// Allows a token URL with plain http to other machines. The secrets can then be read on the way.
        /// Default no.
        pub fn allow_plain_http(mut self, allow: bool) -> Self {
            self.endpoint.allow_plain_http = allow;
            self
        }

        /// Certificates, proxy and User-Agent of the requests, or a client of your own.
        pub fn http(mut self, options: crate::http::HttpOptions) -> Self {
            self.endpoint.http = options;
            self
        }
    };
}
pub(super) use endpoint_setters;
