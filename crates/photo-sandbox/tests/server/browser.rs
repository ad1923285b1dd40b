//! What a page in a browser needs: preflight requests, and answers that it may read.

use photo_sandbox::{Config, Fault, Sandbox};

use crate::client::{ID, Reply, ask, path, png, request, upload};

const PAGE: &str = "http://127.0.0.1:5501";

fn preflight(sandbox: &Sandbox, path: &str, origin: &str) -> Reply {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization"),
    ];
    ask(sandbox, &request(&format!("OPTIONS {path}"), &headers, b"")).unwrap()
}

#[test]
fn preflights_are_answered_before_authorization() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let paths = [
        path(ID),
        path("990000000000014"),
        "/oauth/v2/token".to_owned(),
        "/clientoauth/v2/7/token".to_owned(),
        "/crm/v8/settings/modules".to_owned(),
        "/crm/v2/users?type=CurrentUser".to_owned(),
    ];
    for path in &paths {
        let reply = preflight(&sandbox, path, PAGE);
        assert_eq!((reply.status, reply.body.len()), (204, 0), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE));
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(reply.header("access-control-allow-headers"), Some("authorization, content-type"));
        assert!(reply.header("access-control-allow-methods").is_some_and(|methods| !methods.is_empty()));
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
    let stats = sandbox.stats();
    assert_eq!((stats.photo_requests, stats.token_requests, stats.settings_requests), (0, 0, 0));
    assert_eq!((stats.preflights, stats.refusals.len()), (6, 0));
    assert_eq!(preflight(&sandbox, "/nowhere", PAGE).code(), (404, "INVALID_URL_PATTERN".to_owned()));
}

#[test]
fn every_answer_can_be_read_by_pages_that_may_call() {
    let sandbox = Sandbox::start(Config::default().origin("https://crm.example.com")).unwrap();
    let token = sandbox.token();
    for (origin, allowed) in
        [(PAGE, true), ("https://crm.example.com", true), ("https://example.com", false), ("null", false)]
    {
        let from = [("Origin", origin)];
        let send =
            |path: &str, token: &str| ask(&sandbox, &upload(path, token, &from, &png(4, 4, 100))).unwrap();
        let mut replies = vec![
            send(&path(ID), &token),
            send(&path(ID), "wrong"),
            send("/nowhere", &token),
            ask(&sandbox, &request("POST /oauth/v2/token", &from, b"")).unwrap(),
            ask(&sandbox, &request("GET /crm/v2/settings/modules", &from, b"")).unwrap(),
            preflight(&sandbox, &path(ID), origin),
        ];
        for fault in ["502", "empty", "429"] {
            sandbox.push_fault(fault.parse::<Fault>().unwrap());
            replies.push(send(&path(ID), &token));
        }
        for reply in replies {
            let echoed = reply.header("access-control-allow-origin");
            assert_eq!(echoed, allowed.then_some(origin), "{} {}", reply.status, reply.text());
            assert_eq!(reply.header("access-control-allow-credentials").is_some(), allowed);
            assert_eq!(reply.header("vary"), Some("Origin"));
        }
    }
}
