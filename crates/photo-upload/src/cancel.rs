//! Canceling work from anywhere.

use tokio::sync::watch;

/// Cancels work, such as a [`Batch`](crate::Batch), from anywhere; clones are the same token.
///
/// ```
/// let token = photo_upload::CancelToken::new();
/// let elsewhere = token.clone();
/// elsewhere.cancel();
/// assert!(token.is_canceled());
/// ```
#[derive(Clone, Debug)]
pub struct CancelToken(watch::Sender<bool>);

impl CancelToken {
    /// A token that is not canceled.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Cancels the work, for good.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_canceled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until [`cancel`](Self::cancel) is called.
    pub async fn canceled(&self) {
        // An error can't happen: this very value holds the sender.
        let _ = self.0.subscribe().wait_for(|canceled| *canceled).await;
    }

    /// Waits for the work, but not beyond its cancellation: `None` means that it was canceled and is
    /// abandoned.
    pub async fn unless_canceled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.canceled() => None,
            done = work => Some(done),
        }
    }
}

impl Default for CancelToken {
    fn default() -> Self {
        Self::new()
    }
}
