//! Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2), read without trusting a length.

use crate::{Error, Format, Result};

/// Reads numbers from a part of the file, most significant byte first, and knows where it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    /// Bytes of the file before `data`.
    base: usize,
}

/// A box: its type, and its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Box4<'a> {
    pub(super) kind: [u8; 4],
    pub(super) content: Reader<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, base: 0 }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.data
    }

    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The next `count` bytes as a reader of their own.
    pub(super) fn take(&mut self, count: usize) -> Result<Self> {
        let Some((head, tail)) = self.data.split_at_checked(count) else {
            return Err(self.malformed("a box ends within its content"));
        };
        let part = Self { data: head, base: self.base };
        (self.data, self.base) = (tail, self.base + count);
        Ok(part)
    }

    /// A number of 0 to 8 bytes.
    pub(super) fn uint(&mut self, bytes: usize) -> Result<u64> {
        let part = self.take(bytes)?;
        Ok(part.data.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.uint(1)? as u8)
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(self.uint(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(self.uint(4)? as u32)
    }

    pub(super) fn four(&mut self) -> Result<[u8; 4]> {
        Ok(self.u32()?.to_be_bytes())
    }

    /// Version and flags of a full box.
    pub(super) fn version(&mut self) -> Result<(u8, u32)> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0xFF_FFFF))
    }

    /// Text up to a zero byte, or to the end.
    pub(super) fn text(&mut self) -> Result<&'a [u8]> {
        let length = memchr::memchr(0, self.data).unwrap_or(self.data.len());
        let text = self.take(length)?.data;
        if !self.is_empty() {
            self.take(1)?;
        }
        Ok(text)
    }

    /// The next box; `None` at the end. A box that reaches beyond what holds it is cut off there, where that
    /// may be (`mdat` of a file that was cut off); its readers find out.
    pub(super) fn next_box(&mut self) -> Result<Option<Box4<'a>>> {
        if self.data.len() < 8 {
            return Ok(None);
        }
        let (start, all) = (*self, self.data.len());
        let short = self.u32()?;
        let kind = self.four()?;
        let length = match short {
            0 => all as u64,
            1 => self.uint(8)?,
            _ => u64::from(short),
        };
        let head = all - self.data.len();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length < head {
            return Err(start.malformed("a box is shorter than its own header"));
        }
        let content = self.take(length.min(all) - head)?;
        Ok(Some(Box4 { kind, content }))
    }

    /// All boxes of this content.
    pub(super) fn boxes(mut self) -> Result<Vec<Box4<'a>>> {
        let mut boxes = Vec::new();
        while let Some(one) = self.next_box()? {
            boxes.push(one);
        }
        Ok(boxes)
    }

    pub(super) fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(Format::Heic, self.base, reason)
    }
}

/// A four-character code as text.
pub(super) fn name(kind: [u8; 4]) -> String {
    kind.iter().map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_every_length_field_are_read() {
        let file =
            [&b"\0\0\0\x0Cfreeabcd"[..], b"\0\0\0\x01wide\0\0\0\0\0\0\0\x12xy", b"\0\0\0\0mdat123"].concat();
        let boxes = Reader::new(&file).boxes().unwrap();
        let told: Vec<_> = boxes.iter().map(|b| (name(b.kind), b.content.base, b.content.rest())).collect();
        assert_eq!(
            told,
            [("free".into(), 8, &b"abcd"[..]), ("wide".into(), 28, b"xy"), ("mdat".into(), 38, b"123")]
        );
    }

    #[test]
    fn lengths_are_not_trusted() {
        assert!(Reader::new(b"\0\0\0\x07free").boxes().is_err());
        assert_eq!(Reader::new(b"\0\xFF\xFF\xFFmdatab").boxes().unwrap()[0].content.rest(), b"ab");
        assert!(Reader::new(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0F").boxes().is_err());
    }
}
