//! Grant codes and the refresh tokens that they were exchanged for, bounded in number.

use std::collections::VecDeque;
use std::time::Duration;

use crate::scopes::Scopes;

/// The grant codes of one sandbox. Times are the sandbox's own, since its start.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    given: VecDeque<Given>,
    used: VecDeque<String>,
    refresh_tokens: VecDeque<(String, Scopes)>,
    counted: u64,
}

/// A code that nobody has exchanged yet, and what it is bound to.
#[derive(Debug)]
struct Given {
    code: String,
    client_id: String,
    redirect_uri: String,
    scopes: Scopes,
    until: Duration,
}

/// Why a code can't be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was never given out.
    Unknown,
    /// It is used up, has expired or belongs to another client.
    Invalid,
    /// It was asked for with another redirect URI.
    RedirectUri,
}

impl Codes {
    /// Makes a code for this client; the oldest gives way if there are too many.
    pub(crate) fn give(
        &mut self,
        client_id: &str,
        redirect_uri: &str,
        scopes: Scopes,
        now: Duration,
    ) -> String {
        self.counted += 1;
        let code = format!("1000.sandbox.code.{}", self.counted);
        let (client_id, redirect_uri) = (client_id.to_owned(), redirect_uri.to_owned());
        let until = now.saturating_add(LIFETIME);
        push(&mut self.given, Given { code: code.clone(), client_id, redirect_uri, scopes, until });
        code
    }

    /// Takes a code that was given out; it is good for one exchange.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        now: Duration,
    ) -> Result<Scopes, Refused> {
        if self.used.iter().any(|used| used == code) {
            return Err(Refused::Invalid);
        }
        let at = self.given.iter().position(|given| given.code == code).ok_or(Refused::Unknown)?;
        let given = self.given.get(at).ok_or(Refused::Unknown)?;
        if given.until <= now || given.client_id != client_id {
            return Err(Refused::Invalid);
        }
        if given.redirect_uri != redirect_uri {
            return Err(Refused::RedirectUri);
        }
        let scopes = given.scopes.clone();
        self.given.remove(at);
        self.use_up(code);
        Ok(scopes)
    }

    /// Remembers that a code has been exchanged.
    pub(crate) fn use_up(&mut self, code: &str) {
        push(&mut self.used, code.to_owned());
    }

    /// Makes a refresh token, or takes the configured one.
    pub(crate) fn refresh_token(&mut self, configured: Option<&str>, scopes: Scopes) -> String {
        self.counted += 1;
        let token =
            configured.map_or_else(|| format!("1000.sandbox.refresh.{}", self.counted), str::to_owned);
        push(&mut self.refresh_tokens, (token.clone(), scopes));
        token
    }

    /// What a refresh token allows; one that was not given out here allows everything.
    pub(crate) fn scopes(&self, refresh_token: &str) -> Scopes {
        let known = self.refresh_tokens.iter().rev().find(|(token, _)| token == refresh_token);
        known.map(|(_, scopes)| scopes.clone()).unwrap_or_default()
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MOST {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// As long a code is good for, like the real one.
const LIFETIME: Duration = Duration::from_secs(120);
/// As many codes and refresh tokens are remembered.
const MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(10);

    #[test]
    fn a_code_is_good_once_for_two_minutes_and_for_whom_it_was_given_to() {
        let mut codes = Codes::default();
        let scopes = Scopes::of("ZohoCRM.modules.ALL");
        let code = codes.give("client", "http://localhost/", scopes.clone(), NOW);
        let mut ask = |client: &str, uri: &str, now| codes.exchange(&code, client, uri, now);
        assert_eq!(ask("other", "http://localhost/", NOW), Err(Refused::Invalid));
        assert_eq!(ask("client", "", NOW), Err(Refused::RedirectUri));
        assert_eq!(ask("client", "http://localhost/", NOW + LIFETIME), Err(Refused::Invalid));
        assert_eq!(ask("client", "http://localhost/", NOW), Ok(scopes));
        assert_eq!(ask("client", "http://localhost/", NOW), Err(Refused::Invalid));
        assert_eq!(codes.exchange("never", "client", "", NOW), Err(Refused::Unknown));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut codes = Codes::default();
        for _ in 0..MOST + 7 {
            codes.give("c", "u", Scopes::default(), NOW);
            codes.use_up("x");
            codes.refresh_token(None, Scopes::default());
        }
        assert_eq!((codes.given.len(), codes.used.len(), codes.refresh_tokens.len()), (MOST, MOST, MOST));
    }

    #[test]
    fn refresh_tokens_keep_their_scopes() {
        let mut codes = Codes::default();
        let token = codes.refresh_token(None, Scopes::of("ZohoCRM.modules.leads.READ"));
        assert!(!codes.scopes(&token).allow("Leads", &["CREATE"]));
        assert!(codes.scopes("another").allow("Leads", &["CREATE"]));
        assert_eq!(codes.refresh_token(Some("mine"), Scopes::default()), "mine");
    }
}
