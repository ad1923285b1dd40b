//! What a check finds.

use crate::{Error, ImageInfo, Plan, Violation, ViolationKind};

/// Whether a file meets requirements, with all that it breaks.
///
/// It agrees with [`Options::prepare`](crate::Options::prepare) under the same options: a compliant file comes out as
/// the very same bytes, a fixable one comes out compliant, and an unfixable one is an error.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Verdict {
    /// The verdict in a word.
    pub status: Compliance,
    /// How closely the file was looked at.
    pub depth: Depth,
    /// All that keeps the file from going as it is; empty for a compliant one.
    pub violations: Vec<Violation>,
    /// What the header tells; `None` where it can't be read.
    pub info: Option<ImageInfo>,
}

/// A verdict in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Compliance {
    /// The file meets the requirements as it is.
    Compliant,
    /// Preparing it makes it meet them.
    Fixable,
    /// It can't be made to meet them under these options.
    Unfixable,
}

/// How closely a file is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Depth {
    /// Its structure and headers alone, in well under a millisecond: damage inside of the picture data goes unseen.
    Shallow,
    /// To the end of its picture data. A compliant file is gone through as [`Verify`](crate::Verify) says; any other goes
    /// the way that preparing it would take, and what comes out is thrown away.
    #[default]
    Deep,
}

impl Compliance {
    /// A stable name: `compliant`, `fixable` or `unfixable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Fixable => "fixable",
            Self::Unfixable => "unfixable",
        }
    }
}

impl Verdict {
    /// What a plan says, and whether the bytes stay as they are when it is run: a file that is cut off, or begins
    /// with frames that show nothing, is made anew though its header promised otherwise.
    pub(crate) fn of_plan(plan: &Plan, unchanged: bool, depth: Depth) -> Self {
        let mut violations = plan.violations().to_vec();
        if violations.is_empty() && !unchanged {
            violations.push(Violation { kind: ViolationKind::Structure, fixable: true });
        }
        let status = if violations.is_empty() { Compliance::Compliant } else { Compliance::Fixable };
        Self { status, depth, violations, info: Some(plan.info().clone()) }
    }

    /// What an error says, beside violations that were known before.
    pub(crate) fn of_error(error: Error, known: &[Violation], info: Option<ImageInfo>, depth: Depth) -> Self {
        let mut violations = known.to_vec();
        match error {
            Error::Unfixable { violations: all } => violations = all,
            Error::CannotFit { best_bytes, limit } => {
                violations.retain(|violation| !matches!(violation.kind, ViolationKind::Bytes { .. }));
                let kind = ViolationKind::BytesOutOfReach { found: best_bytes, allowed: limit };
                violations.push(Violation { kind, fixable: false });
            }
            other => {
                let kind = ViolationKind::Unreadable { code: other.kind(), message: other.to_string() };
                violations.push(Violation { kind, fixable: false });
            }
        }
        Self { status: Compliance::Unfixable, depth, violations, info }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.status.name())?;
        for (n, violation) in self.violations.iter().enumerate() {
            let mended = if violation.fixable { "" } else { " (can't be mended)" };
            write!(f, "{}{violation}{mended}", if n == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}
