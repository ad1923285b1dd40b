//! The loop with a breaker: outages, credits, rights, tokens.

use super::*;
use crate::breaker::{BreakerEvent, BreakerOptions};

/// Runs one upload for each of these records at once, each with answers of its own.
async fn at_once(parts: &Arc<Parts>, scripts: Vec<Vec<Outcome>>) -> Vec<Result<Done, Error>> {
    let mut tasks = Vec::new();
    for (record, steps) in scripts.into_iter().enumerate() {
        let parts = Arc::clone(parts);
        tasks.push(tokio::spawn(async move {
            parts.run_for(&record.to_string(), &Script::new(steps), &Counting::default()).await
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("the task ends"));
    }
    results
}

fn with_breaker(options: BreakerOptions) -> (Arc<Parts>, Arc<Mutex<Vec<BreakerEvent>>>) {
    let breaker = Breaker::new(options);
    let events: Arc<Mutex<Vec<BreakerEvent>>> = Arc::default();
    let told = Arc::clone(&events);
    breaker.on_event(move |event| told.lock().expect("not poisoned").push(event.clone()));
    (Arc::new(Parts { breaker: Some(breaker), ..Parts::new(Retry::default()) }), events)
}

/// An endpoint that can't be reached until then.
struct Down {
    until: Instant,
    requests: AtomicU32,
}

impl Request for Down {
    async fn send(&self, _: &AccessToken, _: u32, _: Duration) -> Result<Outcome, Error> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        Ok(if Instant::now() < self.until { unreachable() } else { success() })
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_out_and_fails_nothing() {
    let (parts, events) = with_breaker(BreakerOptions::default());
    let until = Instant::now() + Duration::from_secs(300);
    let down = Arc::new(Down { until, requests: AtomicU32::new(0) });
    let mut tasks = tokio::task::JoinSet::new();
    for record in 0..20 {
        let (parts, down) = (Arc::clone(&parts), Arc::clone(&down));
        tasks.spawn(async move { parts.run_for(&record.to_string(), &*down, &Counting::default()).await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    // Probes go one at a time, at growing distances: each alone would have given up after 6 attempts.
    let requests = down.requests.load(Ordering::SeqCst);
    assert!(requests < 20 + 5 + 2 + 20, "{requests} requests");
    assert!(until.elapsed() <= Duration::from_secs(31));
    let events = events.lock().expect("not poisoned");
    assert!(matches!(events[..], [BreakerEvent::Paused { .. }, BreakerEvent::Resumed]), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_without_end_stops_all_as_temporary() {
    let options = BreakerOptions::default().max_outage(Duration::from_secs(60));
    let (parts, _) = with_breaker(options);
    let steps = || (0..60).map(|_| unreachable()).collect::<Vec<_>>();
    let start = Instant::now();
    let results = at_once(&parts, vec![steps(), steps(), steps()]).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_temporary)), "{results:?}");
    assert!((60..180).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    let later = parts.run_for("9", &Script::new([]), &Counting::default()).await;
    assert!(matches!(later, Err(Error::Skipped { because }) if because.temporary));
}

#[tokio::test(start_paused = true)]
async fn answers_of_429_to_single_requests_end_in_a_stop() {
    let (parts, _) = with_breaker(BreakerOptions::default());
    let steps = || (0..20).map(|_| too_many(None, None)).collect::<Vec<_>>();
    let results = at_once(&parts, vec![steps(), steps()]).await;
    let attempts: u32 =
        results.iter().map(|result| result.as_ref().map_or_else(Error::attempts, |d| d.attempts)).sum();
    assert!((5..=10).contains(&attempts), "{attempts} requests");
    let reason = parts.breaker.as_ref().and_then(Breaker::batch).expect("stopped");
    assert!(reason.message.contains("credits") && !reason.temporary, "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_told_is_kept_by_all_and_no_matter_of_credits() {
    let (parts, _) =
        with_breaker(BreakerOptions::default().failures(1).max_outage(Duration::from_secs(3600)));
    let start = Instant::now();
    let busy = || vec![too_many(Some("900"), None), too_many(Some("900"), None), success()];
    let results = at_once(&parts, vec![busy(), busy()]).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert!(start.elapsed() >= Duration::from_secs(900), "{:?}", start.elapsed());
    // Longer than an outage may last: all stops, to be gone on with later.
    let (parts, _) = with_breaker(BreakerOptions::default().failures(1));
    let results = at_once(&parts, vec![busy(), busy()]).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_temporary)), "{results:?}");
    assert!(parts.breaker.as_ref().and_then(Breaker::batch).is_some_and(|reason| reason.temporary));
}

#[tokio::test(start_paused = true)]
async fn what_may_hold_for_all_stops_after_a_probe() {
    for (step, module) in [
        (coded(400, "AUTHORIZATION_FAILED"), true),
        (coded(404, "INVALID_URL_PATTERN"), false),
        (response(403, "<html>"), false),
    ] {
        let (parts, _) = with_breaker(BreakerOptions::default());
        let mut sent = 0;
        for record in 0..20 {
            let Outcome::Answered(answer) = &step else { continue };
            let script = Script::new([Outcome::Answered(answer.clone())]);
            let result = parts.run_for(&record.to_string(), &script, &Counting::default()).await;
            assert!(result.is_err());
            sent += usize::from(script.left() == 0);
        }
        assert_eq!(sent, 6, "five, and a probe: {step:?}");
        let elsewhere = Target::new("Contacts", "1").expect("good");
        let breaker = parts.breaker.as_ref().expect("there");
        assert_eq!((breaker.batch().is_none(), breaker.module(&elsewhere).is_none()), (module, true));
    }
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_fails_by_itself_stops_nobody() {
    let (parts, events) = with_breaker(BreakerOptions::default());
    let script = Script::new((0..6).map(|_| coded(500, "INTERNAL_ERROR")));
    let error = parts.run_for("1", &script, &Counting::default()).await.expect_err("it fails");
    assert!(matches!(error, Error::Temporary(_)), "{error:?}");
    for record in 2..10 {
        let script = Script::new([coded(400, "INVALID_DATA")]);
        parts.run_for(&record.to_string(), &script, &Counting::default()).await.expect_err("no such record");
    }
    assert!(events.lock().expect("not poisoned").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_token_endpoint_is_waited_for_by_all() {
    let (parts, events) = with_breaker(BreakerOptions::default());
    let throttled = TokenError::Throttled { retry_after: Duration::from_secs(120) };
    let tokens = Flaky(AtomicU32::new(2), throttled);
    let start = Instant::now();
    let script = Script::new([success()]);
    parts.run(&script, &tokens).await.expect("done");
    assert!((240..250).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    let events = events.lock().expect("not poisoned");
    assert!(
        matches!(&events[..], [BreakerEvent::Paused { reason, .. }, BreakerEvent::Resumed] if reason.contains("asked too often")),
        "{events:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_credits_are_kept() {
    let (parts, _) = with_breaker(BreakerOptions::default().credit_reserve(100));
    let answer = |left| match success() {
        Outcome::Answered(answer) => Outcome::Answered(Response { credits_remaining: Some(left), ..answer }),
        broken => broken,
    };
    parts.run(&Script::new([answer(101)]), &Counting::default()).await.expect("done");
    parts.run(&Script::new([answer(100)]), &Counting::default()).await.expect("done");
    let error = parts.run(&Script::new([]), &Counting::default()).await.expect_err("stopped");
    assert!(matches!(error, Error::Skipped { because } if because.message.contains("100 credits are left")));
}
