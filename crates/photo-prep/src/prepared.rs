//! What comes out.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::{Format, Report, Size};

/// A picture that holds the limits, stands upright and tells nothing private.
#[derive(Debug, Clone)]
pub struct Prepared<'a> {
    bytes: Cow<'a, [u8]>,
    format: Format,
    size: Size,
    report: Report,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(bytes: Cow<'a, [u8]>, format: Format, size: Size, report: Report) -> Self {
        Self { bytes, format, size, report }
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file; borrowed where it passed through.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.bytes
    }

    /// The same, independent of the input.
    #[must_use]
    pub fn into_owned(self) -> Prepared<'static> {
        let bytes = Cow::Owned(self.bytes.into_owned());
        Prepared { bytes, format: self.format, size: self.size, report: self.report }
    }

    /// Whether it is the very same bytes that came in.
    pub(crate) fn is_borrowed(&self) -> bool {
        matches!(self.bytes, Cow::Borrowed(_))
    }

    /// JPEG or PNG.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The upright size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// What was done.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    pub(crate) fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    /// Writes the file to `path`, whole or not at all: to a temporary file beside it, then renamed.
    /// Where `path` has no extension, the right one is added.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_to(&self, path: impl AsRef<Path>) -> std::io::Result<PathBuf> {
        let mut path = path.as_ref().to_path_buf();
        if path.extension().is_none() {
            path.set_extension(self.format.extension());
        }
        write_whole(&path, &self.bytes)?;
        Ok(path)
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".photo-prep-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(bytes)?;
    readable_as_usual(file.as_file())?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Temporary files are private to their owner; the result should be as readable as any new file.
#[cfg(unix)]
fn readable_as_usual(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_usual(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
