//! Clients that mean harm: forms that are none, lengths that lie, clients that never end. Everybody else is
//! served.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use photo_sandbox::{Code, Config, Sandbox};

use crate::client::{
    Client, ID, Reply, ask, authorization, form, path, png, put, request, upload, wait_until,
};

fn start() -> Sandbox {
    Sandbox::start(Config::default()).unwrap()
}

/// The head of an upload with these lines instead of a length.
fn head(sandbox: &Sandbox, lines: &str) -> Vec<u8> {
    let auth = authorization(&sandbox.token());
    format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\nContent-Type: multipart/form-data; boundary=b\r\n{lines}\r\n\r\n",
        path(ID)
    )
    .into_bytes()
}

fn part(disposition: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("--b\r\nContent-Disposition: {disposition}\r\n\r\n");
    [head.as_bytes(), data, b"\r\n"].concat()
}

const FILE: &str = "form-data; name=\"file\"; filename=\"a.png\"";
const END: &[u8] = b"--b--\r\n";

/// Name, body, status, length of what is stored.
type Form = (&'static str, Vec<u8>, u16, Option<usize>);

const TYPE: &str = "multipart/form-data; boundary=b";

/// A form with one part.
fn single(disposition: &str, data: &[u8]) -> Vec<u8> {
    [&part(disposition, data), END].concat()
}

/// Forms whose boundaries or part headers are wrong or odd.
fn framing() -> Vec<Form> {
    let picture = png(4, 4, 300);
    let file = part(FILE, &picture);
    let headed = |header: &str| {
        let head = format!("--b\r\n{header}\r\nContent-Disposition: {FILE}\r\n\r\n");
        [head.as_bytes(), &picture, b"\r\n", END].concat()
    };
    let long = |n: usize| format!("X: {}", "y".repeat(n));
    let many = "X: y\r\n".repeat(1500);
    vec![
        ("good", single(FILE, &picture), 200, Some(300)),
        ("no last boundary", file[..file.len() - 2].to_vec(), 400, None),
        ("half a last boundary", [&file[..], b"--"].concat(), 400, None),
        ("a preamble only", vec![b'x'; 100_000], 400, None),
        ("line breaks only", b"\r\n".repeat(50_000), 400, None),
        ("beginnings of boundaries", b"\r\n--".repeat(50_000), 400, None),
        ("boundaries only", b"\r\n--b".repeat(50_000), 400, None),
        ("blanks after a boundary", [&b"--b"[..], &[b' '; 100_000]].concat(), 400, None),
        ("a part header of 20 kB", headed(&long(20_000)), 400, None),
        ("a part header of 1 MB", headed(&long(1_000_000)), 400, None),
        ("1,500 part headers", headed(many.trim_end()), 200, Some(300)),
        ("a part header without end", [&b"--b\r\n"[..], &[b'x'; 50_000]].concat(), 400, None),
        ("a part header without colon", headed("nonsense"), 200, Some(300)),
        ("quotes without end", single("form-data; name=\"file", b"x"), 400, None),
    ]
}

/// Forms that hold something else than one file.
fn contents() -> Vec<Form> {
    let picture = png(4, 4, 300);
    let (file, text) = (part(FILE, &picture), part(FILE, b"text"));
    let inside =
        |boundary: &str| single(FILE, &[&picture[..200], boundary.as_bytes(), &picture[200..]].concat());
    let inner = [&b"--c\r\nContent-Disposition: file; filename=\"a\"\r\n\r\n"[..], &picture, b"\r\n--c--"];
    let nested = format!("{FILE}\r\nContent-Type: multipart/mixed; boundary=c");
    let many = part("form-data; name=x", b"").repeat(200);
    vec![
        ("a boundary in the data", inside("--b"), 200, Some(303)),
        ("a boundary line in the data", inside("\r\n--b\r\n"), 200, Some(200)),
        ("a longer boundary in the data", inside("\r\n--bb\r\n"), 200, Some(308)),
        ("a form in the form", single(&nested, &inner.concat()), 415, None),
        ("no file", single("form-data; name=\"photo\"; filename=\"a\"", &picture), 400, None),
        ("a file without name", single("form-data; name=\"file\"", &picture), 400, None),
        ("two files: the first counts", [&file, &text, END].concat(), 200, Some(300)),
        ("two files, the first is none", [&text, &file, END].concat(), 415, None),
        ("200 parts before the file", [&many, &file, END].concat(), 400, None),
        ("an empty file", single(FILE, b""), 415, None),
    ]
}

/// Uploads a form, after taking away what an earlier one left.
fn send_form(sandbox: &Sandbox, content_type: &str, body: &[u8]) -> Reply {
    let auth = authorization(&sandbox.token());
    let headers = [("Authorization", auth.as_str()), ("Content-Type", content_type)];
    ask(sandbox, &request(&format!("DELETE {}", path(ID)), &headers, b"")).unwrap();
    ask(sandbox, &request(&format!("POST {}", path(ID)), &headers, body)).unwrap()
}

#[test]
fn malformed_forms() {
    let sandbox = start();
    for (name, body, status, stored) in framing().into_iter().chain(contents()) {
        let reply = send_form(&sandbox, TYPE, &body);
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        assert_eq!(sandbox.photo("Leads", ID).map(|photo| photo.bytes.len()), stored, "{name}");
        assert_eq!(status == 200, reply.code().1 == "SUCCESS", "{name}");
    }
    let good = single(FILE, &png(4, 4, 300));
    for content_type in
        ["multipart/form-data", "multipart/form-data; boundary=\"b", "multipart/form-data; boundary=z"]
    {
        let reply = send_form(&sandbox, content_type, &good);
        assert_eq!(reply.code(), (400, "INVALID_DATA".to_owned()), "{content_type}");
    }
}

#[test]
fn lengths_that_lie() {
    let sandbox = start();
    let body = form(&png(4, 4, 300));
    // Too short: the form is cut, and what follows is no request.
    let mut client = Client::new(&sandbox);
    let short = [head(&sandbox, "Content-Length: 200"), body.clone()].concat();
    assert_eq!(client.ask(&short).unwrap().code(), (400, "INVALID_DATA".to_owned()));
    let rest = client.rest().unwrap_or_default();
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&rest));
    // Too long: the client says itself that no more will come.
    let mut client = Client::new(&sandbox);
    client.send(&[head(&sandbox, "Content-Length: 70000"), body.clone()].concat()).unwrap();
    client.finish();
    assert!(client.receive().is_err() && client.rest().is_ok());
    wait_until("a broken body", || sandbox.stats().bodies_broken == 1);
    // Absurd, contradictory, or none: whatever the answer, it ends.
    for lines in [
        "Content-Length: 18446744073709551615",
        "Content-Length: 99999999999999999999",
        "Content-Length: -1",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 0x10",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, chunked",
        "X-None: 1",
    ] {
        let mut client = Client::new(&sandbox);
        client.send(&[head(&sandbox, lines), body.clone()].concat()).unwrap();
        client.finish();
        if let Ok(reply) = client.receive() {
            assert!((400..500).contains(&reply.status), "{lines}: {}", reply.status);
        }
        let _ = client.rest();
    }
    assert_eq!(sandbox.stats().uploads_accepted, 0);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
}

