//! Facts of a TIFF: the first directory (TIFF 6.0, section 2; BigTIFF).

use super::{plain, take_icc, tiff_chunks};
use crate::info::{ColorModel, ImageInfo};
use crate::metadata::bytes::array;
use crate::metadata::icc;
use crate::{Error, Format, InputLimits, Orientation, Result, Size, Warning};

pub(super) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let directory = Directory::first(bytes)
        .ok_or_else(|| Error::malformed(Format::Tiff, bytes.len(), "the file ends within its directory"))?;
    let number = |tag| directory.number(tag, 0);
    let (Some(width), Some(height)) = (number(256), number(257)) else {
        return Err(Error::malformed(Format::Tiff, directory.at, "the directory gives no size"));
    };
    let side = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let samples = number(277).unwrap_or(1);
    let model = match number(262) {
        Some(0 | 1) => ColorModel::Gray,
        Some(3) => ColorModel::Palette,
        Some(5) => ColorModel::Cmyk,
        Some(6) => ColorModel::YCbCr,
        Some(8 | 9) => ColorModel::Lab,
        _ => ColorModel::Rgb,
    };
    let mut info = plain(Format::Tiff, Size::new(side(width), side(height)), bytes, model);
    info.bit_depth = u8::try_from(number(258).unwrap_or(1)).unwrap_or(u8::MAX);
    let colors = match model {
        ColorModel::Gray | ColorModel::Palette => 1,
        ColorModel::Cmyk => 4,
        _ => 3,
    };
    info.alpha = samples > colors;
    let (packed, bits) = (number(259).unwrap_or(1), samples.saturating_mul(info.bit_depth.max(1).into()));
    could_be_whole(&info, samples, packed)?;
    tiff_chunks::check(bytes, &directory, (info.size, bits), packed, limits)?;
    info.animated = directory.next != 0;
    match number(274).map(|v| (v, Orientation::from_exif(side(v)))) {
        Some((_, Some(orientation))) => info.orientation = orientation,
        Some((0, None)) | None => {}
        Some((v, None)) => {
            info.warnings.push(Warning::BrokenExif(format!("orientation {v} is not in 1..=8")))
        }
    }
    if let Some(profile) = directory.icc() {
        icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        take_icc(&mut info, Ok(profile.to_vec()));
    }
    Ok(info)
}

/// Refuses files that are too short for the size they claim, however well they are packed, before memory is taken for it.
fn could_be_whole(info: &ImageInfo, samples: u64, compression: u64) -> Result<()> {
    // Bytes that one byte of the file can stand for. Uncompressed chroma may be subsampled; PackBits repeats a byte 128 times; a
    // string of LZW has at most 3,838 bytes for 12 bits; deflate is at its best with 258 bytes for two bits.
    let most = match compression {
        1 => 2,
        32_773 => 64,
        5 => 2_600,
        8 | 32_946 => 1_040,
        _ => return Ok(()),
    };
    let needed =
        u128::from(info.size.pixels()) * u128::from(samples.max(1)) * u128::from(info.bit_depth.max(1)) / 8;
    if needed <= u128::from(info.bytes) * most {
        return Ok(());
    }
    let reason = format!("picture data is missing: {} bytes are too few for {}", info.bytes, info.size);
    Err(Error::malformed(Format::Tiff, None, reason))
}

/// The entries of a directory, read from the file as they are asked for.
pub(crate) struct Directory<'a> {
    bytes: &'a [u8],
    little: bool,
    big: bool,
    at: usize,
    count: usize,
    next: u64,
}

impl<'a> Directory<'a> {
    /// The first directory of the file; `None` where it lies outside of it.
    pub(crate) fn first(bytes: &'a [u8]) -> Option<Self> {
        let little = bytes.first() == Some(&b'I');
        let mut d = Self { bytes, little, big: false, at: 0, count: 0, next: 0 };
        d.big = d.uint(2, 2)? == 43;
        let (at, count_bytes) = if d.big { (d.uint(8, 8)?, 8) } else { (d.uint(4, 4)?, 2) };
        let at = usize::try_from(at).ok()?;
        d.count = usize::try_from(d.uint(at, count_bytes)?).ok().filter(|c| *c <= 65_535)?;
        d.at = at.checked_add(count_bytes)?;
        let end = d.at.checked_add(d.count * d.entry_bytes())?;
        // A file that ends just after its entries is common; there is no next directory then.
        d.next = d.uint(end, if d.big { 8 } else { 4 }).unwrap_or(0);
        (end <= bytes.len()).then_some(d)
    }

