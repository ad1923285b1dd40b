//! A tiny HTTP/1.1 server on loopback that answers as told, for faults a well-behaved server would not have.
#![allow(dead_code, unreachable_pub)] // each test binary uses a part of it

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What to do with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answer properly.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Close without a word, after reading the request.
    Close,
    /// Close right after the head, with the body unread: the client sees a reset.
    Reset,
    /// Announce more bytes than are sent.
    Cut { status: u16, body: String },
    /// Send this, then spaces without end.
    Endless { status: u16, start: String },
    /// Say nothing until the test is over.
    Stall,
}

pub fn json(status: u16, body: &str) -> Reply {
    Reply::Answer { status, headers: vec![("Content-Type", "application/json".into())], body: body.into() }
}

pub fn code(status: u16, code: &str) -> Reply {
    json(status, &format!(r#"{{"code":"{code}","details":{{}},"message":"because","status":"error"}}"#))
}

pub const SUCCESS: &str =
    r#"{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}"#;

pub fn success() -> Reply {
    json(200, SUCCESS)
}

/// The server; stops when dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    requests: Mutex<Vec<Request>>,
    inside: AtomicUsize,
    most_inside: AtomicUsize,
    stop: AtomicBool,
    answer: Box<Answering>,
}

/// Decides what to do with a request, by its number from 0.
type Answering = dyn Fn(usize, &Request) -> Reply + Send + Sync;

impl Server {
    /// `answer` gets the request's number, from 0, and the request.
    pub fn start(answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            inside: AtomicUsize::new(0),
            most_inside: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            answer: Box::new(answer),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.stop.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// Answers from a list; the last one is repeated.
    pub fn list(replies: impl Into<Vec<Reply>>) -> Self {
        let replies = replies.into();
        Self::start(move |n, _| replies[n.min(replies.len() - 1)].clone())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("not poisoned").clone()
    }

    pub fn count(&self) -> usize {
        self.shared.requests.lock().expect("not poisoned").len()
    }

    /// Most requests that were read but not yet answered at one moment.
    pub fn most_inside(&self) -> usize {
        self.shared.most_inside.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let Some((request, length)) = read_head(&mut stream) else { return };
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inside.fetch_max(inside, Ordering::SeqCst);
        let reply = self.read_and_decide(&mut stream, request, length);
        // Before the first byte of the answer: from then on the client may rightly start another request.
        self.inside.fetch_sub(1, Ordering::SeqCst);
        if let Some(reply) = reply {
            // The client may be gone already, which is its right.
            let _ = self.reply(&mut stream, reply);
        }
    }

    fn read_and_decide(&self, stream: &mut TcpStream, mut request: Request, length: usize) -> Option<Reply> {
        let mut requests = self.requests.lock().expect("not poisoned");
        let number = requests.len();
        let reply = (self.answer)(number, &request);
        requests.push(request.clone());
        drop(requests);
        if matches!(reply, Reply::Reset) {
            return None;
        }
        read_body(stream, &mut request.body, length)?;
        self.requests.lock().expect("not poisoned")[number] = request;
        Some(reply)
    }

    fn reply(&self, stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
        match reply {
            Reply::Answer { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                if status != 204 {
                    head += &format!("Content-Length: {}\r\n", body.len());
                }
                stream.write_all(format!("{head}\r\n").as_bytes())?;
                stream.write_all(&body)
            }
            Reply::Cut { status, body } => {
                let length = body.len() + 100;
                write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}")
            }
            Reply::Endless { status, start } => {
                write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n{start}")?;
                while !self.stop.load(Ordering::SeqCst) {
                    stream.write_all(&[b' '; 4096])?;
                }
                Ok(())
            }
            Reply::Stall => {
                while !self.stop.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(())
            }
            Reply::Close | Reply::Reset => Ok(()),
        }
    }
}

/// Reads to the blank line. Gives the request with the part of the body that came along, and the body's
/// length.
fn read_head(stream: &mut TcpStream) -> Option<(Request, usize)> {
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    let end = loop {
        if let Some(at) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        match stream.read(&mut chunk) {
            Ok(got) if got > 0 => seen.extend_from_slice(&chunk[..got]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&seen[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let request = Request { method, path, headers, body: seen[end + 4..].to_vec() };
    let length = request.header("content-length").map_or(0, |v| v.parse().expect("a number"));
    Some((request, length))
}

fn read_body(stream: &mut TcpStream, body: &mut Vec<u8>, length: usize) -> Option<()> {
    let mut chunk = vec![0; 64 * 1024];
    while body.len() < length {
        match stream.read(&mut chunk) {
            Ok(got) if got > 0 => body.extend_from_slice(&chunk[..got]),
            _ => return None,
        }
    }
    Some(())
}

/// A PNG's header, padded to `bytes`.
pub fn png(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let mut v = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    v.extend(width.to_be_bytes());
    v.extend(height.to_be_bytes());
    v.extend([8, 2, 0, 0, 0]);
    v.resize(bytes.max(v.len()), 0);
    v
}
