//! The handle on a running sandbox.

use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::config::Config;
use crate::error::Error;
use crate::fault::Fault;
use crate::script::Script;
use crate::server;
use crate::state::Shared;
use crate::stats::Stats;
use crate::store::StoredPhoto;

/// A running stand-in for the photo endpoint. Dropping it stops it and closes its connections.
///
/// The server runs on a thread of its own, so this handle works in synchronous and asynchronous code alike;
/// none of its methods waits for the network.
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port can't be had, [`Error::Thread`] if the system refuses a thread or an
    /// event queue, [`Error::Token`] if the configured token can't stand in a header.
    pub fn start(config: Config) -> Result<Self, Error> {
        let visible = config.token.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(1..=256).contains(&config.token.len()) {
            return Err(Error::Token);
        }
        let port = config.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|source| Error::Listen { port, source })?;
        listener.set_nonblocking(true).map_err(|source| Error::Listen { port, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { port, source })?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Thread)?;
        let shared = Arc::new(Shared::new(format!("http://{address}"), config));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("photo-sandbox".to_owned())
            .spawn(move || runtime.block_on(server::run(listener, served, stopped)))
            .map_err(Error::Thread)?;
        Ok(Sandbox { shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, e.g. `http://127.0.0.1:40123`: what clients call the API domain.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The token endpoint's URL. `{url}/clientoauth/v2/{portal}/token` works as well, for any portal.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/oauth/v2/token", self.shared.url)
    }

    /// An access token that is valid now and allows everything: the newest, or a fresh one if all have
    /// expired (which is not counted as a refresh).
    #[must_use]
    pub fn token(&self) -> String {
        self.shared.token()
    }

    /// What was counted so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.lock().stats.clone()
    }

    /// The photo on a record, if there is one.
    #[must_use]
    pub fn photo(&self, module: &str, record: &str) -> Option<StoredPhoto> {
        self.shared.lock().store.get(module, record)
    }

    /// Queues a fault for the next photo request (after those queued before).
    pub fn push_fault(&self, fault: Fault) {
        self.shared.lock().config.script.push(1, fault);
    }

    /// Queues a fault for the next token request (after those queued before).
    pub fn push_token_fault(&self, fault: Fault) {
        self.shared.lock().token_faults.push(1, fault);
    }

    /// Replaces the plan of faults, queued ones included. Requests keep their numbers: see
    /// [`Stats::photo_requests`].
    pub fn set_script(&self, script: Script) {
        self.shared.lock().config.script = script;
    }

    /// Lets every access token expire now.
    pub fn expire_token(&self) {
        let mut state = self.shared.lock();
        let now = self.shared.now(&state);
        state.expire_tokens(now);
    }

    /// Changes the configuration from the next request on. `port` and `token` have no effect any more, and
    /// idle time-outs hold for new connections.
    ///
    /// ```
    /// # fn main() -> Result<(), photo_sandbox::Error> {
    /// # use photo_sandbox::{Config, Sandbox};
    /// let sandbox = Sandbox::start(Config::default())?;
    /// sandbox.configure(|config| config.permission = false);
    /// # Ok(()) }
    /// ```
    pub fn configure(&self, change: impl FnOnce(&mut Config)) {
        change(&mut self.shared.lock().config);
    }

    /// Puts the sandbox's clock forward: tokens age and the refresh throttle forgets, without anybody
    /// waiting.
    pub fn advance(&self, time: Duration) {
        let mut state = self.shared.lock();
        state.ahead = state.ahead.saturating_add(time);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server thread that panicked has stopped as well.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.shared.url).finish_non_exhaustive()
    }
}
