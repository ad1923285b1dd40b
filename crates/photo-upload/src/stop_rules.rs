//! Which uploads are not worth a try after an earlier one failed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::error_code::{ErrorCode, Scope};
use crate::target::Target;

/// Which further uploads are bound to fail, as far as the errors of earlier ones tell ([`Error::stops`]).
///
/// A [`Batch`](crate::Batch) has its own; this is for callers that start each upload themselves. Clones share
/// what they know, so that every task can have one.
///
/// ```
/// use photo_upload::{Error, StopRules, Target, TokenError};
/// # fn main() -> Result<(), Error> {
/// let target = Target::new("Leads", "3000000038009")?;
/// let rules = StopRules::default();
/// rules.note(&target, &Error::Token(TokenError::CannotRenew));
/// assert!(rules.batch().is_some_and(|reason| reason.message.contains("cannot be renewed")));
/// assert!(rules.module(&target).is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopRules(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    batch: Option<StopReason>,
    modules: HashMap<String, StopReason>,
}

/// The first error that reaches beyond its own photo and record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StopReason {
    /// The endpoint's error code, if it gave one.
    pub code: Option<ErrorCode>,
    /// The error's text.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl StopRules {
    /// Takes note of an error. The first one decides.
    pub fn note(&self, target: &Target, error: &Error) {
        match error.stops() {
            Some(Scope::Batch) => {
                self.known().batch.get_or_insert_with(|| StopReason::of(error));
            }
            Some(Scope::Module) => {
                let mut known = self.known();
                known.modules.entry(target.module().to_owned()).or_insert_with(|| StopReason::of(error));
            }
            _ => {}
        }
    }

    /// Why no upload can succeed.
    pub fn batch(&self) -> Option<StopReason> {
        self.known().batch.clone()
    }

    /// Why no upload to this target's module can succeed.
    pub fn module(&self, target: &Target) -> Option<StopReason> {
        self.known().modules.get(target.module()).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StopReason {
    fn of(error: &Error) -> Self {
        Self { code: error.code().cloned(), message: error.to_string(), help: error.help() }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.message, self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{PhotoError, TokenError};

    #[test]
    fn the_first_error_of_each_reach_decides() {
        let target = Target::new("Leads", "1").expect("good");
        let rules = StopRules::default();
        rules.note(&target, &Error::Photo(PhotoError::Empty));
        assert!(rules.batch().is_none() && rules.module(&target).is_none());
        rules.note(&target, &Error::Token(TokenError::CannotRenew));
        rules.note(&target, &Error::Token(TokenError::Denied { error: "x".into() }));
        let reason = rules.clone().batch().expect("a reason");
        assert!(reason.message.contains("cannot be renewed"), "{reason}");
        assert_eq!(reason.to_string(), format!("{}. {}", reason.message, reason.help));
    }
}
