//! The directories of a TIFF structure (TIFF 6.0, section 2), which is what an EXIF block is.

/// A block from its byte order mark on.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) raw: &'a [u8],
    little: bool,
}

/// Bytes of an entry: tag, type, count, value.
pub(crate) const ENTRY: usize = 12;

/// Types of values.
pub(crate) mod kind {
    pub(crate) const BYTE: u16 = 1;
    pub(crate) const SHORT: u16 = 3;
    pub(crate) const LONG: u16 = 4;
}

impl<'a> Block<'a> {
    pub(crate) fn of(raw: &'a [u8]) -> Option<Self> {
        let little = match raw.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        Some(Self { raw, little })
    }

    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        let pair = super::bytes::array::<2>(self.raw, at)?;
        Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        let quad = super::bytes::array::<4>(self.raw, at)?;
        Some(if self.little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) })
    }

    /// The bytes of numbers in this block's order.
    pub(crate) fn short(&self, value: u16) -> [u8; 2] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(crate) fn long(&self, value: u32) -> [u8; 4] {
        if self.little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    /// An offset that is stored at `at`; none where it is 0.
    pub(crate) fn offset(&self, at: usize) -> Option<usize> {
        usize::try_from(self.u32(at)?).ok().filter(|at| *at > 0)
    }

    /// Where the first directory begins.
    pub(crate) fn first(&self) -> Option<usize> {
        self.offset(4)
    }

    /// Where the entries of the directory at `at` begin; those beyond the end of the block too.
    pub(crate) fn entries(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let count = usize::from(self.u16(at).unwrap_or(0));
        (0..count).filter_map(move |entry| at.checked_add(2 + ENTRY * entry))
    }

    /// Where the pointer to the next directory stands.
    pub(crate) fn next_at(&self, at: usize) -> Option<usize> {
        at.checked_add(2 + ENTRY * usize::from(self.u16(at)?))
    }

    /// The first entry of this tag.
    pub(crate) fn find(&self, directory: usize, tag: u16) -> Option<usize> {
        self.entries(directory).find(|entry| self.u16(*entry) == Some(tag))
    }

    /// The bytes of an entry's values, wherever they stand; `None` where they don't lie within the block.
    pub(crate) fn value(&self, entry: usize) -> Option<std::ops::Range<usize>> {
        let each: u64 = match self.u16(entry + 2)? {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = usize::try_from(each * u64::from(self.u32(entry + 4)?)).ok()?;
        let at = if length <= 4 { entry + 8 } else { usize::try_from(self.u32(entry + 8)?).ok()? };
        let end = at.checked_add(length).filter(|end| *end <= self.raw.len())?;
        Some(at..end)
    }

    /// The first whole number of an entry.
    pub(crate) fn number(&self, entry: usize) -> Option<u32> {
        let value = self.value(entry).filter(|value| !value.is_empty())?;
        match self.u16(entry + 2)? {
            kind::BYTE => self.raw.get(value.start).map(|v| u32::from(*v)),
            kind::SHORT => self.u16(value.start).map(u32::from),
            kind::LONG => self.u32(value.start),
            _ => None,
        }
    }

    /// The directory that an entry of the one at `directory` points to.
    pub(crate) fn below(&self, directory: usize, tag: u16) -> Option<usize> {
        self.offset(self.find(directory, tag)? + 8)
    }
}