#[test]
fn chunks_that_lie() {
    let sandbox = start();
    let body = form(&png(4, 4, 300));
    let size = body.len();
    let trailers = "X: y\r\n".repeat(200);
    let extension = "x".repeat(100_000);
    for chunks in [
        "zz\r\n".to_owned(),
        "fffffffffffffffff\r\n".to_owned(),
        "7fffffffffffffff\r\nx".to_owned(),
        "-1\r\nx".to_owned(),
        "5\r\nlonger than 5\r\n0\r\n\r\n".to_owned(),
        "5\r\nabcde".to_owned(),
        format!("5;{extension}\r\nabcde\r\n0\r\n\r\n"),
        format!("5\r\nabcde\r\n0\r\n{trailers}{trailers}\r\n"),
        "0\r\n\r\n".to_owned(),
    ] {
        let mut client = Client::new(&sandbox);
        client.send(&[head(&sandbox, "Transfer-Encoding: chunked"), chunks.into_bytes()].concat()).unwrap();
        client.finish();
        if let Ok(reply) = client.receive() {
            assert!((400..500).contains(&reply.status), "{}", reply.status);
        }
        let _ = client.rest();
    }
    assert_eq!(sandbox.stats().uploads_accepted, 0);
    let good = [format!("{size:x}\r\n").as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let good = [head(&sandbox, "Transfer-Encoding: chunked"), good].concat();
    assert_eq!(ask(&sandbox, &good).unwrap().status, 200);
}

/// Connections that send `start`, then a byte now and then, while `meanwhile` runs; and on until the sandbox
/// ends them, unless it is given up before.
fn while_dripping(sandbox: &Sandbox, start: &[u8], to_the_end: bool, meanwhile: impl FnOnce()) {
    let address = sandbox.url().trim_start_matches("http://");
    let mut streams: Vec<_> = (0..DRIPPERS).map(|_| TcpStream::connect(address).unwrap()).collect();
    streams.iter_mut().for_each(|stream| stream.write_all(start).unwrap());
    let given_up = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let deadline = Instant::now() + Duration::from_secs(60);
            while !streams.is_empty() && !given_up.load(Ordering::SeqCst) {
                streams.retain_mut(|stream| stream.write_all(b"x").is_ok());
                assert!(Instant::now() < deadline, "{} drippers are still served", streams.len());
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        meanwhile();
        given_up.store(!to_the_end, Ordering::SeqCst);
    });
}

