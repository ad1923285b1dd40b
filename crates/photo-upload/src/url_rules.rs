//! Which URLs may be used: where secrets go, where redirects may lead, and what counts as this machine or its
//! network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use reqwest::Url;

use crate::error::Error;

/// Parses a URL that secrets are sent to: https, or http to this machine (or anywhere, if allowed), without
/// user name, query and fragment. `name` says in the error which URL it is. A bare host name counts as https.
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

/// Whether a redirect may be followed: never from outside to this machine or its network, and never from
/// https to another scheme. A public server must not make us ask services that it cannot reach itself.
pub(crate) fn redirect_allowed(from: &Url, to: &Url) -> Result<(), String> {
    if is_internal(to) && !is_internal(from) {
        return Err(format!(
            "{} redirects to this machine or its network, which is not followed",
            host_of(from)
        ));
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(format!("{} redirects from https to {}", host_of(from), to.scheme()));
    }
    Ok(())
}

/// Whether a URL's host is internal, as [`is_internal_host`] says.
fn is_internal(url: &Url) -> bool {
    url.host_str().is_some_and(is_internal_host)
}

/// Whether a URL's host (as URLs have it, IPv6 addresses in brackets) is, by its very name or address, this
/// machine or one of a private network: what nobody outside can reach, so that nobody outside may send us
/// there by a redirect. Nothing is looked up.
fn is_internal_host(host: &str) -> bool {
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

/// A URL as the caller gave it, not yet checked. `Debug` leaves out what may hold secrets: user name and
/// password, and all from the query on.
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
    fn redirects() {
        let cases = [
            ("https://a.example/", "https://b.example/", true),
            ("https://a.example/", "http://b.example/", false),
            ("https://a.example/", "https://localhost/", false),
            ("http://a.example/", "http://127.0.0.1:9000/", false),
            ("https://a.example/", "https://169.254.169.254/latest/", false),
            ("https://a.example/", "https://192.168.0.1/", false),
            ("https://a.example/", "https://[::ffff:127.0.0.1]/", false),
            ("https://192.168.0.1/", "https://192.168.0.2/", true),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", true),
            ("http://127.0.0.1:1/", "https://a.example/", true),
        ];
        for (from, to, good) in cases {
            let url = |s| Url::parse(s).expect("a URL");
            assert_eq!(redirect_allowed(&url(from), &url(to)).is_ok(), good, "{from} {to}");
        }
    }
}
