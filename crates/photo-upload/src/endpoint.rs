//! Where the endpoint is: data centers, API versions, and the URL of a record's photo.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::error::Error;
use crate::target::Target;

/// The vendor's data centers. An account lives in one of them; tokens of one are refused by the others.
///
/// Only a convenience: the api-domain and the token URL can be given freely, and for vertical solutions or
/// portals have to be.
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
    /// United Kingdom (`.uk`).
    Uk,
    /// United Arab Emirates (`.ae`).
    Ae,
}

impl DataCenter {
    /// All of them.
    pub const ALL: [Self; 10] =
        [Self::Us, Self::Eu, Self::In, Self::Au, Self::Cn, Self::Jp, Self::Ca, Self::Sa, Self::Uk, Self::Ae];

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
            Self::Uk => "https://www.zohoapis.uk",
            Self::Ae => "https://www.zohoapis.ae",
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
            Self::Uk => "https://accounts.zoho.uk/oauth/v2/token",
            Self::Ae => "https://accounts.zoho.ae/oauth/v2/token",
        }
    }

    /// The short name: `us`, `eu`, `in`, `au`, `cn`, `jp`, `ca`, `sa`, `uk` or `ae`.
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
            Self::Uk => "uk",
            Self::Ae => "ae",
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
            let all = Self::ALL.map(Self::as_str).join(", ");
            Error::config(format!("{name:?} is no data center: one of {all} is"))
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

/// `{api-domain}/crm/{version}/{module}/{record_id}/photo[?restrict_triggers=…]`.
pub(crate) fn photo_url(
    base: &Url,
    version: ApiVersion,
    target: &Target,
    restrict: Option<&str>,
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
        url.query_pairs_mut().append_pair("restrict_triggers", triggers);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url_rules::secure_url;

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
                Some("workflow"),
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
