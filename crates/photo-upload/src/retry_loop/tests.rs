//! The loop over a scripted transport, on tokio's paused clock: every wait is exact.

use super::*;
use crate::error_code::ErrorCode;
use crate::rate::Rate;
use crate::token::{StaticToken, TokenFuture};
use crate::transfers::Transfers;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Answers from a list; the clock stands still during an attempt.
struct Script {
    steps: Mutex<VecDeque<Outcome>>,
    tokens_seen: Mutex<Vec<String>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Outcome>) -> Self {
        Self { steps: Mutex::new(steps.into_iter().collect()), tokens_seen: Mutex::default() }
    }

    fn left(&self) -> usize {
        self.steps.lock().expect("not poisoned").len()
    }
}

impl Request for Script {
    async fn send(&self, token: &AccessToken, attempt: u32, _: Duration) -> Result<Outcome, Error> {
        let mut seen = self.tokens_seen.lock().expect("not poisoned");
        seen.push(token.expose().to_owned());
        assert_eq!(seen.len(), usize::try_from(attempt).expect("small"));
        Ok(self.steps.lock().expect("not poisoned").pop_front().expect("no more requests than scripted"))
    }
}

/// Gives `1000.1`, and after each refusal the next number.
#[derive(Default)]
struct Counting(AtomicU32);

impl TokenSource for Counting {
    fn token<'a>(&'a self, refused: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(async move {
            let current = format!("1000.{}", self.0.load(Ordering::SeqCst));
            if refused.is_some_and(|r| r.expose() == current) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
            AccessToken::new(format!("1000.{}", self.0.load(Ordering::SeqCst)))
        })
    }
}

fn response(status: u16, body: &str) -> Outcome {
    Outcome::Answered(Response {
        status,
        body: Bytes::copy_from_slice(body.as_bytes()),
        ..Response::default()
    })
}

