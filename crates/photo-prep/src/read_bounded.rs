//! Reading a file that may be too large.

use std::io::Read;
use std::path::Path;

use crate::{Error, LimitKind, Result};

/// The content of a file, refused as soon as it is known to have more than `limit` bytes: before it is read where
/// the file system tells its length.
///
/// # Errors
/// [`Error::LimitExceeded`] for a larger file, [`Error::Io`] for one that can't be read.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let io = |error| Error::Io { path: path.to_path_buf(), error };
    let file = std::fs::File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let too_large = |actual| Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit };
    if length > limit {
        return Err(too_large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}
