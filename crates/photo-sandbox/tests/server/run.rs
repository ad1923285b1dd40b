//! A whole run: many uploads through faults, with a client that retries as it should.

use std::sync::Mutex;

use photo_sandbox::{Config, Fault, RetryHint, Sandbox, Script};

use crate::client::{Client, path, png, request, upload};

const RECORDS: usize = 100;
const WORKERS: usize = 4;

#[test]
fn a_hundred_uploads_through_faults_can_be_accounted_for() {
    let script = Script::new()
        .every(7, Fault::TooManyRequests(RetryHint::Header(0)))
        .every(11, "500".parse().unwrap())
        .every(13, Fault::ResetBeforeReading)
        .every(17, Fault::ResetAfterStoring)
        .every(19, Fault::TruncatedAnswer);
    let config = Config::default().script(script).concurrency_limit(Some(WORKERS)).expire_token_after(50);
    let sandbox = Sandbox::start(config).unwrap();
    let token = Mutex::new(sandbox.token());
    let todo = Mutex::new((1..=RECORDS).map(|number| number.to_string()).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(record) = { todo.lock().unwrap().pop() } {
                    until_stored(&sandbox, &token, &record);
                }
            });
        }
    });
    let stats = sandbox.stats();
    assert_eq!((stats.accepted.len(), stats.confirmed.len()), (RECORDS, RECORDS));
    assert!(stats.confirmed.values().all(|&count| count == 1), "{:?}", stats.confirmed);
    let twice = stats.faults["reset-after-storing"] + stats.faults["truncate"];
    assert!(stats.uploads_accepted <= 100 + twice);
    assert_eq!((stats.token_expiries, stats.token_refreshes), (1, 1));
    assert!(stats.max_concurrent <= u64::try_from(WORKERS).unwrap());
}

/// Uploads again and again until a success was seen.
fn until_stored(sandbox: &Sandbox, token: &Mutex<String>, record: &str) {
    for _ in 0..50 {
        let used = token.lock().unwrap().clone();
        let reply = Client::new(sandbox).ask(&upload(&path(record), &used, &[], &png(4, 4, 3000)));
        match reply {
            Ok(reply) if reply.status == 200 => return,
            Ok(reply) if reply.status == 401 => refresh(sandbox, token, &used),
            Ok(_) | Err(_) => {}
        }
    }
    panic!("record {record} was never stored");
}

/// Refreshes the token unless somebody else has done so.
fn refresh(sandbox: &Sandbox, token: &Mutex<String>, used: &str) {
    let mut token = token.lock().unwrap();
    if *token == used {
        let line =
            "POST /oauth/v2/token?grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r";
        let reply = Client::new(sandbox).ask(&request(line, &[], b"")).unwrap();
        *token = reply.json()["access_token"].as_str().unwrap().to_owned();
    }
}
