//! Where the endpoint is: data centers, API versions, and the checks on every URL a secret is sent to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use reqwest::Url;

use crate::error::Error;
use crate::target::Target;

/// The vendor's data centers. An account lives in one of them; tokens of one are refused by the others.
///
/// Only a convenience: the api-domain and the token URL can be given freely, and for vertical solutions or portals
/// have to be.
///
/// ```
/// use photo_upload::DataCenter;
/// let dc: DataCenter = "eu".parse()?;
/// assert_eq!(dc.api_domain(), "https://www.zohoapis.eu");
/// assert_eq!(dc.token_url(), "https://accounts.zoho.eu/oauth/v2/token");
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataCenter {
    /// United States (`.com`).
    Us,
    /// Europe (`.eu`).
    Eu,
    /// India (`.in`).
    In,
    /// Australia (`.com.au`).
    Au,
    /// China (`.com.cn`).
    Cn,
    /// Japan (`.jp`).
    Jp,
    /// Canada (`zohoapis.ca`, `zohocloud.ca`).
    Ca,
    /// Saudi Arabia (`.sa`).
    Sa,
}

impl DataCenter {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Us, Self::Eu, Self::In, Self::Au, Self::Cn, Self::Jp, Self::Ca, Self::Sa];

    /// The api-domain, such as `https://www.zohoapis.com`.
    pub fn api_domain(self) -> &'static str {
        match self {
            Self::Us => "https://www.zohoapis.com",
            Self::Eu => "https://www.zohoapis.eu",
            Self::In => "https://www.zohoapis.in",
            Self::Au => "https://www.zohoapis.com.au",
            Self::Cn => "https://www.zohoapis.com.cn",
            Self::Jp => "https://www.zohoapis.jp",
            Self::Ca => "https://www.zohoapis.ca",
            Self::Sa => "https://www.zohoapis.sa",
        }
    }

    /// The URL that gives access tokens for refresh tokens.
    pub fn token_url(self) -> &'static str {
        match self {
            Self::Us => "https://accounts.zoho.com/oauth/v2/token",
            Self::Eu => "https://accounts.zoho.eu/oauth/v2/token",
            Self::In => "https://accounts.zoho.in/oauth/v2/token",
            Self::Au => "https://accounts.zoho.com.au/oauth/v2/token",
            Self::Cn => "https://accounts.zoho.com.cn/oauth/v2/token",
            Self::Jp => "https://accounts.zoho.jp/oauth/v2/token",
            Self::Ca => "https://accounts.zohocloud.ca/oauth/v2/token",
            Self::Sa => "https://accounts.zoho.sa/oauth/v2/token",
        }
    }

    /// The short name: `us`, `eu`, `in`, `au`, `cn`, `jp`, `ca` or `sa`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::In => "in",
            Self::Au => "au",
            Self::Cn => "cn",
            Self::Jp => "jp",
            Self::Ca => "ca",
            Self::Sa => "sa",
        }
    }
}

impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DataCenter {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|dc| dc.as_str().eq_ignore_ascii_case(name)).ok_or_else(|| {
            Error::config(format!("{name:?} is no data center: one of us, eu, in, au, cn, jp, ca, sa is"))
        })
    }
}

/// The API's version, as it stands in the path: `v2` (the default), `v2.1`, … `v8`.
///
/// ```
/// use photo_upload::ApiVersion;
/// assert_eq!(ApiVersion::default().to_string(), "v2");
/// assert_eq!("v2.1".parse::<ApiVersion>()?, ApiVersion::new(2, Some(1)));
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiVersion {
    major: u8,
    minor: Option<u8>,
}

impl ApiVersion {
    /// Version 2, the default.
    pub const V2: Self = Self::new(2, None);
    /// Version 8, the latest known when this was written.
    pub const V8: Self = Self::new(8, None);

    /// Any version, as `v{major}` or `v{major}.{minor}`.
    pub const fn new(major: u8, minor: Option<u8>) -> Self {
        Self { major, minor }
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        Self::V2
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            Some(minor) => write!(f, "v{}.{minor}", self.major),
            None => write!(f, "v{}", self.major),
        }
    }
}

impl FromStr for ApiVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<u8>().ok()).flatten();
        let parsed = text.strip_prefix('v').and_then(|rest| match rest.split_once('.') {
            Some((major, minor)) => Some(Self::new(number(major)?, Some(number(minor)?))),
            None => Some(Self::new(number(rest)?, None)),
        });
        parsed.ok_or_else(|| Error::config(format!("{text:?} is no API version: v2 to v8 and v2.1 are")))
    }
}

