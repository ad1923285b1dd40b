//! What photo-prep adds to the task graph that photo-jpeg records, if the feature `task-graph` is on.

/// Names what the running task has done since it was last asked.
pub(crate) fn did(kind: &'static str) {
    #[cfg(feature = "task-graph")]
    photo_jpeg::task_graph::did(kind);
    let _ = kind;
}

/// Runs `run`, and `other` beside it, as a task of this kind.
pub(crate) fn join<A: Send, B: Send>(
    kind: &'static str,
    run: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "task-graph")]
    return photo_jpeg::task_graph::join(kind, run, other);
    #[cfg(not(feature = "task-graph"))]
    {
        let _ = kind;
        rayon::join(run, other)
    }
}
