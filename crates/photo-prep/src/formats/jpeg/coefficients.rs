//! Ordinary JPEGs to coefficients, by `photo-jpeg`.

use photo_jpeg::{Coefficients, QuantTable, ReadOptions};

use crate::formats::catch_panic::caught;
use crate::formats::jpeg::decode_planes::error;
use crate::formats::jpeg::frame::estimate_quality;
use crate::{Format, InputLimits, Result};

/// Reads all coefficients, on all threads of the current rayon pool. A panic is an error.
pub(crate) fn read(bytes: &[u8], limits: &InputLimits) -> Result<Coefficients> {
    caught(Format::Jpeg, || Coefficients::read(bytes, &read_options(limits)).map_err(|e| error(&e)))
}

/// How far reading may go within these limits.
pub(crate) fn read_options(limits: &InputLimits) -> ReadOptions {
    let mut options = ReadOptions::with_memory_limit(limits.memory);
    options.scan_limit = limits.scans;
    options
}

/// About the quality of a luma table, on libjpeg's scale.
pub(crate) fn as_written(luma: &QuantTable) -> u8 {
    estimate_quality(&luma.zigzag())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualities_of_standard_tables_are_found() {
        for quality in [1, 30, 50, 75, 90, 99, 100] {
            assert_eq!(as_written(&QuantTable::luma(quality)), quality);
        }
    }
}
