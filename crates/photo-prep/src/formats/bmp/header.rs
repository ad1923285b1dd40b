//! What the headers of a BMP say: one set of facts for the Windows and the OS/2 family.

use std::ops::Range;

use crate::formats::bmp::masks::Masks;
use crate::metadata::bytes::{array, le16, le32};
use crate::{Error, Format, Result, Size};

/// How the pixels are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Indices or samples, row after row, each row padded to four bytes.
    Plain,
    /// Run lengths of 4-bit or 8-bit indices.
    RunLengths,
}

/// The facts that decoding needs; all ranges lie within the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) size: Size,
    /// Whether the first stored row is the top one; usually it is the bottom one.
    pub(crate) top_down: bool,
    /// Bits a pixel: 1, 2, 4 or 8 for indices; 16, 24 or 32 for samples.
    pub(crate) depth: u16,
    pub(crate) coding: Coding,
    /// Which bits of a pixel are which sample; all 0 where pixels are indices.
    pub(crate) masks: Masks,
    /// Where the colors of the indices are, and the bytes of each (3 or 4).
    pub(crate) palette: (Range<usize>, usize),
    /// Where the pixels start.
    pub(crate) data: usize,
    /// Where the embedded color profile is.
    pub(crate) profile: Option<Range<usize>>,
}

/// The header fields as they are stored; 0 for those that a shorter header lacks.
struct Fields {
    /// Bytes of the header that follows the 14 of the file header.
    header: u32,
    depth: u16,
    compression: u32,
    colors: u32,
}

impl Header {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`Error::Malformed`] where they contradict themselves, [`Error::Unsupported`] for coding that is not read.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let header = le32(bytes, START).ok_or_else(|| cut(bytes))?;
        if header != CORE && !(16..=124).contains(&header) {
            return Err(bad(START, format!("a header of {header} bytes is unknown")));
        }
        if (bytes.len() as u64) < START as u64 + u64::from(header) {
            return Err(cut(bytes));
        }
        let (size, top_down, depth) = shape(bytes, header)?;
        let field = |length, at| if header >= length { le32(bytes, at).unwrap_or(0) } else { 0 };
        let fields = Fields { header, depth, compression: field(20, 30), colors: field(36, 46) };
        let coding = fields.coding()?;
        if coding == Coding::RunLengths && top_down {
            return Err(bad(22, "run lengths can't come top-down"));
        }
        let masks = fields.masks(bytes)?;
        let (palette, data) = fields.places(bytes);
        Ok(Self { size, top_down, depth, coding, masks, palette, data, profile: fields.profile(bytes) })
    }

    /// Whether rows can be had one by one: not from run lengths, and not with alpha, which only the whole
    /// picture shows to be meant.
    pub(crate) fn has_rows(&self) -> bool {
        self.coding == Coding::Plain && (self.depth <= 8 || self.masks.alpha == 0)
    }
}

impl Fields {
    /// Whether the header is one of OS/2, where the numbers of the compressions mean other things.
    fn is_os2(&self) -> bool {
        self.header <= 64 && !matches!(self.header, 40 | 52 | 56)
    }

    fn coding(&self) -> Result<Coding> {
        let refused = |what: &str| {
            Err(Error::unsupported(Format::Bmp, format!("{what} are not read; save it as PNG or JPEG")))
        };
        match (self.compression, self.depth) {
            (3, 1) => refused("Huffman-coded bitmaps"),
            (4, _) if self.is_os2() => refused("bitmaps of 24-bit run lengths"),
            (4, _) => refused("bitmaps that wrap a JPEG"),
            (5, _) => refused("bitmaps that wrap a PNG"),
            (_, 64) => refused("bitmaps of 64 bits a pixel"),
            (_, depth) if !matches!(depth, 1 | 2 | 4 | 8 | 16 | 24 | 32) => {
                Err(bad(DEPTH_AT, format!("{depth} bits a pixel are not possible")))
            }
            (0, _) => Ok(Coding::Plain),
            (1, 8) | (2, 4) => Ok(Coding::RunLengths),
            (3 | 6, 16 | 24 | 32) if !self.is_os2() => Ok(Coding::Plain),
            (n, depth) => Err(bad(30, format!("compression {n} is not possible with {depth} bits a pixel"))),
        }
    }

    /// How many masks there are: bit fields have three, and a fourth for alpha in newer headers or where they
    /// say so.
    fn stored_masks(&self) -> usize {
        match (self.compression, self.header) {
            (6, _) | (3, 56..) => 4,
            (3, _) => 3,
            _ => 0,
        }
    }

