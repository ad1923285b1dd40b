//! Reading files and standard input, bounded.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use photo_prep::LimitKind;

use crate::failure::{Failure, Weight};

pub(crate) async fn file(path: PathBuf, limit: u64) -> Result<Bytes, Failure> {
    aside(move || read_file(&path, limit)).await
}

pub(crate) async fn stdin(limit: u64) -> Result<Bytes, Failure> {
    aside(move || {
        read(std::io::stdin().lock(), 0, limit)
            .map_err(|error| Failure::io("read", Path::new("standard input"), &error))?
            .ok_or_else(|| too_large(limit.saturating_add(1), limit))
    })
    .await
}

/// Reads on a thread that may wait. Abandoned, it ends with the program.
async fn aside(read: impl FnOnce() -> Result<Bytes, Failure> + Send + 'static) -> Result<Bytes, Failure> {
    let lost = |error| Failure::failed("internal", format!("reading broke off: {error}"), Weight::ForGood);
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(lost(error)))
}

fn read_file(path: &Path, limit: u64) -> Result<Bytes, Failure> {
    let failed = |error| Failure::io("read", path, &error);
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    // Pipes and devices have no length of their own.
    let length = if about.is_file() { about.len() } else { 0 };
    if length > limit {
        return Err(too_large(length, limit));
    }
    let bytes = read(file, length, limit).map_err(failed)?;
    bytes.ok_or_else(|| too_large(limit.saturating_add(1), limit))
}

/// All of it, or `None` if it is more than `limit` bytes.
fn read(from: impl Read, expected: u64, limit: u64) -> std::io::Result<Option<Bytes>> {
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then(|| Bytes::from(bytes)))
}

pub(crate) fn too_large(actual: u64, limit: u64) -> Failure {
    photo_prep::Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit }.into()
}
