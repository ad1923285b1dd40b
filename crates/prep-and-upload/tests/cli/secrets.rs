//! Secrets from the environment: never on standard output or standard error, whatever servers echo.

use crate::harness::*;
use crate::scripted::{Reply, Server, json};

const ACCESS: &str = "1000.q7Zx4VmK2pTw9RbL6nYc";
const SECRET: &str = "h3Jd8SgF5uXe1WoA0iNv";
const REFRESH: &str = "1000.k6Bt9CyQ4zMr7DpH2sUf";

/// Uploads one picture with these variables, quietly and verbosely, as text and as JSON; nothing may show.
fn upload(url: &str, variables: &[(&str, String)], codes: &[i32]) {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    for way in ["--json", "--json -v", "-v", "-q", ""] {
        let line = format!("upload {{a.jpg}} --module Leads --record 1 {way} --api-domain {url}");
        let mut command = command(args(&line, &bench));
        // As if somebody were looking for the cause.
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
        command.envs(variables.iter().map(|(name, value)| (format!("ZOHO_{name}"), value.clone())));
        let ran = Ran::from(command.output().expect("it runs"));
        assert!(ran.code.is_some_and(|code| codes.contains(&code)), "{:?} {}", ran.code, ran.stderr);
        for secret in [ACCESS, SECRET, REFRESH] {
            for from in 0..=secret.len() - 8 {
                let part = &secret[from..from + 8];
                assert!(!ran.stdout.contains(part), "{part} in {}", ran.stdout);
                assert!(!ran.stderr.contains(part), "{part} in {}", ran.stderr);
            }
        }
    }
}

fn renewing(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("TOKEN_URL", format!("{url}/oauth/v2/token")),
        ("CLIENT_ID", "1000.id".into()),
        ("CLIENT_SECRET", SECRET.into()),
        ("REFRESH_TOKEN", REFRESH.into()),
    ]
}

#[test]
fn echoed_tokens_are_not_printed() {
    let echo = format!("you sent {SECRET}, {REFRESH}");
    for status in [200, 302, 400, 401, 403, 415] {
        let code = if status == 200 { "SUCCESS" } else { ACCESS };
        let body = format!(r#"{{"code":"{code}","message":"you sent {ACCESS}"}}"#);
        let server = Server::list([json(status, &body)]);
        upload(&server.url(), &[("ACCESS_TOKEN", ACCESS.into())], &[0, 1, 7]);
        assert!(server.count() >= 5, "each of the five runs asked");
        let denied = Server::list([json(status, &format!(r#"{{"error":"{echo}"}}"#))]);
        upload(&denied.url(), &renewing(&denied.url()), &[5, 7]);
    }
    let granted = format!(r#"{{"access_token":"{ACCESS}","api_domain":"http://{ACCESS}.{SECRET}"}}"#);
    let server = Server::start(move |_, request| match request.path.as_str() {
        "/oauth/v2/token" => json(200, &granted),
        _ => Reply::Answer {
            status: 400,
            headers: vec![],
            body: request.headers.iter().flat_map(|(_, v)| v.bytes()).collect(),
        },
    });
    upload(&server.url(), &renewing(&server.url()), &[1]);
}

#[test]
fn wrong_variables_are_not_printed() {
    let nobody = "http://127.0.0.1:1";
    upload(nobody, &[("ACCESS_TOKEN", format!("{ACCESS} {SECRET}"))], &[2]);
    for url in [
        format!("https://a.example/?refresh_token={REFRESH}"),
        format!("https://{SECRET}:{ACCESS}@a.example"),
    ] {
        let mut variables = renewing(nobody);
        variables[0].1 = url.clone();
        upload(nobody, &variables, &[2]);
        upload(&url, &[("ACCESS_TOKEN", ACCESS.into())], &[2]);
    }
}
