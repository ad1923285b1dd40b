//! How strips and tiles are packed, by the tags; what is not read is refused by name.

use super::directory::Directory;
use super::tag;
use crate::{Error, Format, Result};

/// How strips and tiles are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
    Zstd,
    Lzma,
    /// Modified Huffman: rows begin at bytes, or at words.
    FaxRows {
        words: bool,
    },
    Fax3(FaxOptions),
    Fax4,
    /// Strips of JPEG, with common tables.
    Jpeg,
    /// The obsolete kind.
    OldJpeg,
}

/// What T4Options tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FaxOptions {
    pub(crate) two_dimensional: bool,
}

impl Compression {
    pub(super) fn read(d: &Directory<'_>) -> Result<Self> {
        let name = match d.number(tag::COMPRESSION, 0).unwrap_or(1) {
            // 0 and 32768 are written for 1 by some programs; neither means anything else.
            0 | 1 | 32_768 => return Ok(Self::None),
            2 => return Ok(Self::FaxRows { words: false }),
            3 => return Ok(Self::Fax3(FaxOptions::read(d))),
            4 => return Ok(Self::Fax4),
            5 => return Ok(Self::Lzw),
            6 => return Ok(Self::OldJpeg),
            7 => return Ok(Self::Jpeg),
            8 | 32_946 => return Ok(Self::Deflate),
            32_771 => return Ok(Self::FaxRows { words: true }),
            32_773 => return Ok(Self::PackBits),
            34_925 => return Ok(Self::Lzma),
            50_000 => return Ok(Self::Zstd),
            9 | 10 => "JBIG",
            32_766 => "NeXT",
            32_809 => "ThunderScan",
            32_895..=32_898 => "IT8",
            32_908 => "PixarFilm",
            32_909 => "PixarLog",
            32_947 => "DCS",
            33_003 | 33_004 | 33_005 | 34_712 => "JPEG 2000",
            34_661 => "JBIG",
            34_676 | 34_677 => "SGI Log",
            34_887 => "LERC",
            34_934 | 50_001 => "WebP",
            34_892 => "lossy DNG JPEG",
            50_002 | 52_546 => "JPEG XL",
            other => {
                let what = format!("compression by an unknown scheme ({other}); save it with LZW or none");
                return Err(Error::unsupported(Format::Tiff, what));
            }
        };
        let what = format!("{name} compression is not read; save it with LZW, Deflate or none");
        Err(Error::unsupported(Format::Tiff, what))
    }

    pub(super) fn is_fax(self) -> bool {
        matches!(self, Self::FaxRows { .. } | Self::Fax3(_) | Self::Fax4)
    }

    pub(super) fn is_jpeg(self) -> bool {
        matches!(self, Self::Jpeg | Self::OldJpeg)
    }
}

impl FaxOptions {
    fn read(d: &Directory<'_>) -> Self {
        let bits = d.number(tag::FAX3_OPTIONS, 0).unwrap_or(0);
        Self { two_dimensional: bits & 1 != 0 }
    }
}
