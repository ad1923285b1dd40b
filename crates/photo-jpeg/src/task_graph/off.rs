//! Nothing is recorded.

/// The threads of the current rayon pool, for which work is divided.
#[inline]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Whether a task is to be no more than can be told apart.
#[inline]
pub(crate) fn is_recording() -> bool {
    false
}

/// Names what the running task has done since it was last asked.
#[inline]
pub(crate) fn did(_kind: &'static str) {}

/// Tasks that are waited for together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section;

impl Section {
    /// Some work of this kind as a task of this section.
    #[inline]
    pub(crate) fn task<R>(self, _kind: &'static str, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
        work
    }
}

/// Runs `run`, which waits for all tasks of the section before it returns.
#[inline]
pub(crate) fn section<R>(run: impl FnOnce(Section) -> R) -> R {
    run(Section)
}
