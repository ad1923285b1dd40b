//! Counting heap memory. The counters belong to the whole process: measure one thing at a time, in a test
//! binary of its own that runs its tests on one thread.
//!
//! ```
//! use photo_testkit::alloc::{CountingAlloc, peak_during};
//!
//! #[global_allocator]
//! static ALLOC: CountingAlloc = CountingAlloc;
//!
//! let (sum, peak) = peak_during(|| vec![1_u8; 1 << 20].iter().map(|v| u32::from(*v)).sum::<u32>());
//! assert_eq!(sum, 1 << 20);
//! assert!((1 << 20..2 << 20).contains(&peak));
//! ```
//!
//! The allocator is `peak_alloc::PeakAlloc` (MIT), since a `GlobalAlloc` can't be written without `unsafe`.
//! It counts what was asked for, not what the system allocator rounds it to; growing a block counts as a new
//! block beside the old one until the copy is done; memory mapped past the allocator (thread stacks, files)
//! isn't seen.

/// The global allocator to install in a test binary: the system's, with two counters.
pub use peak_alloc::PeakAlloc as CountingAlloc;

/// Bytes allocated at this moment; 0 where [`CountingAlloc`] isn't the global allocator.
pub fn current() -> usize {
    CountingAlloc.current_usage()
}

/// The most bytes that were allocated at once since [`reset`].
pub fn peak() -> usize {
    CountingAlloc.peak_usage()
}

/// Starts a new measurement: the peak becomes what is allocated now.
pub fn reset() {
    CountingAlloc.reset_peak_usage();
}

/// Runs `work` and returns its result with the most bytes that were allocated during it *on top of* what was
/// allocated before.
pub fn peak_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    reset();
    let before = current();
    let result = work();
    (result, peak().saturating_sub(before))
}
