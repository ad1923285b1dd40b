//! Reads the coefficients of a file. One sequential scan takes the fast reader in [`sequential`]; any other
//! file takes the reader in [`progressive`].

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::scan::ChunkLayout;
use crate::simd::Level;
use crate::{progressive, sequential};

impl Coefficients {
    /// Reads all coefficients of a sequential or progressive file with any number of scans. Works on all
    /// threads of the current rayon pool.
    ///
    /// A progressive file may leave out refinement scans, as long as it has an end-of-image marker. The
    /// missing bits are then zero.
    ///
    /// # Errors
    /// Returns the errors of [`Header::read`], and:
    /// * [`Error::Memory`] if reading needs more memory than the limit, before any of it is allocated;
    /// * [`Error::Truncated`] if a scan's data ends early, with that scan's MCUs as the numbers, or if a
    ///   component has no scan;
    /// * [`Error::Malformed`] for impossible data, scans in an impossible order, or wrong restart markers;
    /// * [`Error::Unsupported`] if the file has more scans than the limit.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        let header = Header::read(bytes)?;
        if header.is_one_scan() {
            return sequential::read(bytes, &header, options, Level::new(), ChunkLayout::of(&header));
        }
        progressive::read::<64>(bytes, options, progressive::Damage::Refuse)
            .map(|(coefficients, _)| coefficients)
    }

    /// Reads a file as [`read`](Self::read) does, but keeps what is readable of a damaged or truncated file
    /// and returns the first problem found beside it. Blocks that could not be read are zero, which shows as
    /// gray. Where a scan breaks off, the scans that refine it end too.
    ///
    /// # Errors
    /// Returns the errors of [`Header::read`], and [`Error::Memory`] if reading needs more memory than the
    /// limit.
    pub fn read_lenient(bytes: &[u8], options: &ReadOptions) -> Result<(Self, Option<Error>)> {
        let header = Header::read(bytes)?;
        if header.is_one_scan()
            && let Ok(whole) = Self::read(bytes, options)
        {
            return Ok((whole, None));
        }
        progressive::read::<64>(bytes, options, progressive::Damage::Keep)
    }
}
