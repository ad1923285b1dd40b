//! Which uploads are not worth a try after an earlier one failed.

use std::collections::HashMap;
use std::fmt;

use crate::error::Error;
use crate::error_code::{ErrorCode, Scope};
use crate::target::Target;

/// Which further uploads are bound to fail, as far as the errors of earlier ones tell ([`Error::stops`]).
///
/// A [`Batch`](crate::Batch) has its own; this is for callers that upload one photo at a time.
///
/// ```
/// use photo_upload::{Error, StopRules, Target, TokenError};
/// # fn main() -> Result<(), Error> {
/// let target = Target::new("Leads", "3000000038009")?;
/// let mut rules = StopRules::default();
/// rules.note(&target, &Error::Token(TokenError::CannotRenew));
/// assert!(rules.batch().is_some_and(|reason| reason.message.contains("cannot be renewed")));
/// assert!(rules.module(&target).is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopRules {
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
    pub fn note(&mut self, target: &Target, error: &Error) {
        match error.stops() {
            Some(Scope::Batch) => {
                self.batch.get_or_insert_with(|| StopReason::of(error));
            }
            Some(Scope::Module) => {
                let entry = self.modules.entry(target.module().to_owned());
                entry.or_insert_with(|| StopReason::of(error));
            }
            _ => {}
        }
    }

    /// Why no upload can succeed.
    pub fn batch(&self) -> Option<&StopReason> {
        self.batch.as_ref()
    }

    /// Why no upload to this target's module can succeed.
    pub fn module(&self, target: &Target) -> Option<&StopReason> {
        self.modules.get(target.module())
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
        let mut rules = StopRules::default();
        rules.note(&target, &Error::Photo(PhotoError::Empty));
        assert!(rules.batch().is_none() && rules.module(&target).is_none());
        rules.note(&target, &Error::Token(TokenError::CannotRenew));
        rules.note(&target, &Error::Token(TokenError::Denied { error: "x".into() }));
        let reason = rules.batch().expect("a reason");
        assert!(reason.message.contains("cannot be renewed"), "{reason}");
        assert_eq!(reason.to_string(), format!("{}. {}", reason.message, reason.help));
    }
}
