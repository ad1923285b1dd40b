//! Strips and tiles to samples as they were before they were packed. Each step gives as many bytes as the strip or tile
//! has and looks at no more of the data; fewer are an error.

pub(super) mod ccitt;
mod deflate;
pub(super) mod jpeg;
mod lzma;
mod lzw;
mod packbits;
mod zstd;

use std::borrow::Cow;

use super::directory::Directory;
use super::tag;
use crate::{Error, Format, Result};

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

/// One strip or tile, packed.
pub(super) struct Packed<'a> {
    pub(super) data: &'a [u8],
    /// Where it lies in the file.
    pub(super) at: usize,
    /// Bytes of a row, and rows.
    pub(super) row_bytes: usize,
    pub(super) rows: usize,
    /// Pixels of a row.
    pub(super) width: usize,
    /// Whether the lowest bit of a byte comes first.
    pub(super) reversed: bool,
}

impl Packed<'_> {
    pub(super) fn length(&self) -> usize {
        self.row_bytes.saturating_mul(self.rows)
    }

    fn missing(&self, there: usize) -> Error {
        let reason =
            format!("picture data is missing: {there} of {} bytes of a strip or tile", self.length());
        Error::malformed(Format::Tiff, self.at, reason)
    }

    fn damaged(&self, why: impl std::fmt::Display) -> Error {
        Error::malformed(Format::Tiff, self.at, format!("a strip or tile can't be unpacked: {why}"))
    }
}

/// The samples of a strip or tile that is no JPEG.
pub(super) fn unpacked<'a>(compression: Compression, packed: &Packed<'a>) -> Result<Cow<'a, [u8]>> {
    let mut data = Cow::Borrowed(packed.data);
    if packed.reversed {
        // Only what could be asked for: nothing expands when it is packed by more than a few bytes in a hundred.
        let most = packed.length().saturating_mul(2).saturating_add(1 << 16).min(data.len());
        data =
            data.get(..most).unwrap_or_default().iter().map(|b| b.reverse_bits()).collect::<Vec<_>>().into();
    }
    let length = packed.length();
    let out = match compression {
        Compression::None => match data {
            Cow::Borrowed(data) => Cow::Borrowed(data.get(..length).unwrap_or(data)),
            Cow::Owned(mut data) => {
                data.truncate(length);
                Cow::Owned(data)
            }
        },
        Compression::PackBits => packbits::unpack(&data, length).into(),
        Compression::Lzw => lzw::unpack(&data, length).map_err(|e| packed.damaged(e))?.into(),
        Compression::Deflate => deflate::unpack(&data, length).map_err(|e| packed.damaged(e))?.into(),
        Compression::Zstd => zstd::unpack(&data, length).map_err(|e| packed.damaged(e))?.into(),
        Compression::Lzma => lzma::unpack(&data, length).map_err(|e| packed.damaged(e))?.into(),
        Compression::FaxRows { .. } | Compression::Fax3(_) | Compression::Fax4 => {
            ccitt::unpack(&data, compression, packed.width, packed.rows)
                .map_err(|e| packed.damaged(e))?
                .into()
        }
        Compression::Jpeg | Compression::OldJpeg => {
            return Err(packed.damaged("JPEGs are decoded elsewhere"));
        }
    };
    if out.len() < length { Err(packed.missing(out.len())) } else { Ok(out) }
}
