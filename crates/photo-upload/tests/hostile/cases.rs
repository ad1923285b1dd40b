//! The table: what hostile servers do, and what each kind of request should make of it.

use std::io::Write;

use crate::server::{Reading, Step, drip, forever, send};

/// A row of the table.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) reading: Reading,
    pub(crate) steps: Vec<Step>,
    /// Whether only the client's own timeout ends it.
    pub(crate) timed: bool,
    /// The kinds of error for an upload, a download, a token request, and a picture fetched from a URL; two
    /// where it depends on whether the client notices in time that a connection cannot be used again.
    pub(crate) ends: [&'static str; 4],
}

const SUCCESS: &str =
    r#"{"message":"stored","details":{},"status":"success","code":"SUCCESS","access_token":"1000.planted"}"#;

/// No answer, or none that could be understood: the outcome of an upload is unknown.
const UNKNOWN: [&str; 4] = ["ambiguous", "temporary", "temporary", "network"];
/// The same, but out of time.
const LATE: [&str; 4] = ["ambiguous", "temporary", "temporary", "timeout"];
/// A whole answer that means nothing.
const NOTHING: [&str; 4] = ["ambiguous", "temporary", "temporary", "photo"];

fn case(name: &'static str, steps: Vec<Step>, ends: [&'static str; 4]) -> Case {
    Case { name, reading: Reading::Whole, steps, timed: false, ends }
}

fn timed(name: &'static str, steps: Vec<Step>) -> Case {
    Case { timed: true, ..case(name, steps, LATE) }
}

/// An answer with these header lines and this body, to whose end the connection is closed.
fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<Step> {
    let length = body.as_ref().len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n");
    vec![send([head.as_bytes(), body.as_ref()].concat())]
}

pub(crate) fn all() -> Vec<Case> {
    [connections(), heads(), lengths(), chunks(), bodies(), statuses()].into_iter().flatten().collect()
}

