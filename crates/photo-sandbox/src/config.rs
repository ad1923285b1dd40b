//! How a sandbox behaves.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::png_converter::PngConverter;
use crate::script::Script;
use crate::web_package::WebPackage;

/// How a sandbox behaves: a plain value with defaults and chainable setters.
///
/// ```
/// use photo_sandbox::{Config, Fault, Script};
/// let config = Config::default()
///     .token("1000.mine")
///     .concurrency_limit(Some(5))
///     .expire_token_after(50)
///     .script(Script::new().every(10, Fault::BadGateway));
/// assert_eq!(config.max_bytes, 10_000_000);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The port on 127.0.0.1; 0 (the default) takes any free one.
    pub port: u16,
    /// The access token that is valid from the start.
    pub token: String,
    /// How long an access token is valid; 3,600 s by default.
    pub token_lifetime: Duration,
    /// How the token endpoint states the lifetime.
    pub expires_in: ExpiresIn,
    /// The credentials that the token endpoint takes; any that are not empty by default.
    pub credentials: Option<Credentials>,
    /// How many access tokens one refresh token gets within 10 minutes; 10 by default.
    pub max_refreshes: u32,
    /// The HTTP status of the answer to one refresh too many: 400 by default, some data centers say 200.
    pub throttle_status: u16,
    /// The modules that have photos. `Deals` counts from version v5 on only. Names that no organization has
    /// from the start are custom modules.
    pub modules: BTreeSet<String>,
    /// Whether every module whose name begins with `Custom` has photos too; yes by default. The list of
    /// modules names one of them, `CustomModule1`.
    pub custom_modules: bool,
    /// Which records are there.
    pub records: Records,
    /// Whether reserved record ids and token endings provoke their codes (see the crate's documentation); yes
    /// by default.
    pub reserved: bool,
    /// Whether the token has the scope; if not, `OAUTH_SCOPE_MISMATCH`.
    pub scope: bool,
    /// Whether the user may upload photos; if not, `NO_PERMISSION`.
    pub permission: bool,
    /// Whether the user has the privilege; if not, `AUTHORIZATION_FAILED`.
    pub privilege: bool,
    /// How many photo requests may be under way at a time; one more gets `TOO_MANY_REQUESTS`. No limit by
    /// default.
    pub concurrency_limit: Option<usize>,
    /// How many photo requests there are credits for; after them `RATE_LIMIT_EXCEEDED`. No limit by default.
    pub credits: Option<u64>,
    /// The largest picture, in bytes, inclusive; 10,000,000 by default. Also bounds the memory for one
    /// request.
    pub max_bytes: usize,
    /// The largest picture, in pixels, inclusive; 10,000,000 by default.
    pub max_pixels: u64,
    /// The version of the API in whose codes and words the sandbox answers, 2 to 8, whatever version a path
    /// names; by default the path's. From version 8 on, too large a picture gets `FILE_SIZE_EXCEEDS` or
    /// `FILE_RESOLUTION_EXCEEDS`; from version 5 on, `Deals` have photos.
    pub api_version: Option<u8>,
    /// Whether photos come back as PNG, as from the real service; yes by default. A photo of another format
    /// is converted by [`png_converter`](field@Config::png_converter); without one it comes back as stored.
    pub returns_png: bool,
    /// What makes a PNG of a stored photo; none by default, because this crate knows no pixels.
    pub png_converter: Option<PngConverter>,
    /// The npm package by which the page prepares pictures before it uploads them; none by default.
    pub web_package: Option<WebPackage>,
    /// Web origins, such as `https://crm.example.com`, whose pages may call the sandbox besides those on
    /// loopback.
    pub origins: BTreeSet<String>,
    /// The clients that are registered for grants in a browser; with none (the default) every client id and
    /// every redirect URI on loopback will do.
    pub clients: Vec<RegisteredClient>,
    /// Whether a grant in a browser needs no click on a consent page; yes by default.
    pub auto_consent: bool,
    /// Whether a grant code that this sandbox has not given out is taken, once, as one from the developer
    /// console would be; yes by default.
    pub any_code: bool,
    /// How long every answer of the photo and token endpoints is delayed; not at all by default.
    pub latency: Duration,
    /// The faults planned from the start.
    pub script: Script,
    /// Every access token expires when the number of accepted uploads reaches one of these.
    pub expire_token_after: BTreeSet<u64>,
    /// How many bytes of pictures (with their names, and a little for each) are kept; the oldest are
    /// forgotten first. 268,435,456 by default.
    pub store_bytes: usize,
    /// How long a client may be silent (or take nothing) in the middle of a request; 10 s by default. A whole
    /// body may take 12 times as long.
    pub idle_timeout: Duration,
    /// How many bytes of a refused body are read and thrown away before the answer; 67,108,864 by default.
    pub drain_bytes: u64,
    /// How long a refused body is read and thrown away before the answer; 5 s by default.
    pub drain_time: Duration,
}

