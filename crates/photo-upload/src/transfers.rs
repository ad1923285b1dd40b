//! How many requests are under way at a time: a number, or one that is looked for.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

/// How many requests a client has under way at a time, for
/// [`ClientBuilder::transfers`](crate::ClientBuilder::transfers).
///
/// ```
/// use photo_upload::Transfers;
/// assert_eq!("auto".parse::<Transfers>()?, Transfers::Auto { most: 25 });
/// assert_eq!("8".parse::<Transfers>()?, Transfers::Fixed(8));
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transfers {
    /// Always as many; 0 counts as 1.
    Fixed(usize),
    /// Begins with 4. Goes up by a quarter at a time as long as more are done in a time by it, as is so
    /// where answers take long to come rather than to be made; goes back where that brings nothing, and
    /// tries again later. Is halved where the endpoint says that there are too many (HTTP 429), and then
    /// stays below what it was for two minutes.
    Auto {
        /// Never more than this; 0 counts as 1. What the endpoint allows at a time is for all programs of
        /// an organization together, and goes by its edition: 5 (free), 10 (standard), 15 (professional),
        /// 20 (enterprise), 25 (ultimate).
        most: usize,
    },
}

impl Transfers {
    /// Looks for the best number, up to the 25 that the largest edition allows.
    pub const AUTO: Self = Self::Auto { most: 25 };

    /// The most that there can be.
    pub fn most(self) -> usize {
        match self {
            Self::Fixed(most) | Self::Auto { most } => most.max(1),
        }
    }
}

impl Default for Transfers {
    fn default() -> Self {
        Self::Fixed(FIRST)
    }
}

impl fmt::Display for Transfers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(most) => write!(f, "{most}"),
            Self::Auto { .. } => f.write_str("auto"),
        }
    }
}

impl FromStr for Transfers {
    type Err = Error;

    /// `auto`, or a number from 1.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim().parse() {
            Ok(most) if most > 0 => Ok(Self::Fixed(most)),
            _ if text.trim() == "auto" => Ok(Self::AUTO),
            _ => Err(Error::config(format!("{text:?} is neither a number of transfers from 1 nor auto"))),
        }
    }
}

/// Looks for the number with which most is done in a time: a climb with steps back, since what is done grows
/// with the number while answers are waited for (Little's law), and no longer where something else is full.
/// Times come from outside.
#[derive(Debug)]
pub(crate) struct Climb {
    most: usize,
    limit: usize,
    /// The limit before the last step up, and what was done a second with it.
    below: Option<(usize, f64)>,
    /// Windows that pass without a step up, and how many will after the next step back.
    rest: u32,
    patience: u32,
    /// Not reached until then, since the endpoint said that it is too many.
    refused: Option<(usize, Instant)>,
    window: Option<Window>,
    /// Goes up when the limit is halved: what was begun before is not held against what it is now.
    pub(crate) era: u64,
}

/// What was done with the present limit.
#[derive(Debug)]
struct Window {
    since: Instant,
    done: usize,
    /// By all that were done, together.
    taken: Duration,
    /// Whether there was as much to do as the limit allows, all the time.
    full: bool,
}

impl Climb {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            limit: FIRST.min(most),
            below: None,
            rest: 0,
            patience: FIRST_PATIENCE,
            refused: None,
            window: None,
            era: 0,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// A request was carried out that had its place since then; `full` says whether no other was free when it
    /// ended. Gives the new limit.
    pub(crate) fn answered(&mut self, full: bool, began: Instant, now: Instant) -> usize {
        let limit = self.limit;
        let window =
            self.window.get_or_insert(Window { since: now, done: 0, full: true, taken: Duration::ZERO });
        window.full &= full;
        // One that began with another limit says nothing of this one.
        if began < window.since {
            return limit;
        }
        window.done += 1;
        window.taken += now.saturating_duration_since(began);
        if window.done < WINDOW * limit {
            return limit;
        }
        let (full, done, taken) = (window.full, count(window.done), window.taken.as_secs_f64());
        self.window = None;
        if full && taken > 0.0 {
            // Little's law. Counting what ends in a time would err where requests end in step.
            self.judge(count(limit) * done / taken, now);
        } else {
            // With less to do than is allowed, nothing is learned.
            self.below = None;
        }
        self.limit
    }

    /// The endpoint said that a request, begun in that era, was one too many. Gives the new limit.
    pub(crate) fn refused(&mut self, era: u64, now: Instant) -> usize {
        if era == self.era {
            self.era += 1;
            self.refused = Some((self.limit, now + REMEMBERED));
            self.limit = (self.limit / 2).max(1);
            self.below = None;
            self.window = None;
        }
        self.limit
    }

