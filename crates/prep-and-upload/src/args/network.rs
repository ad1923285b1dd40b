//! How the program reaches servers.

use std::path::PathBuf;

use clap::Args;
use photo_upload::HttpOptions;

use crate::failure::UsageError;

#[derive(Args, Debug)]
pub(crate) struct NetworkArgs {
    /// What stands in the User-Agent of each request behind the program's own name, such as who to write to
    #[arg(long, global = true, value_name = "TEXT")]
    user_agent: Option<String>,
    /// Go through this proxy, an http(s) URL [default: the system's]
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// Trust the root certificates in this file (PEM or DER) as well
    #[arg(long, global = true, value_name = "FILE")]
    root_certificate: Option<PathBuf>,
}

impl NetworkArgs {
    /// What they mean for all requests.
    ///
    /// # Errors
    /// Where the certificates can't be read.
    pub(crate) fn http(&self) -> Result<HttpOptions, UsageError> {
        let version = concat!("prep-and-upload/", env!("CARGO_PKG_VERSION"));
        let words = [Some(version), self.user_agent.as_deref()];
        let words: Vec<_> = words.into_iter().flatten().collect();
        let mut http = HttpOptions::default().user_agent(words.join(" "));
        http = self.proxy.iter().fold(http, HttpOptions::proxy);
        let Some(path) = &self.root_certificate else { return Ok(http) };
        let read = std::fs::read(path);
        let read = read.map_err(|error| {
            UsageError(format!("--root-certificate {}: {error}; name a PEM or DER file", path.display()))
        })?;
        Ok(http.root_certificate(read))
    }
}
