//! Access tokens: which are valid, which were given out when.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::scopes::Scopes;

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
    /// The refresh token or client that it was given to; the first one belongs to nobody.
    owner: Option<String>,
    scopes: Scopes,
}

impl Tokens {
    pub(crate) fn new(first: String, until: Duration) -> Self {
        let first = Access { token: first, until, owner: None, scopes: Scopes::default() };
        Tokens { valid: VecDeque::from([first]), issued: 0, history: HashMap::new() }
    }

    /// What a token allows, if it is valid.
    pub(crate) fn scopes(&self, token: &str, now: Duration) -> Option<Scopes> {
        let found = self.valid.iter().find(|access| access.until > now && access.token == token);
        found.map(|access| access.scopes.clone())
    }

    /// The newest valid token that allows everything.
    pub(crate) fn newest(&self, now: Duration) -> Option<&str> {
        let good = |access: &&Access| access.until > now && access.scopes == Scopes::default();
        self.valid.iter().rev().find(good).map(|access| access.token.as_str())
    }

    /// Makes a new token; the oldest of the same owner gives way if it has too many.
    pub(crate) fn issue(
        &mut self,
        owner: Option<&str>,
        scopes: Scopes,
        now: Duration,
        lifetime: Duration,
    ) -> String {
        self.issued += 1;
        let token = format!("1000.sandbox.{}", self.issued);
        self.valid.retain(|access| access.until > now);
        let owned = |access: &Access| owner.is_some() && access.owner.as_deref() == owner;
        if self.valid.iter().filter(|access| owned(access)).count() >= MAX_VALID {
            let oldest = self.valid.iter().position(owned);
            oldest.and_then(|at| self.valid.remove(at));
        }
        if self.valid.len() >= MAX_VALID_OF_ALL {
            self.valid.pop_front();
        }
        let (owner, until) = (owner.map(str::to_owned), now.saturating_add(lifetime));
        self.valid.push_back(Access { token: token.clone(), until, owner, scopes });
        token
    }

    /// Lets every token expire; tells whether any was valid.
    pub(crate) fn expire_all(&mut self, now: Duration) -> bool {
        let any = self.valid.iter().any(|access| access.until > now);
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
/// As many access tokens of one refresh token are valid at a time.
const MAX_VALID: usize = 15;
/// As many access tokens are valid at a time, to bound the memory.
const MAX_VALID_OF_ALL: usize = 2000;
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
        let second = tokens.issue(None, Scopes::default(), at(50), HOUR);
        let is_valid = |token: &str, now| tokens.scopes(token, now).is_some();
        assert!(is_valid("first", at(99)) && is_valid(&second, at(99)));
        assert!(!is_valid("first", at(100)) && is_valid(&second, at(100)));
        assert_eq!(tokens.newest(at(100)), Some(second.as_str()));
        tokens.issue(Some("page"), Scopes::of("ZohoCRM.modules.leads.READ"), at(60), HOUR);
        assert_eq!(tokens.newest(at(100)), Some(second.as_str()));
        assert!(tokens.expire_all(at(100)) && !tokens.expire_all(at(100)));
        assert!(tokens.scopes(&second, at(100)).is_none());
    }

    #[test]
    fn the_oldest_token_of_the_same_owner_gives_way() {
        let mut tokens = Tokens::new("first".into(), HOUR);
        let other = tokens.issue(Some("other"), Scopes::default(), at(0), HOUR);
        let mut issue = || tokens.issue(Some("one"), Scopes::default(), at(0), HOUR);
        let issued: Vec<_> = (0..=MAX_VALID).map(|_| issue()).collect();
        let is_valid = |token: &String| tokens.scopes(token, at(0)).is_some();
        assert!(!is_valid(&issued[0]) && issued[1..].iter().all(is_valid));
        assert!(is_valid(&other) && is_valid(&"first".to_owned()));
    }

    #[test]
    fn tokens_are_bounded_in_number() {
        let mut tokens = Tokens::new("first".into(), HOUR);
        for owner in 0..MAX_VALID_OF_ALL + 5 {
            tokens.issue(Some(&owner.to_string()), Scopes::default(), at(0), HOUR);
        }
        assert_eq!(tokens.valid.len(), MAX_VALID_OF_ALL);
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