/// More than there are places for large bodies, but not more than may be connected.
const DRIPPERS: usize = 100;

/// Where in a request a client may get slow.
fn slow_starts(sandbox: &Sandbox) -> [(&'static str, Vec<u8>); 5] {
    let half = head(sandbox, "Content-Length: 9000000");
    let large = [&half[..], &form(&png(4, 4, 100_000))].concat();
    [
        ("a request line", b"POST /crm".to_vec()),
        ("headers", b"POST /nowhere HTTP/1.1\r\nHost: x\r\nX: ".to_vec()),
        ("a body", half),
        ("a large body", large),
        ("a refused body", b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n".to_vec()),
    ]
}

#[test]
fn others_are_served_while_clients_are_slow() {
    // So long that no slow client is ended meanwhile.
    let sandbox = Sandbox::start(Config::default().idle_timeout(Duration::from_secs(20))).unwrap();
    for (name, start) in slow_starts(&sandbox) {
        while_dripping(&sandbox, &start, false, || {
            std::thread::sleep(Duration::from_millis(100));
            let begun = Instant::now();
            for _ in 0..5 {
                assert_eq!(put(&sandbox, ID).unwrap().status, 200, "{name}");
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        });
    }
    assert_eq!(sandbox.stats().refused(Code::RequestTimeout), 0);
}

#[test]
fn slow_clients_are_ended() {
    let config = Config::default().idle_timeout(Duration::from_millis(150));
    let sandbox = Sandbox::start(config.drain_time(Duration::from_millis(500))).unwrap();
    for (_, start) in slow_starts(&sandbox) {
        while_dripping(&sandbox, &start, true, || {});
    }
    assert!(sandbox.stats().refused(Code::RequestTimeout) >= 100);
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
}

#[test]
fn oversized_bodies_are_not_kept() {
    const MEGABYTE: u64 = 1 << 20;
    let config =
        Config::default().max_bytes(1 << 20).drain_bytes(MEGABYTE).drain_time(Duration::from_secs(2));
    let sandbox = Sandbox::start(config).unwrap();
    let chunk = [b"10000\r\n", [b'x'; 1 << 16].as_slice(), b"\r\n"].concat();
    let start = part(FILE, &png(4, 4, 100));
    let start = &start[..start.len() - 2];
    let first = [format!("{:x}\r\n", start.len()).as_bytes(), start, b"\r\n"].concat();
    let mut client = Client::new(&sandbox);
    client.send(&[head(&sandbox, "Transfer-Encoding: chunked"), first].concat()).unwrap();
    let mut sent = 0;
    // Without end, as far as the client is concerned.
    while sent < 1024 * MEGABYTE && client.send(&chunk).is_ok() {
        sent += 1 << 16;
    }
    let stats = sandbox.stats();
    assert!(stats.bytes_read <= 2 * MEGABYTE, "{} bytes were kept", stats.bytes_read);
    assert!(stats.bytes_drained <= 2 * MEGABYTE, "{} bytes were drained", stats.bytes_drained);
    // What was still taken while the connection ended is bounded too.
    assert!(sent < 128 * MEGABYTE, "{sent} bytes were taken");
    assert_eq!(stats.uploads_accepted, 0);
    assert_eq!(stats.refused(Code::FileSizeMoreThanAllowedSize), 1, "{stats:?}");
    assert_eq!(
        ask(&sandbox, &upload(&path(ID), &sandbox.token(), &[], &png(4, 4, 900_000))).unwrap().status,
        200
    );
}
