//! Access tokens: which are valid, which were given out when.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The access tokens of one sandbox. Times are the sandbox's own, since its start.
#[derive(Debug)]
pub(crate) struct Tokens {
    valid: VecDeque<Access>,
    issued: u64,
    /// When each refresh token got its last access tokens.
    history: HashMap<String, VecDeque<Duration>>,
}

#[derive(Debug)]
struct Access {
    token: String,
    until: Duration,
}

impl Tokens {
    pub(crate) fn new(first: String, until: Duration) -> Self {
        Tokens { valid: VecDeque::from([Access { token: first, until }]), issued: 0, history: HashMap::new() }
    }

    pub(crate) fn is_valid(&self, token: &str, now: Duration) -> bool {
        self.valid.iter().any(|access| access.until > now && access.token == token)
    }

    /// The newest valid token.
    pub(crate) fn newest(&self, now: Duration) -> Option<&str> {
        self.valid.iter().rev().find(|access| access.until > now).map(|access| access.token.as_str())
    }

    /// Makes a new token; the oldest gives way if there are too many.
    pub(crate) fn issue(&mut self, now: Duration, lifetime: Duration) -> String {
        self.issued += 1;
        let token = format!("1000.sandbox.{}", self.issued);
        self.valid.retain(|access| access.until > now);
        while self.valid.len() >= MAX_VALID {
            self.valid.pop_front();
        }
        self.valid.push_back(Access { token: token.clone(), until: now.saturating_add(lifetime) });
        token
    }

    /// Lets every token expire; tells whether any was valid.
    pub(crate) fn expire_all(&mut self, now: Duration) -> bool {
        let any = self.newest(now).is_some();
        self.valid.clear();
        any
    }

    /// Notes one more access token for this refresh token; false if that is too many within [`WINDOW`].
    pub(crate) fn admit(&mut self, refresh_token: &str, now: Duration, most: u32) -> bool {
        for times in self.history.values_mut() {
            times.retain(|&time| now.saturating_sub(time) < WINDOW);
        }
        self.history.retain(|_, times| !times.is_empty());
        let known = self.history.contains_key(refresh_token);
        if !known && self.history.len() >= MAX_REFRESH_TOKENS {
            return false;
        }
        let times = self.history.entry(refresh_token.to_owned()).or_default();
        let admitted = u32::try_from(times.len()).is_ok_and(|count| count < most);
        if admitted {
            times.push_back(now);
        }
        admitted
    }
}

/// The time within which refreshes are counted.
const WINDOW: Duration = Duration::from_secs(600);
/// As many access tokens are valid at a time.
const MAX_VALID: usize = 15;
/// As many refresh tokens are remembered within one window, to bound the memory.
const MAX_REFRESH_TOKENS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn tokens_expire_by_time_and_by_force() {
        let mut tokens = Tokens::new("first".into(), at(100));
        let second = tokens.issue(at(50), HOUR);
        assert!(tokens.is_valid("first", at(99)) && tokens.is_valid(&second, at(99)));
        assert!(!tokens.is_valid("first", at(100)) && tokens.is_valid(&second, at(100)));
        assert_eq!(tokens.newest(at(100)), Some(second.as_str()));
        assert!(tokens.expire_all(at(100)) && !tokens.expire_all(at(100)));
        assert!(!tokens.is_valid(&second, at(100)));
    }

    #[test]
    fn the_oldest_token_gives_way() {
        let mut tokens = Tokens::new("first".into(), HOUR);
        let issued: Vec<_> = (0..MAX_VALID).map(|_| tokens.issue(at(0), HOUR)).collect();
        assert!(!tokens.is_valid("first", at(0)));
        assert!(issued.iter().all(|token| tokens.is_valid(token, at(0))));
    }

    #[test]
    fn the_throttle_forgets_after_ten_minutes_and_is_kept_by_refresh_token() {
        let mut tokens = Tokens::new("first".into(), HOUR);
        assert!((0..10).all(|i| tokens.admit("a", at(i), 10)));
        assert!(!tokens.admit("a", at(599), 10));
        assert!(tokens.admit("b", at(599), 10));
        assert!(tokens.admit("a", at(600), 10));
        assert!(!tokens.admit("a", at(600), 10));
    }
}
