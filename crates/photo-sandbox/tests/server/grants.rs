//! Grants in a browser: tokens and codes by redirect.

use photo_sandbox::{Config, Sandbox};

use crate::client::{ID, Reply, ask, path, png, request, upload};

const QUERY: &str = "response_type=token&client_id=1000.C&scope=ZohoCRM.modules.ALL&state=zohocrmclient\
                     &redirect_uri=http://127.0.0.1:5501/redirect.html";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn get(sandbox: &Sandbox, path: &str, query: &str) -> Reply {
    ask(sandbox, &request(&format!("GET {path}?{query}"), &[], b"")).unwrap()
}

/// The parameters behind this sign of the URL to which the browser is sent.
fn brought(reply: &Reply, sign: char) -> Vec<(String, String)> {
    assert_eq!(reply.status, 302, "{}", reply.text());
    let (page, pairs) = reply.header("location").unwrap().split_once(sign).unwrap();
    assert_eq!(page, "http://127.0.0.1:5501/redirect.html");
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    pairs.split('&').filter_map(pair).collect()
}

fn value(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

fn upload_status(sandbox: &Sandbox, token: &str) -> u16 {
    ask(sandbox, &upload(&path(ID), token, &[], &png(4, 4, 100))).unwrap().status
}

#[test]
fn a_token_comes_in_the_fragment() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    for (path, session) in [("/oauth/v2/auth", None), ("/oauth/v2/auth/refresh", Some("true".to_owned()))] {
        let pairs = brought(&get(&sandbox, path, QUERY), '#');
        assert_eq!(value(&pairs, "expires_in").as_deref(), Some("3600"));
        assert_eq!(value(&pairs, "location").as_deref(), Some("us"));
        assert_eq!(value(&pairs, "state").as_deref(), Some("zohocrmclient"));
        let domain = sandbox.url().replace(':', "%3A").replace('/', "%2F");
        assert_eq!(value(&pairs, "api_domain"), Some(domain));
        assert_eq!(value(&pairs, "granted_for_session"), session);
        assert_eq!(upload_status(&sandbox, &value(&pairs, "access_token").unwrap()), 200);
    }
    assert_eq!(sandbox.stats().grants, 2);
}

#[test]
fn a_token_allows_what_was_asked_for() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    for (scope, status) in [("ZohoCRM.modules.leads.CREATE", 200), ("ZohoCRM.modules.leads.READ", 401)] {
        let pairs =
            brought(&get(&sandbox, "/oauth/v2/auth", &QUERY.replace("ZohoCRM.modules.ALL", scope)), '#');
        assert_eq!(upload_status(&sandbox, &value(&pairs, "access_token").unwrap()), status, "{scope}");
    }
}

#[test]
fn a_code_is_exchanged_once() {
    let sandbox = Sandbox::start(Config::default().any_code(false)).unwrap();
    let pairs = brought(&get(&sandbox, "/oauth/v2/auth", &QUERY.replace("=token", "=code")), '?');
    let code = value(&pairs, "code").unwrap();
    assert!(value(&pairs, "accounts-server").is_some());
    let exchange = |code: &str, uri: &str| {
        let body = format!(
            "grant_type=authorization_code&client_id=1000.C&client_secret=s&code={code}&redirect_uri={uri}"
        );
        ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], body.as_bytes())).unwrap().json()
    };
    let uri = "http://127.0.0.1:5501/redirect.html";
    assert_eq!(exchange("other", uri)["error"], "invalid_code");
    assert_eq!(exchange(&code, "http://127.0.0.1:5501/")["error"], "invalid_redirect_uri");
    let granted = exchange(&code, uri);
    assert_eq!(upload_status(&sandbox, granted["access_token"].as_str().unwrap()), 200);
    assert!(granted["refresh_token"].is_string());
    assert_eq!(exchange(&code, uri)["error"], "invalid_code");
}

#[test]
fn people_are_asked_where_that_is_wanted() {
    let sandbox = Sandbox::start(Config::default().auto_consent(false)).unwrap();
    let page = get(&sandbox, "/oauth/v2/auth", QUERY);
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("1000.C") && page.text().contains("ZohoCRM.modules.ALL"), "{}", page.text());
    let say = |said: &str| {
        let post = request(&format!("POST /oauth/v2/auth?{QUERY}"), &[FORM], said.as_bytes());
        brought(&ask(&sandbox, &post).unwrap(), '#')
    };
    for said in ["decision=deny", "", "decision=nonsense"] {
        let pairs = say(said);
        assert_eq!(value(&pairs, "error").as_deref(), Some("access_denied"), "{said}");
        assert_eq!(value(&pairs, "access_token"), None);
    }
    // Not asked again only if it was allowed for the session, and only for what renews a grant.
    assert!(value(&say("decision=allow"), "access_token").is_some());
    assert_eq!(get(&sandbox, "/oauth/v2/auth/refresh", QUERY).status, 200);
    assert_eq!(value(&say("decision=allow&session=on"), "granted_for_session").as_deref(), Some("true"));
    assert_eq!(get(&sandbox, "/oauth/v2/auth/refresh", QUERY).status, 302);
    assert_eq!(get(&sandbox, "/oauth/v2/auth", QUERY).status, 200);
    assert_eq!(get(&sandbox, "/oauth/v2/auth/refresh", &QUERY.replace("1000.C", "1000.D")).status, 200);
}

#[test]
fn wrong_requests_are_told_in_the_endpoint_s_shape_and_go_nowhere() {
    let config = Config::default().client("1000.C", ["http://127.0.0.1:5501/redirect.html"]);
    let sandbox = Sandbox::start(config).unwrap();
    assert_eq!(get(&sandbox, "/oauth/v2/auth", QUERY).status, 302);
    let table = [
        (QUERY.replace("1000.C", "1000.D"), "client_id"),
        (QUERY.replace("redirect.html", "elsewhere"), "redirect_uri"),
        (QUERY.replace("http://127.0.0.1:5501", "https://example.com"), "redirect_uri"),
        (QUERY.replace("redirect.html", "%0d%0aSet-Cookie:%20a=b"), "redirect_uri"),
        (QUERY.replace("scope", "scopes"), "scope"),
        (QUERY.replace("=token", "=id_token"), "response_type"),
    ];
    for (query, parameter) in table {
        let reply = get(&sandbox, "/oauth/v2/auth", &query);
        assert_eq!(reply.code(), (400, "INVALID_DATA".to_owned()), "{query}");
        assert_eq!(reply.json()["details"]["param_name"], parameter);
        assert_eq!((reply.json()["status"].as_str(), reply.header("location")), (Some("error"), None));
    }
    let put = ask(&sandbox, &request(&format!("PUT /oauth/v2/auth?{QUERY}"), &[], b"")).unwrap();
    assert_eq!(put.code(), (400, "INVALID_REQUEST_METHOD".to_owned()));
}
