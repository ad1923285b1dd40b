//! The client against a scripted server: the wire form, what is sent again, what is not.

mod scripted;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use photo_upload::{
    Client, ClientBuilder, Error, ErrorCode, Intake, Limits, Photo, PhotoError, Progress, Retry, Scope,
    SourceError, Stopped, Target, Triggers,
};
use scripted::{Reply, SUCCESS, Server, code, json, png, success};

const TOKEN: &str = "1000.hush-hush";

fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .api_domain(server.url())
        .access_token(TOKEN)
        .retry(Retry::default().base(Duration::from_millis(1)).seed(1))
}

fn client(server: &Server) -> Client {
    builder(server).build().expect("a good configuration")
}

fn target() -> Target {
    Target::new("Leads", "3000000038009").expect("good form")
}

fn photo() -> Photo {
    Photo::from_bytes(png(4, 3, 200_000), "me.png").expect("a picture")
}

#[tokio::test]
async fn an_upload_on_the_wire() {
    let server = Server::list([success()]);
    let client = builder(&server).restrict_triggers(Triggers::Workflow).build().expect("good");
    let name = "dir/evil\"\r\nX-Evil: 1\r\n\r\n.png";
    let photo = Photo::from_bytes(png(4, 3, 100_000), name).expect("a picture");
    let receipt = client.upload(&target(), &photo).await.expect("stored");
    assert_eq!((receipt.http, receipt.code, receipt.attempts), (200, "SUCCESS", 1));
    assert_eq!(receipt.message.as_deref(), Some("photo uploaded successfully"));
    assert!(!receipt.after_ambiguous);

    let request = &server.requests()[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, "/crm/v2/Leads/3000000038009/photo?restrict_triggers=workflow");
    assert_eq!(request.header("authorization"), Some("Zoho-oauthtoken 1000.hush-hush"));
    assert!(request.header("x-evil").is_none());
    let boundary =
        request.header("content-type").and_then(|t| t.split("boundary=").nth(1)).expect("multipart");
    let mut whole = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"evil___X-Evil_ 1____.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    whole.extend_from_slice(photo.bytes());
    whole.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert!(request.body == whole, "the body differs from the expected form");
}

