//! The retry loop: token, gate, attempt, verdict, wait.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::breaker::{Breaker, Pass};
use crate::error::{Error, Failure, TokenError};
use crate::error_code::{Class, ErrorCode, Scope};
use crate::progress::{Progress, ProgressFn};
use crate::redact;
use crate::request::{Outcome, Request};
use crate::request_limiter::{Permit, RequestLimiter};
use crate::response::{Operation, Response, Verdict, judge};
use crate::retry::{Jitter, Retry};
use crate::target::Target;
use crate::token::{AccessToken, TokenSource};
use crate::trace::event;

/// What a run needs besides the transport.
pub(crate) struct RetryLoop<'a> {
    pub(crate) operation: Operation,
    /// For messages, such as `upload to Leads/1`.
    pub(crate) what: String,
    pub(crate) target: &'a Target,
    pub(crate) breaker: Option<&'a Breaker>,
    pub(crate) tokens: &'a dyn TokenSource,
    pub(crate) limiter: &'a RequestLimiter,
    pub(crate) retry: &'a Retry,
    pub(crate) jitter: &'a Jitter,
    pub(crate) attempt_time: Duration,
    pub(crate) total_time: Duration,
    pub(crate) progress: Option<ProgressFn>,
}

/// A run that succeeded.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) response: Response,
    pub(crate) message: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) after_ambiguous: bool,
}

/// What happened so far.
struct RetryState {
    start: Instant,
    deadline: Instant,
    /// Requests sent.
    attempts: u32,
    /// Failures that count against the retry limit.
    failures: u32,
    /// The token the endpoint refused last.
    refused: Option<AccessToken>,
    /// Whether the token at hand has not been proven since it was renewed: another refusal is final.
    renewed: bool,
    ambiguous: bool,
    /// The last failure, where the breaker has to say how it goes on.
    last: Option<Failure>,
}

/// The right to send one request.
struct Turn<'a> {
    permit: Permit<'a>,
    pass: Option<Pass>,
}

/// What to do after a failure.
enum Next {
    Again,
    Wait(Duration),
    GiveUp(Error),
}

