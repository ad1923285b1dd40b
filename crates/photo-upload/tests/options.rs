//! What can be set for a client, an intake, a batch and a single upload, against scripted servers and the
//! sandbox.

mod scripted;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use photo_sandbox::{Config, Sandbox};
use photo_upload::{
    ApiVersion, CancelToken, Client, ClientBuilder, Error, HttpOptions, Intake, Job, Photo, Progress,
    RefreshToken, Retry, SourceError, Stopped, Target, Transfers, Triggers, UploadOptions, reqwest,
};
use scripted::{Reply, Server, code, json, png, success};
use tokio::sync::mpsc;

fn target(record: usize) -> Target {
    Target::new("Leads", record.to_string()).expect("good form")
}

fn photo() -> Photo {
    Photo::from_bytes(png(4, 3, 1000), "me.png").expect("a picture")
}

fn quick() -> Retry {
    Retry::default().base(Duration::from_millis(2)).cap(Duration::from_millis(10)).seed(5)
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder().api_domain(url).access_token("1000.good").retry(quick())
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: Vec<u8>) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::Answer { status, headers, body }
}

fn picture() -> Reply {
    answer(200, &[], png(4, 3, 1000))
}

#[tokio::test]
async fn urls_are_asked_again_where_that_helps() {
    let now = &[("Retry-After", "0")];
    let cases: Vec<(Vec<Reply>, usize, Option<u16>)> = vec![
        (vec![answer(429, now, vec![]), picture()], 2, None),
        (vec![answer(503, &[], vec![]), answer(500, &[], vec![]), picture()], 3, None),
        (vec![Reply::Close, picture()], 2, None),
        (vec![Reply::Cut { status: 200, body: "a part".into() }, picture()], 2, None),
        (vec![answer(403, &[], vec![]), picture()], 1, Some(403)),
        (vec![answer(404, now, vec![]), picture()], 1, Some(404)),
        (vec![answer(502, &[], vec![])], 6, Some(502)),
        // Longer than anybody waits.
        (vec![answer(429, &[("Retry-After", "301")], vec![]), picture()], 1, Some(429)),
    ];
    for (replies, requests, error) in cases {
        let shown = format!("{replies:?}");
        let server = Server::list(replies);
        let result = Intake::new().retry(quick()).url(&format!("{}/me.png", server.url())).await;
        assert_eq!(server.count(), requests, "{shown} {result:?}");
        match (result, error) {
            (Ok(_), None) => {}
            (Err(Error::Source(SourceError::Status { status, .. })), Some(want)) => assert_eq!(status, want),
            (result, _) => panic!("{shown} {result:?}"),
        }
    }
}

#[tokio::test]
async fn a_url_that_hangs_is_asked_again_within_the_time_for_all() {
    let server = Server::list([Reply::Stall, picture()]);
    let intake = Intake::new().retry(quick()).timeout(Duration::from_millis(200));
    intake.url(&server.url()).await.expect("at the second try");
    let server = Server::list([Reply::Stall]);
    let error = intake.total_timeout(Duration::from_millis(300)).url(&server.url()).await;
    assert!(matches!(error, Err(Error::Source(SourceError::TimedOut { .. }))), "{error:?}");
    assert!((1..=2).contains(&server.count()), "{}", server.count());
}