#[tokio::test]
async fn what_fails_in_passing_is_sent_again() {
    let endless = Reply::Endless { status: 200, start: "<html>".into() };
    let cases = [
        (code(500, "INTERNAL_ERROR"), false),
        (json(502, "<html>bad gateway</html>"), true),
        (json(429, r#"{"code":"TOO_MANY_REQUESTS","details":{"retry_after":0}}"#), false),
        (Reply::Close, true),
        (Reply::Reset, true),
        (json(200, ""), true),
        (json(200, "<html>log in</html>"), true),
        (Reply::Cut { status: 200, body: r#"{"message":"photo uploaded","code":"SUCC"#.into() }, true),
        (endless, true),
    ];
    for (first, ambiguous) in cases {
        let server = Server::list([first.clone(), success()]);
        let receipt = client(&server).upload(&target(), &photo()).await.expect("stored");
        assert_eq!((receipt.attempts, receipt.after_ambiguous), (2, ambiguous), "{first:?}");
        assert_eq!(server.count(), 2);
        let bodies: Vec<usize> = server.requests().iter().map(|r| r.body.len()).collect();
        assert!(bodies[1] > 200_000, "the whole photo is sent again: {bodies:?}");
    }
}

#[tokio::test]
async fn a_success_that_was_seen_is_never_sent_again() {
    let cases = [
        Reply::Cut { status: 200, body: SUCCESS.into() },
        Reply::Endless { status: 200, start: SUCCESS.into() },
        json(200, &format!("{{\"data\":[{SUCCESS}]}}")),
        json(201, &format!("\u{feff}{SUCCESS}\n\n")),
    ];
    for reply in cases {
        let server = Server::list([reply.clone(), code(500, "INTERNAL_ERROR")]);
        let receipt = client(&server).upload(&target(), &photo()).await.expect("stored");
        assert_eq!((receipt.attempts, server.count()), (1, 1), "{reply:?}");
    }
}

#[tokio::test]
async fn refusals_end_at_once_with_their_facts() {
    let server = Server::list([code(400, "INVALID_DATA")]);
    let error = client(&server).upload(&target(), &photo()).await.expect_err("refused");
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    assert_eq!(
        (error.code(), error.status(), error.attempts()),
        (Some(&ErrorCode::InvalidData), Some(400), 1)
    );
    let failure = error.failure().expect("facts");
    assert_eq!(failure.message.as_deref(), Some("because"));
    assert!(failure.body_start.starts_with("{\"code\""));
    assert!(error.to_string().contains("Leads/3000000038009"));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::list([success()]);
    let to = format!("{}/crm/v2/Leads/3000000038009/photo", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let headers = vec![("Location", to.clone())];
        let server = Server::list([Reply::Answer { status, headers, body: Vec::new() }]);
        let error = client(&server).upload(&target(), &photo()).await.expect_err("not followed");
        assert!(matches!(error, Error::Denied(_)), "{error:?}");
        assert_eq!(error.status(), Some(status));
    }
    assert_eq!(elsewhere.count(), 0, "the token must not go anywhere else");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let server = Server::list([Reply::Stall, success()]);
    let client = builder(&server).attempt_timeout(Duration::from_millis(300)).build().expect("good");
    let receipt = client.upload(&target(), &photo()).await.expect("stored");
    assert_eq!((receipt.attempts, receipt.after_ambiguous), (2, true));

    let server = Server::list([Reply::Stall]);
    let client = builder(&server)
        .attempt_timeout(Duration::from_millis(100))
        .retry(Retry::default().base(Duration::from_millis(1)).ambiguous(false))
        .build()
        .expect("good");
    let error = client.upload(&target(), &photo()).await.expect_err("given up");
    assert!(matches!(error, Error::Ambiguous(_)), "{error:?}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn an_unreachable_server_is_temporary_and_not_ambiguous() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let client = Client::builder()
        .api_domain(url)
        .access_token(TOKEN)
        .retry(Retry::default().attempts(3).base(Duration::from_millis(1)))
        .build()
        .expect("good");
    let error = client.upload(&target(), &photo()).await.expect_err("unreachable");
    assert!(matches!(error, Error::Temporary(_)), "{error:?}");
    assert_eq!((error.attempts(), error.status()), (3, None));
    assert!(error.is_temporary() && error.stops().is_none());
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hush"), "{shown}");
    assert!(error.failure().and_then(|f| f.cause.as_deref()).is_some_and(|c| !c.is_empty()));
}

#[tokio::test]
async fn https_needs_certificates_and_says_so() {
    let server = Server::list([success()]);
    let client =
        builder(&server).api_domain("https://localhost:1").retry(Retry::none()).build().expect("good");
    match client.upload(&target(), &photo()).await {
        // Nobody listens there.
        Err(Error::Temporary(failure)) => assert_eq!((failure.attempts, failure.ambiguous), (1, false)),
        // What a system without CA certificates gets.
        Err(Error::Config(text)) => assert!(text.contains("CA certificates"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_accepted() {
    let server = Server::list([success()]);
    let client = client(&server);
    let cases = [png(4000, 2501, 100), png(10, 10, 10_000_001)];
    for bytes in cases {
        let photo = Photo::from_bytes(bytes, "x").expect("a picture");
        let error = client.upload(&target(), &photo).await.expect_err("too large");
        let fits =
            matches!(error, Error::Photo(PhotoError::TooManyPixels { .. } | PhotoError::TooManyBytes { .. }));
        assert!(fits, "{error:?}");
    }
    // Facts that a caller claims are not believed.
    let lie = Photo::from_parts(b"hello".as_slice(), "x", photo_upload::Format::Png, 1, 1);
    assert!(matches!(
        client.upload(&target(), &lie).await,
        Err(Error::Photo(PhotoError::NotAccepted { .. }))
    ));
    assert_eq!(server.count(), 0);
    let raised = builder(&server).limits(Limits::default().max_pixels(20_000_000)).build().expect("good");
    let photo = Photo::from_bytes(png(4000, 2501, 100), "x").expect("a picture");
    raised.upload(&target(), &photo).await.expect("stored");
}

#[tokio::test]
async fn progress_runs_to_the_confirmation() {
    let server = Server::list([code(500, "INTERNAL_ERROR"), success()]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let photo = photo();
    let tell = move |p| telling.lock().expect("not poisoned").push(p);
    client(&server).upload_with(&target(), &photo, tell).await.expect("stored");
    let told = told.lock().expect("not poisoned").clone();
    assert_eq!(told.last(), Some(&Progress::Confirmed { attempt: 2 }));
    assert_eq!(told.iter().filter(|p| matches!(p, Progress::Waiting { attempt: 1, .. })).count(), 1);
    for number in [1, 2] {
        let taken: Vec<u64> = told
            .iter()
            .filter_map(|p| match p {
                Progress::Sending { attempt, taken, total: 200_000 } if *attempt == number => Some(*taken),
                _ => None,
            })
            .collect();
        assert!(taken.is_sorted() && taken.len() > 2, "{taken:?}");
        assert_eq!(taken.last(), Some(&200_000));
    }
    assert!(server.requests()[0].header("content-length").is_some(), "the length is known beforehand");
}

#[tokio::test]
async fn downloads_and_deletions() {
    let picture = png(2, 2, 5000);
    let png_answer = Reply::Answer {
        status: 200,
        headers: vec![("Content-Type", "image/png".into()), ("X-API-CREDITS-REMAINING", "42".into())],
        body: picture.clone(),
    };
    let nothing = Reply::Answer { status: 204, headers: vec![], body: vec![] };
    let server = Server::list([code(500, "INTERNAL_ERROR"), png_answer, nothing.clone()]);
    let got = client(&server).download(&target()).await.expect("answered").expect("there is one");
    assert_eq!(got.bytes, picture);
    assert_eq!(got.content_type.as_deref(), Some("image/png"));
    assert_eq!((got.receipt.attempts, got.receipt.credits_remaining), (2, Some(42)));
    assert!(client(&server).download(&target()).await.expect("answered").is_none());
    assert_eq!(server.requests()[1].method, "GET");

    let small = builder(&Server::list([success()])).max_download_bytes(10);
    let server = Server::list([Reply::Answer { status: 200, headers: vec![], body: picture }]);
    let client_small = small.api_domain(server.url()).retry(Retry::none()).build().expect("good");
    let error = client_small.download(&target()).await.expect_err("too long");
    assert!(error.to_string().contains("longer than 10 bytes"), "{error}");

    let deleted =
        json(200, r#"{"message":"photo deleted","details":{},"status":"success","code":"SUCCESS"}"#);
    let server = Server::list([deleted, nothing]);
    for _ in 0..2 {
        client(&server).delete(&target()).await.expect("deleted");
    }
    assert_eq!(server.requests()[0].method, "DELETE");
}

#[tokio::test]
async fn pictures_from_urls() {
    let picture = png(4, 3, 3000);
    let served = picture.clone();
    let server = Server::start(move |_, request| {
        assert!(request.header("authorization").is_none());
        let location = |to: &str| vec![("Location", to.to_owned())];
        match request.path.as_str() {
            "/a/pic%20one.jpg?sig=x" => Reply::Answer { status: 200, headers: vec![], body: served.clone() },
            "/hop" => {
                Reply::Answer { status: 302, headers: location("/a/pic%20one.jpg?sig=x"), body: vec![] }
            }
            "/loop" => Reply::Answer { status: 302, headers: location("/loop"), body: vec![] },
            "/ftp" => Reply::Answer { status: 302, headers: location("ftp://a.example/"), body: vec![] },
            "/nowhere" => Reply::Answer { status: 302, headers: vec![], body: vec![] },
            // Announces more than allowed, but sends less.
            "/huge" => Reply::Cut { status: 200, body: "x".repeat(19_950) },
            "/endless" => Reply::Endless { status: 200, start: String::new() },
            "/cut" => Reply::Cut { status: 200, body: "x".into() },
            "/stall" => Reply::Stall,
            "/text" => Reply::Answer { status: 200, headers: vec![], body: b"<html>".to_vec() },
            _ => Reply::Answer { status: 404, headers: vec![], body: vec![] },
        }
    });
    let limits = Limits::default().max_bytes(20_000);
    let intake = Intake::new().limits(limits).timeout(Duration::from_secs(10)).retry(Retry::none());
    let url = |path: &str| format!("{}{path}", server.url());
    for (path, name) in [("/a/pic%20one.jpg?sig=x", "pic one.png"), ("/hop", "hop.png")] {
        let photo = intake.url(&url(path)).await.expect("a picture");
        assert_eq!((photo.bytes().as_ref(), photo.file_name()), (picture.as_slice(), name));
    }
    let kinds = |error: &Error| match error {
        Error::Source(SourceError::Url(_)) => "url",
        Error::Source(SourceError::TooLarge { limit: 20_000, .. }) => "large",
        Error::Source(SourceError::Status { status: 404, .. }) => "404",
        Error::Source(SourceError::Network { .. }) => "network",
        Error::Photo(_) => "photo",
        _ => "other",
    };
    let cases = [
        ("/loop", "url"),
        ("/ftp", "url"),
        ("/nowhere", "url"),
        ("/huge", "large"),
        ("/endless", "large"),
        ("/cut", "network"),
        ("/text", "photo"),
        ("/missing?secret=hush", "404"),
    ];
    for (path, kind) in cases {
        let error = intake.url(&url(path)).await.expect_err(path);
        assert_eq!(kinds(&error), kind, "{path} {error:?}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
    let hurried = intake.clone().timeout(Duration::from_millis(200)).url(&url("/stall")).await;
    assert!(matches!(hurried, Err(Error::Source(SourceError::TimedOut { .. }))), "{hurried:?}");
    for bad in ["http://a.example/x.png", "nonsense", "file:///etc/hosts"] {
        assert_eq!(kinds(&intake.url(bad).await.expect_err(bad)), "url");
    }
}

fn jobs(module: &str, count: usize) -> Vec<(Target, Photo)> {
    (0..count).map(|n| (Target::new(module, format!("{}", 100 + n)).expect("good form"), photo())).collect()
}

#[tokio::test]
async fn a_batch_finishes_and_keeps_the_limit() {
    let server = Server::start(|n, _| {
        std::thread::sleep(Duration::from_millis(5));
        if n % 5 == 3 { code(500, "INTERNAL_ERROR") } else { success() }
    });
    let client = builder(&server).concurrency(3).build().expect("good");
    let mut batch = client.upload_all(jobs("Leads", 20));
    let mut seen = Vec::new();
    while let Some(done) = batch.next().await {
        done.result.expect("stored");
        seen.push(done.key);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
    assert_eq!(batch.stopped(), None);
    assert!((2..=3).contains(&server.most_inside()), "{}", server.most_inside());
}

#[tokio::test]
async fn a_batch_goes_on_after_one_refusal_and_stops_where_all_must_fail() {
    let server = Server::start(|_, request| match request.path.as_str() {
        path if path.contains("/Nope/") => code(400, "INVALID_MODULE"),
        path if path.contains("/102/") => code(400, "INVALID_DATA"),
        path if path.contains("/109/") => Reply::Answer { status: 302, headers: vec![], body: vec![] },
        _ => success(),
    });
    let client = builder(&server).concurrency(1).build().expect("good");
    let mut all = jobs("Nope", 3);
    all.extend(jobs("Leads", 50));
    let mut batch = client.upload_all(all);
    let (mut good, mut skipped, mut refused, mut denied) = (0, 0, 0, 0);
    while let Some(done) = batch.next().await {
        match done.result {
            Ok(_) => good += 1,
            Err(Error::Skipped { because }) => {
                assert_eq!(because.code, Some(ErrorCode::InvalidModule));
                skipped += 1;
            }
            Err(Error::Refused(_)) => refused += 1,
            Err(error) => {
                assert_eq!(error.stops(), Some(Scope::Batch), "{error:?}");
                denied += 1;
            }
        }
    }
    assert_eq!((good, skipped, refused, denied), (8, 2, 2, 1));
    assert!(matches!(batch.stopped(), Some(Stopped::Because(why)) if why.contains("302")));
    assert_eq!(batch.into_rest().count(), 40);
}

#[tokio::test]
async fn a_batch_can_be_canceled() {
    let server = Server::list([success(), Reply::Stall]);
    let client = builder(&server).concurrency(1).build().expect("good");
    let mut batch = client.upload_all(jobs("Leads", 10));
    assert!(batch.next().await.expect("one").result.is_ok());
    let cancel_token = batch.cancel_token();
    let canceling = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        cancel_token.cancel();
    });
    let second = batch.next().await.expect("the one under way");
    assert!(matches!(second.result, Err(Error::Canceled)), "{second:?}");
    assert!(batch.next().await.is_none());
    assert_eq!(batch.stopped(), Some(Stopped::Canceled));
    assert_eq!(batch.into_rest().map(|(index, ..)| index).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8, 9]);
    canceling.await.expect("ended");
}

#[cfg(feature = "blocking")]
#[test]
fn without_async() {
    let server = Server::start(|n, r| match (n, r.path.as_str()) {
        (1, _) => code(500, "INTERNAL_ERROR"),
        (_, "/pic.png") => Reply::Answer { status: 200, headers: vec![], body: png(1, 1, 100) },
        _ => success(),
    });
    let client = builder(&server).build_blocking().expect("good");
    assert_eq!(client.upload(&target(), &photo()).expect("stored").attempts, 1);
    assert_eq!(client.upload(&target(), &photo()).expect("stored").attempts, 2);
    assert_eq!(client.upload_all(jobs("Leads", 5)).filter(|done| done.result.is_ok()).count(), 5);
    let keyed = jobs("Leads", 5).into_iter().map(|(target, photo)| (target.to_string(), target, photo));
    assert_eq!(client.upload_all_keyed(keyed).filter(|done| done.key == done.target.to_string()).count(), 5);
    let url = format!("{}/pic.png", server.url());
    use photo_upload::blocking::{photo_from_reader, photo_from_url};
    assert_eq!(photo_from_url(&client, &url).expect("a picture").file_name(), "pic.png");
    let bytes = png(3, 2, 70_000);
    assert_eq!(photo_from_reader(&client, bytes.as_slice(), None, "a").expect("a picture").bytes(), &bytes);
    assert!(photo_from_reader(&client, bytes.as_slice(), Some(5), "a").is_err());
    assert!(photo_from_reader(&client, std::io::repeat(0), None, "a").is_err());
    let from_threads: Vec<_> = (0..3)
        .map(|_| {
            std::thread::spawn({
                let client = client.clone();
                move || client.upload(&target(), &photo())
            })
        })
        .collect();
    for thread in from_threads {
        thread.join().expect("no panic").expect("stored");
    }
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn the_blocking_client_refuses_to_block_a_task() {
    let server = Server::list([success()]);
    let client = builder(&server).build_blocking().expect("good");
    assert!(matches!(client.upload(&target(), &photo()), Err(Error::Config(_))));
    client.as_async().upload(&target(), &photo()).await.expect("stored");
    drop(client);
}
