//! Samples of a PNG that are more than bytes, or are converted before they are rounded.

use crate::pixels::depth::DepthConversion;
use crate::pixels::{Layout, rounding};
use crate::{Error, Format, Result};

/// Samples on their way to 8 bits.
pub(super) struct Deep<'a> {
    way: &'a DepthConversion,
    has_16_bits: bool,
    samples: Vec<u16>,
}

impl<'a> Deep<'a> {
    /// For samples of 16 bits or of 8.
    pub(super) fn new(way: &'a DepthConversion, has_16_bits: bool) -> Self {
        Self { way, has_16_bits, samples: Vec::new() }
    }

    pub(super) fn append(&mut self, layout: Layout, row: &[u8], out: &mut Vec<u8>) -> Result<()> {
        if matches!(self.way, DepthConversion::Rounded) {
            out.extend(rounding::be16(row));
            return Ok(());
        }
        self.samples.clear();
        if self.has_16_bits {
            self.samples.extend(row.as_chunks::<2>().0.iter().map(|b| u16::from_be_bytes(*b)));
        } else {
            self.samples.extend(row.iter().map(|v| u16::from(*v) * 257));
        }
        self.way.append(layout, &self.samples, out).map_err(|e| Error::malformed(Format::Png, None, e))
    }
}
