//! The client against the sandbox: every documented answer as its own typed error, and a long run through
//! faults.

use std::time::Duration;

use photo_sandbox::{Code, Config, Fault, RetryHint, Sandbox, Script};
use photo_upload::{
    ApiVersion, Client, ClientBuilder, Error, ErrorCode, Limits, Photo, RefreshToken, Retry, Target,
    TokenSource, Triggers,
};

fn png(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let mut v = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    v.extend(width.to_be_bytes());
    v.extend(height.to_be_bytes());
    v.extend([8, 2, 0, 0, 0]);
    v.resize(bytes.max(v.len()), 0);
    v
}

fn photo() -> Photo {
    Photo::from_bytes(png(4, 3, 30_000), "me.png").expect("a picture")
}

fn target(record: &str) -> Target {
    Target::new("Leads", record).expect("good form")
}

fn retry() -> Retry {
    Retry::default().base(Duration::from_millis(2)).cap(Duration::from_millis(20)).seed(3)
}

fn refresh(sandbox: &Sandbox) -> RefreshToken {
    RefreshToken::builder()
        .token_url(sandbox.token_url())
        .client_id("1000.id")
        .client_secret("secret")
        .refresh_token("1000.refresh")
        .build()
        .expect("good")
}

fn with_token(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().api_domain(sandbox.url()).access_token(sandbox.token()).retry(retry())
}

/// What the client should make of each of the sandbox's codes; `None` for those it cannot know.
fn typed(code: Code) -> Option<ErrorCode> {
    Some(match code {
        Code::InvalidModule | Code::ModuleNotSupported => ErrorCode::InvalidModule,
        Code::InvalidUrlPattern => ErrorCode::InvalidUrlPattern,
        Code::OauthScopeMismatch => ErrorCode::OauthScopeMismatch,
        Code::NoPermission => ErrorCode::NoPermission,
        Code::InternalError => ErrorCode::InternalError,
        Code::InvalidRequestMethod => ErrorCode::InvalidRequestMethod,
        Code::AuthorizationFailed => ErrorCode::AuthorizationFailed,
        Code::InvalidData => ErrorCode::InvalidData,
        Code::InvalidFileType => ErrorCode::InvalidFileType,
        Code::FileSizeMoreThanAllowedSize => ErrorCode::FileTooLarge,
        Code::FileSizeExceeds => ErrorCode::FileSizeExceeds,
        Code::FileResolutionExceeds => ErrorCode::FileResolutionExceeds,
        Code::InvalidToken => ErrorCode::InvalidToken,
        Code::AuthenticationFailure => ErrorCode::AuthenticationFailure,
        Code::InvalidOauthtoken => ErrorCode::InvalidOauthToken,
        Code::TooManyRequests => ErrorCode::TooManyRequests,
        Code::RateLimitExceeded => ErrorCode::RateLimitExceeded,
        Code::RecordLocked => ErrorCode::RecordLocked,
        Code::NotApproved => ErrorCode::NotApproved,
        Code::NotReviewed => ErrorCode::NotReviewed,
        Code::CannotPerformAction => ErrorCode::CannotPerformAction,
        _ => return None,
    })
}

#[tokio::test]
async fn every_documented_answer_is_its_own_typed_error() {
    let sandbox = Sandbox::start(Config::default()).expect("started");
    let client = Client::builder()
        .api_domain(sandbox.url())
        .token_source(refresh(&sandbox))
        .retry(retry().attempts(2))
        .build()
        .expect("good");
    let mut seen = Vec::new();
    for code in Code::ALL {
        let record = photo_sandbox::reserved_record(code);
        let error = client.upload(&target(&record), &photo()).await.expect_err("a refusal");
        let want = typed(code).unwrap_or_else(|| ErrorCode::Other(code.wire().to_owned()));
        assert_eq!((error.code(), error.status()), (Some(&want), Some(code.status())), "{code} {error:?}");
        let group = match want {
            ErrorCode::OauthScopeMismatch | ErrorCode::NoPermission | ErrorCode::InvalidUrlPattern => {
                matches!(error, Error::Denied(_))
            }
            ErrorCode::InvalidToken | ErrorCode::AuthenticationFailure | ErrorCode::InvalidOauthToken => {
                matches!(error, Error::Denied(_)) && error.attempts() == 2
            }
            ErrorCode::InternalError | ErrorCode::TooManyRequests | ErrorCode::RateLimitExceeded => {
                matches!(error, Error::Temporary(_)) && error.attempts() == 2
            }
            ErrorCode::RecordLocked
            | ErrorCode::NotApproved
            | ErrorCode::NotReviewed
            | ErrorCode::CannotPerformAction => matches!(error, Error::RecordState(_)),
            ErrorCode::Other(_) if code.status() == 408 => matches!(error, Error::Temporary(_)),
            _ => matches!(error, Error::Refused(_)),
        };
        assert!(group, "{code} {error:?}");
        assert!(error.help().len() > 20);
        seen.push(want);
    }
    for code in ErrorCode::all() {
        assert!(seen.contains(&code), "{code} was not provoked");
    }
}

