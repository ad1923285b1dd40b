//! What the connections and the handle share.

mod oauth;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::codes::Codes;
use crate::config::Config;
use crate::endpoint::checks::{self, Accepted, Action, Head};
use crate::endpoint::response::{Refusal, Response};
use crate::endpoint::route::{PhotoPath, SettingsPath};
use crate::endpoint::settings;
use crate::error_code::Code;
use crate::events::{Event, Events};
use crate::fault::{Fault, RetryHint};
use crate::scopes::Scopes;
use crate::script::Script;
use crate::stats::{Stats, bump, key};
use crate::store::{Store, StoredPhoto};
use crate::tokens::Tokens;

/// What the connections and the handle share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) url: String,
    started: Instant,
    /// As many large bodies are in memory at a time; further ones wait.
    pub(crate) bodies: Semaphore,
    /// As many photos are converted at a time; further ones wait.
    pub(crate) conversions: Semaphore,
    state: Mutex<State>,
}

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) tokens: Tokens,
    codes: Codes,
    /// The clients that need not be consented to again.
    sessions: Vec<String>,
    pub(crate) events: Events,
    pub(crate) token_faults: Script,
    pub(crate) store: Store,
    pub(crate) stats: Stats,
    /// By how much the sandbox's clock runs ahead.
    pub(crate) ahead: Duration,
    under_way: usize,
}

/// What was decided about a photo request when its head came.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) fault: Option<Fault>,
    /// A refusal that comes before every check: too many at a time, or no credits left.
    pub(crate) refusal: Option<Response>,
    /// Counts the request as under way until it is dropped.
    pub(crate) guard: UnderWay<'a>,
}

/// Counts a request as under way until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay<'a>(&'a Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.under_way = state.under_way.saturating_sub(1);
    }
}

impl Shared {
    pub(crate) fn new(url: String, config: Config) -> Self {
        let state = State {
            tokens: Tokens::new(config.token.clone(), config.token_lifetime),
            codes: Codes::default(),
            sessions: Vec::new(),
            events: Events::default(),
            config,
            token_faults: Script::new(),
            store: Store::default(),
            stats: Stats::default(),
            ahead: Duration::ZERO,
            under_way: 0,
        };
        Shared {
            url,
            started: Instant::now(),
            bodies: Semaphore::new(MAX_BODIES),
            conversions: Semaphore::new(2),
            state: Mutex::new(state),
        }
    }

    /// The state; never held across a wait. A panic elsewhere can't leave it half changed in a way that
    /// matters.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sandbox's clock.
    pub(crate) fn now(&self, state: &State) -> Duration {
        self.started.elapsed().saturating_add(state.ahead)
    }