/// Automations that an upload should not set off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Triggers {
    /// Workflow rules: sends `restrict_triggers=workflow`.
    Workflow,
}

impl Triggers {
    /// The parameter's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
        }
    }
}

impl FromStr for Triggers {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        if name == "workflow" {
            return Ok(Self::Workflow);
        }
        Err(Error::config(format!("{name:?} cannot be restricted: workflow can")))
    }
}

/// `{api-domain}/crm/{version}/{module}/{record_id}/photo[?restrict_triggers=…]`.
pub(crate) fn photo_url(
    base: &Url,
    version: ApiVersion,
    target: &Target,
    restrict: Option<Triggers>,
) -> Option<Url> {
    let mut url = base.clone();
    let version = version.to_string();
    url.path_segments_mut().ok()?.pop_if_empty().extend([
        "crm",
        version.as_str(),
        target.module(),
        target.record_id(),
        "photo",
    ]);
    if let Some(triggers) = restrict {
        url.query_pairs_mut().append_pair("restrict_triggers", triggers.as_str());
    }
    Some(url)
}

/// Parses a URL that secrets are sent to: https, or http to this machine (or anywhere, if allowed), without user name,
/// query and fragment. `name` says in the error which URL it is. A bare host name counts as https.
pub(crate) fn secure_url(name: &str, text: &str, allow_plain_http: bool) -> Result<Url, Error> {
    let text = text.trim();
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&full).map_err(|e| Error::config(format!("the {name} is not a URL: {e}")))?;
    let bad = |why: &str| Err(Error::config(format!("the {name} {why}")));
    if !url.username().is_empty() || url.password().is_some() {
        return bad("holds a user name or password: leave it out");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return bad("holds a query or fragment: leave it out, secrets do not belong into URLs");
    }
    match check_scheme(&url, allow_plain_http) {
        Ok(()) => Ok(url),
        Err(why) => bad(&why),
    }
}

/// https always; http only to this machine, unless allowed.
pub(crate) fn check_scheme(url: &Url, allow_plain_http: bool) -> Result<(), String> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_plain_http || is_loopback(url) => Ok(()),
        "http" => {
            let host = host_of(url);
            Err(format!("is plain http to {host}: use https, or allow plain http (allow_plain_http)"))
        }
        // Not named: what stands before a colon may be a secret in the wrong place.
        _ => Err("has a scheme that is not https: use https".to_owned()),
    }
}

/// Whether a URL's host is this machine by its very name or address; nothing is looked up.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    match address_of(host) {
        Some(ip) => ip.is_loopback(),
        None => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether a URL's host is internal, as [`is_internal_host`] says.
pub(crate) fn is_internal(url: &Url) -> bool {
    url.host_str().is_some_and(is_internal_host)
}

/// Whether a URL's host (as URLs have it, IPv6 addresses in brackets) is, by its very name or address, this machine or one
/// of a private network: what nobody outside can reach, so that nobody outside may send us there by a redirect. Nothing
/// is looked up.
///
/// ```
/// assert!(photo_upload::is_internal_host("169.254.169.254"));
/// assert!(!photo_upload::is_internal_host("a.example"));
/// ```
#[must_use]
pub fn is_internal_host(host: &str) -> bool {
    match address_of(host) {
        Some(IpAddr::V4(ip)) => is_internal_v4(ip),
        Some(IpAddr::V6(ip)) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_internal_v4(mapped),
            None => {
                ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local()
            }
        },
        None => {
            let host = host.trim_end_matches('.').to_ascii_lowercase();
            host == "localhost" || host.ends_with(".localhost")
        }
    }
}

/// Link-local addresses count: cloud machines have their own secrets at 169.254.169.254.
fn is_internal_v4(ip: Ipv4Addr) -> bool {
    let carrier_grade = ip.octets()[0] == 100 && ip.octets()[1] & 0xC0 == 64;
    // 0.0.0.0/8 reaches this machine on many systems.
    let this_network = ip.octets()[0] == 0;
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || carrier_grade || this_network
}

fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// A URL as the caller gave it, not yet checked. `Debug` leaves out what may hold secrets: user name and password, and
/// all from the query on.
#[derive(Clone, Default)]
pub(crate) struct UrlText(pub(crate) String);

