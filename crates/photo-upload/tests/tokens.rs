//! Refresh tokens against a scripted token endpoint.

mod scripted;

use std::sync::Arc;
use std::time::Duration;

use photo_upload::{
    Client, DataCenter, Error, Photo, RefreshToken, RefreshTokenBuilder, Retry, Scope, Target, TokenError,
    TokenSource,
};
use scripted::{Reply, Server, code, json, png, success};

fn refresh(server: &Server) -> RefreshTokenBuilder {
    RefreshToken::builder()
        .token_url(format!("{}/oauth/v2/token", server.url()))
        .client_id("1000.id")
        .client_secret("hush-secret")
        .refresh_token("1000.hush-refresh")
}

fn client(server: &Server, tokens: RefreshToken) -> Client {
    Client::builder()
        .api_domain(server.url())
        .token_source(tokens)
        .retry(Retry::default().base(Duration::from_millis(1)))
        .build()
        .expect("good")
}

fn target() -> Target {
    Target::new("Leads", "1").expect("good form")
}

fn photo() -> Photo {
    Photo::from_bytes(png(4, 3, 1000), "me.png").expect("a picture")
}

/// A token endpoint that numbers its tokens, and a photo endpoint that takes only the tokens `good` names.
fn both(good: impl Fn(&str) -> bool + Send + Sync + 'static, expires_in: u64) -> Server {
    let issued = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_, request| {
        if request.path == "/oauth/v2/token" {
            let n = issued.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            return json(200, &format!(r#"{{"access_token":"1000.{n}","expires_in":{expires_in}}}"#));
        }
        let token = request.header("authorization").and_then(|v| v.strip_prefix("Zoho-oauthtoken 1000."));
        if token.is_some_and(&good) { success() } else { code(401, "INVALID_TOKEN") }
    })
}

fn token_requests(server: &Server) -> usize {
    server.requests().iter().filter(|r| r.path.contains("token")).count()
}

#[tokio::test]
async fn one_refresh_for_many_and_one_more_when_it_is_refused() {
    // Token 0 is stale from the start: everybody finds out, one refresh follows.
    let server = both(|token| token != "0", 3600);
    let tokens = refresh(&server).build().expect("good");
    let client = Client::builder()
        .api_domain(server.url())
        .token_source(tokens.clone())
        .concurrency(8)
        .build()
        .expect("good");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        tasks.spawn(async move { client.upload(&target(), &photo()).await });
    }
    for result in tasks.join_all().await {
        result.expect("stored");
    }
    assert_eq!((token_requests(&server), tokens.refreshes()), (2, 2));
    let asked = server.requests().into_iter().find(|r| r.path.contains("token")).expect("asked");
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/oauth/v2/token"));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    for part in [
        "grant_type=refresh_token",
        "client_id=1000.id",
        "client_secret=hush-secret",
        "refresh_token=1000.hush-refresh",
    ] {
        assert!(asked.text().contains(part), "{}", asked.text());
    }
    assert!(!format!("{tokens:?} {client:?}").contains("hush"));
}

#[tokio::test]
async fn a_token_that_is_always_refused_is_renewed_once_per_call() {
    let server = both(|_| false, 3600);
    let tokens = refresh(&server).build().expect("good");
    let error = client(&server, tokens.clone()).upload(&target(), &photo()).await.expect_err("refused");
    assert!(matches!(error, Error::Denied(_)), "{error:?}");
    assert_eq!((error.attempts(), tokens.refreshes(), error.stops()), (2, 2, Some(Scope::Batch)));
}

#[tokio::test]
async fn tokens_live_as_long_as_they_say() {
    for (expires_in, refreshes) in [(3600, 1), (0, 3)] {
        let server = both(|_| true, expires_in);
        let tokens = refresh(&server).build().expect("good");
        let client = client(&server, tokens.clone());
        for _ in 0..3 {
            client.upload(&target(), &photo()).await.expect("stored");
        }
        assert_eq!(tokens.refreshes(), refreshes, "{expires_in}");
    }
}

