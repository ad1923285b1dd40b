//! Ordinary JPEGs to coefficients, by `photo-jpeg`.

use photo_jpeg::{Coefficients, QuantTable, ReadOptions};

use super::guard::caught;
use super::jpeg_planes::error;
use crate::metadata::jpeg_frame::estimate_quality;
use crate::{Format, InputLimits, Result};

/// Reads all coefficients, on all threads of the current rayon pool. A panic is an error.
pub(crate) fn read(bytes: &[u8], limits: &InputLimits) -> Result<Coefficients> {
    let mut options = ReadOptions::with_memory_limit(limits.memory);
    options.scan_limit = limits.scans;
    caught(Format::Jpeg, || Coefficients::read(bytes, &options).map_err(|e| error(&e)))
}

/// About the quality of a luma table, on libjpeg's scale.
pub(crate) fn as_written(luma: &QuantTable) -> u8 {
    let values = luma.values();
    let mut zigzag = [0; 64];
    for (place, (row, column)) in zigzag.iter_mut().zip(zigzag_order()) {
        *place = values[8 * row + column];
    }
    estimate_quality(&zigzag)
}

/// Rows and columns in zigzag order (ITU-T T.81, figure A.6).
fn zigzag_order() -> impl Iterator<Item = (usize, usize)> {
    (0..15).flat_map(|diagonal: usize| {
        let (first, last) = (diagonal.saturating_sub(7), diagonal.min(7));
        (first..=last).map(move |step| {
            // Even diagonals go up, odd ones down.
            let row = if diagonal.is_multiple_of(2) { last + first - step } else { step };
            (row, diagonal - row)
        })
    })
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
