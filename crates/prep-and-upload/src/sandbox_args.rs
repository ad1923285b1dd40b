//! The options of the command `sandbox`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use photo_sandbox::{Config, Script, WebPackage};

use crate::failure::UsageError;

#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// The port on 127.0.0.1; any free one by default
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// The access token that is valid from the start
    #[arg(long, value_name = "T")]
    token: Option<String>,
    /// What is to go wrong, and when: a file, or rules such as "7=500, every 13=reset, next 2=429"
    #[arg(long, value_name = "FILE|TEXT")]
    script: Option<String>,
    /// Photo requests for which there are credits; then RATE_LIMIT_EXCEEDED
    #[arg(long, value_name = "N")]
    credits: Option<u64>,
    /// Photo requests at a time; one more gets TOO_MANY_REQUESTS
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Delay of every answer to photo and token requests
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u32,
    /// The modules that have photos, instead of the usual ones; other than usual names are custom modules
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = module_name)]
    modules: Vec<String>,
    /// The version in whose codes and words is answered, v2 to v8 [default: the one in the path]
    #[arg(long, value_name = "V", value_parser = api_version)]
    api_version: Option<u8>,
    /// Ask on a page before a browser is granted a token
    #[arg(long)]
    ask_consent: bool,
    /// A web origin whose pages may call the sandbox besides those on loopback, such as
    /// https://crm.example.com
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,
    /// Hand photos out as they were stored, not as PNG
    #[arg(long)]
    as_stored: bool,
    /// The built npm package @photo-prep/web, such as target/web/package, by which the page prepares pictures
    /// before it uploads them
    #[arg(long, value_name = "DIR")]
    web_package: Option<PathBuf>,
    /// Print what was counted as a line of JSON at the end; at any time it is at /sandbox/stats
    #[arg(long)]
    pub(crate) stats: bool,
}

impl SandboxArgs {
    /// What they mean for the sandbox.
    ///
    /// # Errors
    /// Where the script or the package can't be read.
    pub(crate) fn config(&self) -> Result<Config, UsageError> {
        let mut config = Config::default()
            .port(self.port)
            .credits(self.credits)
            .concurrency_limit(self.concurrency)
            .latency(Duration::from_millis(self.latency.into()))
            .api_version(self.api_version)
            .auto_consent(!self.ask_consent)
            .returns_png(!self.as_stored);
        config = self.token.iter().cloned().fold(config, Config::token);
        config = self.origin.iter().cloned().fold(config, Config::origin);
        if !self.modules.is_empty() {
            config = config.modules(self.modules.iter().cloned()).custom_modules(false);
        }
        let package =
            self.web_package.as_deref().map(WebPackage::read).transpose().map_err(UsageError::new)?;
        config = config.web_package(package);
        let script = self.script.as_deref().map(read_script).transpose()?;
        Ok(match script {
            Some(script) => config.script(script),
            None => config,
        })
    }
}

/// The script in a file of this name, or else in the text itself.
fn read_script(text: &str) -> Result<Script, UsageError> {
    let usage = |error: String| UsageError(format!("--script {text}: {error}"));
    let content = match Path::new(text).is_file() {
        true => std::fs::read_to_string(text).map_err(|error| usage(error.to_string()))?,
        false => text.to_owned(),
    };
    content.parse().map_err(|error| usage(format!("no such file, or no rules in it: {error}")))
}

fn module_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let good =
        (1..=100).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if good {
        Ok(name.to_owned())
    } else {
        Err("a module's API name has letters, digits and underscores only")
    }
}

fn api_version(text: &str) -> Result<u8, &'static str> {
    let number = text.strip_prefix('v').unwrap_or(text).parse().ok();
    number.filter(|version| (2..=8).contains(version)).ok_or("neither of v2 to v8")
}
