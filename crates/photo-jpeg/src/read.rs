//! Reads the coefficients of a file: chooses between the reader of one sequential scan and that of any scans.

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::scan::ChunkLayout;
use crate::simd::Level;
use crate::{progressive, sequential};

impl Coefficients {
    /// Reads all coefficients of a file, sequential or progressive, of any number of scans. Works on all threads of
    /// the current rayon pool.
    ///
    /// A progressive file may leave out refinements, as long as it has an end-of-image marker; the missing bits are
    /// then zero.
    ///
    /// # Errors
    /// As [`Header::read`]. [`Error::Memory`] if more is needed than the limit, before any of it is allocated.
    /// [`Error::Truncated`] if data of a scan are missing (the numbers are that scan's MCUs) or a component has no
    /// scan. [`Error::Malformed`] for data that can't be, scans that don't follow on each other, wrong restart markers.
    /// [`Error::Unsupported`] above the limit of scans.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        let header = Header::read(bytes)?;
        if header.is_one_scan() {
            return sequential::read(bytes, &header, options, Level::new(), ChunkLayout::of(&header));
        }
        progressive::read::<64>(bytes, options, progressive::Damage::Refuse)
            .map(|(coefficients, _)| coefficients)
    }

    /// As [`read`](Self::read), but keeps what there is of a damaged or truncated file, and says what is wrong with
    /// it. Blocks that were not read are zero, which is gray; a scan that breaks off ends those that refine it there too.
    ///
    /// # Errors
    /// As [`Header::read`], [`Error::Memory`].
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
