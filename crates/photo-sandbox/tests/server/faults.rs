//! Every fault, and how the connection looks to the client.

use std::io::ErrorKind;
use std::sync::Barrier;
use std::time::Duration;

use photo_sandbox::{Code, Config, Fault, RetryHint, Sandbox, Script};

use crate::client::{Client, ID, Reply, ask, path, png, put, upload, wait_until};

fn start() -> Sandbox {
    Sandbox::start(Config::default()).unwrap()
}

fn with_header(sandbox: &Sandbox, fault: &str) -> std::io::Result<Reply> {
    ask(sandbox, &upload(&path(ID), &sandbox.token(), &[("X-Sandbox-Fault", fault)], &png(4, 4, 100)))
}

#[test]
fn answers_instead_of_the_upload() {
    let sandbox = start();
    let table = [
        ("429", 429, "\"details\":{}"),
        ("429:details=7", 429, "\"details\":{\"retry_after\":7}"),
        ("429:retry-after=7", 429, "TOO_MANY_REQUESTS"),
        ("500", 500, "INTERNAL_ERROR"),
        ("502", 502, "<html>"),
        ("empty", 500, ""),
        ("empty:200", 200, ""),
        ("RECORD_LOCKED", 400, "RECORD_LOCKED"),
        ("wrapped:NOT_APPROVED", 400, "{\"data\":[{\"code\":\"NOT_APPROVED\""),
    ];
    for (fault, status, text) in table {
        let by_header = with_header(&sandbox, fault).unwrap();
        sandbox.push_fault(fault.parse().unwrap());
        let by_queue = put(&sandbox, ID).unwrap();
        for reply in [by_header, by_queue] {
            assert_eq!(reply.status, status, "{fault}");
            assert!(reply.text().contains(text), "{fault}: {}", reply.text());
            assert_eq!(reply.body.is_empty(), text.is_empty(), "{fault}");
            let hint = (fault == "429:retry-after=7").then_some("7");
            assert_eq!(reply.header("retry-after"), hint, "{fault}");
        }
    }
    assert_eq!(sandbox.stats().uploads_accepted, 0);
    assert_eq!(sandbox.stats().faults["429"], 6);
    assert_eq!(sandbox.stats().refused(Code::TooManyRequests), 6);
    assert_eq!(with_header(&sandbox, "no such fault").unwrap().status, 200);
}

#[test]
fn resets_and_truncation() {
    let sandbox = start();
    let reset = put_with(&sandbox, Fault::ResetBeforeReading).unwrap_err();
    assert!(matches!(reset.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{reset}");
    assert_eq!(sandbox.stats().uploads_accepted, 0);
    let reset = put_with(&sandbox, Fault::ResetAfterStoring).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    assert_eq!(
        (sandbox.stats().accepted_for("Leads", ID), sandbox.stats().confirmed_for("Leads", ID)),
        (1, 0)
    );
    let mut client = Client::new(&sandbox);
    sandbox.push_fault(Fault::TruncatedAnswer);
    client.send(&upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 100))).unwrap();
    let text = String::from_utf8(client.rest().unwrap()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200") && head.to_ascii_lowercase().contains("content-length: 90"),
        "{head}"
    );
    assert_eq!(body.len(), 45);
    assert!(body.starts_with("{\"message\""));
    let stats = sandbox.stats();
    assert_eq!((stats.uploads_accepted, stats.confirmed_for("Leads", ID)), (2, 0));
}

#[test]
fn a_reset_strikes_in_the_middle_of_a_large_body() {
    let sandbox = start();
    sandbox.push_fault(Fault::ResetBeforeReading);
    let error = ask(&sandbox, &upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 9_000_000))).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    assert_eq!(sandbox.stats().bytes_read, 0);
}

