//! Directories of a TIFF (TIFF 6.0, section 2; BigTIFF), classic and big, in both byte orders. Values are
//! read from the file as they are asked for.

use crate::metadata::bytes::array;

/// How numbers are stored in this file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Container<'a> {
    bytes: &'a [u8],
    pub(super) little: bool,
    big: bool,
}

impl<'a> Container<'a> {
    /// The file and where its first directory is said to be.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<(Self, u64)> {
        let mut file = Self { bytes, little: bytes.first() == Some(&b'I'), big: false };
        file.big = file.uint(2, 2)? == 43;
        let first = if file.big { file.uint(8, 8)? } else { file.uint(4, 4)? };
        Some((file, first))
    }

    /// The directory at `offset`; `None` where it lies outside of the file.
    pub(crate) fn directory(self, offset: u64) -> Option<Directory<'a>> {
        let at = usize::try_from(offset).ok().filter(|at| *at > 0)?;
        let count_bytes = if self.big { 8 } else { 2 };
        let count = usize::try_from(self.uint(at, count_bytes)?).ok().filter(|c| *c <= 65_535)?;
        let at = at.checked_add(count_bytes)?;
        let end = at.checked_add(count * self.entry_bytes())?;
        // A file that ends just after its entries is common; there is no next directory then.
        let next = self.uint(end, self.value_bytes()).unwrap_or(0);
        (end <= self.bytes.len()).then_some(Directory { file: self, at, count, next })
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    fn entry_bytes(self) -> usize {
        if self.big { 20 } else { 12 }
    }

    fn value_bytes(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn uint(self, at: usize, width: usize) -> Option<u64> {
        if width == 1 {
            return array::<1>(self.bytes, at).map(|[b]| b.into());
        }
        let mut all = [0u8; 8];
        let part = self.bytes.get(at..at.checked_add(width)?)?;
        let start = if self.little { 0 } else { 8usize.checked_sub(width)? };
        all.get_mut(start..start + width)?.copy_from_slice(part);
        Some(if self.little { u64::from_le_bytes(all) } else { u64::from_be_bytes(all) })
    }
}

/// The entries of a directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Directory<'a> {
    pub(super) file: Container<'a>,
    at: usize,
    count: usize,
    pub(super) next: u64,
}

/// Type, number of values and where the value or its offset stands.
#[derive(Clone, Copy)]
struct Entry {
    kind: u64,
    count: u64,
    at: usize,
}

impl<'a> Directory<'a> {
    /// Where the first entry begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn entries(&self) -> usize {
        self.count
    }

    /// Value number `index` of a tag of whole numbers.
    pub(crate) fn number(&self, tag: u16, index: usize) -> Option<u64> {
        let (start, width, count) = self.place(tag)?;
        let at = start.checked_add(index.checked_mul(width)?)?;
        if index < count { self.file.uint(at, width) } else { None }
    }

    /// The values of such a tag, as far as they lie within the file.
    pub(super) fn numbers(&self, tag: u16) -> impl Iterator<Item = u64> + use<'a> {
        let (start, width, count) = self.place(tag).unwrap_or((0, 1, 0));
        let file = self.file;
        (0..count).map_while(move |index| file.uint(start.checked_add(index.checked_mul(width)?)?, width))
    }

    /// The values of a tag of fractions, floating point or whole numbers; a fraction over 0 is no number.
    pub(super) fn fractions(&self, tag: u16) -> Vec<f64> {
        const MOST: u64 = 64;
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        let width = match entry.kind {
            5 | 12 => 8,
            11 => 4,
            _ => return self.numbers(tag).take(MOST as usize).map(|n| n as f64).collect(),
        };
        let value = |start: usize| -> Option<f64> {
            Some(match entry.kind {
                5 => self.file.uint(start, 4)? as f64 / self.file.uint(start.checked_add(4)?, 4)? as f64,
                11 => f32::from_bits(u32::try_from(self.file.uint(start, 4)?).ok()?).into(),
                _ => f64::from_bits(self.file.uint(start, 8)?),
            })
        };
        let Some(start) = self.start(entry, width) else { return Vec::new() };
        (0..entry.count.min(MOST) as usize).map_while(|i| value(start.checked_add(i * width)?)).collect()
    }

    /// The bytes of a tag of bytes, as profiles and tables are stored.
    pub(super) fn bytes_of(&self, tag: u16) -> Option<&'a [u8]> {
        let entry = self.entry(tag).filter(|e| matches!(e.kind, 1 | 7))?;
        let start = self.start(entry, 1)?;
        self.file.bytes.get(start..start.checked_add(usize::try_from(entry.count).ok()?)?)
    }

    /// A tag of text, as far as it is ASCII and short.
    pub(super) fn text(&self, tag: u16) -> Option<String> {
        let entry = self.entry(tag).filter(|e| e.kind == 2)?;
        let start = self.start(entry, 1)?;
        let count = usize::try_from(entry.count).ok()?.min(64);
        let bytes = self.file.bytes.get(start..start.checked_add(count)?)?;
        let shown = bytes.iter().take_while(|b| matches!(b, b' '..=b'~'));
        Some(shown.map(|b| char::from(*b)).collect::<String>().trim().to_owned())
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// Whether a tag has a type that sizes and places don't have.
    pub(super) fn is_odd(&self, tag: u16) -> bool {
        self.has(tag) && self.place(tag).is_none()
    }

    /// Whether an entry that is read (TIFF 6.0, or the profile) claims more values than `file`, a number of
    /// bytes.
    pub(super) fn claims_more_than(&self, file: u64) -> bool {
        self.places().any(|at| {
            let read = self.file.uint(at, 2).is_some_and(|tag| tag <= 532 || tag == 34_675);
            read && self.file.uint(at + 4, self.file.value_bytes()).is_some_and(|count| count > file)
        })
    }

    /// Where its values begin, the bytes of each and their number.
    fn place(&self, tag: u16) -> Option<(usize, usize, usize)> {
        let entry = self.entry(tag)?;
        let width = match entry.kind {
            1 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 13 => 4,
            16..=18 => 8,
            _ => return None,
        };
        Some((self.start(entry, width)?, width, usize::try_from(entry.count).ok()?))
    }

    /// Where the values of an entry begin: in it, if they fit.
    fn start(&self, entry: Entry, width: usize) -> Option<usize> {
        let inline = entry.count.checked_mul(width as u64)? <= self.file.value_bytes() as u64;
        if inline {
            Some(entry.at)
        } else {
            usize::try_from(self.file.uint(entry.at, self.file.value_bytes())?).ok()
        }
    }

    /// The first entry of a tag of a known type, as libtiff takes it.
    fn entry(&self, tag: u16) -> Option<Entry> {
        let known = |at: &usize| matches!(self.file.uint(*at + 2, 2), Some(1..=13 | 16..=18));
        let at = self.places().find(|at| self.file.uint(*at, 2) == Some(tag.into()) && known(at))?;
        let (count_bytes, value) = if self.file.big { (8, 12) } else { (4, 8) };
        let (kind, count) = (self.file.uint(at + 2, 2)?, self.file.uint(at + 4, count_bytes)?);
        Some(Entry { kind, count, at: at + value })
    }

    fn places(&self) -> impl Iterator<Item = usize> + use<'a> {
        let (at, step) = (self.at, self.file.entry_bytes());
        (0..self.count).map(move |i| at + i * step)
    }
}
