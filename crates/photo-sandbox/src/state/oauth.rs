//! Tokens and codes: what is given to whom.

use super::{Shared, State};
use crate::codes::Refused;
use crate::endpoint::authorize::{Consent, Kind, Request};
use crate::endpoint::consent_page;
use crate::endpoint::oauth::{self, Grant, Parameters};
use crate::endpoint::response::{OLDEST, Response};
use crate::fault::Fault;
use crate::scopes::Scopes;
use crate::stats::bump;

impl Shared {
    /// Counts a token request and takes the fault that was queued for it.
    pub(crate) fn token_arrives(&self, asked: Option<Fault>) -> Option<Fault> {
        let mut state = self.lock();
        state.stats.token_requests += 1;
        let number = state.stats.token_requests;
        let fault = asked.or_else(|| state.token_faults.take(number))?;
        bump(&mut state.stats.faults, fault.kind());
        Some(fault)
    }

    /// Answers a token request.
    pub(crate) fn grant(&self, parameters: &Parameters) -> Response {
        let mut state = self.lock();
        let now = self.now(&state);
        let state = &mut *state;
        let granted = parameters
            .grant(state.config.credentials.as_ref())
            .and_then(|grant| state.exchange(grant, now).map(|scopes| (grant, scopes)));
        let (grant, scopes) = match granted {
            Ok(granted) => granted,
            Err(error) => {
                bump(&mut state.stats.token_refusals, error);
                return oauth::refused(error);
            }
        };
        let (owner, new) = match grant {
            Grant::Refresh(token) => (token.to_owned(), false),
            Grant::Code { .. } => {
                let configured = state.config.credentials.as_ref().map(|c| c.refresh_token.as_str());
                (state.codes.refresh_token(configured, scopes.clone()), true)
            }
        };
        if !state.tokens.admit(&owner, now, state.config.max_refreshes) {
            bump(&mut state.stats.token_refusals, oauth::THROTTLED);
            return oauth::throttled(state.config.throttle_status);
        }
        let token = state.tokens.issue(Some(&owner), scopes, now, state.config.token_lifetime);
        state.stats.token_refreshes += 1;
        oauth::granted(&token, new.then_some(owner.as_str()), &self.url, &state.config)
    }

    /// Answers a request for a grant in a browser; `said` is what the consent page's form brought, if it did.
    pub(crate) fn authorize(&self, request: &Request, refresh: bool, said: Option<Consent>) -> Response {
        let mut state = self.lock();
        let now = self.now(&state);
        let state = &mut *state;
        let kind = match request.check(&state.config) {
            Ok(kind) => kind,
            Err(refusal) => {
                state.refuse(refusal.code);
                return refusal.response(OLDEST);
            }
        };
        let known = refresh && state.sessions.contains(&request.client_id);
        let consent = match said {
            Some(consent) => consent,
            None if known || state.config.auto_consent => Consent { allowed: true, for_session: refresh },
            None => return consent_page::page(request),
        };
        if !consent.allowed {
            return request.denied(kind);
        }
        if consent.for_session {
            state.remember(&request.client_id);
        }
        state.stats.grants += 1;
        let scopes = Scopes::of(&request.scope);
        match kind {
            Kind::Code => {
                let code = state.codes.give(&request.client_id, &request.redirect_uri, scopes, now);
                request.with_code(&code, &self.url)
            }
            Kind::Token => {
                let lifetime = state.config.token_lifetime;
                let token = state.tokens.issue(Some(&request.client_id), scopes, now, lifetime);
                request.with_token(&token, &self.url, consent, &state.config)
            }
        }
    }
}

impl State {
    /// What a grant allows; a code is used up by this. The error is the `error` of the answer.
    fn exchange(&mut self, grant: Grant<'_>, now: std::time::Duration) -> Result<Scopes, &'static str> {
        let (code, client_id, redirect_uri) = match grant {
            Grant::Refresh(token) => return Ok(self.codes.scopes(token)),
            Grant::Code { code, client_id, redirect_uri } => (code, client_id, redirect_uri),
        };
        match self.codes.exchange(code, client_id, redirect_uri, now) {
            Ok(scopes) => Ok(scopes),
            Err(Refused::Unknown) if self.config.any_code => {
                self.codes.use_up(code);
                Ok(Scopes::default())
            }
            Err(Refused::RedirectUri) => Err("invalid_redirect_uri"),
            Err(Refused::Unknown | Refused::Invalid) => Err("invalid_code"),
        }
    }

    /// Remembers that a client need not be consented to again; the oldest is forgotten if there are too many.
    fn remember(&mut self, client_id: &str) {
        if !self.sessions.iter().any(|known| known == client_id) {
            if self.sessions.len() >= MOST_SESSIONS {
                self.sessions.remove(0);
            }
            self.sessions.push(client_id.to_owned());
        }
    }
}

const MOST_SESSIONS: usize = 100;
