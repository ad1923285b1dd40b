//! Clients that send in unusual ways, too much, too slowly, or nonsense.

use std::time::Duration;

use photo_sandbox::{Code, Config, Error, Sandbox};

use crate::client::{Client, ID, ask, authorization, form, path, png, put, request, upload, wait_until};

fn start() -> Sandbox {
    Sandbox::start(Config::default()).unwrap()
}

#[test]
fn a_refused_body_is_drained_so_that_the_answer_arrives() {
    // A client that writes everything before it reads, as most do: without draining it would see a reset.
    let sandbox = start();
    for size in [1, 100_000, 5_000_000, 40_000_000] {
        let body = png(4, 4, size);
        for path in ["/crm/v2/Leads/x/photo", "/nowhere", "/crm/v2/Leads/1/photo"] {
            let mut client = Client::new(&sandbox);
            let reply = client.ask(&upload(path, "wrong", &[], &body)).unwrap();
            assert!([401, 404].contains(&reply.status), "{path} {size}");
            // The connection goes on.
            assert_eq!(client.ask(&upload(path, "wrong", &[], b"")).unwrap().status, reply.status);
        }
    }
    assert!(sandbox.stats().bytes_drained > 120_000_000);
}

#[test]
fn draining_is_bounded_and_the_answer_arrives_nevertheless() {
    let sandbox = Sandbox::start(Config::default().drain_bytes(1 << 20)).unwrap();
    let mut client = Client::new(&sandbox);
    let reply = client.ask(&upload("/nowhere", "t", &[], &png(4, 4, 30_000_000))).unwrap();
    assert_eq!((reply.status, reply.header("connection")), (404, Some("close")));
    assert_eq!(client.rest().unwrap(), b"");
    let drained = sandbox.stats().bytes_drained;
    assert!((1 << 20..8 << 20).contains(&drained), "{drained}");
}

#[test]
fn a_body_that_never_comes_gets_its_refusal() {
    let sandbox = Sandbox::start(Config::default().drain_time(Duration::from_millis(400))).unwrap();
    let mut client = Client::new(&sandbox);
    client.send(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n").unwrap();
    assert_eq!(client.receive().unwrap().code(), (404, "INVALID_URL_PATTERN".to_owned()));
}

#[test]
fn a_client_that_falls_silent_is_told() {
    let sandbox = Sandbox::start(Config::default().idle_timeout(Duration::from_millis(400))).unwrap();
    let whole = upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 100));
    let mut client = Client::new(&sandbox);
    client.send(&whole[..whole.len() - 10]).unwrap();
    let reply = client.receive().unwrap();
    assert_eq!(reply.code(), (408, "REQUEST_TIMEOUT".to_owned()));
    assert_eq!(client.rest().unwrap(), b"");
    assert_eq!(sandbox.stats().refused(Code::RequestTimeout), 1);
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let sandbox = Sandbox::start(Config::default().idle_timeout(Duration::from_millis(400))).unwrap();
    let mut client = Client::new(&sandbox);
    client.send(b"POST /crm/v2/Leads/1/photo HTTP/1.1\r\nHost: x\r\nX-A: ").unwrap();
    // Whether a 408 comes or nothing: the connection ends, and the server lives.
    let _ = client.rest();
    assert_eq!(sandbox.stats().requests, 0);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
}

#[test]
fn a_client_that_goes_away_is_counted_and_stores_nothing() {
    let sandbox = start();
    let whole = upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 100));
    let mut client = Client::new(&sandbox);
    client.send(&whole[..whole.len() - 10]).unwrap();
    drop(client);
    wait_until("a broken body", || sandbox.stats().bodies_broken > 0);
    assert_eq!((put(&sandbox, "7").unwrap().status, sandbox.stats().uploads_accepted), (200, 1));
}