#[tokio::test]
async fn causes_of_their_own_give_the_same_errors() {
    let sandbox = Sandbox::start(Config::default()).expect("started");
    let large = Limits::default().max_bytes(20_000_000).max_pixels(20_000_000);
    let v8 = |b: ClientBuilder| b.api_version(ApiVersion::V8);
    let with = || with_token(&sandbox).limits(large).retry(retry().attempts(1));
    let token_ending = |ending: &str| with().access_token(format!("{}-{ending}", sandbox.token()));
    let too_many_bytes = Photo::from_bytes(png(10, 10, 10_000_001), "a").expect("a picture");
    let too_many_pixels = Photo::from_bytes(png(4000, 2501, 100), "a").expect("a picture");
    let leads = target("3000000038009");
    let tasks = Target::new("Tasks", "1").expect("good form");
    let nonsense = Target::new("Leadz", "1").expect("good form");
    let v9 = ApiVersion::new(9, None);
    let cases = [
        (with(), &nonsense, photo(), ErrorCode::InvalidModule, 400),
        (with(), &tasks, photo(), ErrorCode::InvalidModule, 400),
        (with().api_version(v9), &leads, photo(), ErrorCode::InvalidUrlPattern, 404),
        (token_ending("noscope"), &leads, photo(), ErrorCode::OauthScopeMismatch, 401),
        (token_ending("nopermission"), &leads, photo(), ErrorCode::NoPermission, 403),
        (token_ending("noprivilege"), &leads, photo(), ErrorCode::AuthorizationFailed, 400),
        (with(), &leads, too_many_bytes.clone(), ErrorCode::FileTooLarge, 415),
        (with(), &leads, too_many_pixels.clone(), ErrorCode::FileTooLarge, 415),
        (v8(with()), &leads, too_many_bytes, ErrorCode::FileSizeExceeds, 413),
        (v8(with()), &leads, too_many_pixels, ErrorCode::FileResolutionExceeds, 415),
    ];
    for (builder, target, photo, code, status) in cases {
        let error = builder.build().expect("good").upload(target, &photo).await.expect_err("a refusal");
        assert_eq!((error.code(), error.status()), (Some(&code), Some(status)), "{error:?}");
    }
    // A fixed token that is stale: the refusal cannot be mended, and the call says so.
    for ending in ["stale", "unauthenticated", "unknown"] {
        let client = token_ending(ending).build().expect("good");
        let error = client.upload(&leads, &photo()).await.expect_err("stale");
        assert!(matches!(error, Error::Token(_)), "{error:?}");
    }
    sandbox.configure(|config| config.credits = Some(0));
    let error = with().build().expect("good").upload(&leads, &photo()).await.expect_err("no credits");
    assert_eq!(error.code(), Some(&ErrorCode::RateLimitExceeded));
}

#[tokio::test]
async fn upload_download_delete() {
    let sandbox = Sandbox::start(Config::default()).expect("started");
    let client = with_token(&sandbox).restrict_triggers(Triggers::Workflow).build().expect("good");
    let target = target("3000000038009");
    assert!(client.download(&target).await.expect("answered").is_none());
    let named = Photo::from_bytes(photo().bytes().clone(), "Übung \"1\".jpg").expect("a picture");
    client.upload(&target, &named).await.expect("stored");
    let stored = sandbox.photo("Leads", "3000000038009").expect("there");
    assert_eq!(stored.bytes, *named.bytes());
    assert_eq!(stored.filename, "Übung _1_.png");
    let got = client.download(&target).await.expect("answered").expect("there");
    assert_eq!(got.bytes, *named.bytes());
    client.delete(&target).await.expect("deleted");
    assert!(client.download(&target).await.expect("answered").is_none());
}