impl RetryLoop<'_> {
    /// Sends until it is done, given up, or out of time. Once a success has been seen nothing is sent any
    /// more.
    pub(crate) async fn run(&self, request: &impl Request) -> Result<Done, Error> {
        let mut state: Option<RetryState> = None;
        loop {
            let pass = self.enter(&mut state).await?;
            let deadline = state.as_ref().map(|s| s.deadline);
            let permit = match deadline {
                // Waiting in line before the first attempt is not counted.
                None => self.limiter.acquire().await,
                Some(deadline) => match timeout_at(deadline, self.limiter.acquire()).await {
                    Ok(permit) => permit,
                    Err(_) => return Err(self.out_of_time(state)),
                },
            };
            let turn = Turn { permit, pass };
            // It may have been closed while this one waited in line.
            if let (Some(breaker), Some(pass)) = (self.breaker, &turn.pass)
                && breaker.holds_back(pass, self.target)
            {
                continue;
            }
            let state = state.get_or_insert_with(|| RetryState::begin(self.total_time));
            let next = match self.attempt(request, state, &turn).await? {
                Ok(done) => return Ok(done),
                Err(next) => next,
            };
            // Others may go while this one waits.
            drop(turn);
            match next {
                Next::Again => {}
                Next::GiveUp(error) => return Err(error),
                Next::Wait(wait) => {
                    event!(DEBUG, attempt = state.attempts, ?wait, "waiting");
                    self.tell(Progress::Waiting { attempt: state.attempts, wait });
                    sleep(wait).await;
                }
            }
        }
    }

    /// Waits while the breaker pauses; that time is not counted.
    async fn enter(&self, state: &mut Option<RetryState>) -> Result<Option<Pass>, Error> {
        let Some(breaker) = self.breaker else { return Ok(None) };
        let from = Instant::now();
        let pass = match breaker.enter(self.target).await {
            Ok(pass) => pass,
            Err(because) => {
                let own = state.as_mut().and_then(|state| state.last.take());
                return Err(match own {
                    Some(own) if own.rate_limited && !because.temporary => Error::OutOfCredits(Box::new(own)),
                    Some(own) => exhausted(own),
                    None => Error::Skipped { because: Box::new(because) },
                });
            }
        };
        if let Some(state) = state {
            state.deadline += from.elapsed();
        }
        Ok(Some(pass))
    }

    /// One attempt, with the token it needs.
    async fn attempt(
        &self,
        request: &impl Request,
        state: &mut RetryState,
        turn: &Turn<'_>,
    ) -> Result<Result<Done, Next>, Error> {
        let pass = turn.pass.as_ref();
        let token = match timeout_at(state.deadline, self.tokens.token(state.refused.as_ref())).await {
            Ok(Ok(token)) => token,
            Ok(Err(error)) => return Ok(Err(self.without_token(error, state, pass))),
            Err(_) => {
                let cause = "no token in the time allowed for the whole call".to_owned();
                return Err(TokenError::Temporary { cause }.into());
            }
        };
        let time = self.attempt_time.min(state.deadline.saturating_duration_since(Instant::now()));
        state.attempts = state.attempts.saturating_add(1);
        event!(DEBUG, attempt = state.attempts, "sending");
        let outcome = request.send(&token, state.attempts, time).await?;
        let mut failure = match outcome {
            Outcome::Broken { reached, cause } => self.broken(reached, cause),
            Outcome::Answered(mut response) => match judge(self.operation, &self.what, &response) {
                Verdict::Done { message } => {
                    let clean = |text| redact::redact(text, token.expose());
                    let message = message.map(clean);
                    response.content_type = response.content_type.map(clean);
                    turn.permit.succeeded();
                    event!(INFO, attempt = state.attempts, "confirmed");
                    self.tell(Progress::Confirmed { attempt: state.attempts });
                    if let Some(breaker) = self.breaker {
                        breaker.succeeded(self.target, response.credits_remaining);
                    }
                    return Ok(Ok(state.done(response, message)));
                }
                Verdict::Failed(failure) => *failure,
            },
        };
        if failure.rate_limited && failure.credits_remaining != Some(0) {
            turn.permit.refused();
        }
        for secret in state.refused.iter().chain([&token]) {
            failure.redact(secret.expose());
        }
        // Reading changes nothing, so it does not matter whether it was carried out.
        failure.ambiguous &= self.operation != Operation::Download;
        state.note(&mut failure);
        event!(WARN, attempt = state.attempts, failure = %failure, "attempt failed");
        Ok(Err(self.after(failure, token, state, pass)))
    }

    /// The decision after a failed attempt.
    fn after(
        &self,
        failure: Failure,
        token: AccessToken,
        state: &mut RetryState,
        pass: Option<&Pass>,
    ) -> Next {
        if failure.class == Class::Token && !state.renewed {
            state.renewed = true;
            state.refused = Some(token);
            return Next::Again;
        }
        if let (Some(breaker), Some(pass)) = (self.breaker, pass) {
            breaker.failed(pass, self.target, &failure);
        }
        let next = match failure.class {
            Class::Temporary => self.after_temporary(failure, state),
            class => Next::GiveUp(final_error(class, failure)),
        };
        if let (Some(breaker), Next::GiveUp(error)) = (self.breaker, &next) {
            breaker.note(self.target, error);
        }
        next
    }

    fn after_temporary(&self, failure: Failure, state: &mut RetryState) -> Next {
        state.failures = state.failures.saturating_add(1);
        // The renewed token was not refused; should it expire while this call waits, it may be renewed as
        // well.
        state.renewed = false;
        let hint = failure.retry_after;
        let no_credits = failure.rate_limited && failure.credits_remaining == Some(0);
        if no_credits {
            return Next::GiveUp(Error::OutOfCredits(Box::new(failure)));
        }
        if self.breaker.is_some_and(|breaker| breaker.is_open(self.target)) {
            // The breaker says when the next one may go; until it closes, failures are not this call's.
            (state.failures, state.last) = (0, Some(failure));
            return Next::Again;
        }
        if hint.is_some_and(|hint| hint > self.retry.hint_cap) {
            return Next::GiveUp(exhausted(failure));
        }
        let wait = self.retry.wait(state.failures, hint, self.jitter);
        if failure.rate_limited {
            self.limiter.pause_for(wait);
        }
        let forbidden = failure.ambiguous && !self.retry.ambiguous;
        if forbidden || state.failures >= self.retry.attempts || !state.has_time_for(wait) {
            return Next::GiveUp(exhausted(failure));
        }
        Next::Wait(wait)
    }

    /// No request was sent, since there was no token to send it with.
    fn without_token(&self, error: TokenError, state: &mut RetryState, pass: Option<&Pass>) -> Next {
        event!(WARN, %error, "no access token");
        if let (Some(breaker), Some(pass)) = (self.breaker, pass) {
            breaker.without_token(pass, self.target, &error);
            if error.is_temporary() && breaker.is_open(self.target) {
                return Next::Again;
            }
            breaker.note(self.target, &Error::Token(error.clone()));
        }
        let TokenError::Temporary { .. } = error else {
            return Next::GiveUp(error.into());
        };
        state.failures = state.failures.saturating_add(1);
        let wait = self.retry.wait(state.failures, None, self.jitter);
        if state.failures >= self.retry.attempts || !state.has_time_for(wait) {
            return Next::GiveUp(error.into());
        }
        Next::Wait(wait)
    }

    fn broken(&self, reached: bool, cause: String) -> Failure {
        Failure {
            what: self.what.clone(),
            status: None,
            code: None,
            message: None,
            class: Class::Temporary,
            body_start: String::new(),
            cause: Some(cause),
            attempts: 0,
            elapsed: Duration::ZERO,
            retry_after: None,
            ambiguous: reached,
            rate_limited: false,
            credits_remaining: None,
        }
    }

    /// The time ran out while waiting in line for another attempt.
    fn out_of_time(&self, state: Option<RetryState>) -> Error {
        let cause = format!("no further attempt within the {:.1} s allowed", self.total_time.as_secs_f64());
        let mut failure = self.broken(false, cause);
        if let Some(mut state) = state {
            state.note(&mut failure);
        }
        exhausted(failure)
    }

    fn tell(&self, progress: Progress) {
        if let Some(told) = &self.progress {
            told(progress);
        }
    }
}