    fn masks(&self, bytes: &[u8]) -> Result<Masks> {
        let stored = |n: usize| {
            let held = n < self.stored_masks();
            if held { le32(bytes, MASKS_AT + 4 * n).ok_or_else(|| cut(bytes)) } else { Ok(0) }
        };
        if self.depth <= 8 {
            return Ok(Masks::default());
        }
        if self.stored_masks() > 0 {
            let masks = Masks { color: [stored(0)?, stored(1)?, stored(2)?], alpha: stored(3)? };
            return masks.checked(self.depth).map_err(|reason| bad(MASKS_AT, reason));
        }
        // Without bit fields, what a header says of masks is not about its pixels: the fourth byte is a spare
        // one.
        let color = if self.depth == 16 { [0x7C00, 0x3E0, 0x1F] } else { [0xFF_0000, 0xFF00, 0xFF] };
        Ok(Masks { color, alpha: 0 })
    }

    /// Palette and start of the pixels. Where the file header's offset can't be right, they follow the
    /// headers.
    fn places(&self, bytes: &[u8]) -> ((Range<usize>, usize), usize) {
        let header = usize::try_from(self.header).unwrap_or(usize::MAX);
        let masks_end = if self.stored_masks() > 0 { MASKS_AT + 4 * self.stored_masks() } else { 0 };
        let start = header.saturating_add(START).max(masks_end).min(bytes.len());
        let most = if self.depth <= 8 { 1usize << self.depth } else { 0 };
        let declared = match usize::try_from(self.colors).unwrap_or(usize::MAX) {
            0 => most,
            n => n,
        };
        let count = declared.min(most);
        let offset = le32(bytes, 10).and_then(|o| usize::try_from(o).ok()).unwrap_or(0);
        let offset = Some(offset).filter(|o| (start + usize::from(most > 0)..bytes.len()).contains(o));
        let entry = match (self.header, offset) {
            (CORE, _) => 3,
            // Some writers of OS/2 headers keep the three bytes of its first version.
            (_, Some(o)) if self.is_os2() && (3 * count..4 * count).contains(&(o - start)) => 3,
            _ => 4,
        };
        let following = [declared, count].map(|n| n.saturating_mul(entry).saturating_add(start));
        let following = following.into_iter().find(|at| *at < bytes.len()).unwrap_or(bytes.len());
        let data = offset.unwrap_or(following);
        let end = start.saturating_add(count * entry).min(data);
        ((start..end, entry), data)
    }

    /// Version 5 of the Windows header may say that a profile is in the file.
    fn profile(&self, bytes: &[u8]) -> Option<Range<usize>> {
        if self.header < 124 || array(bytes, START + 56) != Some(*b"DEBM") {
            return None;
        }
        let at = usize::try_from(le32(bytes, START + 112)?).ok()?.checked_add(START)?;
        let end = at.checked_add(usize::try_from(le32(bytes, START + 116)?).ok()?)?;
        bytes.get(at..end).map(|_| at..end)
    }
}

/// Size, row order and bits a pixel.
fn shape(bytes: &[u8], header: u32) -> Result<(Size, bool, u16)> {
    let cut = || cut(bytes);
    let (width, height, depth) = if header == CORE {
        let side = |at| le16(bytes, at).map(i32::from).ok_or_else(cut);
        (side(18)?, side(20)?, le16(bytes, 24).ok_or_else(cut)?)
    } else {
        let side = |at| le32(bytes, at).map(u32::cast_signed).ok_or_else(cut);
        (side(18)?, side(22)?, le16(bytes, DEPTH_AT).ok_or_else(cut)?)
    };
    // A negative height says that the rows come top-down; the lowest number has no positive one.
    match (u32::try_from(width), height.checked_abs().map(i32::cast_unsigned)) {
        (Ok(w @ 1..), Some(h @ 1..)) => Ok((Size::new(w, h), height < 0, depth)),
        _ => Err(bad(18, format!("impossible size {width}x{height}"))),
    }
}

fn cut(bytes: &[u8]) -> Error {
    bad(bytes.len(), "the file ends within the header")
}

fn bad(at: usize, reason: impl Into<String>) -> Error {
    Error::malformed(Format::Bmp, at, reason)
}

/// Where the header of either family starts.
const START: usize = 14;
/// Bytes of the first OS/2 header.
const CORE: u32 = 12;
/// Where the bits a pixel are, in all but the first OS/2 header.
const DEPTH_AT: usize = 28;
/// Where the masks are, within longer headers or behind the one of 40 bytes.
const MASKS_AT: usize = 54;
