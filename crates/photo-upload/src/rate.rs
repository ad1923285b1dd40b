//! How many requests may begin in a time.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::Error;

/// A number of requests in a time, for [`ClientBuilder::rate`](crate::ClientBuilder::rate).
///
/// ```
/// use std::time::Duration;
/// use photo_upload::Rate;
/// let rate: Rate = "5/s".parse()?;
/// assert_eq!(rate, Rate::new(5, Duration::from_secs(1))?);
/// assert_eq!(rate.interval(), Duration::from_millis(200));
/// assert_eq!("300/min".parse::<Rate>()?, rate);
/// assert!("0/s".parse::<Rate>().is_err());
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    interval: Duration,
}

impl Rate {
    /// So many requests in so long.
    ///
    /// # Errors
    /// [`Error::Config`] unless there is a request at least once a day and at most every microsecond.
    pub fn new(requests: u32, time: Duration) -> Result<Self, Error> {
        let interval = time.checked_div(requests).unwrap_or(Duration::MAX);
        if interval < SHORTEST || interval > LONGEST {
            return Err(Error::config(format!(
                "{requests} requests in {} s is no rate: give one from 1 a day to 1,000,000 a second",
                time.as_secs_f64()
            )));
        }
        Ok(Self { interval })
    }

    /// From the beginning of one request to that of the next.
    pub fn interval(self) -> Duration {
        self.interval
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = 1.0 / self.interval.as_secs_f64();
        match (per_second, per_second * 60.0) {
            (rate, _) if rate >= 1.0 => write!(f, "{}/s", rounded(rate)),
            (_, rate) if rate >= 1.0 => write!(f, "{}/min", rounded(rate)),
            (_, rate) => write!(f, "{}/h", rounded(rate * 60.0)),
        }
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

impl FromStr for Rate {
    type Err = Error;

    /// `5/s`, `300/min` or `1000/h`; a number alone counts as per second.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (number, unit) = text.trim().split_once('/').unwrap_or((text.trim(), "s"));
        let seconds = match unit.trim() {
            "s" => Some(1),
            "min" | "m" => Some(60),
            "h" => Some(3600),
            _ => None,
        };
        match (number.trim().parse(), seconds) {
            (Ok(requests), Some(seconds)) => Self::new(requests, Duration::from_secs(seconds)),
            _ => Err(Error::config(format!(
                "{text:?} is no rate: give a whole number of requests per s, min or h, such as 5/s"
            ))),
        }
    }
}

/// Lets requests begin at even steps: a bucket of one token. Time in which none began is not made up for.
#[derive(Debug)]
pub(crate) struct Pacer {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { interval: rate.interval, next: Mutex::default() }
    }

    /// Waits for the next free step and takes it.
    pub(crate) async fn step(&self) {
        let at = self.take(Instant::now());
        sleep_until(at).await;
    }

    fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + self.interval);
        at
    }
}

const SHORTEST: Duration = Duration::from_micros(1);
const LONGEST: Duration = Duration::from_secs(86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts() {
        for (text, shown) in [
            ("5", Some("5/s")),
            ("5/s", Some("5/s")),
            (" 90 / min ", Some("1.5/s")),
            ("30/m", Some("30/min")),
            ("10/h", Some("10/h")),
            ("1000000/s", Some("1000000/s")),
            ("2000000/s", None),
            ("0", None),
            ("-1/s", None),
            ("0.5/s", None),
            ("5/d", None),
            ("5/", None),
            ("/s", None),
            ("", None),
            ("99999999999/s", None),
        ] {
            let rate = text.parse::<Rate>();
            assert_eq!(rate.as_ref().ok().map(Rate::to_string).as_deref(), shown, "{text} {rate:?}");
        }
        assert!(Rate::new(1, Duration::from_secs(86_401)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn steps_are_even_and_idle_time_is_not_made_up_for() {
        let pacer = Pacer::new(Rate::new(5, Duration::from_secs(1)).expect("good"));
        let start = Instant::now();
        let mut at = Vec::new();
        for n in 0..6 {
            if n == 3 {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
            pacer.step().await;
            at.push(start.elapsed().as_millis());
        }
        assert_eq!(at, [0, 200, 400, 10_400, 10_600, 10_800]);
    }

    proptest! {
        #[test]
        fn no_window_has_more_than_its_share(
            per_second in 1_u32..1000,
            asked in proptest::collection::vec(0_u64..3_000, 1..60),
        ) {
            let rate = Rate::new(per_second, Duration::from_secs(1)).expect("good");
            let (pacer, start) = (Pacer::new(rate), std::time::Instant::now());
            let mut asked = asked;
            asked.sort_unstable();
            let begun: Vec<_> = asked
                .iter()
                .map(|ms| pacer.take(Instant::from_std(start) + Duration::from_millis(*ms)))
                .collect();
            for (at, ms) in begun.iter().zip(&asked) {
                prop_assert!(*at >= Instant::from_std(start) + Duration::from_millis(*ms));
            }
            for pair in begun.windows(2) {
                prop_assert!(pair[1] - pair[0] >= rate.interval());
            }
        }
    }
}
