//! From options and environment to a client. Secrets are never printed.

use photo_sandbox::Sandbox;
use photo_upload::{Client, ClientBuilder, DataCenter, Limits, RefreshToken};

use crate::args::{Common, UploadArgs};
use crate::failure::UsageError;

/// A client with the token that the environment tells of.
pub(crate) fn real(args: &UploadArgs, common: &Common) -> Result<Client, UsageError> {
    let builder = builder(args, common).api_domain(api_domain(args));
    let builder = match variable(ACCESS_TOKEN)? {
        Some(token) => builder.access_token(token),
        None => builder.token_source(refresh_token(args.dc)?),
    };
    Ok(builder.build()?)
}

pub(crate) fn to_sandbox(
    sandbox: &Sandbox,
    args: &UploadArgs,
    common: &Common,
) -> Result<Client, UsageError> {
    Ok(builder(args, common).api_domain(sandbox.url()).access_token(sandbox.token()).build()?)
}

/// For a dry run: where the uploads would go, without their path. Needs no token.
pub(crate) fn check(args: &UploadArgs, common: &Common) -> Result<String, UsageError> {
    if args.sandbox {
        return Ok("the sandbox at http://127.0.0.1".to_owned());
    }
    let base = api_domain(args);
    builder(args, common).api_domain(base).access_token("none").build()?;
    Ok(base.trim_end_matches('/').to_owned())
}

fn builder(args: &UploadArgs, common: &Common) -> ClientBuilder {
    let limits = common.options().limits;
    let limits = Limits::default().max_bytes(limits.max_bytes).max_pixels(limits.max_pixels);
    let builder = Client::builder().limits(limits).concurrency(usize::from(args.transfers));
    match args.restrict_triggers {
        Some(triggers) => builder.restrict_triggers(triggers),
        None => builder,
    }
}

/// The command line's rules see to it that there is one.
fn api_domain(args: &UploadArgs) -> &str {
    let of_dc = args.dc.map(DataCenter::api_domain);
    args.api_domain.as_deref().or(of_dc).unwrap_or_default()
}

fn refresh_token(dc: Option<DataCenter>) -> Result<RefreshToken, UsageError> {
    let url = variable(TOKEN_URL)?.or_else(|| dc.map(|dc| dc.token_url().to_owned()));
    let (id, secret, token) = (variable(CLIENT_ID)?, variable(CLIENT_SECRET)?, variable(REFRESH_TOKEN)?);
    let (Some(url), Some(id), Some(secret), Some(token)) = (&url, &id, &secret, &token) else {
        let all = [(CLIENT_ID, &id), (CLIENT_SECRET, &secret), (REFRESH_TOKEN, &token), (TOKEN_URL, &url)];
        let missing: Vec<_> =
            all.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        return Err(UsageError::new(format!(
            "no access token: set {ACCESS_TOKEN} in the environment; or {CLIENT_ID}, {CLIENT_SECRET} and \
             {REFRESH_TOKEN}, with {TOKEN_URL} unless --dc says it (now missing: {})",
            missing.join(", ")
        )));
    };
    let builder =
        RefreshToken::builder().token_url(url).client_id(id).client_secret(secret).refresh_token(token);
    Ok(builder.build()?)
}

/// An empty variable counts as none.
fn variable(name: &str) -> Result<Option<String>, UsageError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(UsageError::new(format!("{name} is not text: set it again")))
        }
    }
}

const ACCESS_TOKEN: &str = "ZOHO_ACCESS_TOKEN";
const CLIENT_ID: &str = "ZOHO_CLIENT_ID";
const CLIENT_SECRET: &str = "ZOHO_CLIENT_SECRET";
const REFRESH_TOKEN: &str = "ZOHO_REFRESH_TOKEN";
const TOKEN_URL: &str = "ZOHO_TOKEN_URL";