fn coded(status: u16, code: &str) -> Outcome {
    response(status, &format!(r#"{{"code":"{code}","message":"m","details":{{}},"status":"error"}}"#))
}

fn too_many(retry_after: Option<&str>, credits_remaining: Option<u64>) -> Outcome {
    Outcome::Answered(Response {
        status: 429,
        retry_after: retry_after.map(str::to_owned),
        credits_remaining,
        body: Bytes::from_static(br#"{"code":"TOO_MANY_REQUESTS"}"#),
        ..Response::default()
    })
}

fn success() -> Outcome {
    response(200, r#"{"code":"SUCCESS","message":"photo uploaded successfully"}"#)
}

fn reset() -> Outcome {
    Outcome::Broken { reached: true, cause: "connection reset".into() }
}

fn unreachable() -> Outcome {
    Outcome::Broken { reached: false, cause: "connection refused".into() }
}

struct Parts {
    limiter: RequestLimiter,
    retry: Retry,
    jitter: Jitter,
    total: Duration,
    breaker: Option<Breaker>,
}

impl Parts {
    fn new(retry: Retry) -> Self {
        Self {
            limiter: RequestLimiter::new(Transfers::Fixed(2), None),
            retry,
            jitter: Jitter::new(Some(7)),
            total: Duration::from_secs(600),
            breaker: None,
        }
    }

    async fn run(&self, script: &Script, tokens: &dyn TokenSource) -> Result<Done, Error> {
        self.run_for("1", script, tokens).await
    }

    async fn run_for(
        &self,
        record: &str,
        script: &impl Request,
        tokens: &dyn TokenSource,
    ) -> Result<Done, Error> {
        let target = Target::new("Leads", record)?;
        let retry_loop = RetryLoop {
            target: &target,
            breaker: self.breaker.as_ref(),
            operation: Operation::Upload,
            what: "upload to Leads/1".into(),
            tokens,
            limiter: &self.limiter,
            retry: &self.retry,
            jitter: &self.jitter,
            attempt_time: Duration::from_secs(60),
            total_time: self.total,
            progress: None,
        };
        retry_loop.run(script).await
    }
}

fn exact() -> Retry {
    // Without jitter every wait is exactly the hint.
    Retry::default().base(Duration::ZERO)
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_succeeds() {
    let cases: Vec<(Vec<Outcome>, u32, bool)> = vec![
        (vec![success()], 1, false),
        (vec![coded(500, "INTERNAL_ERROR"), success()], 2, false),
        (vec![reset(), success()], 2, true),
        (vec![unreachable(), success()], 2, false),
        (vec![response(200, ""), success()], 2, true),
        (vec![response(200, r#"{"code":"SUCC"#), success()], 2, true),
        (vec![response(502, "<html>"), response(503, ""), success()], 3, true),
        (vec![coded(401, "INVALID_TOKEN"), success()], 2, false),
        (vec![coded(500, "INTERNAL_ERROR"), coded(401, "INVALID_TOKEN"), reset(), success()], 4, true),
        (vec![too_many(Some("7"), None), too_many(None, None), success()], 3, false),
        // A token that expires twice during one call.
        (
            vec![coded(401, "INVALID_TOKEN"), too_many(None, None), coded(401, "INVALID_TOKEN"), success()],
            4,
            false,
        ),
    ];
    for (steps, attempts, after_ambiguous) in cases {
        let shown = format!("{steps:?}");
        let script = Script::new(steps);
        let done = Parts::new(Retry::default()).run(&script, &Counting::default()).await.expect(&shown);
        assert_eq!(
            (done.attempts, done.after_ambiguous, script.left()),
            (attempts, after_ambiguous, 0),
            "{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_a_success() {
    let script = Script::new([success(), success()]);
    let done = Parts::new(Retry::default()).run(&script, &Counting::default()).await.expect("done");
    assert_eq!((done.attempts, script.left()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn every_documented_code_has_its_group() {
    for code in ErrorCode::all() {
        let status = if code == ErrorCode::InvalidFileType { 415 } else { 400 };
        let script = Script::new((0..6).map(|_| coded(status, code.as_str())));
        let error = Parts::new(exact()).run(&script, &Counting::default()).await.expect_err("an error");
        assert_eq!(error.code(), Some(&code));
        let (fits, attempts) = match code.class(status) {
            Class::Temporary => (matches!(error, Error::Temporary(_)), 6),
            Class::Token => (matches!(error, Error::Denied(_)), 2),
            Class::RecordState => (matches!(error, Error::RecordState(_)), 1),
            Class::Permanent { scope: Scope::Batch } => (matches!(error, Error::Denied(_)), 1),
            Class::Permanent { .. } => {
                let rights = matches!(code, ErrorCode::OauthScopeMismatch | ErrorCode::NoPermission);
                (
                    if rights {
                        matches!(error, Error::Denied(_))
                    } else {
                        matches!(error, Error::Refused(_))
                    },
                    1,
                )
            }
        };
        assert!(fits, "{error:?}");
        assert_eq!((error.attempts(), error.status()), (attempts, Some(status)), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hints_are_waited_for_exactly() {
    let script = Script::new([too_many(Some("7"), None), too_many(Some("3"), None), success()]);
    let done = Parts::new(exact()).run(&script, &Counting::default()).await.expect("done");
    assert_eq!(done.elapsed, Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn the_rate_counts_every_attempt() {
    let mut parts = Parts::new(exact());
    let rate = Rate::new(1, Duration::from_secs(1)).expect("good");
    parts.limiter = RequestLimiter::new(Transfers::Fixed(2), Some(rate));
    let start = Instant::now();
    let script = Script::new([coded(500, "INTERNAL_ERROR"), coded(500, "INTERNAL_ERROR"), success()]);
    parts.run(&script, &Counting::default()).await.expect("done");
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_429_halves_the_transfers_but_used_up_credits_do_not() {
    for (step, transfers) in
        [(too_many(None, None), 2), (too_many(Some("9"), Some(7)), 2), (too_many(None, Some(0)), 4)]
    {
        let mut parts = Parts::new(exact());
        parts.limiter = RequestLimiter::new(Transfers::AUTO, None);
        let script = Script::new([step, success()]);
        let credits = transfers == 4;
        let result = parts.run(&script, &Counting::default()).await;
        assert_eq!(matches!(result, Err(Error::OutOfCredits(_))), credits, "{result:?}");
        assert_eq!(parts.limiter.limit(), transfers);
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_makes_the_others_wait_too() {
    let parts = Arc::new(Parts::new(exact()));
    let script = Script::new([too_many(Some("30"), None), success()]);
    let start = Instant::now();
    let other = tokio::spawn({
        let parts = Arc::clone(&parts);
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let script = Script::new([success()]);
            parts.run(&script, &Counting::default()).await.expect("done");
            start.elapsed()
        }
    });
    parts.run(&script, &Counting::default()).await.expect("done");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    assert_eq!(other.await.expect("the task ends"), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn only_credits_are_called_credits() {
    for (step, credits) in [
        (too_many(None, Some(0)), true),
        (too_many(Some("301"), None), false),
        (too_many(Some("900"), Some(5)), false),
    ] {
        let script = Script::new([step]);
        let error = Parts::new(exact()).run(&script, &Counting::default()).await.expect_err("an error");
        assert_eq!(matches!(error, Error::OutOfCredits(_)), credits, "{error:?}");
        assert_eq!(error.stops(), credits.then_some(Scope::Batch));
        assert!(error.is_temporary());
    }
}

#[tokio::test(start_paused = true)]
async fn the_total_time_holds() {
    let mut parts = Parts::new(exact());
    parts.total = Duration::from_secs(20);
    let script = Script::new((0..3).map(|_| too_many(Some("8"), None)));
    let start = Instant::now();
    let error = parts.run(&script, &Counting::default()).await.expect_err("out of time");
    assert!(matches!(error, Error::Temporary(_)), "{error:?}");
    // A third wait of 8 s would pass the 20 s, so it is not begun.
    assert_eq!((start.elapsed(), error.attempts()), (Duration::from_secs(16), 3));
}

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_time_ends_it() {
    let mut parts = Parts::new(exact());
    parts.total = Duration::from_secs(20);
    let parts = Arc::new(parts);
    let waiting = tokio::spawn({
        let parts = Arc::clone(&parts);
        async move {
            let script = Script::new([too_many(Some("5"), None)]);
            parts.run(&script, &Counting::default()).await
        }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    parts.limiter.pause_for(Duration::from_secs(100));
    let error = waiting.await.expect("the task ends").expect_err("out of time");
    assert!(matches!(error, Error::Temporary(_)), "{error:?}");
    assert_eq!((error.elapsed(), error.attempts()), (Duration::from_secs(20), 1));
}

#[tokio::test(start_paused = true)]
async fn ambiguous_failures_are_final_if_so_wished() {
    let strict = exact().ambiguous(false);
    let cases =
        [(reset(), true), (response(200, ""), true), (response(502, ""), true), (unreachable(), false)];
    for (step, final_) in cases {
        let shown = format!("{step:?}");
        let script = Script::new([step, success()]);
        let result = Parts::new(strict.clone()).run(&script, &Counting::default()).await;
        match result {
            Err(Error::Ambiguous(failure)) => assert!(final_ && failure.attempts == 1, "{shown}"),
            other => assert!(!final_ && other.is_ok(), "{shown} {other:?}"),
        }
    }
    // And once something was ambiguous, the outcome stays unknown whatever comes later.
    let script = Script::new([reset(), coded(500, "INTERNAL_ERROR")]);
    let error =
        Parts::new(exact().attempts(2)).run(&script, &Counting::default()).await.expect_err("an error");
    assert!(matches!(error, Error::Ambiguous(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_once() {
    let script = Script::new([coded(401, "INVALID_TOKEN"), coded(500, "INTERNAL_ERROR"), success()]);
    Parts::new(exact()).run(&script, &Counting::default()).await.expect("done");
    assert_eq!(*script.tokens_seen.lock().expect("not poisoned"), ["1000.0", "1000.1", "1000.1"]);

    let script = Script::new([coded(401, "INVALID_TOKEN")]);
    let fixed = StaticToken::new("1000.fixed").expect("good");
    let error = Parts::new(exact()).run(&script, &fixed).await.expect_err("cannot be renewed");
    assert!(matches!(error, Error::Token(TokenError::CannotRenew)), "{error:?}");
    assert_eq!(error.stops(), Some(Scope::Batch));
}

#[tokio::test(start_paused = true)]
async fn an_echoed_token_does_not_show() {
    let script = Script::new([response(400, "<html>you sent Zoho-oauthtoken 1000.0</html>")]);
    let error = Parts::new(exact()).run(&script, &Counting::default()).await.expect_err("an error");
    assert!(!format!("{error} {error:?}").contains("1000.0"), "{error:?}");
    assert!(error.to_string().contains("Zoho-oauthtoken [secre<"));
}

/// Fails for a while, then gives tokens.
struct Flaky(AtomicU32, TokenError);

impl TokenSource for Flaky {
    fn token<'a>(&'a self, _: Option<&'a AccessToken>) -> TokenFuture<'a> {
        Box::pin(async move {
            match self.0.fetch_sub(1, Ordering::SeqCst) {
                0 => AccessToken::new("1000.late"),
                _ => Err(self.1.clone()),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_endpoint_may_fail_for_a_while() {
    let temporary = || TokenError::Temporary { cause: "down".into() };
    let denied = TokenError::Denied { error: "invalid_code".into() };
    let throttled = TokenError::Throttled { retry_after: Duration::from_secs(9) };
    for (failures, error, good) in
        [(5, temporary(), true), (6, temporary(), false), (1, denied, false), (1, throttled, false)]
    {
        let script = Script::new([success()]);
        let result = Parts::new(Retry::default()).run(&script, &Flaky(AtomicU32::new(failures), error)).await;
        assert_eq!(result.is_ok(), good, "{failures} {result:?}");
        assert_eq!(script.left(), usize::from(!good));
    }
}

mod with_breaker;
