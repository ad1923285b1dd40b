//! Spans and events for the crate `tracing`, where the feature of that name is on. What they tell has gone
//! through the redaction that errors go through.

/// An event of the level, where there are such.
macro_rules! event {
    ($level:ident, $($fields:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::event!(target: "photo_upload", tracing::Level::$level, $($fields)+);
    };
}
pub(crate) use event;

/// The work, within a span for a request to a record where there are such.
#[cfg(feature = "tracing")]
pub(crate) fn within<F: Future>(
    work: F,
    operation: &str,
    (module, record): (&str, &str),
) -> impl Future<Output = F::Output> {
    let span = tracing::info_span!(target: "photo_upload", "photo", operation, module, record);
    tracing::Instrument::instrument(work, span)
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn within<F: Future>(work: F, _: &str, _: (&str, &str)) -> F {
    work
}
