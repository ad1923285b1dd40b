//! What a plan may count on.

/// What a plan may count on.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// Threads of the pool that the plan will be executed in, at least 1. More threads need more memory.
    pub threads: usize,
}

impl Resources {
    /// So many threads; 0 counts as 1.
    #[must_use]
    pub fn threads(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }

    /// The rayon pool that this is called in.
    #[must_use]
    pub fn of_current_pool() -> Self {
        Self::threads(rayon::current_num_threads())
    }
}