#[tokio::test]
async fn a_denial_is_believed_until_the_cool_down_is_over() {
    let throttle = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;
    let cases = [(200, r#"{"error":"invalid_code"}"#, false), (200, throttle, true), (400, throttle, true)];
    for (status, body, temporary) in cases {
        let server = Server::list([json(status, body)]);
        let tokens = Arc::new(refresh(&server).build().expect("good"));
        let client = client(&server, (*tokens).clone());
        for _ in 0..5 {
            let error = client.upload(&target(), &photo()).await.expect_err("no token");
            assert_eq!(error.is_temporary(), temporary, "{error:?}");
            let Error::Token(error) = error else { panic!("no token error") };
            assert_eq!(matches!(error, TokenError::Throttled { .. }), temporary);
            assert!(!format!("{error} {error:?}").contains("hush"));
        }
        assert_eq!(server.count(), 1, "{body}");

        let short = refresh(&server).cool_down(Duration::ZERO).build().expect("good");
        for _ in 0..2 {
            assert!(short.token(None).await.is_err());
        }
        assert_eq!(server.count(), 3);
    }
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_passes() {
    let token = json(200, r#"{"access_token":"1000.ok","expires_in":3600}"#);
    for trouble in [
        json(502, "<html>"),
        Reply::Close,
        json(200, "<html>log in</html>"),
        Reply::Cut { status: 200, body: "{".into() },
    ] {
        let server = Server::list([trouble.clone(), token.clone(), success()]);
        let receipt =
            client(&server, refresh(&server).build().expect("good")).upload(&target(), &photo()).await;
        assert_eq!(receipt.expect("stored").attempts, 1, "{trouble:?}");
        assert_eq!(server.count(), 3);
    }
}

#[tokio::test]
async fn the_token_endpoint_is_not_followed_elsewhere() {
    let elsewhere = Server::list([json(200, r#"{"access_token":"1000.ok"}"#)]);
    let headers = vec![("Location", elsewhere.url())];
    let server = Server::list([Reply::Answer { status: 307, headers, body: vec![] }]);
    let tokens = refresh(&server).build().expect("good");
    assert!(tokens.token(None).await.is_err());
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn the_api_domain_may_come_with_the_token() {
    let photos = Server::list([success()]);
    let grant = format!(r#"{{"access_token":"1000.ok","api_domain":"{}","expires_in":3600}}"#, photos.url());
    let accounts = Server::list([json(200, &grant)]);
    let tokens = || refresh(&accounts).build().expect("good");
    let from_token = Client::builder().token_source(tokens()).build().expect("good");
    from_token.upload(&target(), &photo()).await.expect("stored");
    let followed =
        Client::builder().data_center(DataCenter::Us).follow_api_domain(true).token_source(tokens());
    followed.build().expect("good").upload(&target(), &photo()).await.expect("stored");
    assert_eq!(photos.count(), 2);
    let own = Server::list([success()]);
    client(&own, tokens()).upload(&target(), &photo()).await.expect("stored");
    assert_eq!((photos.count(), own.count()), (2, 1), "what is configured is used");

    let evil = Server::list([json(200, r#"{"access_token":"1000.ok","api_domain":"http://a.example"}"#)]);
    let client = Client::builder().token_source(refresh(&evil).build().expect("good")).build().expect("good");
    assert!(matches!(client.upload(&target(), &photo()).await, Err(Error::Config(_))));
}

#[tokio::test]
async fn a_stored_token_survives_the_process() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("token.json");
    let server = both(|_| true, 3600);
    for _ in 0..3 {
        let tokens = refresh(&server).store(&path).build().expect("good");
        client(&server, tokens.clone()).upload(&target(), &photo()).await.expect("stored");
        assert_eq!(tokens.store_error(), None);
    }
    assert_eq!(token_requests(&server), 1);
    assert!(!std::fs::read_to_string(&path)?.contains("hush"), "only the access token is kept");
    let other = refresh(&server).refresh_token("1000.another").store(&path).build().expect("good");
    other.token(None).await.expect("a token");
    assert_eq!((token_requests(&server), other.refreshes()), (2, 1));
    let nowhere = refresh(&server).store(folder.path().join("no/token.json")).build().expect("good");
    client(&server, nowhere.clone()).upload(&target(), &photo()).await.expect("stored all the same");
    assert!(nowhere.store_error().is_some());
    Ok(())
}