#[test]
fn expect_continue_is_answered() {
    let sandbox = start();
    let whole = upload(&path(ID), &sandbox.token(), &[("Expect", "100-continue")], &png(4, 4, 50_000));
    let head = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let mut client = Client::new(&sandbox);
    assert_eq!(client.ask(&whole[..head]).unwrap().status, 100);
    assert_eq!(client.ask(&whole[head..]).unwrap().status, 200);
}

#[test]
fn expect_continue_is_refused_without_asking_for_the_body() {
    let sandbox = start();
    let whole = upload(&path(ID), "wrong", &[("Expect", "100-continue")], &png(4, 4, 5_000_000));
    let head = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let mut waits = Client::new(&sandbox);
    assert_eq!(waits.ask(&whole[..head]).unwrap().status, 401);
    assert_eq!(waits.rest().unwrap(), b"");
    // A client that doesn't wait gets its answer too.
    assert_eq!(ask(&sandbox, &whole).unwrap().status, 401);
}

#[test]
fn chunked_bodies_and_keep_alive() {
    let sandbox = start();
    let auth = authorization(&sandbox.token());
    let body = form(&png(4, 4, 20_000));
    let mut client = Client::new(&sandbox);
    for _ in 0..3 {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\n\
             Content-Type: multipart/form-data; boundary=\"b\"\r\nTransfer-Encoding: chunked\r\n\r\n",
            path(ID)
        );
        client.send(head.as_bytes()).unwrap();
        for chunk in body.chunks(3_000) {
            client.send(format!("{:x}\r\n", chunk.len()).as_bytes()).unwrap();
            client.send(chunk).unwrap();
            client.send(b"\r\n").unwrap();
        }
        assert_eq!(client.ask(b"0\r\n\r\n").unwrap().status, 200);
    }
    assert_eq!((sandbox.stats().connections, sandbox.stats().accepted_for("Leads", ID)), (1, 3));
}

#[test]
fn malformed_forms_are_refused_and_nonsense_does_no_harm() {
    let sandbox = start();
    let auth = authorization(&sandbox.token());
    let bodies: [&[u8]; 6] = [
        b"",
        b"--b",
        b"--b\r\n\r\n",
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\r\n\r\nBM\r\n--b--",
        b"--b\r\nContent-Disposition: \xff\xfe\r\n\r\n\r\n--b--",
        b"--b--\r\n",
    ];
    for content_type in
        ["multipart/form-data; boundary=b", "multipart/form-data; boundary=", "text/plain", "\u{e9}"]
    {
        for body in bodies {
            let headers = [("Authorization", auth.as_str()), ("Content-Type", content_type)];
            let reply = ask(&sandbox, &request(&format!("POST {}", path(ID)), &headers, body)).unwrap();
            assert_eq!(reply.code(), (400, "INVALID_DATA".to_owned()), "{content_type} {body:?}");
        }
    }
    for nonsense in [
        &b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ] {
        let mut client = Client::new(&sandbox);
        client.send(nonsense).unwrap();
        let _ = client.rest();
    }
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
}

#[test]
fn starting_fails_with_a_reason() {
    let sandbox = start();
    let port = sandbox.url().rsplit(':').next().unwrap().parse().unwrap();
    assert!(matches!(Sandbox::start(Config::default().port(port)), Err(Error::Listen { .. })));
    for token in ["", "a b", "a\r\nb", &"x".repeat(257)] {
        assert!(matches!(Sandbox::start(Config::default().token(token)), Err(Error::Token)));
    }
    drop(sandbox);
    // The port is free again at once.
    let again = Sandbox::start(Config::default().port(port)).unwrap();
    assert_eq!(put(&again, ID).unwrap().status, 200);
}

#[test]
fn dropping_ends_open_connections() {
    let sandbox = start();
    let mut client = Client::new(&sandbox);
    assert_eq!(client.ask(&upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 100))).unwrap().status, 200);
    drop(sandbox);
    assert!(client.rest().map_or(true, |rest| rest.is_empty()));
}