impl fmt::Debug for UrlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.split(['?', '#']).next().unwrap_or_default();
        match shown.rsplit_once('@') {
            Some((_, host)) => write!(f, "\"…@{}\"", host.escape_debug()),
            None => write!(f, "{shown:?}"),
        }
    }
}

/// The host for messages; paths and queries of others' URLs may hold secrets.
pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or("no host").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let target = Target::new("Leads", "3000000038009").expect("good form");
        let cases = [
            (
                "https://www.zohoapis.com",
                "v2",
                None,
                "https://www.zohoapis.com/crm/v2/Leads/3000000038009/photo",
            ),
            (
                "https://www.zohoapis.com/",
                "v8",
                None,
                "https://www.zohoapis.com/crm/v8/Leads/3000000038009/photo",
            ),
            ("crm.example.org", "v2.1", None, "https://crm.example.org/crm/v2.1/Leads/3000000038009/photo"),
            (
                "http://127.0.0.1:8080/prefix/",
                "v2",
                Some(Triggers::Workflow),
                "http://127.0.0.1:8080/prefix/crm/v2/Leads/3000000038009/photo?restrict_triggers=workflow",
            ),
        ];
        for (base, version, restrict, want) in cases {
            let base = secure_url("api-domain", base, false).expect("good base");
            let version = version.parse().expect("good version");
            let url = photo_url(&base, version, &target, restrict).expect("a URL");
            assert_eq!(url.as_str(), want);
        }
    }

    #[test]
    fn only_safe_bases() {
        let cases = [
            ("https://a.example", false, true),
            ("http://a.example", false, false),
            ("http://a.example", true, true),
            ("http://localhost:1", false, true),
            ("http://127.8.9.1", false, true),
            ("http://[::1]:80", false, true),
            ("http://localhost.evil.example", false, false),
            ("http://127.0.0.1.evil.example", false, false),
            ("http://10.0.0.1", false, false),
            ("ftp://a.example", true, false),
            ("file:///etc/passwd", true, false),
            ("https://user:pw@a.example", false, false),
            ("https://a.example/?token=x", false, false),
            ("https://a.example/#x", false, false),
            ("https://", false, false),
            ("", false, false),
        ];
        for (text, allow, good) in cases {
            assert_eq!(secure_url("api-domain", text, allow).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn hosts_that_nobody_outside_reaches() {
        let cases = [
            ("https://a.example", false),
            ("https://93.184.216.34", false),
            ("https://[2606:2800:220:1::1]", false),
            ("https://100.128.0.1", false),
            ("https://localhost.evil.example", false),
            ("https://localhost", true),
            ("https://LOCALHOST.", true),
            ("https://db.localhost", true),
            ("https://127.0.0.1", true),
            ("https://2130706433", true),
            ("https://0x7f.1", true),
            ("https://0.0.0.0", true),
            ("https://10.1.2.3", true),
            ("https://172.16.0.1", true),
            ("https://192.168.1.1", true),
            ("https://169.254.169.254", true),
            ("https://100.64.0.1", true),
            ("https://[::1]", true),
            ("https://[::]", true),
            ("https://[fd00::1]", true),
            ("https://[fe80::1]", true),
            ("https://[::ffff:127.0.0.1]", true),
        ];
        for (url, internal) in cases {
            assert_eq!(is_internal(&Url::parse(url).expect("a URL")), internal, "{url}");
        }
    }

    #[test]
    fn urls_are_shown_without_secrets() {
        for (text, shown) in [
            ("https://a.example/token", "\"https://a.example/token\""),
            ("https://a.example/token?refresh_token=hush", "\"https://a.example/token\""),
            ("https://me:hush@a.example/#hush", "\"…@a.example/\""),
        ] {
            assert_eq!(format!("{:?}", UrlText(text.into())), shown);
        }
    }

    #[test]
    fn versions_and_centers() {
        for (text, good) in [
            ("v2", true),
            ("v2.1", true),
            ("v8", true),
            ("2", false),
            ("v", false),
            ("v2/..", false),
            ("v+2", false),
        ] {
            assert_eq!(text.parse::<ApiVersion>().is_ok(), good, "{text}");
        }
        for dc in DataCenter::ALL {
            assert_eq!(dc.as_str().parse::<DataCenter>().ok(), Some(dc));
            for url in [dc.api_domain(), dc.token_url()] {
                assert!(secure_url("url", url, false).is_ok());
            }
        }
        assert!("xx".parse::<DataCenter>().is_err());
    }
}