    /// Counts a photo request and decides what is to go wrong with it.
    pub(crate) fn arrive(&self, version: u8, asked: Option<Fault>) -> Arrival<'_> {
        let mut state = self.lock();
        let state = &mut *state;
        state.stats.photo_requests += 1;
        state.under_way += 1;
        let under_way = u64::try_from(state.under_way).unwrap_or(u64::MAX);
        state.stats.max_concurrent = state.stats.max_concurrent.max(under_way);
        let guard = UnderWay(self);
        let number = state.stats.photo_requests;
        if let Some(answer) = state.over_limit(number, version) {
            return Arrival { fault: None, refusal: Some(answer), guard };
        }
        let fault = asked.or_else(|| state.config.script.take(number));
        if let Some(fault) = &fault {
            bump(&mut state.stats.faults, fault.kind());
            state.count_refusal(fault);
        }
        if fault == Some(Fault::ExpireToken) {
            let now = self.now(state);
            state.expire_tokens(now);
        }
        Arrival { fault, refusal: None, guard }
    }

    /// Checks everything that the head of a photo request tells.
    pub(crate) fn check(&self, head: Head<'_>) -> Result<Action, Refusal> {
        let mut state = self.lock();
        let now = self.now(&state);
        let checked = checks::head(head, &state.config, |token| state.tokens.scopes(token, now));
        if let Err(refusal) = &checked {
            state.refuse(refusal.code);
        }
        checked
    }

    /// Puts an accepted picture on its record.
    pub(crate) fn accept(
        &self,
        path: PhotoPath<'_>,
        accepted: &Accepted<'_>,
        restrict_triggers: Option<String>,
    ) {
        let photo = StoredPhoto {
            bytes: bytes::Bytes::copy_from_slice(accepted.data),
            filename: accepted.filename.clone().into_owned(),
            content_type: accepted.kind.content_type(),
            restrict_triggers,
        };
        let mut state = self.lock();
        let now = self.now(&state);
        let state = &mut *state;
        let limit = state.config.store_bytes;
        state.stats.photos_forgotten += state.store.put(path.module, path.record, photo, limit);
        bump(&mut state.stats.accepted, &key(path.module, path.record));
        state.stats.uploads_accepted += 1;
        if state.config.expire_token_after.contains(&state.stats.uploads_accepted) {
            state.expire_tokens(now);
        }
    }

    /// The photo to be handed out, if there is one.
    pub(crate) fn download(&self, path: PhotoPath<'_>) -> Option<StoredPhoto> {
        let mut state = self.lock();
        let photo = state.store.get(path.module, path.record)?;
        state.stats.downloads += 1;
        Some(photo)
    }

    /// Takes a photo off its record; that there was none is no error.
    pub(crate) fn delete(&self, path: PhotoPath<'_>) -> Response {
        let mut state = self.lock();
        if state.store.delete(path.module, path.record) {
            state.stats.deletes += 1;
        }
        Response::success("photo deleted")
    }

    /// Answers a request for facts about the organization.
    pub(crate) fn settings(
        &self,
        method: &str,
        path: SettingsPath<'_>,
        authorization: Option<&str>,
        query: &str,
    ) -> Response {
        let mut state = self.lock();
        let now = self.now(&state);
        let state = &mut *state;
        state.stats.settings_requests += 1;
        let config = &state.config;
        let allowed = if method == "GET" { Ok(()) } else { Err(Refusal::from(Code::InvalidRequestMethod)) };
        let authorized = allowed.and_then(|()| {
            checks::authorization(authorization, config, |token| state.tokens.scopes(token, now))
        });
        let answer = authorized.and_then(|_| settings::answer(path.what, query, config));
        let version = config.version(path.version);
        answer.unwrap_or_else(|refusal| {
            state.refuse(refusal.code);
            refusal.response(version)
        })
    }

    /// An access token that is valid now and allows everything: the newest, or a fresh one.
    pub(crate) fn token(&self) -> String {
        let mut state = self.lock();
        let now = self.now(&state);
        match state.tokens.newest(now) {
            Some(token) => token.to_owned(),
            None => {
                let lifetime = state.config.token_lifetime;
                state.tokens.issue(None, Scopes::default(), now, lifetime)
            }
        }
    }

    /// Tells the page of a request that has been answered, or not.
    pub(crate) fn tell(&self, event: Event) {
        self.lock().events.tell(&event);
    }
}

impl State {
    /// Counts a refusal.
    pub(crate) fn refuse(&mut self, code: Code) {
        bump(&mut self.stats.refusals, code.label());
    }

    /// Lets every access token expire, and counts that if any was valid.
    pub(crate) fn expire_tokens(&mut self, now: Duration) {
        if self.tokens.expire_all(now) {
            self.stats.token_expiries += 1;
        }
    }

    fn over_limit(&mut self, number: u64, version: u8) -> Option<Response> {
        if self.config.concurrency_limit.is_some_and(|limit| self.under_way > limit) {
            self.refuse(Code::TooManyRequests);
            return Some(Response::too_many_requests(RetryHint::None));
        }
        if self.config.credits.is_some_and(|credits| number > credits) {
            self.refuse(Code::RateLimitExceeded);
            return Some(Refusal::from(Code::RateLimitExceeded).response(version));
        }
        None
    }

    /// Faults that are refusals are counted as such.
    fn count_refusal(&mut self, fault: &Fault) {
        match fault {
            Fault::TooManyRequests(_) => self.refuse(Code::TooManyRequests),
            Fault::Refuse(code) | Fault::Wrapped(code) => self.refuse(*code),
            _ => {}
        }
    }

    /// The header that tells how many credits are left, once half of them are used.
    pub(crate) fn credits_header(&self) -> Option<(&'static str, String)> {
        let credits = self.config.credits?;
        let left = credits.saturating_sub(self.stats.photo_requests);
        (left <= credits / 2).then(|| ("x-api-credits-remaining", left.to_string()))
    }
}

/// Bounds the memory that large bodies take together.
const MAX_BODIES: usize = 32;
