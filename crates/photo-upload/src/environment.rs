//! Tokens from the environment, for programs.

use std::env::VarError;
use std::path::Path;

use crate::builder::ClientBuilder;
use crate::endpoint::DataCenter;
use crate::error::Error;
use crate::http::HttpOptions;
use crate::token::RefreshToken;

impl ClientBuilder {
    /// Takes the token from the environment: `ZOHO_ACCESS_TOKEN`; or `ZOHO_CLIENT_ID`, `ZOHO_CLIENT_SECRET`
    /// and `ZOHO_REFRESH_TOKEN` for a [`RefreshToken`], with `ZOHO_TOKEN_URL` or the data center's token URL.
    /// An empty variable counts as none. Tokens are renewed by the [`HttpOptions`] that were set before. An
    /// access token that was renewed is kept in the file `store`: see
    /// [`RefreshTokenBuilder::store`](crate::RefreshTokenBuilder::store).
    ///
    /// # Errors
    /// [`Error::Config`], naming what is missing but no value.
    pub fn token_from_environment(self, dc: Option<DataCenter>, store: Option<&Path>) -> Result<Self, Error> {
        match variable(ACCESS_TOKEN)? {
            Some(token) => Ok(self.access_token(token)),
            None => {
                let tokens = refresh_token(self.http_options(), dc, store)?;
                Ok(self.token_source(tokens))
            }
        }
    }
}

fn refresh_token(
    http: &HttpOptions,
    dc: Option<DataCenter>,
    store: Option<&Path>,
) -> Result<RefreshToken, Error> {
    let url = variable(TOKEN_URL)?.or_else(|| dc.map(|dc| dc.token_url().to_owned()));
    let (id, secret, token) = (variable(CLIENT_ID)?, variable(CLIENT_SECRET)?, variable(REFRESH_TOKEN)?);
    let (Some(url), Some(id), Some(secret), Some(token)) = (&url, &id, &secret, &token) else {
        let all = [(CLIENT_ID, &id), (CLIENT_SECRET, &secret), (REFRESH_TOKEN, &token), (TOKEN_URL, &url)];
        let missing: Vec<_> =
            all.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        return Err(Error::config(format!(
            "no access token: set {ACCESS_TOKEN} in the environment; or {CLIENT_ID}, {CLIENT_SECRET} and \
             {REFRESH_TOKEN}, with {TOKEN_URL} unless the data center is given (now missing: {})",
            missing.join(", ")
        )));
    };
    let builder = RefreshToken::builder().http(http.clone());
    let builder = builder.token_url(url).client_id(id).client_secret(secret).refresh_token(token);
    store.map_or(builder.clone(), |path| builder.store(path)).build()
}

fn variable(name: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::config(format!("{name} is not text: set it again"))),
    }
}

const ACCESS_TOKEN: &str = "ZOHO_ACCESS_TOKEN";
const CLIENT_ID: &str = "ZOHO_CLIENT_ID";
const CLIENT_SECRET: &str = "ZOHO_CLIENT_SECRET";
const REFRESH_TOKEN: &str = "ZOHO_REFRESH_TOKEN";
const TOKEN_URL: &str = "ZOHO_TOKEN_URL";
