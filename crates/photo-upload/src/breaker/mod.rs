//! What keeps a batch from failing row by row where all rows would fail.

mod circuit;
mod signs;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use self::circuit::{Circuit, FIRST_WAIT};
use self::signs::{Meaning, Sign};
use crate::error::{Error, Failure, TokenError};
use crate::error_code::{ErrorCode, Scope};
use crate::stop_reason::StopReason;
use crate::target::Target;
use crate::trace::event;

/// Holds uploads back that are bound to fail, as far as earlier ones tell; for a client
/// ([`ClientBuilder::breaker`](crate::ClientBuilder::breaker)) or for callers that start uploads themselves.
/// Clones share what they know.
///
/// | what came back | what it does |
/// |---|---|
/// | `INVALID_MODULE`, `OAUTH_SCOPE_MISMATCH`, `NO_PERMISSION` | the module stops |
/// | a token that is refused for good, redirects, credits used up (told, or down to the reserve) | all stops |
/// | `AUTHORIZATION_FAILED`, [`failures`](BreakerOptions::failures) times in a row without a success | the module pauses; a probe decides |
/// | `INVALID_URL_PATTERN`, 4xx without a code, as often | all pauses; a probe decides |
/// | no answer, server errors, no token, as often | all pauses, with probes, up to [`max_outage`](BreakerOptions::max_outage); then all stops, as temporary |
/// | 429 as often | all pauses; probes go one at a time, so that it is not for their number that they fail; after three all stops |
/// | a success | goes on |
///
/// ```
/// use photo_upload::{Breaker, Error, Target, TokenError};
/// # fn main() -> Result<(), Error> {
/// let target = Target::new("Leads", "3000000038009")?;
/// let breaker = Breaker::default();
/// breaker.note(&target, &Error::Token(TokenError::CannotRenew));
/// assert!(breaker.batch().is_some_and(|reason| reason.message.contains("cannot be renewed")));
/// assert!(breaker.module(&target).is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Breaker(Arc<Inner>);

/// When a [`Breaker`] acts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BreakerOptions {
    /// So many equal failures in a row without a success make a pause. Default 5.
    pub failures: u32,
    /// How long an outage may last before all stops. Default 10 minutes.
    pub max_outage: Duration,
    /// All stops when no more credits than this are left. Default 0.
    pub credit_reserve: u64,
}

/// What a [`Breaker`] does, as told to the callback of [`Breaker::on_event`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerEvent {
    /// Nothing is sent for this long, then a probe.
    Paused {
        /// Why.
        reason: String,
        /// Until the first probe.
        wait: Duration,
    },
    /// A probe succeeded.
    Resumed,
    /// Nothing more will be sent: to this module, or at all.
    Stopped {
        /// The module; `None` means all.
        module: Option<String>,
        /// Why.
        reason: StopReason,
    },
}

type Told = Arc<dyn Fn(&BreakerEvent) + Send + Sync>;

#[derive(Default)]
struct Inner {
    options: BreakerOptions,
    /// By module; `None` stands for all.
    circuits: Mutex<HashMap<Scoped, Circuit>>,
    changed: Notify,
    told: Mutex<Option<Told>>,
}

type Scoped = Option<String>;

/// The right to send one request. What comes of it should be told; else it counts as nothing.
pub(crate) struct Pass {
    breaker: Breaker,
    /// The circuits that it is the probe of.
    probe: Vec<Scoped>,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self { failures: 5, max_outage: Duration::from_secs(600), credit_reserve: 0 }
    }
}

impl BreakerOptions {
    /// Sets [`BreakerOptions::failures`]; 0 counts as 1.
    #[must_use]
    pub fn failures(self, failures: u32) -> Self {
        Self { failures: failures.max(1), ..self }
    }

    /// Sets [`BreakerOptions::max_outage`].
    #[must_use]
    pub fn max_outage(self, max_outage: Duration) -> Self {
        Self { max_outage, ..self }
    }

