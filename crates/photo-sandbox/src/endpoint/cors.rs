//! What lets pages of other origins call the endpoint (the CORS protocol of the Fetch standard).

use super::loopback;
use super::route::Route;
use crate::config::Config;

/// What a request tells about the page that it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Caller<'a> {
    pub(crate) origin: Option<&'a str>,
    /// The headers that a preflight request announces.
    pub(crate) headers: Option<&'a str>,
    /// Whether a preflight request asks for a page of a public site to call this machine.
    pub(crate) private_network: bool,
}

type Headers = Vec<(&'static str, String)>;

/// The headers of every answer to this caller.
pub(crate) fn headers(caller: Caller<'_>, config: &Config) -> Headers {
    // Said even where the origin may not call: a cache must not hand the answer on to another one.
    let mut headers = vec![("vary", "Origin".to_owned())];
    if let Some(origin) = caller.origin.filter(|origin| may_call(origin, config)) {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        headers.push(("access-control-allow-credentials", "true".to_owned()));
        headers.push(("access-control-expose-headers", EXPOSED.to_owned()));
    }
    headers
}

/// What the answer to a preflight request (`OPTIONS`) has besides, if this path is one of the endpoint's.
pub(crate) fn preflight(caller: Caller<'_>, route: &Route<'_>) -> Option<Headers> {
    let methods = match route {
        Route::Photo(_) => "POST, GET, DELETE",
        Route::Token => "POST",
        Route::Settings(_) => "GET",
        _ => return None,
    };
    let fault = caller.headers.is_some_and(|asked| asked.to_ascii_lowercase().contains("x-sandbox-fault"));
    let allowed =
        if fault { "authorization, content-type, x-sandbox-fault" } else { "authorization, content-type" };
    let mut headers = vec![
        ("access-control-allow-methods", methods.to_owned()),
        ("access-control-allow-headers", allowed.to_owned()),
        ("access-control-max-age", "600".to_owned()),
    ];
    if caller.private_network {
        headers.push(("access-control-allow-private-network", "true".to_owned()));
    }
    Some(headers)
}

fn may_call(origin: &str, config: &Config) -> bool {
    loopback::is_local(origin) || config.origins.contains(origin)
}

const EXPOSED: &str = "content-disposition, retry-after, x-api-credits-remaining";

#[cfg(test)]
mod tests {
    use super::super::route::route;
    use super::*;

    fn allowed(origin: Option<&str>, config: &Config) -> Option<String> {
        let headers = headers(Caller { origin, ..Caller::default() }, config);
        assert_eq!(headers[0], ("vary", "Origin".to_owned()));
        headers.into_iter().find(|(name, _)| *name == "access-control-allow-origin").map(|(_, value)| value)
    }

    #[test]
    fn pages_on_loopback_and_configured_ones_may_call() {
        let config = Config::default().origin("https://crm.example.com").origin("null");
        for origin in ["http://127.0.0.1:5501", "http://localhost", "https://crm.example.com", "null"] {
            assert_eq!(allowed(Some(origin), &config).as_deref(), Some(origin));
        }
        for origin in ["https://example.com", "http://crm.example.com", "http://localhost.example.com", ""] {
            assert_eq!(allowed(Some(origin), &config), None, "{origin}");
        }
        assert_eq!(allowed(None, &config), None);
        assert_eq!(allowed(Some("null"), &Config::default()), None);
    }

    #[test]
    fn preflights_are_answered_by_path() {
        let table = [
            ("/crm/v2/Leads/1/photo", Some("POST, GET, DELETE")),
            ("/oauth/v2/token", Some("POST")),
            ("/crm/v2/settings/modules", Some("GET")),
            ("/oauth/v2/auth", None),
            ("/nowhere", None),
        ];
        for (path, methods) in table {
            let headers = preflight(Caller::default(), &route(path));
            assert_eq!(headers.as_ref().map(|headers| headers[0].1.as_str()), methods, "{path}");
        }
        let asked = Caller { headers: Some("X-Sandbox-Fault"), private_network: true, ..Caller::default() };
        let headers = preflight(asked, &route("/crm/v2/Leads/1/photo")).unwrap();
        assert!(headers[1].1.ends_with("x-sandbox-fault"));
        assert_eq!(headers[3].0, "access-control-allow-private-network");
    }
}
