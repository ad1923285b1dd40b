//! From options and environment to a client. Secrets are never printed.

use photo_sandbox::Sandbox;
use photo_upload::{Client, ClientBuilder, DataCenter, Limits};

use crate::args::{Common, UploadArgs};
use crate::failure::UsageError;

/// A client with the token that the environment holds.
pub(crate) fn real(args: &UploadArgs, common: &Common) -> Result<Client, UsageError> {
    let builder = builder(args, common).api_domain(api_domain(args));
    let builder = builder.token_from_environment(args.dc).map_err(|e| UsageError(e.to_string()))?;
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
