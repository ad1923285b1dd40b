//! Strips and tiles to samples as they were before they were packed. Each step gives as many bytes as the
//! strip or tile has and looks at no more of the data; fewer are an error.

pub(super) mod ccitt;
mod deflate;
pub(super) mod jpeg;
mod lzma;
mod lzw;
mod packbits;
mod zstd;

use std::borrow::Cow;

use super::compression::Compression;
use crate::{Error, Format, Result};

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
        // Only what could be asked for: nothing expands when it is packed by more than a few bytes in a
        // hundred.
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