impl RetryState {
    fn begin(total: Duration) -> Self {
        let start = Instant::now();
        // A time nobody will live to see end counts as a day.
        let deadline = start.checked_add(total).unwrap_or(start + Duration::from_secs(86_400));
        let (refused, last) = (None, None);
        Self { start, deadline, attempts: 0, failures: 0, refused, renewed: false, ambiguous: false, last }
    }

    fn note(&mut self, failure: &mut Failure) {
        self.ambiguous |= failure.ambiguous;
        // Any attempt that may have been carried out makes the whole call's outcome unknown.
        failure.ambiguous = self.ambiguous;
        failure.attempts = self.attempts;
        failure.elapsed = self.start.elapsed();
    }

    fn has_time_for(&self, wait: Duration) -> bool {
        Instant::now().checked_add(wait).is_some_and(|then| then < self.deadline)
    }

    fn done(&self, response: Response, message: Option<String>) -> Done {
        Done {
            response,
            message,
            attempts: self.attempts,
            elapsed: self.start.elapsed(),
            after_ambiguous: self.ambiguous,
        }
    }
}

fn final_error(class: Class, failure: Failure) -> Error {
    let failure = Box::new(failure);
    let rights = matches!(failure.code, Some(ErrorCode::OauthScopeMismatch | ErrorCode::NoPermission));
    match class {
        Class::RecordState => Error::RecordState(failure),
        Class::Permanent { scope: Scope::File | Scope::Record } => Error::Refused(failure),
        Class::Permanent { scope: Scope::Module } if !rights => Error::Refused(failure),
        _ => Error::Denied(failure),
    }
}

fn exhausted(failure: Failure) -> Error {
    if failure.ambiguous { Error::Ambiguous(Box::new(failure)) } else { Error::Temporary(Box::new(failure)) }
}

#[cfg(test)]
mod tests;