    /// Sets [`BreakerOptions::credit_reserve`].
    #[must_use]
    pub fn credit_reserve(self, credit_reserve: u64) -> Self {
        Self { credit_reserve, ..self }
    }
}

impl Breaker {
    /// A breaker that knows nothing yet.
    pub fn new(options: BreakerOptions) -> Self {
        Self(Arc::new(Inner { options, ..Inner::default() }))
    }

    /// Tells what it does from now on. The callback should be quick.
    pub fn on_event(&self, told: impl Fn(&BreakerEvent) + Send + Sync + 'static) {
        *self.0.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(told));
    }

    /// Takes note of an error that certainly holds for others ([`Error::stops`]). The first one decides.
    pub fn note(&self, target: &Target, error: &Error) {
        match error.stops() {
            Some(Scope::Batch) => self.stop_scope(None, reason_of(error)),
            Some(Scope::Module) => self.stop_scope(Some(target.module().to_owned()), reason_of(error)),
            _ => {}
        }
    }

    /// Stops all.
    pub fn stop(&self, reason: StopReason) {
        self.stop_scope(None, reason);
    }

    /// Why no upload can succeed.
    pub fn batch(&self) -> Option<StopReason> {
        self.circuits().get(&None)?.stopped.clone()
    }

    /// Why no upload to this target's module can succeed.
    pub fn module(&self, target: &Target) -> Option<StopReason> {
        self.circuits().get(&Some(target.module().to_owned()))?.stopped.clone()
    }

    /// Waits for the end of a pause, or for the turn to be the probe. Fails where all is stopped.
    pub(crate) async fn enter(&self, target: &Target) -> Result<Pass, StopReason> {
        loop {
            let mut changed = std::pin::pin!(self.0.changed.notified());
            changed.as_mut().enable();
            if let Some(reason) = self.batch().or_else(|| self.module(target)) {
                return Err(reason);
            }
            let until = match self.admit(target) {
                Ok(pass) => return Ok(pass),
                Err(until) => until,
            };
            let _waiting = Waiting::new(self, target);
            tokio::select! {
                () = changed => {}
                () = sleep_until(until) => {}
            }
        }
    }

    /// Whether a pause is on that this pass is not meant to end.
    pub(crate) fn holds_back(&self, pass: &Pass, target: &Target) -> bool {
        let circuits = self.circuits();
        let open =
            |scope: &Scoped| circuits.get(scope).is_some_and(|c| c.open.is_some() || c.stopped.is_some());
        scopes(target).iter().any(|scope| open(scope) && !pass.probe.contains(scope))
    }

    /// Whether a pause is on.
    pub(crate) fn is_open(&self, target: &Target) -> bool {
        let circuits = self.circuits();
        scopes(target).iter().any(|scope| circuits.get(scope).is_some_and(|circuit| circuit.open.is_some()))
    }

    /// A request succeeded.
    pub(crate) fn succeeded(&self, target: &Target, credits: Option<u64>) {
        self.close(&scopes(target));
        if let Some(left) = credits
            && left <= self.0.options.credit_reserve
        {
            let message =
                format!("{left} credits are left, {} are to be kept", self.0.options.credit_reserve);
            self.stop(StopReason::new(message, CREDITS_HELP));
        }
    }

    /// A request failed.
    pub(crate) fn failed(&self, pass: &Pass, target: &Target, failure: &Failure) {
        let (sign, meaning) = signs::read(failure);
        let reason =
            || StopReason { code: failure.code.clone(), ..StopReason::new(failure.to_string(), HELP) };
        match meaning {
            // The endpoint spoke.
            Meaning::Own => self.close(&[None]),
            Meaning::Certain(_) => {}
            Meaning::Suspected(scope) => {
                let scope = (scope == Scope::Module).then(|| target.module().to_owned());
                if pass.probe.contains(&scope) {
                    self.stop_scope(scope, reason());
                } else {
                    self.count(&scope, sign, target, reason(), None);
                }
            }
            Meaning::Outage => self.trouble(pass, target, sign, None, &reason()),
            Meaning::Busy => self.busy(pass, target, sign, failure, reason()),
        }
    }

    /// No request was sent, since there was no token to send it with.
    pub(crate) fn without_token(&self, pass: &Pass, target: &Target, error: &TokenError) {
        let reason = StopReason::new(format!("no access token: {error}"), error.help());
        let wait = match error {
            TokenError::Throttled { retry_after } => Some(*retry_after),
            TokenError::Temporary { .. } => None,
            _ => return,
        };
        self.trouble(pass, target, Sign::NoToken, wait, &reason);
    }

    /// The endpoint, or the way to it, may be out of order; `wait` says for how long.
    fn trouble(&self, pass: &Pass, target: &Target, sign: Sign, wait: Option<Duration>, reason: &StopReason) {
        if !pass.probe.contains(&None) {
            return self.count(&None, sign, target, reason.clone(), wait);
        }
        let now = Instant::now();
        let lasted = self
            .circuits()
            .get_mut(&None)
            .and_then(|circuit| Some(circuit.open.as_mut()?.probed(&target.to_string(), now, wait)));
        let too_long = |lasted: Duration| lasted + wait.unwrap_or_default() >= self.0.options.max_outage;
        if lasted.is_some_and(too_long) {
            self.stop_scope(None, reason.clone().temporary());
        }
    }

    fn busy(&self, pass: &Pass, target: &Target, sign: Sign, failure: &Failure, reason: StopReason) {
        let hint = failure.retry_after;
        if hint.is_some_and(|hint| hint > self.0.options.max_outage) {
            return self.stop_scope(None, StopReason { help: LATER_HELP, ..reason }.temporary());
        }
        self.trouble(pass, target, sign, hint.filter(|hint| *hint >= FIRST_WAIT), &reason);
        // Alone on its way, and without a word of when to come back.
        let probes = self.circuits().get(&None).and_then(|all| Some(all.open.as_ref()?.probes)).unwrap_or(0);
        if pass.probe.contains(&None) && hint.is_none() && probes >= BUSY_PROBES {
            let message = format!(
                "even single requests are answered with 429, so the credits seem to be used up: {}",
                reason.message
            );
            self.stop_scope(None, StopReason { message, help: CREDITS_HELP, ..reason });
        }
    }

    /// Counts a failure, and opens the circuit if there are enough in a row, or at once if a wait is told.
    fn count(&self, scope: &Scoped, sign: Sign, target: &Target, reason: StopReason, wait: Option<Duration>) {
        let now = Instant::now();
        let mut circuits = self.circuits();
        let circuit = circuits.entry(scope.clone()).or_default();
        if circuit.open.is_some() || circuit.stopped.is_some() {
            return;
        }
        // A server may fail over one picture alone; without an answer nobody knows.
        let of_several = sign == Sign::Code(ErrorCode::InternalError);
        let length = circuit.count(&sign, &target.to_string(), of_several);
        let told = wait.is_some() && sign == Sign::NoToken;
        if length < self.0.options.failures && !told {
            return;
        }
        if wait.is_some_and(|wait| wait > self.0.options.max_outage) {
            drop(circuits);
            return self.stop_scope(scope.clone(), reason.temporary());
        }
        let wait = wait.unwrap_or(FIRST_WAIT);
        circuit.open(now, wait);
        drop(circuits);
        self.tell(&BreakerEvent::Paused { reason: reason.message, wait });
    }

    /// A pass, or when to ask again.
    fn admit(&self, target: &Target) -> Result<Pass, Instant> {
        let (now, name) = (Instant::now(), target.to_string());
        let mut circuits = self.circuits();
        let scopes = scopes(target);
        let mut probe = Vec::new();
        for scope in &scopes {
            let Some(open) = circuits.get(scope).and_then(|circuit| circuit.open.as_ref()) else { continue };
            if open.probing {
                return Err(now + LONG);
            }
            let others = open.waiting > 1 && open.last.as_ref() == Some(&name);
            let from = if others { open.next + GIVE_WAY } else { open.next };
            if now < from {
                return Err(from);
            }
            probe.push(scope.clone());
        }
        for scope in &probe {
            if let Some(open) = circuits.get_mut(scope).and_then(|circuit| circuit.open.as_mut()) {
                open.probing = true;
            }
        }
        Ok(Pass { breaker: self.clone(), probe })
    }

    fn close(&self, scopes: &[Scoped]) {
        let mut circuits = self.circuits();
        let mut was_open = false;
        for scope in scopes {
            was_open |= circuits.get_mut(scope).is_some_and(Circuit::close);
        }
        drop(circuits);
        if was_open {
            self.0.changed.notify_waiters();
            self.tell(&BreakerEvent::Resumed);
        }
    }

    fn stop_scope(&self, module: Scoped, reason: StopReason) {
        let mut circuits = self.circuits();
        let circuit = circuits.entry(module.clone()).or_default();
        if circuit.stopped.is_some() {
            return;
        }
        circuit.stopped = Some(reason.clone());
        circuit.open = None;
        drop(circuits);
        self.0.changed.notify_waiters();
        self.tell(&BreakerEvent::Stopped { module, reason });
    }

    fn tell(&self, event: &BreakerEvent) {
        event!(WARN, breaker = ?event);
        let told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(told) = told {
            told(event);
        }
    }

    fn circuits(&self) -> MutexGuard<'_, HashMap<Scoped, Circuit>> {
        self.0.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self, target: &Target, change: impl Fn(usize) -> usize) {
        let mut circuits = self.circuits();
        for scope in scopes(target) {
            if let Some(open) = circuits.get_mut(&scope).and_then(|circuit| circuit.open.as_mut()) {
                open.waiting = change(open.waiting);
            }
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Breaker").field(&*self.circuits()).finish()
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut circuits = self.breaker.circuits();
        for scope in &self.probe {
            if let Some(open) = circuits.get_mut(scope).and_then(|circuit| circuit.open.as_mut()) {
                open.probing = false;
            }
        }
        drop(circuits);
        if !self.probe.is_empty() {
            self.breaker.0.changed.notify_waiters();
        }
    }
}