/// What the token endpoint wants to see.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The refresh token.
    pub refresh_token: String,
}

/// Which records are there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Records {
    /// Every id of 1 to 25 decimal digits, in every module.
    Any,
    /// Just these ids, in every module.
    Only(BTreeSet<String>),
}

/// A client that may ask for grants in a browser, as registered with the developer console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredClient {
    /// The client's id.
    pub client_id: String,
    /// Where grants may be sent to; compared to the letter.
    pub redirect_uris: BTreeSet<String>,
}

/// How the token endpoint states the lifetime of a token. All three forms have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpiresIn {
    /// `expires_in` in seconds.
    Seconds,
    /// `expires_in` in milliseconds next to `expires_in_sec` in seconds.
    Milliseconds,
    /// Not at all.
    Missing,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            port: 0,
            token: "1000.sandbox.0".to_owned(),
            token_lifetime: Duration::from_secs(3600),
            expires_in: ExpiresIn::Seconds,
            credentials: None,
            max_refreshes: 10,
            throttle_status: 400,
            modules: MODULES.iter().map(|&name| name.to_owned()).collect(),
            custom_modules: true,
            records: Records::Any,
            reserved: true,
            scope: true,
            permission: true,
            privilege: true,
            concurrency_limit: None,
            credits: None,
            max_bytes: 10_000_000,
            max_pixels: 10_000_000,
            api_version: None,
            returns_png: true,
            png_converter: None,
            web_package: None,
            origins: BTreeSet::new(),
            clients: Vec::new(),
            auto_consent: true,
            any_code: true,
            latency: Duration::ZERO,
            script: Script::new(),
            expire_token_after: BTreeSet::new(),
            store_bytes: 256 << 20,
            idle_timeout: Duration::from_secs(10),
            drain_bytes: 64 << 20,
            drain_time: Duration::from_secs(5),
        }
    }
}

/// Writes one chainable setter a field: documentation, name, type.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty;)*) => {
        impl Config {
            $($(#[$doc])* #[must_use] pub fn $name(mut self, $name: $kind) -> Self { self.$name = $name; self })*
        }
    };
}

setters! {
    /// Sets [`port`](field@Config::port).
    port: u16;
    /// Sets [`token_lifetime`](field@Config::token_lifetime).
    token_lifetime: Duration;
    /// Sets [`expires_in`](field@Config::expires_in).
    expires_in: ExpiresIn;
    /// Sets [`max_refreshes`](field@Config::max_refreshes).
    max_refreshes: u32;
    /// Sets [`throttle_status`](field@Config::throttle_status).
    throttle_status: u16;
    /// Sets [`custom_modules`](field@Config::custom_modules).
    custom_modules: bool;
    /// Sets [`records`](field@Config::records).
    records: Records;
    /// Sets [`reserved`](field@Config::reserved).
    reserved: bool;
    /// Sets [`scope`](field@Config::scope).
    scope: bool;
    /// Sets [`permission`](field@Config::permission).
    permission: bool;
    /// Sets [`privilege`](field@Config::privilege).
    privilege: bool;
    /// Sets [`concurrency_limit`](field@Config::concurrency_limit).
    concurrency_limit: Option<usize>;
    /// Sets [`credits`](field@Config::credits).
    credits: Option<u64>;
    /// Sets [`max_bytes`](field@Config::max_bytes).
    max_bytes: usize;
    /// Sets [`max_pixels`](field@Config::max_pixels).
    max_pixels: u64;
    /// Sets [`api_version`](field@Config::api_version).
    api_version: Option<u8>;
    /// Sets [`returns_png`](field@Config::returns_png).
    returns_png: bool;
    /// Sets [`web_package`](field@Config::web_package).
    web_package: Option<WebPackage>;
    /// Sets [`auto_consent`](field@Config::auto_consent).
    auto_consent: bool;
    /// Sets [`any_code`](field@Config::any_code).
    any_code: bool;
    /// Sets [`latency`](field@Config::latency).
    latency: Duration;
    /// Sets [`script`](field@Config::script).
    script: Script;
    /// Sets [`store_bytes`](field@Config::store_bytes).
    store_bytes: usize;
    /// Sets [`idle_timeout`](field@Config::idle_timeout).
    idle_timeout: Duration;
    /// Sets [`drain_bytes`](field@Config::drain_bytes).
    drain_bytes: u64;
    /// Sets [`drain_time`](field@Config::drain_time).
    drain_time: Duration;
}

