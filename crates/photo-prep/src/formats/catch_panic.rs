//! A decoder that panics on a file must not take the caller down with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{Error, Format, Result};

static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Whether some thread is inside code whose panics this crate catches and returns as errors.
///
/// A program that sets its own panic hook can stay silent for these:
///
/// ```
/// let usual = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |info| {
///     if !photo_prep::catching_panics() {
///         usual(info);
///     }
/// }));
/// ```
#[must_use]
pub fn catching_panics() -> bool {
    ACTIVE.load(Ordering::SeqCst) > 0
}

/// Runs `decode`; a panic in it becomes [`Error::Malformed`].
pub(crate) fn caught<T>(format: Format, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    ACTIVE.fetch_add(1, Ordering::SeqCst);
    let result = catch_unwind(AssertUnwindSafe(decode));
    ACTIVE.fetch_sub(1, Ordering::SeqCst);
    result.unwrap_or_else(|_| {
        Err(Error::malformed(format, None, "the decoder stopped at contradictory data; the file is damaged"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let result: Result<()> = caught(Format::Tiff, || {
            assert!(!catching_panics(), "forced");
            Ok(())
        });
        assert!(matches!(result, Err(Error::Malformed { format: Format::Tiff, .. })));
        assert!(caught(Format::Tiff, || Ok(1)).is_ok());
    }
}
