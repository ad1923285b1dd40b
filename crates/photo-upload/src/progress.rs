//! What an upload tells while it is under way.

use std::sync::Arc;
use std::time::Duration;

/// A step of an upload, as told to the callback of [`Client::upload_with`](crate::Client::upload_with).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// So many bytes have been taken for sending. That runs ahead of the wire: buffers hold some of them, and
    /// whether they arrived is only known at [`Progress::Confirmed`]. Starts over with every attempt.
    Sending {
        /// Which attempt, from 1.
        attempt: u32,
        /// Bytes of the picture taken so far.
        taken: u64,
        /// Bytes of the picture.
        total: u64,
    },
    /// The attempt failed; another will follow after the wait.
    Waiting {
        /// Which attempt failed, from 1.
        attempt: u32,
        /// How long until the next.
        wait: Duration,
    },
    /// The endpoint has answered that the picture is stored.
    Confirmed {
        /// Which attempt succeeded, from 1.
        attempt: u32,
    },
}

/// A shared callback.
pub(crate) type ProgressFn = Arc<dyn Fn(Progress) + Send + Sync>;