impl Config {
    /// Sets [`token`](field@Config::token).
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// Sets the [`credentials`](field@Config::credentials) that the token endpoint takes, and no others.
    #[must_use]
    pub fn credentials(
        mut self,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        refresh_token: impl Into<String>,
    ) -> Self {
        let (client_id, client_secret) = (client_id.into(), client_secret.into());
        self.credentials =
            Some(Credentials { client_id, client_secret, refresh_token: refresh_token.into() });
        self
    }

    /// Sets [`modules`](field@Config::modules).
    #[must_use]
    pub fn modules<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.modules = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`png_converter`](field@Config::png_converter): PNG bytes for the bytes of a stored photo, or
    /// nothing if it can't be read, which then comes back as stored.
    #[must_use]
    pub fn png_converter(
        mut self,
        convert: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        self.png_converter = Some(PngConverter::new(convert));
        self
    }

    /// Adds one of the [`origins`](field@Config::origins) whose pages may call the sandbox.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.insert(origin.into());
        self
    }

    /// Adds one of the registered [`clients`](field@Config::clients).
    #[must_use]
    pub fn client<S: Into<String>>(
        mut self,
        client_id: impl Into<String>,
        redirect_uris: impl IntoIterator<Item = S>,
    ) -> Self {
        let redirect_uris = redirect_uris.into_iter().map(Into::into).collect();
        self.clients.push(RegisteredClient { client_id: client_id.into(), redirect_uris });
        self
    }

    /// The version in which a request to this version is answered.
    pub(crate) fn version(&self, of_path: u8) -> u8 {
        self.api_version.unwrap_or(of_path)
    }

    /// Adds a number of accepted uploads at which every access token expires.
    #[must_use]
    pub fn expire_token_after(mut self, uploads: u64) -> Self {
        self.expire_token_after.insert(uploads);
        self
    }
}

/// Shows everything but the token: somebody may have configured a real one.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Taken apart in full, so that no new field can be forgotten here.
        macro_rules! show {
            ($($name:ident)*) => {{
                let Config { token: _, $($name),* } = self;
                f.debug_struct("Config")$(.field(stringify!($name), $name))*.finish_non_exhaustive()
            }};
        }
        show!(port token_lifetime expires_in credentials max_refreshes throttle_status modules custom_modules
            records reserved scope permission privilege concurrency_limit credits max_bytes max_pixels
            api_version returns_png png_converter web_package origins clients auto_consent any_code latency script expire_token_after store_bytes idle_timeout drain_bytes drain_time)
    }
}

/// Shows which client, but no secret: somebody may have configured real ones.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The modules with photos that every organization has.
pub(crate) const MODULES: [&str; 6] = ["Leads", "Contacts", "Accounts", "Products", "Vendors", "Deals"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let text = format!("{:?}", Config::default().token("hush").credentials("id-7", "hush", "quiet"));
        assert!(text.contains("id-7"));
        assert!(!text.contains("hush") && !text.contains("quiet"), "{text}");
    }
}
