//! Planted secrets: whatever servers echo, none shows in an error, its sources, a receipt, `Debug` or a log
//! line.

mod scripted;

use std::error::Error as _;
use std::fmt::{Debug, Write};
use std::sync::Mutex;
use std::time::Duration;

use photo_upload::{
    AccessToken, Client, ClientBuilder, Error, HttpOptions, Intake, Photo, RefreshToken, RefreshTokenBuilder,
    Retry, StaticToken, Target, TokenSource,
};
use scripted::{Reply, Request, Server, json, png, success};

const ACCESS: &str = "1000.q7Zx4VmK2pTw9RbL6nYc";
const SECRET: &str = "h3Jd8SgF5uXe1WoA0iNv";
const REFRESH: &str = "1000.k6Bt9CyQ4zMr7DpH2sUf";

/// Every log line of this process.
static LOG: Mutex<String> = Mutex::new(String::new());

/// Writes spans and events with all their fields to [`LOG`].
#[cfg(feature = "tracing")]
struct Spans;

#[cfg(feature = "tracing")]
impl tracing::Subscriber for Spans {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::Id {
        note(span.metadata().name(), |visit| span.record(visit));
        tracing::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::Id, values: &tracing::span::Record<'_>) {
        note("record", |visit| values.record(visit));
    }

    fn record_follows_from(&self, _: &tracing::Id, _: &tracing::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        note(event.metadata().target(), |visit| event.record(visit));
    }

    fn enter(&self, _: &tracing::Id) {}

    fn exit(&self, _: &tracing::Id) {}
}

#[cfg(feature = "tracing")]
fn note(what: &str, record: impl FnOnce(&mut dyn tracing::field::Visit)) {
    struct Fields(String);
    impl tracing::field::Visit for Fields {
        fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
            write!(self.0, " {field}={value:?}").expect("into memory");
        }
    }
    let mut fields = Fields(what.to_owned());
    record(&mut fields);
    let mut log = LOG.lock().expect("not poisoned");
    writeln!(log, "tracing {}", fields.0).expect("into memory");
}

struct Listening;

impl log::Log for Listening {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut log = LOG.lock().expect("not poisoned");
        writeln!(log, "{} {} {}", record.level(), record.target(), record.args()).expect("into memory");
    }

    fn flush(&self) {}
}

fn listen() {
    // Only the first test of this process gets to set it, to the same.
    let _ = log::set_logger(&Listening);
    log::set_max_level(log::LevelFilter::Trace);
    #[cfg(feature = "tracing")]
    let _ = tracing::subscriber::set_global_default(Spans);
}

/// Fails if the text has a secret or eight characters in a row of one, in whatever case.
fn assert_clean(what: &str, text: &str) {
    let folded = text.to_ascii_lowercase();
    for secret in [ACCESS, SECRET, REFRESH] {
        let secret = secret.to_ascii_lowercase();
        for from in 0..=secret.len() - 8 {
            let part = &secret[from..from + 8];
            assert!(!folded.contains(part), "{what} shows {part}: {text}");
        }
    }
}

/// All that can be printed of an error.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:#} {error:?} {error:#?} {}", error.help());
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, " {cause} {cause:?}").expect("into memory");
        source = cause.source();
    }
    if let Some(failure) = error.failure() {
        write!(text, " {failure} {failure:?}").expect("into memory");
    }
    text
}

fn debug(what: &str, value: &dyn Debug) {
    assert_clean(what, &format!("{value:?} {value:#?}"));
}

/// Ways to give a text back.
fn echoes(text: &str) -> Vec<String> {
    let escaped: String = text.chars().take(1).map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let escaped = format!("{escaped}{}", &text[1..]);
    // So that an excerpt of 80, 100, 200 or 300 characters ends within it.
    let cut = |at: usize| format!("{}{text}", ".".repeat(at - text.len() / 2));
    let mut all = vec![
        text.to_owned(),
        text.to_ascii_uppercase(),
        format!("Zoho-oauthtoken {text}; {text}"),
        escaped,
        text.chars().map(|c| if c == '.' { "%2E".to_owned() } else { c.to_string() }).collect(),
    ];
    all.extend([80, 100, 200, 300].map(cut));
    all
}

const GRANT: &[u8] = b"{\"access_token\"";

