//! Hostile servers: whatever they send, each request ends in a typed error, in time and in bounded memory.
//!
//! What is read is measured from the other side, by what the server could get rid of; memory by a counting
//! allocator, which is why all tests here take turns.

mod cases;
mod redirects;
mod server;

use std::time::{Duration, Instant};

use cases::Case;
use photo_testkit::alloc::{self, CountingAlloc};
use photo_upload::{
    Client, Error, Intake, Limits, Photo, RefreshToken, Retry, SourceError, Target, TokenError, TokenSource,
};
use server::Hostile;
use tokio::sync::Mutex;

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// The allocator's counters belong to the whole process.
static TURN: Mutex<()> = Mutex::const_new(());

const ACCESS: &str = "1000.canary-access-7Q4ZVX2M";
const SECRET: &str = "canary-client-P9K3WDTB";
const REFRESH: &str = "1000.canary-refresh-H6YRJN5C";

const ATTEMPTS: u32 = 2;
/// Most bytes of an answer that are read: 64 KiB, and of a photo that is fetched or downloaded.
const MOST_READ: u64 = 64 << 10;
/// What the system's buffers between two sockets may swallow.
const BUFFERS: u64 = 16 << 20;
const MOST_MEMORY: usize = 4 << 20;
/// Far above the timeouts set below, so that a busy machine does not matter.
const MOST_TIME: Duration = Duration::from_secs(10);

fn png(bytes: usize) -> Vec<u8> {
    let mut v = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x04\0\0\0\x03\x08\x02\0\0\0".to_vec();
    v.resize(bytes, 0);
    v
}

fn target() -> Target {
    Target::new("Leads", "3000000038009").expect("good form")
}

fn timeout(timed: bool) -> Duration {
    Duration::from_millis(if timed { 200 } else { 5000 })
}

fn client(url: &str, timed: bool) -> Client {
    Client::builder()
        .api_domain(url)
        .access_token(ACCESS)
        .retry(Retry::default().attempts(ATTEMPTS).base(Duration::from_millis(1)).seed(1))
        .attempt_timeout(timeout(timed))
        .max_download_bytes(MOST_READ)
        .build()
        .expect("good")
}

fn tokens(url: &str, timed: bool) -> RefreshToken {
    RefreshToken::builder()
        .token_url(format!("{url}/oauth/v2/token"))
        .client_id("1000.id")
        .client_secret(SECRET)
        .refresh_token(REFRESH)
        .timeout(timeout(timed))
        .build()
        .expect("good")
}

fn intake(timed: bool) -> Intake {
    let limits = Limits::default().max_bytes(MOST_READ);
    Intake::new().limits(limits).timeout(timeout(timed)).retry(Retry::none())
}

/// The kinds that the table speaks of.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Photo(_) => "photo",
        Error::Denied(_) => "denied",
        Error::Refused(_) => "refused",
        Error::OutOfCredits(_) => "credits",
        Error::Temporary(_) => "temporary",
        Error::Ambiguous(_) => "ambiguous",
        Error::Token(TokenError::CannotRenew) => "token",
        Error::Token(error) => token_kind(error),
        Error::Source(SourceError::TooLarge { .. }) => "large",
        Error::Source(SourceError::Url(_)) => "url",
        Error::Source(SourceError::Status { .. }) => "status",
        Error::Source(SourceError::Network { .. }) => "network",
        Error::Source(SourceError::TimedOut { .. }) => "timeout",
        _ => "other",
    }
}

fn token_kind(error: &TokenError) -> &'static str {
    match error {
        TokenError::Denied { .. } => "denied",
        TokenError::Throttled { .. } => "throttled",
        TokenError::Temporary { .. } => "temporary",
        _ => "other",
    }
}

/// Runs one request of the table; gives the kind of its end and its text.
async fn request(number: usize, url: &str, timed: bool) -> (&'static str, String) {
    let told = |error: Error| (kind(&error), format!("{error} {error:?}"));
    let done = ("done", String::new());
    match number {
        0 => {
            let photo = Photo::from_bytes(png(200_000), "me.png").expect("a picture");
            client(url, timed).upload(&target(), &photo).await.map_or_else(told, |_| done)
        }
        1 => client(url, timed).download(&target()).await.map_or_else(told, |_| done),
        2 => tokens(url, timed).token(None).await.map_or_else(|error| told(error.into()), |_| done),
        _ => intake(timed).url(&format!("{url}/me.png")).await.map_or_else(told, |_| done),
    }
}

/// What a request cost.
#[derive(Default)]
struct Cost {
    time: Duration,
    memory: usize,
    /// What the server could get rid of.
    taken: u64,
}

async fn check(case: &Case, number: usize) -> Cost {
    let request_name = ["upload", "download", "token", "fetch"][number];
    let what = format!("{request_name}, {}", case.name);
    let server = Hostile::start(case.reading, case.steps.clone());
    alloc::reset();
    let (before, start) = (alloc::current(), Instant::now());
    let (kind, text) = request(number, &server.url(), case.timed).await;
    let (time, memory) = (start.elapsed(), alloc::peak().saturating_sub(before));
    let expected = case.ends[number];
    assert!(expected.split('|').any(|one| one == kind), "{what}: {expected} expected, not {kind}: {text}");
    assert!(time < MOST_TIME, "{what}: {time:?}");
    assert!(memory < MOST_MEMORY, "{what}: {memory} bytes of memory");
    assert!(server.is_left_alone().await, "{what}: the connection is still open");
    let most = u64::from(ATTEMPTS) * (MOST_READ + BUFFERS);
    // Interim answers are thrown away as they come, as long as the attempt lasts.
    let interim = case.name.starts_with("10");
    assert!(interim || server.sent() <= most, "{what}: {} bytes were taken", server.sent());
    for secret in [ACCESS, SECRET, REFRESH] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
    Cost { time, memory, taken: if interim { 0 } else { server.sent() } }
}

#[tokio::test]
async fn every_hostile_server_ends_in_a_typed_error() {
    let _turn = TURN.lock().await;
    let all = cases::all();
    assert!(all.len() > 60, "{}", all.len());
    let mut most = Cost::default();
    for case in &all {
        for number in 0..4 {
            let Cost { time, memory, taken } = check(case, number).await;
            most.time = most.time.max(time);
            most.memory = most.memory.max(memory);
            most.taken = most.taken.max(taken);
        }
    }
    let Cost { time, memory, taken } = most;
    println!(
        "{} hostile servers, {} requests; at most {time:?}, {memory} bytes of memory, {taken} bytes taken",
        all.len(),
        all.len() * 4
    );
}

#[tokio::test]
async fn an_upload_to_a_server_that_never_reads_ends() {
    let _turn = TURN.lock().await;
    let server = Hostile::start(server::Reading::Nothing, vec![server::Step::Hold]);
    let photo = Photo::from_bytes(png(9_900_000), "large.png").expect("a picture");
    let start = Instant::now();
    let error = client(&server.url(), true).upload(&target(), &photo).await.expect_err("nobody read it");
    assert_eq!(kind(&error), "ambiguous", "{error:?}");
    assert!(start.elapsed() < MOST_TIME);
    assert!(server.is_left_alone().await);
}
