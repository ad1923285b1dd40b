//! Which web addresses lie on this machine.

/// The scheme, host and port of a URL or an origin; none if it is no plain http(s) address. Everything that
/// browsers read in a way of their own (user names, backslashes, blanks) is refused.
pub(crate) fn authority(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let plain = url.len() <= MAX_URL && url.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>`".contains(&b));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest.get(..end).filter(|found| plain && !found.is_empty() && !found.contains('@'))
}

/// Whether a host with or without a port is this machine's loopback.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => (host, port),
            None => return false,
        },
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_is_fine =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let host = host.to_ascii_lowercase();
    let named = host == "localhost" || host.strip_suffix(".localhost").is_some_and(is_name);
    let numbered = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    port_is_fine && (named || numbered)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

/// Whether a URL lies on loopback.
pub(crate) fn is_local(url: &str) -> bool {
    authority(url).is_some_and(is_loopback)
}

/// Longer URLs are refused: they are echoed.
const MAX_URL: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_this_machine() {
        let table = [
            ("http://127.0.0.1:5501/redirect.html", true),
            ("https://localhost", true),
            ("http://LOCALHOST:1?x#y", true),
            ("http://[::1]:80/", true),
            ("http://a.b-c.localhost:8080", true),
            ("http://127.8.9.10/", true),
            ("http://[::1", false),
            ("http://[::1]x/", false),
            ("http://.localhost/", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost.example.com", false),
            ("http://localhost:99999/", false),
            ("http://localhost:/", false),
            ("http://127.0.0.1@example.com/", false),
            ("http://localhost\\@example.com/", false),
            ("http://localhost/\r\nX: y", false),
            ("http://localhost/é", false),
            ("http://0.0.0.0/", false),
            ("http://2130706433/", false),
            ("file:///redirect.html", false),
            ("javascript:alert(1)", false),
            ("//localhost", false),
            ("http://", false),
            ("null", false),
            ("", false),
        ];
        for (url, expected) in table {
            assert_eq!(is_local(url), expected, "{url}");
        }
        assert!(!is_local(&format!("http://localhost/{}", "x".repeat(2048))));
    }
}