    /// Where the first entry begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Value number `index` of a tag of bytes, shorts, longs or 8-byte longs.
    pub(crate) fn number(&self, tag: u16, index: usize) -> Option<u64> {
        self.numbers(tag).nth(index)
    }

    /// The values of such a tag, as far as they lie within the file.
    pub(super) fn numbers(&self, tag: u16) -> impl Iterator<Item = u64> {
        let (start, width, count) = self.place(tag).unwrap_or((0, 1, 0));
        (0..count).map_while(move |index| self.uint(start.checked_add(index.checked_mul(width)?)?, width))
    }

    /// The values of several tags, one after the other.
    pub(super) fn numbers_of<const N: usize>(&self, tags: [u16; N]) -> impl Iterator<Item = u64> {
        tags.into_iter().flat_map(|tag| self.numbers(tag))
    }

    /// Where its values begin, the bytes of each and their number.
    fn place(&self, tag: u16) -> Option<(usize, usize, usize)> {
        let (kind, count, at) = self.entry(tag)?;
        let width: usize = match kind {
            1 | 7 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => return None,
        };
        let inline = count.checked_mul(width as u64)? <= self.value_bytes() as u64;
        let start = if inline { at } else { usize::try_from(self.uint(at, self.value_bytes())?).ok()? };
        Some((start, width, usize::try_from(count).ok()?))
    }

    /// Whether an entry that decoders read (TIFF 6.0, or the profile) claims more values than `file`, a number of bytes.
    pub(super) fn claims_more_than(&self, file: u64) -> bool {
        (0..self.count).map(|i| self.at + i * self.entry_bytes()).any(|at| {
            let read = self.uint(at, 2).is_some_and(|tag| tag <= 532 || tag == 34_675);
            read && self.uint(at + 4, self.value_bytes()).is_some_and(|count| count > file)
        })
    }

    /// The ICC profile.
    pub(crate) fn icc(&self) -> Option<&'a [u8]> {
        self.bytes_of(34_675)
    }

    /// The bytes of a tag of bytes, as ICC profiles are stored.
    pub(super) fn bytes_of(&self, tag: u16) -> Option<&'a [u8]> {
        let (kind, count, at) = self.entry(tag)?;
        let count =
            usize::try_from(count).ok().filter(|c| matches!(kind, 1 | 7) && *c > self.value_bytes())?;
        let start = usize::try_from(self.uint(at, self.value_bytes())?).ok()?;
        self.bytes.get(start..start.checked_add(count)?)
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// Whether a tag has a type that sizes and places don't have.
    pub(super) fn is_odd(&self, tag: u16) -> bool {
        self.has(tag) && self.place(tag).is_none()
    }

    /// Type, count and position of the value of an entry: the last one of a known type, as the decoder takes it.
    fn entry(&self, tag: u16) -> Option<(u64, u64, usize)> {
        let known = |at: &usize| matches!(self.uint(*at + 2, 2), Some(1..=13 | 16..=18));
        let at = (0..self.count)
            .rev()
            .map(|i| self.at + i * self.entry_bytes())
            .find(|at| self.uint(*at, 2) == Some(tag.into()) && known(at))?;
        let (count_bytes, value) = if self.big { (8, 12) } else { (4, 8) };
        Some((self.uint(at + 2, 2)?, self.uint(at + 4, count_bytes)?, at + value))
    }

    fn entry_bytes(&self) -> usize {
        if self.big { 20 } else { 12 }
    }

    fn value_bytes(&self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn uint(&self, at: usize, width: usize) -> Option<u64> {
        let value = |le: fn([u8; 8]) -> u64| -> Option<u64> {
            let mut all = [0u8; 8];
            let part = self.bytes.get(at..at.checked_add(width)?)?;
            let start = if self.little { 0 } else { 8 - width };
            all.get_mut(start..start + width)?.copy_from_slice(part);
            Some(le(all))
        };
        if width == 1 {
            return array::<1>(self.bytes, at).map(|[b]| b.into());
        }
        if self.little { value(u64::from_le_bytes) } else { value(u64::from_be_bytes) }
    }
}
