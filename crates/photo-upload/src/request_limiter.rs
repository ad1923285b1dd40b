//! How many requests may be under way, and the pause all of them keep after a 429.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// Lets a limited number of requests through, and none while paused.
#[derive(Debug)]
pub(crate) struct RequestLimiter {
    permits: Arc<Semaphore>,
    paused_until: Mutex<Option<Instant>>,
}

/// The right to have one request under way; ends when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _permit: Option<OwnedSemaphorePermit>,
}

impl RequestLimiter {
    pub(crate) fn new(most_at_a_time: usize) -> Self {
        let permits = Arc::new(Semaphore::new(most_at_a_time.clamp(1, Semaphore::MAX_PERMITS)));
        Self { permits, paused_until: Mutex::new(None) }
    }

    /// Waits for the pause to end and for a free place. First come, first served.
    pub(crate) async fn acquire(&self) -> Permit {
        loop {
            while let Some(until) = self.pause() {
                sleep_until(until).await;
            }
            // The semaphore is never closed, so the error cannot happen; without a permit we would just not
            // count.
            let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
            if self.pause().is_none() {
                return Permit { _permit: permit };
            }
        }
    }

    /// Nobody enters for this long. A longer pause that is already on stays.
    pub(crate) fn pause_for(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = (*paused).max(until);
    }

    /// The end of the pause, if it is still to come.
    fn pause(&self) -> Option<Instant> {
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = paused.filter(|until| *until > Instant::now());
        *paused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test(start_paused = true)]
    async fn never_more_than_the_limit() {
        let limiter = Arc::new(RequestLimiter::new(3));
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
        let limiter = Arc::new(RequestLimiter::new(1));
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
}
