//! Whether a file meets requirements, without making anything of it.

use std::path::Path;

use crate::plan::Resources;
use crate::read_bounded::read_bounded;
use crate::verdict::{Depth, Verdict};
use crate::{Options, Requirements, Result};

/// Whether a file meets requirements, as far as its picture data goes ([`Depth::Deep`]).
///
/// ```
/// use photo_prep::{Compliance, Requirements, check};
///
/// let verdict = check(include_bytes!("../../doc/turned.jpg"), &Requirements::default());
/// assert_eq!(verdict.status, Compliance::Fixable);
/// let codes: Vec<_> = verdict.violations.iter().map(|violation| violation.code()).collect();
/// assert_eq!(codes, ["not_upright", "private_metadata"]);
/// ```
#[must_use]
pub fn check(bytes: &[u8], requirements: &Requirements) -> Verdict {
    Options::default().requirements(*requirements).check(bytes, Depth::Deep)
}

impl Options {
    /// Whether a file meets the requirements, and what these options ask for besides. Work inside a picture is
    /// spread over the rayon pool that the caller is in.
    #[must_use]
    pub fn check(&self, bytes: &[u8], depth: Depth) -> Verdict {
        let info = match self.probe(bytes) {
            Ok(info) => info,
            Err(error) => return Verdict::of_error(error, &[], None, depth),
        };
        let plan = match self.plan(&info, Resources::of_current_pool()) {
            Ok(plan) => plan,
            Err(error) => return Verdict::of_error(error, &[], Some(info), depth),
        };
        let executed = if depth == Depth::Deep { plan.execute(bytes).map(Some) } else { Ok(None) };
        match executed {
            Ok(prepared) => {
                let unchanged = prepared.is_none_or(|prepared| prepared.is_borrowed());
                Verdict::of_plan(&plan, unchanged, depth)
            }
            Err(error) => Verdict::of_error(error, plan.violations(), Some(info), depth),
        }
    }

    /// Reads a file and checks it.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) where it can't be read, [`Error::LimitExceeded`](crate::Error::LimitExceeded)
    /// where it has more bytes than an input may.
    pub fn check_file(&self, path: impl AsRef<Path>, depth: Depth) -> Result<Verdict> {
        let bytes = read_bounded(path.as_ref(), self.input_limits.bytes)?;
        Ok(self.check(&bytes, depth))
    }
}
