//! The HTTP server: a thread of its own, connections, bodies, answers on the wire.

mod authorize;
mod connection;
mod fault;
mod inbox;
mod page;
mod photo;
mod reply;
mod response_body;
mod serve;
mod token;
mod write_timeout;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::state::Shared;

/// Accepts connections until `stop` resolves (which it also does when its other end is dropped).
pub(crate) async fn run(listener: TcpListener, shared: Arc<Shared>, stop: oneshot::Receiver<()>) {
    // The listener was made non-blocking before; registering it fails only if the runtime is gone.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    tokio::select! {
        () = accept(&listener, &shared) => {}
        _ = stop => {}
    }
}

async fn accept(listener: &tokio::net::TcpListener, shared: &Arc<Shared>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                shared.lock().stats.connections += 1;
                let shared = Arc::clone(shared);
                tokio::spawn(async move {
                    connection::run(shared, stream).await;
                    drop(slot);
                });
            }
            // Out of file handles, most likely: others must close theirs first.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

const MAX_CONNECTIONS: usize = 256;