#[test]
fn truncation_of_an_answer_without_a_body_changes_nothing() {
    let sandbox = start();
    sandbox.push_fault(Fault::TruncatedAnswer);
    let auth = crate::client::authorization(&sandbox.token());
    let get = crate::client::request(&format!("GET {}", path(ID)), &[("Authorization", &auth)], b"");
    assert_eq!(ask(&sandbox, &get).unwrap().status, 204);
}

#[test]
fn slow_requests_are_handled_in_the_end() {
    let sandbox = start();
    let reply = put_with(&sandbox, Fault::Slow(Duration::from_millis(30))).unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(sandbox.stats().faults["slow"], 1);
}

#[test]
fn scripts_strike_by_number() {
    let sandbox = Sandbox::start(Config::default().script("2=502, every 4=500".parse().unwrap())).unwrap();
    let statuses: Vec<_> = (0..8).map(|_| put(&sandbox, ID).unwrap().status).collect();
    assert_eq!(statuses, [200, 502, 200, 500, 200, 200, 200, 500]);
    sandbox.set_script(Script::new().next(2, Fault::TooManyRequests(RetryHint::None)));
    let statuses: Vec<_> = (0..3).map(|_| put(&sandbox, ID).unwrap().status).collect();
    assert_eq!(statuses, [429, 429, 200]);
}

#[test]
fn tokens_expire_by_fault_by_plan_and_by_hand() {
    let sandbox = Sandbox::start(Config::default().expire_token_after(2)).unwrap();
    let token = sandbox.token();
    let send = || ask(&sandbox, &upload(&path(ID), &token, &[], &png(4, 4, 100))).unwrap().code().1;
    assert_eq!([send(), send(), send()], ["SUCCESS", "SUCCESS", "INVALID_TOKEN"]);
    let fresh = sandbox.token();
    assert_ne!(fresh, token);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    assert_eq!(put_with(&sandbox, Fault::ExpireToken).unwrap().code(), (401, "INVALID_TOKEN".to_owned()));
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    sandbox.expire_token();
    let stale = ask(&sandbox, &upload(&path(ID), &fresh, &[], &png(4, 4, 100))).unwrap();
    assert_eq!(stale.code().1, "INVALID_TOKEN");
    assert_eq!(sandbox.stats().token_expiries, 3);
}

#[test]
fn the_concurrency_limit_holds() {
    let sandbox = Sandbox::start(Config::default().concurrency_limit(Some(2))).unwrap();
    // Two requests wait for their bodies; a third is one too many; when one has gone there is room again.
    let whole = upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 100));
    let mut waiting: Vec<Client> = (0..2).map(|_| Client::new(&sandbox)).collect();
    for client in &mut waiting {
        client.send(&whole[..whole.len() - 10]).unwrap();
    }
    wait_until("two requests under way", || sandbox.stats().photo_requests >= 2);
    assert_eq!(put(&sandbox, ID).unwrap().code(), (429, "TOO_MANY_REQUESTS".to_owned()));
    let mut first = waiting.pop().unwrap();
    first.send(&whole[whole.len() - 10..]).unwrap();
    assert_eq!(first.receive().unwrap().status, 200);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    assert_eq!(sandbox.stats().max_concurrent, 3);
}

#[test]
fn many_clients_at_once_are_all_served() {
    let sandbox = start();
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (sandbox, barrier) = (&sandbox, &barrier);
            scope.spawn(move || {
                let mut client = Client::new(sandbox);
                barrier.wait();
                for number in 0..10 {
                    let path = path(&format!("{thread}{number}"));
                    let request = upload(&path, &sandbox.token(), &[], &png(4, 4, 20_000));
                    assert_eq!(client.ask(&request).unwrap().status, 200);
                }
            });
        }
    });
    let stats = sandbox.stats();
    assert_eq!((stats.uploads_accepted, stats.connections, stats.accepted.len()), (80, 8, 80));
    assert!((1..=8).contains(&stats.max_concurrent));
}

fn put_with(sandbox: &Sandbox, fault: Fault) -> std::io::Result<Reply> {
    sandbox.push_fault(fault);
    put(sandbox, ID)
}
