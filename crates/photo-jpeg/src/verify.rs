//! Verifies that the picture data of a file is whole.

use crate::coefficients::Coefficients;
use crate::coefficients::ReadOptions;
use crate::error::{Error, Result};
use crate::general::verify_lossless;
use crate::header::{Header, Process};
use crate::progressive;
use crate::scan::{Mcu, verify_memory, verify_scan};
use crate::simd::Level;

/// Decodes the picture data of a file to its end and reports what is wrong with it. The verdict is that of
/// [`Coefficients::read`] for every file that it reads; others are whole if
/// [`decode_interleaved`](crate::decode_interleaved) reads them. Verifying is much faster and takes little memory.
/// Works on all threads of the current rayon pool.
///
/// Damage that entropy decoding can't notice goes unnoticed: wrong coefficients are coefficients too.
///
/// # Errors
/// Returns the errors of these functions. The memory limit applies to the number of
/// [`verify_memory_for`] instead of the memory for coefficients.
///
/// ```
/// # let file = include_bytes!("../doc/turned.jpg");
/// use photo_jpeg::{ReadOptions, verify};
/// assert_eq!(verify(file, &ReadOptions::default()), Ok(()));
/// let cut_off = &file[..file.len() * 3 / 4];
/// assert!(verify(cut_off, &ReadOptions::default()).is_err());
/// ```
pub fn verify(bytes: &[u8], options: &ReadOptions) -> Result<()> {
    let (header, state) = Header::read_any(bytes)?;
    if header.process == Process::Lossless {
        return verify_lossless(bytes, &header, state);
    }
    if !header.is_one_scan() {
        // Keeps one coefficient of each block, and the mask of those that are not zero, which refining scans
        // need.
        return progressive::read::<1>(bytes, options, progressive::Damage::Refuse).map(|_| ());
    }
    let (limit, needed) = (options.memory_limit, bytes_needed(&header));
    if needed > limit {
        return Err(Error::Memory { needed, limit });
    }
    verify_scan(bytes, &header, &Mcu::of(&header)?, Level::new())
}

fn bytes_needed(header: &Header) -> u64 {
    let sampling: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
    verify_memory_for(header.width, header.height, &sampling, true, rayon::current_num_threads())
}

/// The most bytes of memory that [`verify`] takes. `width` and `height` are in pixels, `sampling` holds the
/// sampling factors of each component, `one_scan` tells whether one sequential scan holds the whole picture
/// (of a file that [`Header::read`] accepts),
/// and `threads` is the number of threads.
#[must_use]
pub fn verify_memory_for(
    width: u32,
    height: u32,
    sampling: &[(u8, u8)],
    one_scan: bool,
    threads: usize,
) -> u64 {
    let (row, rows) = Coefficients::blocks_for(width, height, sampling);
    if one_scan {
        verify_memory(threads, row, rows)
    } else {
        crate::coefficients::bytes_per_block(1) * row * rows
    }
}
