//! A server that does what no server should: any bytes, floods, drips and silence, with what it sent counted.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How much of a request is read before anything is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    Nothing,
    Head,
    Whole,
}

/// What is done then, one after the other; after the last the connection is closed.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Arc<[u8]>),
    /// Again and again, as fast as the client takes it.
    Forever(Arc<[u8]>),
    /// One byte every few milliseconds, again and again.
    Drip(Arc<[u8]>),
    /// Silence until the client goes away.
    Hold,
}

pub(crate) fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().into())
}

pub(crate) fn forever(bytes: impl AsRef<[u8]>) -> Step {
    Step::Forever(bytes.as_ref().into())
}

pub(crate) fn drip(bytes: impl AsRef<[u8]>) -> Step {
    Step::Drip(bytes.as_ref().into())
}

/// The server; stops when dropped.
pub(crate) struct Hostile {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    reading: Reading,
    steps: Vec<Step>,
    sent: AtomicU64,
    connections: AtomicUsize,
    open: AtomicUsize,
    stop: AtomicBool,
}

impl Hostile {
    pub(crate) fn start(reading: Reading, steps: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            reading,
            steps,
            sent: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.stop.load(SeqCst) {
                    return;
                }
                accepting.connections.fetch_add(1, SeqCst);
                accepting.open.fetch_add(1, SeqCst);
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || {
                    // That the client goes away is what it should do.
                    let _ = shared.serve(stream);
                    shared.open.fetch_sub(1, SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(SeqCst)
    }

    /// Waits until no connection is open any more; false if that does not happen.
    pub(crate) async fn is_left_alone(&self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while self.shared.open.load(SeqCst) > 0 {
            if Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.shared.stop.store(true, SeqCst);
        // Wakes the accepting thread.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        match self.reading {
            Reading::Nothing => {}
            Reading::Head => drop(read_head(&mut stream)?),
            Reading::Whole => read_request(&mut stream)?,
        }
        for step in &self.steps {
            match step {
                Step::Send(bytes) => self.write(&mut stream, bytes)?,
                Step::Forever(bytes) => {
                    while self.goes_on() {
                        self.write(&mut stream, bytes)?;
                    }
                }
                Step::Drip(bytes) => {
                    for byte in bytes.iter().cycle().take_while(|_| self.goes_on()) {
                        self.write(&mut stream, &[*byte])?;
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
                Step::Hold => while stream.read(&mut [0; 4096])? > 0 {},
            }
        }
        Ok(())
    }

    fn write(&self, stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
        stream.write_all(bytes)?;
        self.sent.fetch_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX), SeqCst);
        Ok(())
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(SeqCst)
    }
}

/// Reads to the blank line; gives the head and how much of the body came along.
fn read_head(stream: &mut TcpStream) -> io::Result<(String, usize)> {
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(end) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
            return Ok((String::from_utf8_lossy(&seen[..end]).to_ascii_lowercase(), seen.len() - end - 4));
        }
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            got => seen.extend_from_slice(&chunk[..got]),
        }
    }
}

fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    let (head, mut got) = read_head(stream)?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.map_or(0, |text| text.trim().parse().expect("a number"));
    let mut chunk = [0; 16 << 10];
    while got < length {
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => got += more,
        }
    }
    Ok(())
}

/// A client that stays longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(10);
