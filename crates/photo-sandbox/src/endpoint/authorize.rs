//! Grants in a browser: what is asked for, whether it may be, and where the browser goes with the answer.

use std::collections::BTreeSet;

use super::loopback;
use super::response::{Refusal, Response};
use crate::config::{Config, ExpiresIn};

/// What a browser asks for, unchecked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    response_type: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) redirect_uri: String,
    state: Option<String>,
}

/// What kind of grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An access token at once (the implicit grant).
    Token,
    /// A code to be exchanged for tokens.
    Code,
}

/// What the people at the browser say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) allowed: bool,
    /// Until the browser is closed, it need not be asked for again.
    pub(crate) for_session: bool,
}

impl Request {
    /// Reads the query; of a parameter that comes twice, the first counts.
    pub(crate) fn read(query: &str) -> Self {
        let (mut request, mut seen) = (Request::default(), BTreeSet::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !seen.insert(name.clone()) {
                continue;
            }
            match &*name {
                "response_type" => request.response_type = value.into_owned(),
                "client_id" => request.client_id = value.into_owned(),
                "scope" => request.scope = value.into_owned(),
                "redirect_uri" => request.redirect_uri = value.into_owned(),
                "state" => request.state = Some(value.into_owned()),
                _ => {}
            }
        }
        request
    }

    /// Whether it may be granted at all. What is wrong is never sent to the redirect URI, which may be wrong
    /// too.
    pub(crate) fn check(&self, config: &Config) -> Result<Kind, Refusal> {
        let sized = |text: &str| (1..=MAX_LENGTH).contains(&text.len());
        if !sized(&self.client_id) {
            return Err(Refusal::parameter("client_id", "the parameter client_id is missing or too long"));
        }
        let registered = config.clients.iter().find(|client| client.client_id == self.client_id);
        if !config.clients.is_empty() && registered.is_none() {
            return Err(Refusal::parameter("client_id", "no client with this client_id is registered"));
        }
        if !loopback::is_local(&self.redirect_uri) || self.redirect_uri.contains('#') {
            return Err(Refusal::parameter("redirect_uri", REDIRECT_URI));
        }
        if registered.is_some_and(|client| !client.redirect_uris.contains(&self.redirect_uri)) {
            return Err(Refusal::parameter(
                "redirect_uri",
                "this redirect_uri is not registered for the client",
            ));
        }
        if !sized(&self.scope) {
            return Err(Refusal::parameter("scope", "the parameter scope is missing or too long"));
        }
        if self.state.as_ref().is_some_and(|state| state.len() > MAX_LENGTH) {
            return Err(Refusal::parameter("state", "the parameter state is too long"));
        }
        match self.response_type.as_str() {
            "token" => Ok(Kind::Token),
            "code" => Ok(Kind::Code),
            _ => {
                Err(Refusal::parameter("response_type", "the parameter response_type must be token or code"))
            }
        }
    }

    /// The redirect with an access token in the fragment, which never leaves the browser.
    pub(crate) fn with_token(
        &self,
        token: &str,
        api_domain: &str,
        consent: Consent,
        config: &Config,
    ) -> Response {
        let seconds = config.token_lifetime.as_secs();
        let mut pairs = vec![("access_token", token.to_owned())];
        match config.expires_in {
            ExpiresIn::Seconds => pairs.push(("expires_in", seconds.to_string())),
            ExpiresIn::Milliseconds => {
                pairs.push(("expires_in", seconds.saturating_mul(1000).to_string()));
                pairs.push(("expires_in_sec", seconds.to_string()));
            }
            ExpiresIn::Missing => {}
        }
        pairs.push(("api_domain", api_domain.to_owned()));
        pairs.push(("location", LOCATION.to_owned()));
        if consent.for_session {
            pairs.push(("granted_for_session", "true".to_owned()));
        }
        self.redirect(Kind::Token, pairs)
    }

    /// The redirect with a code in the query.
    pub(crate) fn with_code(&self, code: &str, accounts_server: &str) -> Response {
        let pairs = vec![
            ("code", code.to_owned()),
            ("location", LOCATION.to_owned()),
            ("accounts-server", accounts_server.to_owned()),
        ];
        self.redirect(Kind::Code, pairs)
    }

    /// The redirect after a refusal by the people at the browser.
    pub(crate) fn denied(&self, kind: Kind) -> Response {
        self.redirect(kind, vec![("error", "access_denied".to_owned())])
    }

    fn redirect(&self, kind: Kind, mut pairs: Vec<(&str, String)>) -> Response {
        pairs.extend(self.state.iter().map(|state| ("state", state.clone())));
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        // Scripts that read a fragment by decodeURIComponent leave a plus sign alone.
        let encoded = encoded.replace('+', "%20");
        let separator = match kind {
            Kind::Token => '#',
            Kind::Code if self.redirect_uri.contains('?') => '&',
            Kind::Code => '?',
        };
        let mut response = Response::raw(302, None, bytes::Bytes::new());
        response.headers.push(("location", format!("{}{separator}{encoded}", self.redirect_uri)));
        response.headers.push(("cache-control", "no-store".to_owned()));
        response.headers.push(("referrer-policy", "no-referrer".to_owned()));
        response
    }
}

