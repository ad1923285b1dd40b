//! Rows on their way into a report, in a file without a name: not in memory, and gone with the process.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use super::place;

#[derive(Debug)]
pub(super) struct Spool(BufWriter<File>);

impl Spool {
    /// An empty one in the folder of this file, where there must be room for both.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        Ok(Self(BufWriter::new(tempfile::tempfile_in(place::folder(path))?)))
    }

    /// Copies all that was written.
    pub(super) fn copy_to(self, out: &mut dyn Write) -> io::Result<()> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut file, out).map(drop)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