#[tokio::test]
async fn the_user_agent_says_who_asks_wherever_it_asks() {
    let who = "acme-import/2.1 (ops@acme.example)";
    let want = format!("photo-upload/{} {who}", env!("CARGO_PKG_VERSION"));
    let wanted = want.clone();
    let server = Server::start(move |_, request| match request.header("user-agent") {
        Some(agent) if agent == wanted => match request.path.as_str() {
            "/me.png" => picture(),
            "/token" => json(200, r#"{"access_token":"1000.good"}"#),
            _ => success(),
        },
        _ => answer(403, &[], vec![]),
    });
    let url = format!("{}/me.png", server.url());
    let tokens = RefreshToken::builder()
        .token_url(format!("{}/token", server.url()))
        .client_id("1000.id")
        .client_secret("secret")
        .refresh_token("1000.refresh")
        .http(HttpOptions::default().user_agent(who))
        .build()
        .expect("good");
    let client = builder(&server.url()).token_source(tokens).user_agent(who).build().expect("good");
    let photo = client.intake().url(&url).await.expect("asked politely");
    client.upload(&target(1), &photo).await.expect("stored");
    let refused = Intake::new().retry(quick()).url(&url).await;
    assert!(matches!(refused, Err(Error::Source(SourceError::Status { status: 403, .. }))), "{refused:?}");
    assert_eq!(server.count(), 4);
    assert!(builder(&server.url()).user_agent("two\r\nlines").build().is_err());
}

#[tokio::test]
async fn a_client_of_the_callers_own_is_used_and_must_not_follow_redirects() {
    let server = Server::start(|_, request| match request.header("user-agent") {
        Some("mine") => match request.path.as_str() {
            "/a.png" => picture(),
            "/b.png" => answer(302, &[("Location", "/a.png")], vec![]),
            path if path.contains("/302/") => answer(302, &[("Location", "/elsewhere")], vec![]),
            path if path.contains("/307/") => answer(307, &[("Location", "/elsewhere")], vec![]),
            _ => success(),
        },
        _ => answer(500, &[], vec![]),
    });
    let own = || reqwest::Client::builder().no_proxy().user_agent("mine");
    let careful = own().redirect(reqwest::redirect::Policy::none());
    for (built, follows) in [(careful, false), (own(), true)] {
        // The provider of the process is ours to choose here, and this one needs none.
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("good")
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        let own = built.tls_backend_preconfigured(tls).build().expect("a client");
        let http = HttpOptions::default().client(own);
        let client = builder(&server.url()).http(http).build().expect("good");
        client.upload(&target(1), &photo()).await.expect("stored");
        client.intake().url(&format!("{}/a.png#x", server.url())).await.expect("a picture");
        let hop = client.intake().url(&format!("{}/b.png", server.url())).await;
        assert_eq!(hop.is_err(), follows, "{hop:?}");
        for record in [302, 307] {
            let error = client.upload(&target(record), &photo()).await.expect_err("a redirect");
            // A form can't be sent again to where a 307 points.
            let told = matches!(&error, Error::Config(why) if why.contains("Policy::none()"));
            assert_eq!(told, follows && record == 302, "{error:?}");
        }
    }
}

#[tokio::test]
async fn proxies_are_for_what_is_outside() {
    let proxy = Server::list([picture()]);
    let http = HttpOptions::default().proxy(proxy.url().replace("://", "://me:hush@"));
    let intake = Intake::new().retry(Retry::none()).allow_plain_http(true).http(http);
    intake.url("http://pictures.example/me.png").await.expect("through the proxy");
    let request = &proxy.requests()[0];
    assert_eq!(request.path, "http://pictures.example/me.png");
    assert!(request.header("proxy-authorization").is_some_and(|value| value.starts_with("Basic ")));
    let local = Server::list([picture()]);
    intake.url(&local.url()).await.expect("without it");
    assert_eq!((proxy.count(), local.count()), (1, 1));
}

#[tokio::test]
async fn one_upload_may_do_otherwise_than_its_client() {
    let server = Server::start(|_, request| match request.path.as_str() {
        path if path.contains("/7/") => code(500, "INTERNAL_ERROR"),
        path if path.contains("/8/") => Reply::Stall,
        _ => success(),
    });
    let client = builder(&server.url()).api_version(ApiVersion::V8).build().expect("good");
    let two = UploadOptions::default().restrict_triggers([Triggers::Approval, Triggers::Workflow]);
    client.upload_with_options(&target(1), &photo(), &two).await.expect("stored");
    let one = UploadOptions::default().restrict_triggers(Triggers::Workflow);
    client.upload_with_options(&target(2), &photo(), &one).await.expect("stored");
    let paths: Vec<_> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(
        paths,
        [
            "/crm/v8/Leads/1/photo?restrict_triggers=%5B%22workflow%22%2C%22approval%22%5D",
            "/crm/v8/Leads/2/photo?restrict_triggers=workflow"
        ]
    );
    let once = UploadOptions::default().retry(Retry::none());
    let error = client.upload_with_options(&target(7), &photo(), &once).await.expect_err("once");
    assert_eq!(error.attempts(), 1);
    let hurried = once.attempt_timeout(Duration::from_millis(50));
    let error = client.upload_with_options(&target(8), &photo(), &hurried).await.expect_err("too slow");
    assert!(matches!(error, Error::Ambiguous(_)), "{error:?}");
    let old = builder(&server.url()).build().expect("good");
    let error = old.upload_with_options(&target(1), &photo(), &two).await.expect_err("v2 has one only");
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    assert_eq!(server.count(), 4);
}

/// The receiving end of a channel as a stream.
struct Jobs(mpsc::Receiver<Job<usize>>);

impl Stream for Jobs {
    type Item = Job<usize>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

#[tokio::test]
async fn a_stream_is_taken_from_only_as_places_become_free() {
    let server = Server::start(|_, _| success());
    let client = builder(&server.url()).concurrency(2).build().expect("good");
    let (sender, receiver) = mpsc::channel(1);
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let tell = Arc::clone(&told);
    let mut batch = client.upload_stream(Jobs(receiver)).on_progress(move |target, progress| {
        if let Progress::Confirmed { .. } = progress {
            tell.lock().expect("not poisoned").push(target.to_string());
        }
    });
    let feeding = tokio::spawn(async move {
        for key in 0..30 {
            sender.send(Job::new(key, target(key), photo())).await.expect("taken");
        }
    });
    let mut keys = Vec::new();
    while let Some(done) = batch.next().await {
        done.result.expect("stored");
        keys.push(done.key);
        // Taken: those that ended, two under way, and one in the channel, with one that waits for it.
        assert!(server.count() <= keys.len() + 2, "{} {}", server.count(), keys.len());
    }
    feeding.await.expect("ended");
    keys.sort_unstable();
    assert_eq!(keys, (0..30).collect::<Vec<_>>());
    assert_eq!(told.lock().expect("not poisoned").len(), 30);
    assert_eq!(batch.stopped(), None);
}

#[tokio::test]
async fn drained_it_finishes_what_is_under_way_and_takes_no_more() {
    let server = Server::start(|_, request| match request.path.as_str() {
        path if path.contains("/1/") => Reply::Stall,
        _ => success(),
    });
    let client = builder(&server.url()).concurrency(2).build().expect("good");
    let all = || (0..10).map(|key| Job::new(key, target(key), photo()));
    let mut batch = client.upload_jobs(all());
    let first = batch.next().await.expect("one");
    assert_eq!(first.key, 0);
    let rest = batch.drain(Duration::from_millis(100)).await;
    let ends: Vec<_> =
        rest.iter().map(|done| (done.key, done.result.as_ref().err().map(Error::kind))).collect();
    // Whether another was begun when the first had ended is a matter of when it was asked for.
    assert_eq!(ends.last(), Some(&(1, Some("canceled"))), "{ends:?}");
    assert!(ends.iter().all(|(key, error)| *key == 1 || error.is_none()), "{ends:?}");
    assert_eq!(batch.into_rest().count(), 10 - 1 - rest.len());

    // From elsewhere, while it waits for a stream that gives nothing.
    let (_sender, receiver) = mpsc::channel(1);
    let token = CancelToken::new();
    let mut batch = client.upload_stream(Jobs(receiver)).drain_with(&token);
    let draining = tokio::spawn(async move { token.cancel() });
    assert!(batch.next().await.is_none());
    assert_eq!(batch.stopped(), Some(Stopped::Drained));
    draining.await.expect("ended");
}

#[tokio::test]
async fn results_can_be_written_as_json() {
    let server = Server::start(|_, request| match request.path.as_str() {
        path if path.contains("/1/") => code(400, "INVALID_DATA"),
        _ => success(),
    });
    let client = builder(&server.url()).concurrency(1).build().expect("good");
    let mut batch = client.upload_jobs((0..2).map(|key| Job::new(key, target(key), photo())));
    let mut lines = Vec::new();
    while let Some(done) = batch.next().await {
        lines.push(serde_json::to_value(&done).expect("JSON"));
    }
    assert_eq!(lines[0]["result"]["Ok"]["code"], "SUCCESS");
    assert!(lines[0]["result"]["Ok"]["elapsed"].is_f64(), "{}", lines[0]);
    let error = &lines[1]["result"]["Err"];
    assert_eq!((&lines[1]["target"]["record_id"], &error["kind"]), (&"1".into(), &"refused".into()));
    assert_eq!(
        (&error["code"], &error["failure"]["class"]["scope"]),
        (&"INVALID_DATA".into(), &"record".into())
    );
    assert!(error["failure"]["retry_after"].is_null() && error["stops"].is_null(), "{error}");
}

#[tokio::test]
async fn transfers_that_are_looked_for_stay_below_what_the_endpoint_takes() {
    let config = Config::default().concurrency_limit(Some(5)).latency(Duration::from_millis(10));
    let sandbox = Sandbox::start(config).expect("started");
    let retry = quick().attempts(20);
    let builder = Client::builder().api_domain(sandbox.url()).access_token(sandbox.token()).retry(retry);
    let client = builder.transfers(Transfers::AUTO).build().expect("good");
    let mut batch = client.upload_jobs((0..300).map(|key| Job::new(key, target(key + 1), photo())));
    while let Some(done) = batch.next().await {
        done.result.expect("stored, and never called out of credits");
    }
    assert!((1..=5).contains(&client.transfers()), "{}", client.transfers());
    let stats = sandbox.stats();
    assert_eq!(stats.uploads_accepted, 300);
    let refused: u64 = stats.refusals.values().sum();
    assert!(refused < 60, "{:?}", stats.refusals);
}
