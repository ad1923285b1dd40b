//! What asks the program to end: Ctrl-C, SIGTERM, SIGHUP; on Windows Ctrl-C and Ctrl-Break.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

/// Signals are caught from when this is made. One that can't be caught on this system never comes.
#[derive(Debug)]
pub(crate) struct Signals {
    #[cfg(unix)]
    caught: [Option<Signal>; 3],
    #[cfg(windows)]
    caught: (Option<CtrlC>, Option<CtrlBreak>),
}

impl Signals {
    pub(crate) fn new() -> Self {
        #[cfg(unix)]
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        Self {
            #[cfg(unix)]
            caught: kinds.map(|kind| signal(kind).ok()),
            #[cfg(windows)]
            caught: (ctrl_c().ok(), ctrl_break().ok()),
        }
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        async fn of(signal: &mut Option<Signal>) {
            // One that ended never comes again.
            let Some(signal) = signal else { return std::future::pending().await };
            if signal.recv().await.is_none() {
                std::future::pending().await
            }
        }
        let [interrupt, terminate, hang_up] = &mut self.caught;
        tokio::select! {
            () = of(interrupt) => {}
            () = of(terminate) => {}
            () = of(hang_up) => {}
        }
    }

    /// Waits for the next one.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        let (ctrl_c, ctrl_break) = &mut self.caught;
        let of_c = async {
            let Some(signal) = ctrl_c else { return std::future::pending().await };
            if signal.recv().await.is_none() {
                std::future::pending().await
            }
        };
        let of_break = async {
            let Some(signal) = ctrl_break else { return std::future::pending().await };
            if signal.recv().await.is_none() {
                std::future::pending().await
            }
        };
        tokio::select! {
            () = of_c => {}
            () = of_break => {}
        }
    }
}