/// Answers that hold an echo in every field a client looks at.
fn answers(echo: &str) -> Vec<Reply> {
    let headers = || {
        let names = ["Content-Type", "Retry-After", "Date", "X-API-CREDITS-REMAINING", "Location"];
        names.map(|name| (name, echo.to_owned())).to_vec()
    };
    let bodies = [
        echo.to_owned(),
        format!("<html>{echo}</html>"),
        format!(r#"{{"code":"{echo}","message":"{echo}","details":{{"retry_after":"{echo}"}}}}"#),
        format!(r#"{{"code":"INVALID_DATA","message":"{echo}"}}"#),
        format!(r#"{{"code":"SUCCESS","message":"{echo}"}}"#),
        format!(r#"{{"error":"{echo}","error_description":"{echo}"}}"#),
        format!(r#"{{"access_token":"{ACCESS}","api_domain":"http://{echo}"}}"#),
        format!(r#"{{"access_token":"{ACCESS}","api_domain":"{echo}://x"}}"#),
    ];
    let statuses = [200, 302, 400, 401, 403, 429, 500];
    let answer =
        |status: u16, body: &String| Reply::Answer { status, headers: headers(), body: body.clone().into() };
    bodies.iter().flat_map(|body| statuses.map(|status| answer(status, body))).collect()
}

fn builder(server: &Server) -> ClientBuilder {
    let retry = Retry::default().attempts(2).base(Duration::from_millis(1)).cap(Duration::from_millis(2));
    Client::builder().api_domain(server.url()).retry(retry.hint_cap(Duration::from_millis(5)))
}

fn refresh(url: &str) -> RefreshTokenBuilder {
    RefreshToken::builder()
        .token_url(format!("{url}/oauth/v2/token"))
        .client_id("1000.id")
        .client_secret(SECRET)
        .refresh_token(REFRESH)
}

fn target() -> Target {
    Target::new("Leads", "1").expect("good form")
}

fn photo() -> Photo {
    Photo::from_bytes(png(4, 3, 1000), "me.png").expect("a picture")
}

/// Numbers the requests, so that a server can go through its answers.
fn turns(replies: Vec<Reply>) -> impl Fn(usize, &Request) -> Reply + Send + Sync {
    move |n, _| replies[n % replies.len()].clone()
}

#[tokio::test]
async fn an_echoed_access_token_shows_nowhere() {
    listen();
    let mut errors = 0;
    for echo in echoes(ACCESS) {
        for reply in answers(&echo) {
            let server = Server::list([reply]);
            let client = builder(&server).access_token(ACCESS).build().expect("good");
            match client.upload(&target(), &photo()).await {
                Ok(receipt) => debug("a receipt", &receipt),
                Err(error) => {
                    errors += 1;
                    assert_clean("an upload", &shown(&error));
                }
            }
            match client.download(&target()).await {
                Ok(Some(download)) => debug("a download's type", &download.content_type),
                Ok(None) => {}
                Err(error) => assert_clean("a download", &shown(&error)),
            }
            match client.delete(&target()).await {
                Ok(receipt) => debug("a receipt", &receipt),
                Err(error) => assert_clean("a deletion", &shown(&error)),
            }
        }
    }
    assert!(errors > 300, "{errors}");
    let log = LOG.lock().expect("not poisoned").clone();
    assert!(!log.is_empty(), "nobody logged, so the test of log lines is none");
    #[cfg(feature = "tracing")]
    for told in ["attempt failed", "record=\"1\"", "waiting", "confirmed"] {
        assert!(log.contains(told), "no event tells {told}");
    }
    assert_clean("the log", &log);
}

#[tokio::test]
async fn echoed_client_secrets_and_refresh_tokens_show_nowhere() {
    listen();
    for secret in [SECRET, REFRESH, ACCESS] {
        for echo in echoes(secret) {
            let mut replies = answers(&echo);
            if secret == ACCESS {
                // An access token that was never given is nobody's secret.
                replies
                    .retain(|reply| matches!(reply, Reply::Answer { body, .. } if body.starts_with(GRANT)));
            }
            let count = replies.len();
            let server = Server::start(turns(replies));
            for _ in 0..count {
                // Without a domain of its own, so that the one of the token's issuer is used.
                let tokens = refresh(&server.url()).build().expect("good");
                let retry = Retry::none();
                let client =
                    Client::builder().token_source(tokens.clone()).retry(retry).build().expect("good");
                let error = client.upload(&target(), &photo()).await.expect_err("no such domain");
                assert_clean("an upload", &shown(&error));
                debug("the tokens", &tokens);
                debug("the client", &client);
                if let Ok(token) = tokens.token(None).await {
                    debug("the token", &token);
                }
            }
        }
    }
    assert_clean("the log", &LOG.lock().expect("not poisoned").clone());
}

#[tokio::test]
async fn an_older_token_does_not_show_either() {
    let server = Server::start(|_, request| match request.path.as_str() {
        "/oauth/v2/token" => json(200, r#"{"access_token":"1000.another-token-altogether"}"#),
        _ if request.header("authorization").is_some_and(|v| v.contains(ACCESS)) => json(401, ""),
        _ => json(400, &format!(r#"{{"code":"X","message":"you first sent {ACCESS}"}}"#)),
    });
    /// The canary first, then whatever the server gives.
    struct First(RefreshToken);
    impl TokenSource for First {
        fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> photo_upload::TokenFuture<'a> {
            match refused {
                None => Box::pin(async { AccessToken::new(ACCESS) }),
                Some(_) => self.0.token(refused),
            }
        }
    }
    let tokens = First(refresh(&server.url()).build().expect("good"));
    let client = builder(&server).token_source(tokens).build().expect("good");
    let error = client.upload(&target(), &photo()).await.expect_err("refused");
    assert_eq!(error.attempts(), 2, "{error:?}");
    assert!(error.to_string().contains("[secret]"), "{error}");
    assert_clean("an upload", &shown(&error));
}

#[tokio::test]
async fn nothing_shows_its_secrets_in_debug() {
    let server = Server::list([success()]);
    let folder = tempfile::tempdir().expect("a folder");
    debug("an access token", &AccessToken::new(ACCESS));
    debug("a static token", &StaticToken::new(ACCESS));
    debug("a builder", &builder(&server).access_token(ACCESS));
    debug(
        "a builder",
        &Client::builder().api_domain(format!("https://{ACCESS}:{SECRET}@a.example/?x={REFRESH}")),
    );
    debug("a client", &builder(&server).access_token(ACCESS).build());
    #[cfg(feature = "blocking")]
    tokio::task::spawn_blocking({
        let builder = builder(&server).access_token(ACCESS);
        move || debug("a blocking client", &builder.build_blocking())
    })
    .await
    .expect("no panic");
    let http = HttpOptions::default().proxy(format!("http://{ACCESS}:{SECRET}@127.0.0.1:1"));
    debug("HTTP options", &http);
    let client = builder(&server).access_token(ACCESS).http(http.clone()).build().expect("good");
    let intake = client.intake().retry(Retry::none()).allow_plain_http(true);
    let error = intake.url("http://pictures.example/me.png").await.expect_err("no such proxy");
    assert_clean("an intake through a proxy", &shown(&error));
    debug("tokens through a proxy", &refresh(&server.url()).http(http).build());
    debug("a batch", &client.upload_all([(target(), photo())]));
    debug("an intake", &client.intake());
    let store = folder.path().join("token.json");
    debug("a builder", &refresh("http://127.0.0.1:1").store(&store));
    debug(
        "a builder",
        &refresh(&format!("https://a.example/?client_secret={SECRET}&refresh_token={REFRESH}")),
    );
    debug("refresh tokens", &refresh("http://127.0.0.1:1").store(&store).build());
}

#[tokio::test]
async fn wrong_configurations_do_not_show_secrets() {
    let with = |url: String| Client::builder().access_token(ACCESS).api_domain(url).build().map(|_| ());
    let tokens = |url: String| refresh("").token_url(url).build().map(|_| ());
    let urls = [
        format!("https://me:{SECRET}@a.example"),
        format!("https://a.example/?client_secret={SECRET}"),
        format!("https://a.example/#{REFRESH}"),
        format!("https://[{SECRET}"),
        format!("https://a.example:{REFRESH}"),
        format!("{SECRET}://a.example"),
        "http://a.example".to_owned(),
    ];
    for url in urls {
        for result in [with(url.clone()), tokens(url.clone())] {
            assert_clean("a configuration", &shown(&result.expect_err(&url)));
        }
        let error = Intake::new().url(&url).await.expect_err(&url);
        assert_clean("an intake", &shown(&error));
    }
    let spaced = Client::builder().access_token(format!("{ACCESS} {SECRET}")).build().expect_err("no token");
    assert_clean("a token that is none", &shown(&spaced));
}
