//! One connection from its first byte to its end, whatever that is.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::reply::Aborted;
use super::serve::serve;
use super::write_timeout::WriteTimeout;
use crate::state::Shared;

/// Serves one connection, then closes it: in peace, or with a reset where a fault asks for one.
pub(crate) async fn run(shared: Arc<Shared>, stream: TcpStream) {
    let idle = shared.lock().config.idle_timeout;
    // Small answers go out at once; if that can't be set they go out a little later.
    let _ = stream.set_nodelay(true);
    let reset = AtomicBool::new(false);
    let service = service_fn(|request| {
        let answer = serve(&shared, request);
        Box::pin(async {
            answer.await.inspect_err(|aborted| {
                if matches!(aborted, Aborted::Reset) {
                    reset.store(true, Ordering::Relaxed);
                }
            })
        })
    });
    let io = TokioIo::new(WriteTimeout::new(stream, idle));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle);
    let mut connection = http.serve_connection(io, service);
    // How the exchange ended shows in the counters; the connection is closed below in any case.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let stream = connection.into_parts().io.into_inner();
    close(stream, reset.load(Ordering::Relaxed)).await;
}

/// Closes with a reset, or says that nothing more will come and reads, bounded, what the client still sends:
/// closing with unread bytes would reset the connection and could destroy the answer on its way.
async fn close(mut stream: WriteTimeout, reset: bool) {
    if reset {
        // If the system refuses, the client sees a plain close, which is as ambiguous.
        let _ = stream.stream().set_zero_linger();
        return;
    }
    if stream.shutdown().await.is_err() {
        return;
    }
    let deadline = Instant::now() + LINGER_TIME;
    let mut buffer = vec![0; 16 << 10];
    let mut left = LINGER_BYTES;
    while left > 0 {
        match timeout_at(deadline, stream.read(&mut buffer)).await {
            Ok(Ok(count)) if count > 0 => left = left.saturating_sub(count),
            _ => break,
        }
    }
}

const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 64 << 20;
