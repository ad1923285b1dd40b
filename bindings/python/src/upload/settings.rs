//! Arguments of Python's `Client` and of its runs. Their values are never told in errors, since some are secret.

use std::path::PathBuf;
use std::time::Duration;

use photo_upload::{
    BreakerOptions, ClientBuilder, DataCenter, Error, HttpOptions, RefreshToken, Retry, Transfers, Triggers,
};
use pyo3::prelude::*;

/// What a client is made of.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ClientSettings {
    data_center: Option<String>,
    api_domain: Option<String>,
    api_version: Option<String>,
    access_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    token_url: Option<String>,
    token_store: Option<PathBuf>,
    restrict_triggers: Option<Vec<String>>,
    timeout: Option<f64>,
    total_timeout: Option<f64>,
    retries: Option<u32>,
    user_agent: Option<String>,
    proxy: Option<String>,
    root_certificate: Option<Vec<u8>>,
}

/// How a run of many uploads goes on, pauses and stops.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct RunSettings {
    pub(super) journal: Option<PathBuf>,
    pub(super) resume: bool,
    pub(super) retry_failed: bool,
    transfers: String,
    rate: Option<String>,
    restrict_triggers: Option<Vec<String>>,
    max_outage: f64,
    max_failures: u32,
    credit_reserve: u64,
    drain: f64,
    pub(super) threads: usize,
    pub(super) memory: Option<u64>,
}

impl ClientSettings {
    /// Where it goes: the api-domain, or what stands for the one that comes with the token.
    pub(super) fn endpoint(&self) -> Result<String, Error> {
        let told = match (&self.api_domain, self.data_center()?) {
            (Some(domain), _) => domain.as_str(),
            (None, Some(dc)) => dc.api_domain(),
            (None, None) => "the token's api-domain",
        };
        Ok(told.trim_end_matches('/').to_owned())
    }

    pub(super) fn builder(self) -> Result<ClientBuilder, Error> {
        let http = self.http();
        let mut builder = ClientBuilder::default().http(http.clone());
        if let Some(version) = &self.api_version {
            builder = builder.api_version(version.parse()?);
        }
        if let Some(names) = &self.restrict_triggers {
            builder = builder.restrict_triggers(triggers(names)?);
        }
        if let Some(time) = self.timeout {
            builder = builder.attempt_timeout(seconds("timeout", time)?);
        }
        if let Some(time) = self.total_timeout {
            builder = builder.total_timeout(seconds("total_timeout", time)?);
        }
        if let Some(retries) = self.retries {
            builder = builder.retry(Retry::default().attempts(retries.saturating_add(1)));
        }
        match (&self.api_domain, self.data_center()?) {
            (Some(domain), _) => builder = builder.api_domain(domain),
            (None, Some(dc)) => builder = builder.data_center(dc),
            (None, None) => {}
        }
        self.with_token(builder, http)
    }

    fn data_center(&self) -> Result<Option<DataCenter>, Error> {
        self.data_center.as_deref().map(str::parse).transpose()
    }

    fn http(&self) -> HttpOptions {
        let mut http = HttpOptions::default();
        http = self.user_agent.iter().fold(http, |http, suffix| http.user_agent(suffix));
        http = self.proxy.iter().fold(http, |http, url| http.proxy(url));
        self.root_certificate.iter().fold(http, |http, pem| http.root_certificate(pem.clone()))
    }

    /// With the token that was given, else with that of the environment.
    fn with_token(self, builder: ClientBuilder, http: HttpOptions) -> Result<ClientBuilder, Error> {
        let dc = self.data_center()?;
        let renewed = [&self.client_id, &self.client_secret, &self.refresh_token];
        let some = renewed.iter().any(|part| part.is_some());
        match self.access_token {
            Some(_) if some => {
                let both = "give access_token, or client_id, client_secret and refresh_token, not both";
                Err(Error::Config(both.to_owned()))
            }
            Some(token) => Ok(builder.access_token(token)),
            None if !some => builder.token_from_environment(dc, self.token_store.as_deref()),
            None => {
                let url = self.token_url.or_else(|| dc.map(|dc| dc.token_url().to_owned()));
                let mut tokens = RefreshToken::builder().http(http).token_url(url.unwrap_or_default());
                tokens = tokens.client_id(self.client_id.unwrap_or_default());
                tokens = tokens.client_secret(self.client_secret.unwrap_or_default());
                tokens = tokens.refresh_token(self.refresh_token.unwrap_or_default());
                tokens = self.token_store.into_iter().fold(tokens, |tokens, path| tokens.store(path));
                Ok(builder.token_source(tokens.build()?))
            }
        }
    }
}

impl RunSettings {
    /// The client's builder with what the run does otherwise.
    pub(super) fn over(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        if let Some(names) = &self.restrict_triggers {
            builder = builder.restrict_triggers(triggers(names)?);
        }
        if let Some(rate) = &self.rate {
            builder = builder.rate(rate.parse()?);
        }
        Ok(builder.transfers(self.transfers()?))
    }

    pub(super) fn transfers(&self) -> Result<Transfers, Error> {
        self.transfers.parse()
    }

    pub(super) fn breaker(&self) -> Result<BreakerOptions, Error> {
        let options = BreakerOptions::default().max_outage(seconds("max_outage", self.max_outage)?);
        Ok(options.failures(self.max_failures).credit_reserve(self.credit_reserve))
    }

    pub(super) fn drain(&self) -> Result<Duration, Error> {
        seconds("drain", self.drain)
    }
}

pub(super) fn triggers(names: &[String]) -> Result<Vec<Triggers>, Error> {
    names.iter().map(|name| name.parse()).collect()
}

fn seconds(name: &str, number: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(number)
        .map_err(|_| Error::Config(format!("{name}={number}: must be a number of seconds from 0")))
}