impl Consent {
    /// Reads the body of the consent page's form.
    pub(crate) fn read(body: &[u8]) -> Self {
        let mut consent = Consent::default();
        for (name, value) in form_urlencoded::parse(body) {
            match (&*name, &*value) {
                ("decision", "allow") => consent.allowed = true,
                ("session", "on") => consent.for_session = true,
                _ => {}
            }
        }
        consent
    }
}

/// The data center that the sandbox says it is.
const LOCATION: &str = "us";
const MAX_LENGTH: usize = 4096;
const REDIRECT_URI: &str = "the redirect_uri must be an http(s) URL on loopback, without a fragment";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "response_type=token&client_id=1000.C&scope=ZohoCRM.modules.ALL\
                        &redirect_uri=http://127.0.0.1:5501/redirect.html&state=a%20b%2B";

    fn location(response: &Response) -> &str {
        &response.headers.iter().find(|(name, _)| *name == "location").unwrap().1
    }

    #[test]
    fn grants_go_where_they_should() {
        let (request, config) = (Request::read(GOOD), Config::default());
        assert_eq!(request.check(&config).ok(), Some(Kind::Token));
        let session = Consent { allowed: true, for_session: true };
        let once = Consent { allowed: true, for_session: false };
        let with_token = |consent, config: &Config| {
            location(&request.with_token("T", "http://127.0.0.1:1", consent, config)).to_owned()
        };
        let api = "api_domain=http%3A%2F%2F127.0.0.1%3A1&location=us";
        let start = "http://127.0.0.1:5501/redirect.html#access_token=T";
        assert_eq!(with_token(once, &config), format!("{start}&expires_in=3600&{api}&state=a%20b%2B"));
        let config = config.expires_in(ExpiresIn::Milliseconds);
        let told = format!("{start}&expires_in=3600000&expires_in_sec=3600&{api}");
        assert_eq!(with_token(session, &config), format!("{told}&granted_for_session=true&state=a%20b%2B"));
        let server = "location=us&accounts-server=http%3A%2F%2F127.0.0.1%3A1&state=a%20b%2B";
        let code = request.with_code("K", "http://127.0.0.1:1");
        assert_eq!(location(&code), format!("http://127.0.0.1:5501/redirect.html?code=K&{server}"));
        let denied = request.denied(Kind::Token);
        assert_eq!(
            location(&denied),
            "http://127.0.0.1:5501/redirect.html#error=access_denied&state=a%20b%2B"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let registered = Config::default().client("1000.C", ["http://127.0.0.1:5501/redirect.html"]);
        let table = [
            (GOOD.to_owned(), &registered, None),
            (GOOD.replace("client_id=1000.C", ""), &registered, Some("client_id")),
            (GOOD.replace("1000.C", "1000.D"), &registered, Some("client_id")),
            (GOOD.replace("redirect.html", "other"), &registered, Some("redirect_uri")),
            (GOOD.replace("127.0.0.1:5501", "example.com"), &Config::default(), Some("redirect_uri")),
            (GOOD.replace("redirect.html", "%23x"), &Config::default(), Some("redirect_uri")),
            (GOOD.replace("redirect.html", "%0d%0aX:y"), &Config::default(), Some("redirect_uri")),
            (GOOD.replace("scope=ZohoCRM.modules.ALL", ""), &registered, Some("scope")),
            (GOOD.replace("=token", "=password"), &registered, Some("response_type")),
            (GOOD.replace("a%20b", &"x".repeat(5000)), &registered, Some("state")),
            (String::new(), &Config::default(), Some("client_id")),
        ];
        for (query, config, parameter) in table {
            let found = Request::read(&query).check(config).map_err(|refusal| {
                let answer: serde_json::Value = serde_json::from_slice(&refusal.response(2).body).unwrap();
                assert_eq!(answer["code"], "INVALID_DATA");
                answer["details"]["param_name"].as_str().unwrap().to_owned()
            });
            assert_eq!(found.err().as_deref(), parameter, "{query}");
        }
    }

    #[test]
    fn the_consent_form_is_read() {
        assert_eq!(Consent::read(b"decision=deny&session=on"), Consent { allowed: false, for_session: true });
        assert_eq!(Consent::read(b"decision=allow"), Consent { allowed: true, for_session: false });
    }

    proptest! {
        #[test]
        fn any_query_is_survived(query in "(response_type|client_id|scope|redirect_uri|state|[a-z%&=:/#?.]){0,30}") {
            let request = Request::read(&query);
            if request.check(&Config::default()).is_ok() {
                prop_assert!(loopback::is_local(location(&request.denied(Kind::Token))));
            }
        }
    }
}