fn connections() -> Vec<Case> {
    let early = |name, reading, steps| Case { reading, ..case(name, steps, UNKNOWN) };
    vec![
        early("closed at once", Reading::Nothing, vec![]),
        early("closed after the head", Reading::Head, vec![]),
        case("closed after the request", vec![], UNKNOWN),
        case("closed in the status line", vec![send("HTTP/1.1 20")], UNKNOWN),
        case("closed in the headers", vec![send("HTTP/1.1 200 OK\r\nX: y\r\n")], UNKNOWN),
        Case {
            ends: ["ambiguous", "temporary", "temporary", "network"],
            ..case("closed in the body", vec![send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")], NOTHING)
        },
        timed("silence", vec![Step::Hold]),
        Case { reading: Reading::Nothing, ..timed("nothing is read", vec![Step::Hold]) },
        timed("silence in the status line", vec![send("HTTP/1.1 20"), Step::Hold]),
        timed("silence in the headers", vec![send("HTTP/1.1 200 OK\r\nX: "), Step::Hold]),
        timed("silence in the body", vec![send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Step::Hold]),
    ]
}

fn heads() -> Vec<Case> {
    let many = |n: usize| (0..n).map(|i| format!("X-{i}: y\r\n")).collect::<String>();
    let huge = format!("X: {}\r\n", "y".repeat(1 << 20));
    let ok = "HTTP/1.1 200 OK\r\n";
    vec![
        timed("headers drip", vec![send(ok), drip("X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n")]),
        timed("the status line drips", vec![drip("HTTP/1.1 200 OKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK")]),
        timed("100 without end", vec![forever("HTTP/1.1 100 Continue\r\n\r\n".repeat(100))]),
        timed("103 without end", vec![forever("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(50))]),
        case("a header without end", vec![send(format!("{ok}X: ")), forever([b'y'; 4096])], UNKNOWN),
        case("headers without end", vec![send(ok), forever("X: y\r\n".repeat(500))], UNKNOWN),
        case("a reason without end", vec![send("HTTP/1.1 200 "), forever([b'O'; 4096])], UNKNOWN),
        case("200 headers", answer("200 OK", &many(200), SUCCESS), UNKNOWN),
        case("100,000 headers", answer("200 OK", &many(100_000), SUCCESS), UNKNOWN),
        case("a header of 1 MiB", answer("200 OK", &huge, SUCCESS), UNKNOWN),
        case("a header name that is none", answer("200 OK", "X y\0: z\r\n", SUCCESS), UNKNOWN),
        case("a line break in a header", answer("200 OK", "X: a\r\n b\r\n", SUCCESS), UNKNOWN),
        case("not HTTP", vec![send("\x15\x03\x01\0\x02\x02\x16 SSH-2.0-x\r\n\r\n")], UNKNOWN),
        case("HTTP/9.9", vec![send("HTTP/9.9 200 OK\r\n\r\n"), send(SUCCESS)], UNKNOWN),
        case("noise without end", vec![forever([0xA5; 4096])], UNKNOWN),
    ]
}

fn lengths() -> Vec<Case> {
    let with =
        |length: &str| vec![send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{{\"code"))];
    let twice =
        vec![send(format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 90\r\n\r\n{SUCCESS}"))];
    let large = ["ambiguous", "temporary", "temporary", "large"];
    vec![
        case("a length too long", with("7000"), UNKNOWN),
        case("a length too short", with("3"), NOTHING),
        case("a length of exabytes", with("9223372036854775807"), large),
        case("a length beyond 64 bits", with("99999999999999999999"), UNKNOWN),
        case("a negative length", with("-1"), UNKNOWN),
        case("a length that is no number", with("1e3"), UNKNOWN),
        case("two lengths", twice, UNKNOWN),
    ]
}

fn chunks() -> Vec<Case> {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let with = |rest: &str| vec![send(format!("{head}{rest}"))];
    let chunk = [b"1000\r\n", [b' '; 4096].as_slice(), b"\r\n"].concat();
    let large = ["ambiguous", "temporary", "temporary", "large"];
    vec![
        case("chunks without end", vec![send(head), forever(chunk)], large),
        case(
            "a chunk of exabytes",
            vec![send(head), send("7fffffffffffffff\r\n"), forever([b' '; 4096])],
            large,
        ),
        case("a chunk beyond 64 bits", with("fffffffffffffffff\r\n{"), UNKNOWN),
        case("a chunk size that is none", with("zz\r\n{"), UNKNOWN),
        case("a negative chunk size", with("-5\r\n{"), UNKNOWN),
        case("a chunk longer than it says", with("2\r\n{\"code\r\n0\r\n\r\n"), UNKNOWN),
        case("no last chunk", with("2\r\n{\"\r\n"), UNKNOWN),
        case("a chunk extension without end", vec![send(head), send("1;"), forever([b'x'; 4096])], UNKNOWN),
        case(
            "trailers without end",
            vec![send(head), send("0\r\n"), forever("X: y\r\n".repeat(500))],
            UNKNOWN,
        ),
        timed("chunks drip", vec![send(head), drip("1\r\n \r\n")]),
    ]
}

fn bodies() -> Vec<Case> {
    let json = "Content-Type: application/json\r\n";
    let whole = |body: &[u8]| answer("200 OK", json, body);
    let close = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    let large = ["ambiguous", "temporary", "temporary", "large"];
    let deep = |open: &str, n: usize| whole(open.repeat(n).as_bytes());
    let closed = format!("{}{}", "[".repeat(9000), "]".repeat(9000));
    let bomb = gzip(&[SUCCESS.as_bytes(), &vec![b' '; 50 << 20]].concat());
    let packed = "Content-Encoding: gzip\r\nContent-Type: application/json\r\n";
    let not_packed = answer("200 OK", packed, r#"{"code":"INTERNAL_ERROR"}"#);
    vec![
        case("a body without end", vec![send(close), forever([b' '; 4096])], large),
        case("JSON text without end", vec![send(close), send("{\"code\":\""), forever([b'S'; 4096])], large),
        timed("the body drips", vec![send(close), drip(" ")]),
        case("no body", whole(b""), NOTHING),
        case("HTML", answer("200 OK", "Content-Type: text/html\r\n", "<html>log in</html>"), {
            // Whatever the endpoint gives is the photo as far as a download can tell.
            ["ambiguous", "done", "temporary", "photo"]
        }),
        case("JSON that breaks off", whole(b"{\"code\":\"SUCCE"), NOTHING),
        case("JSON of another kind", whole(b"{\"code\":[7],\"access_token\":{}}"), NOTHING),
        case("a huge number", whole(b"{\"code\":1e999999,\"access_token\":-1e999999}"), NOTHING),
        case("not UTF-8", whole(b"{\"code\":\"SUCCESS\xFF\xFE\",\"access_token\":\"\xC0\x80\"}"), NOTHING),
        case("NULs", whole(&[0; 5000]), NOTHING),
        case("lists in lists", deep("[", 15_000), NOTHING),
        case("closed lists in lists", whole(closed.as_bytes()), NOTHING),
        case("objects in objects", deep("{\"data\":", 1_500), NOTHING),
        case("a gzip bomb", answer("200 OK", packed, &bomb), NOTHING),
        case("packed, it says", not_packed, ["temporary", "temporary", "temporary", "photo"]),
    ]
}

fn statuses() -> Vec<Case> {
    let html = |status: &str| answer(status, "Content-Type: text/html\r\n", "<html>no</html>");
    let wait = |text: &str| answer("429 X", &format!("Retry-After: {text}\r\n"), "");
    // An answer to a request that was never made, in the hope that it is taken for the next one's.
    let smuggled = format!(
        "HTTP/1.1 500 X\r\nContent-Length: 25\r\n\r\n{{\"code\":\"INTERNAL_ERROR\"}} HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{SUCCESS}",
        SUCCESS.len()
    );
    vec![
        case("HTML with 403", html("403 X"), ["denied", "denied", "denied", "status"]),
        case("HTML with 502", html("502 X"), ["ambiguous", "temporary", "temporary", "status"]),
        case("HTML with 401", html("401 X"), ["token", "token", "denied", "status"]),
        case("a status of 0", html("000 X"), UNKNOWN),
        case("a status of 99", html("99 X"), UNKNOWN),
        case("a status of 999", html("999 X"), ["refused", "refused", "temporary", "status"]),
        case("a status of 1000", html("1000 X"), UNKNOWN),
        case(
            "101",
            vec![send("HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), forever([b' '; 4096])],
            ["refused", "refused", "denied", "status"],
        ),
        case(
            "a wait of centuries",
            wait("99999999999999999999"),
            ["temporary", "temporary", "throttled", "status"],
        ),
        case("a wait of years", wait("2592000"), ["temporary", "temporary", "throttled", "status"]),
        case("a negative wait", wait("-1"), ["temporary", "temporary", "throttled", "status"]),
        case(
            "an answer in advance",
            vec![send(smuggled), Step::Hold],
            ["temporary|ambiguous", "temporary", "temporary", "status"],
        ),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("into memory");
    packed.finish().expect("into memory")
}