/// Somebody waits for a circuit to close.
struct Waiting<'a>(&'a Breaker, &'a Target);

impl<'a> Waiting<'a> {
    fn new(breaker: &'a Breaker, target: &'a Target) -> Self {
        breaker.waiting(target, |count| count.saturating_add(1));
        Self(breaker, target)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting(self.1, |count| count.saturating_sub(1));
    }
}

fn scopes(target: &Target) -> [Scoped; 2] {
    [None, Some(target.module().to_owned())]
}

fn reason_of(error: &Error) -> StopReason {
    StopReason { code: error.code().cloned(), ..StopReason::new(error.to_string(), error.help()) }
}

/// Whose probe failed last lets others go first for so long.
const GIVE_WAY: Duration = Duration::from_millis(100);
/// The end of a probe wakes those that wait; this is for the case that nothing does.
const LONG: Duration = Duration::from_secs(60);
/// So many single requests answered with 429 are no matter of their number.
const BUSY_PROBES: u32 = 3;
const HELP: &str = "The same came back several times in a row, and nothing else: see what it says.";
const LATER_HELP: &str = "Go on when that time is over.";
const CREDITS_HELP: &str = "Wait until the account has credits again, or buy more; then go on with the rest.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PhotoError;

    #[test]
    fn the_first_error_of_each_reach_decides() {
        let target = Target::new("Leads", "1").expect("good");
        let breaker = Breaker::default();
        breaker.note(&target, &Error::Photo(PhotoError::Empty));
        assert!(breaker.batch().is_none() && breaker.module(&target).is_none());
        breaker.note(&target, &Error::Token(TokenError::CannotRenew));
        breaker.note(&target, &Error::Token(TokenError::Denied { error: "x".into() }));
        let reason = breaker.clone().batch().expect("a reason");
        assert!(reason.message.contains("cannot be renewed"), "{reason}");
        assert_eq!(reason.to_string(), format!("{}. {}", reason.message, reason.help));
    }
}
