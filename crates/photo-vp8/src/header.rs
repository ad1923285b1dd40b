//! The uncompressed start of a key frame (RFC 6386, section 9.1).

use crate::error::{Error, Result};

/// The facts at the start of a key frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Pixels in a row, 1 to 16383.
    pub width: u32,
    /// Rows of pixels, 1 to 16383.
    pub height: u32,
    /// The version of the bitstream, 0 to 3. It makes no difference to key frames.
    pub version: u8,
    /// Bytes of the first partition.
    first_partition: usize,
}

/// Bytes before the first partition.
const LENGTH: usize = 10;

impl Header {
    /// Reads the start of `data`, the content of a `VP8 ` chunk.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if the ten bytes of the frame header are not there; [`Error::Malformed`] if they
    /// are not those of a key frame of at least one pixel; [`Error::Unsupported`] for a frame that is not
    /// shown.
    pub fn read(data: &[u8]) -> Result<Self> {
        let start: &[u8; LENGTH] = data.first_chunk().ok_or(Error::Truncated { decoded: 0, total: 0 })?;
        let tag = u32::from_le_bytes([start[0], start[1], start[2], 0]);
        let malformed = |offset, reason| Err(Error::Malformed { offset, reason });
        if tag & 1 != 0 {
            return malformed(0, "this is not a key frame");
        }
        let version = (tag >> 1 & 7) as u8;
        if version > 3 {
            return malformed(0, "there is no such version");
        }
        if start[3..6] != [0x9D, 0x01, 0x2A] {
            return malformed(3, "the start code is missing");
        }
        if tag >> 4 & 1 == 0 {
            return Err(Error::Unsupported("a frame that is not shown"));
        }
        // The two bits above each size ask for scaling, which is left to whoever shows the picture.
        let side = |at: usize| u32::from(u16::from_le_bytes([start[at], start[at + 1]]) & 0x3FFF);
        let (width, height) = (side(6), side(8));
        if width == 0 || height == 0 {
            return malformed(6, "the picture has no pixels");
        }
        Ok(Self { width, height, version, first_partition: (tag >> 5) as usize })
    }

    /// Macroblocks in a row.
    pub(crate) fn columns(&self) -> usize {
        self.width.div_ceil(16) as usize
    }

    /// Rows of macroblocks.
    pub(crate) fn rows(&self) -> u32 {
        self.height.div_ceil(16)
    }

    /// The first partition, and what follows it.
    pub(crate) fn partitions<'a>(&self, data: &'a [u8]) -> Result<(&'a [u8], &'a [u8])> {
        let behind = data.get(LENGTH..).unwrap_or_default();
        behind
            .split_at_checked(self.first_partition)
            .ok_or(Error::Truncated { decoded: 0, total: self.rows() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [u8; LENGTH] = [0x10, 1, 0, 0x9D, 0x01, 0x2A, 5, 0x40, 3, 0x80];

    #[test]
    fn sizes_are_without_scaling() {
        let header = Header::read(&GOOD).unwrap();
        assert_eq!((header.width, header.height, header.version), (5, 3, 0));
        assert_eq!((header.columns(), header.rows(), header.first_partition), (1, 1, 8));
        assert!(matches!(header.partitions(&GOOD), Err(Error::Truncated { decoded: 0, total: 1 })));
    }

    #[test]
    fn what_is_no_shown_key_frame_is_refused() {
        let with = |at: usize, value: u8| {
            let mut bytes = GOOD;
            bytes[at] = value;
            Header::read(&bytes)
        };
        assert!(matches!(with(0, 0x11), Err(Error::Malformed { offset: 0, .. })));
        assert!(matches!(with(0, 0x18), Err(Error::Malformed { offset: 0, .. })));
        assert!(matches!(with(0, 0x00), Err(Error::Unsupported(_))));
        assert!(matches!(with(4, 0), Err(Error::Malformed { offset: 3, .. })));
        assert!(matches!(with(6, 0), Err(Error::Malformed { offset: 6, .. })));
        assert!(matches!(with(8, 0), Err(Error::Malformed { offset: 6, .. })));
        for length in 0..LENGTH {
            assert!(matches!(Header::read(&GOOD[..length]), Err(Error::Truncated { .. })));
        }
    }
}