#[tokio::test]
async fn answers_of_every_form_are_understood() {
    let sandbox = Sandbox::start(Config::default()).expect("started");
    let client = with_token(&sandbox).build().expect("good");
    let passing = [
        Fault::TooManyRequests(RetryHint::Header(0)),
        Fault::TooManyRequests(RetryHint::Details(0)),
        Fault::TooManyRequests(RetryHint::None),
        Fault::Refuse(Code::InternalError),
        Fault::BadGateway,
        Fault::Empty(500),
        Fault::Empty(200),
        Fault::Slow(Duration::from_millis(20)),
        Fault::ResetBeforeReading,
        Fault::ResetAfterStoring,
        Fault::TruncatedAnswer,
    ];
    for (number, fault) in passing.into_iter().enumerate() {
        let slow = matches!(fault, Fault::Slow(_));
        sandbox.push_fault(fault.clone());
        let receipt = client.upload(&target(&format!("{}", 100 + number)), &photo()).await.expect("stored");
        assert_eq!(receipt.attempts, if slow { 1 } else { 2 }, "{fault}");
    }
    sandbox.push_fault(Fault::Wrapped(Code::RecordLocked));
    let error = client.upload(&target("1"), &photo()).await.expect_err("locked");
    assert_eq!(error.code(), Some(&ErrorCode::RecordLocked));
}

#[tokio::test]
async fn the_token_endpoint_throttles_and_is_left_alone() {
    let sandbox = Sandbox::start(Config::default().max_refreshes(2)).expect("started");
    let tokens = refresh(&sandbox);
    let mut last = tokens.token(None).await.expect("the first");
    last = tokens.token(Some(&last)).await.expect("the second");
    for _ in 0..5 {
        assert!(tokens.token(Some(&last)).await.expect_err("throttled").is_temporary());
    }
    let stats = sandbox.stats();
    assert_eq!((stats.token_refreshes, stats.token_requests), (2, 3));
}

/// More than a third of the requests fail, in one of six ways, and the tokens expire twice on the way.
fn rough() -> Config {
    let script = Script::new()
        .every(7, Fault::TooManyRequests(RetryHint::Header(0)))
        .every(9, Fault::TooManyRequests(RetryHint::Details(0)))
        .every(11, Fault::Refuse(Code::InternalError))
        .every(13, Fault::ResetBeforeReading)
        .every(17, Fault::ResetAfterStoring)
        .every(19, Fault::TruncatedAnswer)
        .every(23, Fault::BadGateway)
        // Holds requests back, so that as many as may be are under way at a time.
        .every(2, Fault::Slow(Duration::from_millis(20)));
    let limit = Some(CONCURRENCY);
    Config::default().script(script).concurrency_limit(limit).expire_token_after(33).expire_token_after(66)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_uploads_through_faults_lose_none_and_repeat_none() {
    let sandbox = Sandbox::start(rough()).expect("started");
    let tokens = refresh(&sandbox);
    let client = Client::builder()
        .api_domain(sandbox.url())
        .token_source(tokens.clone())
        .concurrency(CONCURRENCY)
        .retry(retry().attempts(12))
        .build()
        .expect("good");
    let jobs = (1..=UPLOADS).map(|n| (target(&n.to_string()), photo()));
    let mut batch = client.upload_all(jobs);
    let (mut finished, mut attempts) = (0, 0);
    while let Some(done) = batch.next().await {
        attempts += done.result.expect("none is lost").attempts;
        finished += 1;
    }
    assert_eq!(finished, UPLOADS);

    let stats = sandbox.stats();
    assert_eq!(u64::from(attempts), stats.photo_requests, "every request is accounted for");
    assert_eq!(stats.accepted.len(), 100);
    assert!(stats.confirmed.values().all(|&count| count == 1), "sent again after a success: {stats:?}");
    assert_eq!(stats.confirmed.len(), 100);
    // One to begin with, and one for each of the two expiries.
    assert_eq!((stats.token_expiries, stats.token_refreshes, tokens.refreshes()), (2, 3, 3));
    assert!((3..=4).contains(&stats.max_concurrent), "{}", stats.max_concurrent);
    // None is stored twice but where the answer to the first time was lost.
    let lost = stats.faults["reset-after-storing"] + stats.faults["truncate"];
    assert!((100..=100 + lost).contains(&stats.uploads_accepted), "{stats:?}");
    for kind in ["429", "500", "reset", "reset-after-storing", "truncate", "502"] {
        assert!(
            stats.faults.get(kind).is_some_and(|&count| count > 0),
            "{kind} never struck: {:?}",
            stats.faults
        );
    }
}

const UPLOADS: u32 = 100;
const CONCURRENCY: usize = 4;