    fn judge(&mut self, rate: f64, now: Instant) {
        if let Some((below, before)) = self.below.take() {
            // A quarter of what it would be if only answers were waited for.
            let hoped = count(self.limit - below) / count(below) / 4.0;
            if rate < before * (1.0 + hoped) {
                self.limit = below;
                self.rest = self.patience;
                self.patience = self.patience.saturating_mul(2).min(MOST_PATIENCE);
                return;
            }
            self.patience = FIRST_PATIENCE;
        }
        if self.rest > 0 {
            self.rest -= 1;
            return;
        }
        let refused = self.refused.filter(|(_, until)| *until > now);
        let ceiling = refused.map_or(self.most, |(limit, _)| (limit - 1).clamp(1, self.most));
        let above = (self.limit + (self.limit / 4).max(1)).min(ceiling);
        if above > self.limit {
            self.below = Some((self.limit, rate));
            self.limit = above;
        }
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// The number that an account of any edition can take.
const FIRST: usize = 4;
/// A window has so many answers for each place.
const WINDOW: usize = 3;
/// Windows after the first step back in a row; doubled with each.
const FIRST_PATIENCE: u32 = 4;
const MOST_PATIENCE: u32 = 64;
/// How long a limit is remembered as too high: others of the organization may have been at work.
const REMEMBERED: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, want) in [
            ("1", Some(Transfers::Fixed(1))),
            ("25", Some(Transfers::Fixed(25))),
            ("auto", Some(Transfers::AUTO)),
            ("0", None),
            ("-1", None),
            ("Auto", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), want, "{text}");
            assert!(want.is_none_or(|transfers| transfers.to_string() == text));
        }
        assert_eq!((Transfers::Fixed(0).most(), Transfers::default().most()), (1, 4));
    }

    /// An endpoint that does so many at a time, each in a second; more wait in line.
    struct Endpoint {
        climb: Climb,
        now: Instant,
        width: usize,
    }

    impl Endpoint {
        /// The limits after so many answers, with always enough to do.
        fn run(&mut self, answers: usize) -> Vec<usize> {
            let mut limits = Vec::new();
            for _ in 0..answers {
                let limit = self.climb.limit();
                self.now += Duration::from_secs(1).div_f64(count(limit.min(self.width)));
                let taken = Duration::from_secs(1).mul_f64(count(limit) / count(limit.min(self.width)));
                limits.push(self.climb.answered(true, self.now - taken, self.now));
            }
            limits
        }
    }

    #[test]
    fn it_grows_while_more_is_done_by_it() {
        for (width, most, low, high) in [
            (1000, 25, 25, 25),
            (1000, 5, 5, 5),
            (10, 25, 8, 12),
            (4, 25, 4, 5),
            (1, 25, 4, 5),
            (50, 2, 2, 2),
        ] {
            let mut endpoint =
                Endpoint { climb: Climb::new(most), now: Instant::now() + Duration::from_secs(3600), width };
            endpoint.run(600);
            let limits = endpoint.run(400);
            let (least, most) = (limits.iter().min().copied(), limits.iter().max().copied());
            assert!(least >= Some(low) && most <= Some(high), "{width}: {least:?} to {most:?}");
        }
    }

    #[test]
    fn it_follows_what_changes() {
        let mut endpoint =
            Endpoint { climb: Climb::new(25), now: Instant::now() + Duration::from_secs(3600), width: 5 };
        endpoint.run(500);
        assert!(endpoint.climb.limit() <= 6);
        endpoint.width = 1000;
        endpoint.run(3000);
        assert_eq!(endpoint.climb.limit(), 25);
    }

    #[test]
    fn too_many_halves_it_once_for_all_that_were_under_way() {
        let mut endpoint =
            Endpoint { climb: Climb::new(25), now: Instant::now() + Duration::from_secs(3600), width: 1000 };
        endpoint.run(600);
        let era = endpoint.climb.era;
        for _ in 0..10 {
            assert_eq!(endpoint.climb.refused(era, endpoint.now), 12);
        }
        assert_eq!(endpoint.climb.refused(era + 1, endpoint.now), 6);
        // It was too many at 12: up to 11 for two minutes, further after that.
        let until = endpoint.now + REMEMBERED;
        while endpoint.now < until - Duration::from_secs(2) {
            assert!(endpoint.run(1)[0] < 12);
        }
        assert_eq!(endpoint.climb.limit(), 11);
        endpoint.run(1000);
        assert_eq!(endpoint.climb.limit(), 25);
        for _ in 0..9 {
            let era = endpoint.climb.era;
            endpoint.climb.refused(era, endpoint.now);
        }
        assert_eq!(endpoint.climb.limit(), 1);
    }

    #[test]
    fn with_little_to_do_it_stays() {
        let mut climb = Climb::new(25);
        let mut now = Instant::now() + Duration::from_secs(3600);
        for n in 0..500 {
            now += Duration::from_millis(300);
            assert_eq!(climb.answered(n % 5 > 0, now - Duration::from_secs(1), now), 4);
        }
    }
}
