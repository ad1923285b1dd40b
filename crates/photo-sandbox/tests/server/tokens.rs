//! The token endpoint.

use std::time::Duration;

use photo_sandbox::{Config, ExpiresIn, Fault, Sandbox};

use crate::client::{ID, Reply, ask, path, png, request, upload};

const FULL: &str = "refresh_token=r&client_id=i&client_secret=s&grant_type=refresh_token";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn refresh(sandbox: &Sandbox) -> Reply {
    ask(sandbox, &request("POST /oauth/v2/token", &[FORM], FULL.as_bytes())).unwrap()
}

#[test]
fn both_paths_and_all_three_places_for_parameters() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let part = |(name, value): (&str, &str)| {
        format!("--q q\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let pairs = FULL.split('&').filter_map(|pair| pair.split_once('='));
    let multipart = format!("{}--q q--\r\n", pairs.map(part).collect::<String>());
    let quoted = ("content-type", "multipart/form-data; boundary=\"q q\"");
    let requests = [
        request(&format!("POST /oauth/v2/token?{FULL}"), &[], b""),
        request("POST /clientoauth/v2/777/token", &[FORM], FULL.as_bytes()),
        request("POST /oauth/v2/token", &[quoted], multipart.as_bytes()),
    ];
    for request in requests {
        let reply = ask(&sandbox, &request).unwrap();
        let answer = reply.json();
        assert_eq!(reply.status, 200);
        assert_eq!(answer["api_domain"], sandbox.url());
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &3600.into()));
        let token = answer["access_token"].as_str().unwrap();
        let uploaded = ask(&sandbox, &upload(&path(ID), token, &[], &png(4, 4, 100))).unwrap();
        assert_eq!(uploaded.status, 200);
    }
    assert_eq!(sandbox.stats().token_refreshes, 3);
}

#[test]
fn wrong_parameters_get_status_200_and_an_error() {
    let sandbox = Sandbox::start(Config::default().credentials("i", "s", "r")).unwrap();
    let table = [
        (FULL.replace("_token=r", "_token=x"), "invalid_code"),
        (FULL.replace("id=i", "id=x"), "invalid_client"),
        (FULL.replace("secret=s", "secret=x"), "invalid_client_secret"),
        (FULL.replace("grant_type=refresh_token", ""), "unsupported_grant_type"),
        ("x".repeat(100_000), "invalid_request"),
    ];
    for (body, error) in table {
        let reply = ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], body.as_bytes())).unwrap();
        assert_eq!((reply.status, reply.json()["error"].as_str()), (200, Some(error)));
        assert_eq!(sandbox.stats().token_refusals[error], 1);
    }
    let get = ask(&sandbox, &request(&format!("GET /oauth/v2/token?{FULL}"), &[], b"")).unwrap();
    assert_eq!(get.json()["error"], "invalid_request");
    assert!(refresh(&sandbox).json()["access_token"].is_string());
}

#[test]
fn a_grant_code_gives_a_refresh_token_too() {
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let body = "code=c&client_id=i&client_secret=s&grant_type=authorization_code&redirect_uri=x";
    let reply = ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], body.as_bytes())).unwrap();
    assert!(reply.json()["access_token"].is_string() && reply.json()["refresh_token"].is_string());
}

#[test]
fn tokens_stay_valid_in_a_long_session() {
    let sandbox = Sandbox::start(Config::default().max_refreshes(100)).unwrap();
    let first = sandbox.token();
    let refreshed = |token: &str| {
        let body = FULL.replace("refresh_token=r", &format!("refresh_token={token}"));
        let reply = ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], body.as_bytes())).unwrap();
        reply.json()["access_token"].as_str().unwrap().to_owned()
    };
    let other = refreshed("other");
    let own: Vec<String> = (0..16).map(|_| refreshed("own")).collect();
    let status = |token: &str| ask(&sandbox, &upload(&path(ID), token, &[], &png(4, 4, 100))).unwrap().status;
    assert_eq!([&first, &other, &own[1], &own[15]].map(|token| status(token)), [200; 4]);
    assert_eq!(status(&own[0]), 401);
}

#[test]
fn the_eleventh_refresh_within_ten_minutes_is_denied() {
    for status in [400, 200] {
        let sandbox = Sandbox::start(Config::default().throttle_status(status)).unwrap();
        for _ in 0..10 {
            assert_eq!(refresh(&sandbox).status, 200);
        }
        let denied = refresh(&sandbox);
        assert_eq!((denied.status, denied.json()["error"].as_str()), (status, Some("Access Denied")));
        let text = "You have made too many requests continuously. Please try again after some time.";
        assert_eq!(denied.json()["error_description"], text);
        sandbox.advance(Duration::from_secs(601));
        assert!(refresh(&sandbox).json()["access_token"].is_string());
        assert_eq!(sandbox.stats().token_refreshes, 11);
    }
}

#[test]
fn tokens_live_as_long_as_they_say() {
    let lifetime = Duration::from_secs(100);
    let sandbox = Sandbox::start(Config::default().token_lifetime(lifetime)).unwrap();
    let token = sandbox.token();
    let send = |token: &str| ask(&sandbox, &upload(&path(ID), token, &[], &png(4, 4, 100))).unwrap().status;
    assert_eq!(send(&token), 200);
    sandbox.advance(Duration::from_secs(60));
    let reply = refresh(&sandbox).json();
    let second = reply["access_token"].as_str().unwrap();
    assert_eq!((send(&token), send(second), reply["expires_in"].as_u64()), (200, 200, Some(100)));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!((send(&token), send(second)), (401, 200));
    assert_eq!(sandbox.stats().token_expiries, 0);
}

#[test]
fn odd_lifetimes_and_faults() {
    let sandbox = Sandbox::start(Config::default().expires_in(ExpiresIn::Milliseconds)).unwrap();
    let reply = refresh(&sandbox).json();
    assert_eq!(
        (reply["expires_in"].as_u64(), reply["expires_in_sec"].as_u64()),
        (Some(3_600_000), Some(3600))
    );
    sandbox.push_token_fault(Fault::BadGateway);
    assert_eq!(refresh(&sandbox).status, 502);
    sandbox.push_token_fault(Fault::ResetBeforeReading);
    assert!(ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], FULL.as_bytes())).is_err());
    sandbox.push_token_fault(Fault::ResetAfterStoring);
    assert!(ask(&sandbox, &request("POST /oauth/v2/token", &[FORM], FULL.as_bytes())).is_err());
    assert_eq!(sandbox.stats().token_refreshes, 2);
    assert_eq!(refresh(&sandbox).status, 200);
}
