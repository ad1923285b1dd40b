//! How long to wait between attempts, and how many to make.

use std::sync::Mutex;
use std::time::Duration;

/// When and how often a failed request is sent again.
///
/// The wait before attempt *n* + 1 is what the server asks for (`Retry-After`, then `details.retry_after`)
/// plus up to [`base`](Self::base), or without a hint a random time between zero and `base` · 2ⁿ⁻¹, at most
/// [`cap`](Self::cap) ("full jitter").
///
/// ```
/// use std::time::Duration;
/// let patient = photo_upload::Retry::default().attempts(10).cap(Duration::from_secs(120));
/// let never = photo_upload::Retry::none();
/// assert_eq!((patient.attempts, never.attempts), (10, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// Most attempts for one call, at least 1. The one extra request after a fresh token is not counted.
    /// Default 6.
    pub attempts: u32,
    /// The first wait's upper end. Default 0.5 s.
    pub base: Duration,
    /// Upper end of every wait without a hint. Default 30 s.
    pub cap: Duration,
    /// The longest wait a server may ask for; beyond it the call ends with
    /// [`Error::Temporary`](crate::Error::Temporary) instead. Default 5 minutes.
    pub hint_cap: Duration,
    /// Whether to send again when the request may already have been carried out. Harmless to the picture,
    /// which is only replaced by itself; but workflows may run twice unless triggers are restricted. Default
    /// yes.
    pub ambiguous: bool,
    /// Seed of the jitter, for tests; `None` takes a random one.
    pub seed: Option<u64>,
}

impl Retry {
    /// One attempt only.
    pub fn none() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets [`Retry::attempts`]; 0 counts as 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets [`Retry::base`].
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets [`Retry::cap`].
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets [`Retry::hint_cap`].
    pub fn hint_cap(mut self, hint_cap: Duration) -> Self {
        self.hint_cap = hint_cap;
        self
    }

    /// Sets [`Retry::ambiguous`].
    pub fn ambiguous(mut self, retry: bool) -> Self {
        self.ambiguous = retry;
        self
    }

    /// Sets [`Retry::seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The wait after `failures` failed attempts (1 for the first).
    pub(crate) fn wait(&self, failures: u32, hint: Option<Duration>, jitter: &Jitter) -> Duration {
        match hint {
            Some(hint) => hint.saturating_add(jitter.up_to(self.base)),
            None => {
                let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
                jitter.up_to(self.base.saturating_mul(doubled).min(self.cap))
            }
        }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            hint_cap: Duration::from_secs(300),
            ambiguous: true,
            seed: None,
        }
    }
}

/// The client's source of randomness.
#[derive(Debug)]
pub(crate) struct Jitter(Mutex<fastrand::Rng>);

impl Jitter {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)))
    }

    /// A time from zero to `most`, both included.
    fn up_to(&self, most: Duration) -> Duration {
        let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        // A poisoned lock still holds a usable generator.
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Duration::from_nanos(rng.u64(0..=nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_stay_in_their_range(seed: u64, failures in 1_u32..100, base in 0_u64..100_000, cap in 0_u64..100_000) {
            let retry = Retry::default().base(Duration::from_millis(base)).cap(Duration::from_millis(cap));
            let jitter = Jitter::new(Some(seed));
            let most = base.saturating_mul(2_u64.saturating_pow(failures - 1)).min(cap);
            prop_assert!(retry.wait(failures, None, &jitter) <= Duration::from_millis(most));
            let hint = Duration::from_secs(7);
            let hinted = retry.wait(failures, Some(hint), &jitter);
            prop_assert!(hinted >= hint && hinted <= hint + Duration::from_millis(base));
        }

        #[test]
        fn same_seed_same_waits(seed: u64) {
            let retry = Retry::default();
            let (a, b) = (Jitter::new(Some(seed)), Jitter::new(Some(seed)));
            for n in 1..8 {
                prop_assert_eq!(retry.wait(n, None, &a), retry.wait(n, None, &b));
            }
        }
    }

    #[test]
    fn jitter_is_full_and_grows() {
        let retry = Retry::default();
        let jitter = Jitter::new(Some(1));
        for failures in [1, 3, 6, 20] {
            let top = (0.5 * 2_f64.powi(failures - 1)).min(30.0);
            let waits: Vec<f64> =
                (0..400).map(|_| retry.wait(failures.unsigned_abs(), None, &jitter).as_secs_f64()).collect();
            let mean = waits.iter().sum::<f64>() / 400.0;
            // The mean of 400 uniform draws is within 10 % of the middle with over 99.9 % probability; the
            // seed is fixed.
            assert!((mean / (top / 2.0) - 1.0).abs() < 0.1, "{failures}: {mean}");
            assert!(waits.iter().any(|w| *w < top * 0.1) && waits.iter().any(|w| *w > top * 0.9));
        }
    }
}
