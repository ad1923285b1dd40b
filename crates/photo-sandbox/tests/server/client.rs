//! A plain HTTP/1.1 client over one TCP stream, so that tests decide every byte and see how connections end.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use photo_sandbox::Sandbox;

pub(crate) const ID: &str = "3000000038009";

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }

    /// Status and code.
    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// One connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.url().trim_start_matches("http://")).unwrap();
        // Far beyond anything a test waits for: a hang must fail, not stay.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        Client { stream: BufReader::new(stream) }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one answer; an error if it is missing or incomplete.
    pub(crate) fn receive(&mut self) -> io::Result<Reply> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body = vec![0; length];
        self.stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&mut self) {
        // Fails if the server has ended the connection already.
        let _ = self.stream.get_ref().shutdown(std::net::Shutdown::Write);
    }

    /// Reads one line.
    pub(crate) fn read_line(&mut self) -> io::Result<String> {
        self.line()
    }

    /// Reads until the connection ends.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.send(request)?;
        self.receive()
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// One request on a connection of its own.
pub(crate) fn ask(sandbox: &Sandbox, request: &[u8]) -> io::Result<Reply> {
    Client::new(sandbox).ask(request)
}

/// A request with this head line, header lines and body.
pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nHost: sandbox\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// The header that every photo request needs.
pub(crate) fn authorization(token: &str) -> String {
    format!("Zoho-oauthtoken {token}")
}

/// An upload of these bytes.
pub(crate) fn upload(path: &str, token: &str, extra: &[(&str, &str)], data: &[u8]) -> Vec<u8> {
    let auth = authorization(token);
    let mut headers =
        vec![("Authorization", auth.as_str()), ("Content-Type", "multipart/form-data; boundary=b")];
    headers.extend(extra);
    request(&format!("POST {path}"), &headers, &form(data))
}

/// A form with these bytes in the part `file`, without a content type of its own.
pub(crate) fn form(data: &[u8]) -> Vec<u8> {
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    [head.as_bytes(), data, b"\r\n--b--\r\n"].concat()
}

/// The path of a record of the module Leads.
pub(crate) fn path(record: &str) -> String {
    format!("/crm/v2/Leads/{record}/photo")
}

/// A file that begins like a PNG of this size and is this long.
pub(crate) fn png(width: u32, height: u32, len: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0]);
    bytes.resize(bytes.len().max(len), 0x5A);
    bytes
}

/// Uploads a small picture to a record.
pub(crate) fn put(sandbox: &Sandbox, record: &str) -> io::Result<Reply> {
    ask(sandbox, &upload(&path(record), &sandbox.token(), &[], &png(4, 4, 100)))
}

/// Waits for something that another thread brings about; fails if it never comes.
pub(crate) fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
