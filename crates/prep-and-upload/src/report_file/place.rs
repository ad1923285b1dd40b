//! Where a report goes, and how it gets there: whole, by renaming.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes a file beside `path` and gives it that name when it is complete. What fails leaves nothing.
pub(super) fn place(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut beside = tempfile::Builder::new();
    beside.prefix(".report-").suffix(".part");
    // As readable as other files, not for the user alone as temporary ones are.
    #[cfg(unix)]
    beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut out = BufWriter::new(beside.tempfile_in(folder(path))?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path without links, whether or not there is a file.
pub(super) fn real(path: &Path) -> PathBuf {
    let absent = || Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(absent).unwrap_or_else(|| path.to_owned())
}
