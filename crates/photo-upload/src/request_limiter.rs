//! When a request may begin: how many may be under way, at which rate they begin, and the pause all of them
//! keep after a 429.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::rate::{Pacer, Rate};
use crate::trace::event;
use crate::transfers::{Climb, Transfers};

/// Lets a limited number of requests through, at a limited rate, and none while paused.
#[derive(Debug)]
pub(crate) struct RequestLimiter {
    permits: Arc<Semaphore>,
    /// Where the number of permits changes.
    adaptive: Option<Mutex<Adaptive>>,
    most: usize,
    pacer: Option<Pacer>,
    paused_until: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Adaptive {
    climb: Climb,
    /// How many permits there should be, and how many there are beyond that until requests end.
    permits: usize,
    too_many: usize,
}

/// The right to have one request under way; ends when dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    limiter: &'a RequestLimiter,
    permit: Option<OwnedSemaphorePermit>,
    since: Instant,
    era: u64,
}

impl RequestLimiter {
    pub(crate) fn new(transfers: Transfers, rate: Option<Rate>) -> Self {
        let most = transfers.most().min(Semaphore::MAX_PERMITS);
        let adaptive = match transfers {
            Transfers::Fixed(_) => None,
            Transfers::Auto { .. } => Some(Adaptive::new(most)),
        };
        let permits = adaptive.as_ref().map_or(most, |adaptive| adaptive.permits);
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            adaptive: adaptive.map(Mutex::new),
            most,
            pacer: rate.map(Pacer::new),
            paused_until: Mutex::new(None),
        }
    }

    /// How many requests may be under way at present.
    pub(crate) fn limit(&self) -> usize {
        self.adaptive().map_or(self.most, |adaptive| adaptive.permits)
    }

    /// Waits for the pause to end, for a free place and for the next step of the rate. First come, first
    /// served.
    pub(crate) async fn acquire(&self) -> Permit<'_> {
        loop {
            while let Some(until) = self.pause() {
                sleep_until(until).await;
            }
            // The semaphore is never closed, so the error cannot happen; without a permit we would just not
            // count.
            let permit = Permit::new(self, Arc::clone(&self.permits).acquire_owned().await.ok());
            if self.pause().is_some() {
                continue;
            }
            if let Some(pacer) = &self.pacer {
                pacer.step().await;
            }
            if self.pause().is_none() {
                return permit;
            }
        }
    }

    /// Nobody enters for this long. A longer pause that is already on stays.
    pub(crate) fn pause_for(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        event!(WARN, ?wait, "all requests pause");
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = (*paused).max(until);
    }

    /// The end of the pause, if it is still to come.
    fn pause(&self) -> Option<Instant> {
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = paused.filter(|until| *until > Instant::now());
        *paused
    }

    fn adaptive(&self) -> Option<MutexGuard<'_, Adaptive>> {
        Some(self.adaptive.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<'a> Permit<'a> {
    fn new(limiter: &'a RequestLimiter, permit: Option<OwnedSemaphorePermit>) -> Self {
        let era = limiter.adaptive().map_or(0, |adaptive| adaptive.climb.era);
        Self { limiter, permit, since: Instant::now(), era }
    }

    /// The request was carried out.
    pub(crate) fn succeeded(&self) {
        if let Some(mut adaptive) = self.limiter.adaptive() {
            let full = self.limiter.permits.available_permits() == 0;
            let limit = adaptive.climb.answered(full, self.since, Instant::now());
            adaptive.resize(limit, &self.limiter.permits);
        }
    }

    /// The endpoint said that it was one too many.
    pub(crate) fn refused(&self) {
        if let Some(mut adaptive) = self.limiter.adaptive() {
            let limit = adaptive.climb.refused(self.era, Instant::now());
            adaptive.resize(limit, &self.limiter.permits);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let Some(mut adaptive) = self.limiter.adaptive() else { return };
        if let Some(left) = adaptive.too_many.checked_sub(1)
            && let Some(permit) = self.permit.take()
        {
            adaptive.too_many = left;
            permit.forget();
        }
    }
}

impl Adaptive {
    fn new(most: usize) -> Self {
        let climb = Climb::new(most);
        Self { permits: climb.limit(), climb, too_many: 0 }
    }

    fn resize(&mut self, limit: usize, permits: &Semaphore) {
        if let Some(more) = limit.checked_sub(self.permits) {
            let kept = self.too_many.min(more);
            self.too_many -= kept;
            permits.add_permits(more - kept);
        } else {
            let fewer = self.permits - limit;
            // Those in use go when their requests end.
            self.too_many += fewer - permits.forget_permits(fewer);
        }
        if self.permits != limit {
            event!(DEBUG, transfers = limit, "other number of transfers");
        }
        self.permits = limit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(start_paused = true)]
    async fn never_more_than_the_limit() {
        let limiter = Arc::new(RequestLimiter::new(Transfers::Fixed(3), None));
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (limiter, inside, most) = (Arc::clone(&limiter), Arc::clone(&inside), Arc::clone(&most));
            tasks.spawn(async move {
                let _permit = limiter.acquire().await;
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let start = Instant::now();
        tasks.join_all().await;
        assert_eq!(most.load(Ordering::SeqCst), 3);
        assert_eq!(start.elapsed().as_secs(), 7); // 20 of one second each, three at a time, on the paused clock
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_back_even_those_in_line() {
        let limiter = Arc::new(RequestLimiter::new(Transfers::Fixed(1), None));
        let start = Instant::now();
        let first = limiter.acquire().await;
        let waiting = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move {
                limiter.acquire().await;
                start.elapsed().as_secs()
            }
        });
        tokio::task::yield_now().await;
        limiter.pause_for(Duration::from_secs(10));
        limiter.pause_for(Duration::from_secs(4)); // a shorter one does not cut it
        drop(first);
        assert_eq!(waiting.await.expect("the task ends"), 10);
    }

    /// Runs so many requests of one second each, all wanted at once; says how long that took and how many
    /// were under way at most.
    async fn run(limiter: &Arc<RequestLimiter>, requests: usize, width: usize) -> (Duration, usize) {
        let server = Arc::new(Semaphore::new(width));
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        let start = Instant::now();
        for _ in 0..requests {
            let (limiter, server) = (Arc::clone(limiter), Arc::clone(&server));
            let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
            tasks.spawn(async move {
                let permit = limiter.acquire().await;
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let place = server.acquire().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                drop(place);
                permit.succeeded();
                inside.fetch_sub(1, Ordering::SeqCst);
            });
        }
        tasks.join_all().await;
        (start.elapsed(), most.load(Ordering::SeqCst))
    }

    #[tokio::test(start_paused = true)]
    async fn requests_begin_at_the_rate_whatever_their_number() {
        let rate = Rate::new(10, Duration::from_secs(1)).expect("good");
        let limiter = Arc::new(RequestLimiter::new(Transfers::Fixed(100), Some(rate)));
        let (took, most) = run(&limiter, 51, 100).await;
        // The first at once, the last after five seconds.
        assert_eq!(took.as_millis(), 6000);
        // One may begin in the very moment in which another ends.
        assert!((10..=11).contains(&most), "{most}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_during_the_wait_for_a_step_holds() {
        let rate = Rate::new(1, Duration::from_secs(1)).expect("good");
        let limiter = Arc::new(RequestLimiter::new(Transfers::Fixed(5), Some(rate)));
        let start = Instant::now();
        drop(limiter.acquire().await);
        let second = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move { limiter.acquire().await.limiter.pause().is_none() }
        });
        tokio::time::sleep(Duration::from_millis(500)).await;
        limiter.pause_for(Duration::from_secs(60));
        assert!(second.await.expect("the task ends"));
        assert!(start.elapsed() >= Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_is_looked_for_and_kept() {
        for (width, least, most_of_all) in [(1000, 25, 25), (4, 4, 5)] {
            let limiter = Arc::new(RequestLimiter::new(Transfers::AUTO, None));
            let (_, most) = run(&limiter, 1500, width).await;
            assert!((least..=most_of_all).contains(&most), "{width}: {most}");
            assert!((least..=most_of_all).contains(&limiter.limit()), "{width}: {}", limiter.limit());
            // None was lost or made on the way.
            assert_eq!(limiter.permits.available_permits(), limiter.limit());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn halved_it_waits_for_those_under_way() {
        let limiter = RequestLimiter::new(Transfers::AUTO, None);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(limiter.acquire().await);
        }
        for permit in &held {
            permit.refused();
        }
        assert_eq!((limiter.limit(), limiter.permits.available_permits()), (2, 0));
        for (left, free) in [(3, 0), (2, 0), (1, 1), (0, 2)] {
            held.truncate(left);
            assert_eq!(limiter.permits.available_permits(), free);
        }
    }
}
