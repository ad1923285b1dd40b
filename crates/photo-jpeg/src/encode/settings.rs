//! What a file says besides its picture, and how it is coded.

use crate::error::{Error, Result};

/// The density of samples, as in JFIF (ITU-T T.871).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Density {
    /// The unit of `x` and `y`: 1 for samples per inch, 2 for samples per centimeter. With 0, `x` and `y`
    /// only give the aspect ratio of a pixel.
    pub unit: u8,
    /// The horizontal density; 0 is written as 1.
    pub x: u16,
    /// The vertical density; 0 is written as 1.
    pub y: u16,
}

impl Default for Density {
    /// Square pixels of no known size.
    fn default() -> Self {
        Self { unit: 0, x: 1, y: 1 }
    }
}

/// What a file says besides its picture, and how it is coded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) optimize_huffman: bool,
    pub(crate) progressive: bool,
    pub(crate) restart_interval: u16,
    pub(crate) density: Density,
    pub(crate) segments: &'a [u8],
}

impl Settings<'_> {
    /// Checks that a file can have these settings.
    pub(crate) fn check(&self) -> Result<()> {
        if self.progressive && self.restart_interval > 0 {
            return Err(Error::Argument("progressive files are written without restart markers"));
        }
        check_segments(self.segments)
    }
}

/// Checks that `segments` is a sequence of whole APPn and COM segments.
fn check_segments(mut segments: &[u8]) -> Result<()> {
    while !segments.is_empty() {
        let length = match segments {
            [0xFF, 0xE0..=0xEF | 0xFE, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => {
                return Err(Error::Argument(
                    "segments to be written must be APPn or COM segments with their markers",
                ));
            }
        };
        match segments.get(2 + length..) {
            Some(rest) if length >= 2 => segments = rest,
            _ => return Err(Error::Argument("a segment to be written is not as long as it says")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_app_and_com_segments_pass() {
        let good: [&[u8]; 3] = [&[], &[0xFF, 0xE1, 0, 3, 9], &[0xFF, 0xFE, 0, 2, 0xFF, 0xEF, 0, 4, 1, 2]];
        let bad: [&[u8]; 6] = [
            &[0xFF],
            &[0xFF, 0xE1, 0],
            &[0xFF, 0xE1, 0, 4, 9],
            &[0xFF, 0xE1, 0, 1],
            &[0xFF, 0xC0, 0, 2],
            &[0xFF, 0xE1, 0, 3, 9, 0],
        ];
        assert!(good.into_iter().all(|segments| check_segments(segments).is_ok()));
        assert!(bad.into_iter().all(|segments| check_segments(segments).is_err()));
    }
}
