//! `sandbox`: a stand-in for the endpoint, until Ctrl-C.

use std::io::Write;

use photo_sandbox::{Config, Sandbox};
use serde::Serialize;

use crate::failure::{Outcome, Severity, UsageError};

/// The first line of standard output.
#[derive(Serialize)]
struct Hello<'a> {
    url: &'a str,
    token_url: String,
    token: String,
}

pub(crate) async fn run(port: u16, token: Option<String>) -> Outcome {
    // Asked for before anybody can know that there is something to interrupt.
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    tokio::select! {
        biased;
        _ = &mut interrupted => return Ok(Some(Severity::Interrupted)),
        () = std::future::ready(()) => {}
    }
    let config = Config::default().port(port);
    let config = token.into_iter().fold(config, Config::token);
    let sandbox = Sandbox::start(config).map_err(|error| UsageError(error.to_string()))?;
    let hello = Hello { url: sandbox.url(), token_url: sandbox.token_url(), token: sandbox.token() };
    if let Err(error) = say(&hello) {
        eprintln!("failed: standard output: {error}; nobody can know the address");
        return Ok(Some(Severity::Permanent));
    }
    match interrupted.await {
        // That is how it is meant to end.
        Ok(()) => Ok(None),
        Err(error) => Err(UsageError(format!("this system has no Ctrl-C: {error}"))),
    }
}

fn say(hello: &Hello<'_>) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer(&mut stdout, hello)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
