//! The command `sandbox`: a stand-in for the endpoint, until Ctrl-C.

use std::time::Duration;

use photo_prep::{Options, OutputFormat};
use photo_sandbox::Sandbox;
use serde::Serialize;
use tokio::time::timeout;

use crate::console::print_json;
use crate::failure::{Outcome, Severity, UsageError};
use crate::sandbox_args::SandboxArgs;

/// The first line on standard output.
#[derive(Serialize)]
struct Hello<'a> {
    url: &'a str,
    token_url: String,
    token: String,
}

pub(crate) async fn run(args: &SandboxArgs) -> Outcome {
    // Asked for before anybody can know that there is something to interrupt.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    if timeout(Duration::ZERO, &mut interrupted).await.is_ok() {
        return Ok(Some(Severity::Interrupted));
    }
    let config = args.config()?.png_converter(png);
    let sandbox = Sandbox::start(config).map_err(UsageError::new)?;
    let hello = Hello { url: sandbox.url(), token_url: sandbox.token_url(), token: sandbox.token() };
    if let Err(error) = print_json(&hello) {
        eprintln!("failed: standard output: {error}; nobody can know the address");
        return Ok(Some(Severity::Permanent));
    }
    eprintln!("open {} in a browser; Ctrl-C ends the sandbox", sandbox.url());
    // That is how it is meant to end.
    interrupted.await.map_err(|error| UsageError(format!("this system has no Ctrl-C: {error}")))?;
    if args.stats
        && let Err(error) = print_json(&sandbox.stats())
    {
        eprintln!("failed: standard output: {error}; nobody can read the statistics");
        return Ok(Some(Severity::Permanent));
    }
    Ok(None)
}

/// A stored photo as PNG, of whatever size that comes to, as the real service hands it out.
fn png(photo: &[u8]) -> Option<Vec<u8>> {
    let options = Options::default().format(OutputFormat::Png).max_bytes(MOST_PNG_BYTES);
    options.prepare(photo).ok().map(|prepared| prepared.into_bytes().into_owned())
}

/// More than any picture of 10 MP has: nothing is to be lost for its sake.
const MOST_PNG_BYTES: u64 = 200_000_000;
