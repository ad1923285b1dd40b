//! Clients that mean harm, at the paths that take no picture: grants, preflight requests, settings, the page.

use std::time::Duration;

use photo_sandbox::{Config, Sandbox};

use crate::client::{Client, ID, authorization, put, wait_until};

/// A request with these bytes as its target and these header lines.
fn raw(line: &str, headers: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n").into_bytes()
}

/// Targets that are long, odd or deep.
fn targets() -> Vec<String> {
    let long = "x".repeat(30_000);
    let mut targets = vec![
        format!("/oauth/v2/auth?client_id={long}&redirect_uri={long}&scope={long}&state={long}"),
        format!("/oauth/v2/auth?{}", "client_id=a&".repeat(2500)),
        format!("/oauth/v2/auth?{}", "%".repeat(20_000)),
        "/oauth/v2/auth?response_type=token&client_id=%00&scope=%FF%FE&redirect_uri=http://localhost/%0a".into(),
        "/oauth/v2/auth?response_type=token&client_id=a&scope=b&redirect_uri=//example.com".into(),
        "/oauth/v2/auth?response_type=token&client_id=a&scope=b&redirect_uri=javascript:alert(1)".into(),
        "/oauth/v2/auth?response_type=token&client_id=a&scope=b&redirect_uri=http://localhost@example.com/".into(),
        "/oauth/v2/auth?response_type=token&client_id=a&scope=b&redirect_uri=http://localhost%5c.example.com/".into(),
        format!("/oauth/v2/auth/refresh?state={long}"),
        format!("/crm/v2/settings/modules/{long}"),
        format!("/crm/v2/settings/fields?module={long}"),
        format!("/crm/v2/settings/fields?{}", "module=Leads&".repeat(2000)),
        format!("/crm/v2/users?{}", "&".repeat(30_000)),
        format!("/sandbox/photos/{long}/{long}"),
        "/sandbox/photos/..%2f..%2f/etc".into(),
        "/sandbox/photos//".into(),
        format!("/{}", "/".repeat(30_000)),
    ];
    targets.push(format!("/oauth/v2/auth?{}", "a=b;c&d".repeat(4000)));
    targets
}

#[test]
fn odd_targets_and_headers_are_answered_or_refused() {
    let sandbox = Sandbox::start(Config::default().auto_consent(false)).unwrap();
    let auth = authorization(&sandbox.token());
    let long = "o".repeat(20_000);
    let headers = [
        String::new(),
        format!("Authorization: {auth}\r\n"),
        format!("Origin: http://localhost:{long}\r\n"),
        "Origin: http://localhost\r\nOrigin: http://example.com\r\n".into(),
        format!("Access-Control-Request-Headers: {long}\r\n"),
        "Origin: \u{fffd}\r\nAccess-Control-Request-Private-Network: maybe\r\n".into(),
    ];
    for target in targets() {
        for method in ["GET", "OPTIONS", "POST", "BREW"] {
            for headers in &headers {
                let mut client = Client::new(&sandbox);
                client.send(&raw(&format!("{method} {target}"), headers)).unwrap();
                let reply = client.receive().unwrap();
                let shown = &target[..target.len().min(60)];
                assert!(reply.status < 500, "{method} {shown}: {}", reply.status);
                let to = reply.header("location").unwrap_or("http://localhost/");
                assert!(to.starts_with("http://localhost/"), "{method} {shown}: {to}");
            }
        }
    }
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
}

#[test]
fn answers_are_not_split_by_what_they_echo() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let good = "/oauth/v2/auth?response_type=token&client_id=a&scope=b&redirect_uri=http://localhost/";
    for state in
        ["%0d%0aSet-Cookie:%20a=b", "%00", "%0d%0a%0d%0a%3Cscript%3E", "a%26access_token=forged", "%23"]
    {
        let mut client = Client::new(&sandbox);
        let reply = client.ask(&raw(&format!("GET {good}&state={state}"), "")).unwrap();
        let location = reply.header("location").unwrap();
        assert_eq!((reply.status, reply.header("set-cookie"), reply.body.len()), (302, None, 0), "{state}");
        assert_eq!(location.matches("access_token=").count(), 1, "{location}");
        assert_eq!(location.matches('#').count(), 1, "{location}");
    }
}

#[test]
fn grants_without_end_stay_bounded_and_hurt_nobody() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let token = sandbox.token();
    let mut client = Client::new(&sandbox);
    for number in 0..1500 {
        let kind = if number % 2 == 0 { "token" } else { "code" };
        let query =
            format!("response_type={kind}&client_id=c{number}&scope=b&redirect_uri=http://localhost/");
        assert_eq!(client.ask(&raw(&format!("GET /oauth/v2/auth/refresh?{query}"), "")).unwrap().status, 302);
    }
    assert_eq!(sandbox.stats().grants, 1500);
    let mut client = Client::new(&sandbox);
    let auth = authorization(&token);
    let reply =
        client.ask(&raw("GET /crm/v2/settings/modules", &format!("Authorization: {auth}\r\n"))).unwrap();
    assert_eq!(reply.status, 200);
}

#[test]
fn bodies_where_none_belongs_are_drained() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let body = "x".repeat(300_000);
    for line in [
        "OPTIONS /crm/v2/Leads/1/photo",
        "GET /oauth/v2/auth",
        "GET /crm/v2/org",
        "GET /",
        "POST /oauth/v2/auth",
    ] {
        let mut client = Client::new(&sandbox);
        let length = format!("Content-Length: {}\r\n", body.len());
        client.send(&[raw(line, &length), body.clone().into_bytes()].concat()).unwrap();
        assert!(client.receive().unwrap().status < 500, "{line}");
        // The connection goes on.
        assert_eq!(client.ask(&raw("OPTIONS /oauth/v2/token", "")).unwrap().status, 204, "{line}");
    }
}

#[test]
fn listeners_that_never_read_take_no_places_for_ever() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let mut listeners: Vec<Client> = (0..40).map(|_| Client::new(&sandbox)).collect();
    listeners.iter_mut().for_each(|client| client.send(&raw("GET /sandbox/events", "")).unwrap());
    wait_until("all listen", || sandbox.stats().requests >= 40);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    // Those for whom there was no place are ended.
    for client in &mut listeners[..20] {
        assert!(client.rest().is_ok());
    }
}

#[test]
fn a_consent_that_never_comes_is_given_up() {
    let sandbox = Sandbox::start(Config::default().idle_timeout(Duration::from_millis(200))).unwrap();
    let mut client = Client::new(&sandbox);
    client.send(&raw("POST /oauth/v2/auth?client_id=a", "Content-Length: 50\r\n")).unwrap();
    assert_eq!(client.receive().unwrap().code(), (408, "REQUEST_TIMEOUT".to_owned()));
}
