//! Names for what stages do, in the task graph that photo-jpeg records.

/// Names what the running task has done since it was last asked, if the feature `task-graph` is on.
pub(crate) fn did(kind: &'static str) {
    #[cfg(feature = "task-graph")]
    photo_jpeg::task_graph::did(kind);
    let _ = kind;
}
