//! How much of a picture a damaged file holds.

use crate::{Error, Format, InputLimits, LimitKind, Result, Warning};

/// How much of the picture data is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) total: u64,
    pub(crate) decoded: u64,
    /// What is counted: rows or MCUs.
    pub(crate) unit: &'static str,
}

impl Coverage {
    pub(crate) fn rows(decoded: u64, total: u64) -> Self {
        Self { decoded, total, unit: "rows" }
    }

    /// Whether only the end of the file is missing, but nothing of the picture.
    pub(crate) fn is_all(self) -> bool {
        self.decoded >= self.total
    }

    pub(crate) fn error(self, format: Format, bytes: &[u8]) -> Error {
        let Self { decoded, total, unit } = self;
        Error::Truncated { format, offset: Some(bytes.len() as u64), decoded, total, unit }
    }

    pub(crate) fn warning(self) -> Warning {
        Warning::Truncated { decoded: self.decoded, total: self.total, unit: self.unit }
    }
}

/// A whole file of so many bytes would be refused, so no part of it is made whole either.
pub(crate) fn within(needed: u64, limits: &InputLimits) -> Result<()> {
    let limit = limits.bytes.min(limits.memory);
    if needed > limit {
        return Err(Error::LimitExceeded { what: LimitKind::Memory, actual: needed, limit });
    }
    Ok(())
}
