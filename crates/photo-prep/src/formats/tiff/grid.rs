//! Where strips and tiles lie, in the picture and in the file, and what they ask for: more than the picture,
//! where they are made for that.

use std::ops::Range;

use super::color_model::Color;
use super::compression::Compression;
use super::directory::Directory;
use super::header::Header;
use super::unpack::jpeg;
use super::{old_jpeg, tag};
use crate::limits::MAX_SEGMENTS;
use crate::{Error, Format, InputLimits, LimitKind, Result};

/// Bytes of samples that are unpacked at once, unless a single strip or row of tiles has more.
const AT_ONCE: u64 = 6 << 20;
/// Strips, or rows of tiles, that are unpacked at once.
const MOST_AT_ONCE: usize = 64;
/// Bytes of an uncompressed strip that are a band of their own: any rows of it can be read alone.
const PART: usize = 1 << 18;

#[derive(Debug)]
pub(super) struct Grid {
    /// Width and height of a tile, or of a strip.
    pub(super) chunk: (usize, usize),
    tiled: bool,
    /// Tiles beside each other, and strips or tiles below each other.
    pub(super) across: usize,
    down: usize,
    /// Where the strips or tiles of the first plane lie in the file, row by row, then those of the others.
    places: Vec<Range<usize>>,
    /// Bytes of all strips or tiles, by what the file tells.
    told: u64,
    /// Bytes of a row of a strip or tile, of one plane; of a row of data units, where chroma is subsampled.
    pub(super) row_bytes: usize,
    /// Rows that such a row stands for.
    row_height: usize,
    pub(super) bands: Vec<Band>,
}

/// Rows of the picture that are unpacked together: a strip or part of it, a row of tiles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    /// How many rows, and which strip or row of tiles they are from.
    pub(super) rows: usize,
    row: usize,
    /// Rows of the strip above them.
    skip: usize,
}

impl Grid {
    pub(super) fn read(d: &Directory<'_>, header: &Header) -> Result<Self> {
        let told = sum_of_lengths(d, header, d.file.bytes().len())?;
        let (chunk, tiled) = chunk(d, header);
        let size = [header.size.width, header.size.height].map(|side| side as usize);
        let (across, down) = (size[0].div_ceil(chunk.0), size[1].div_ceil(chunk.1));
        let (row_bytes, row_height) = row_bytes(header, chunk.0);
        let mut grid = Self {
            chunk,
            tiled,
            across,
            down,
            places: Vec::new(),
            told,
            row_bytes,
            row_height,
            bands: Vec::new(),
        };
        grid.places = grid.places(d, header)?;
        let part = grid.part(header);
        for row in 0..down {
            let rows = (size[1] - row * chunk.1).min(chunk.1);
            let bands = (0..rows).step_by(part).map(|skip| Band { rows: (rows - skip).min(part), row, skip });
            grid.bands.extend(bands);
        }
        Ok(grid)
    }

    /// Rows of a strip that may be a band.
    fn part(&self, header: &Header) -> usize {
        let whole = self.tiled || header.compression != Compression::None || self.row_height > 1;
        if whole { self.chunk.1 } else { (PART / self.row_bytes.max(1)).clamp(1, self.chunk.1) }
    }

    /// Bytes of samples that a band has in one plane of one tile.
    pub(super) fn unpacked(&self, band: Band) -> usize {
        let rows = if self.tiled { self.chunk.1 } else { band.rows };
        self.row_bytes.saturating_mul(rows.div_ceil(self.row_height))
    }

    /// Where the data of a band begins and ends, in tile `column` of `plane`.
    pub(super) fn place(&self, band: Band, column: usize, plane: usize) -> Range<usize> {
        let index = (plane * self.down + band.row) * self.across + column;
        let place = self.places.get(index).cloned().unwrap_or(0..0);
        let start = place.start.saturating_add(band.skip.saturating_mul(self.row_bytes));
        start..place.end.max(start)
    }

    /// Where all rows lie in the file, if they lie there one after the other, not compressed.
    pub(super) fn as_they_lie(&self, header: &Header) -> Option<Range<usize>> {
        let alone = self.across == 1 && self.chunk.0 == header.size.width as usize && !header.separate;
        if !alone || self.row_height > 1 || header.compression != Compression::None {
            return None;
        }
        let start = self.places.first()?.start;
        let mut end = start;
        for band in &self.bands {
            let (place, length) = (self.place(*band, 0, 0), band.rows.checked_mul(self.row_bytes)?);
            if place.start != end || place.len() < length {
                return None;
            }
            end = end.checked_add(length)?;
        }
        Some(start..end)
    }

    /// The bands from `first` that are unpacked at once. By sizes alone, so that memory is known beforehand.
    pub(super) fn batch(&self, first: usize, planes: usize) -> &[Band] {
        let rest = self.bands.get(first..).unwrap_or_default();
        let mut sum = 0u64;
        let fits = rest.iter().take(MOST_AT_ONCE).take_while(|band| {
            sum += self.bytes_of(**band, planes);
            sum <= AT_ONCE
        });
        rest.get(..fits.count().max(1)).unwrap_or(rest)
    }

    fn bytes_of(&self, band: Band, planes: usize) -> u64 {
        (self.unpacked(band) as u64).saturating_mul((planes * self.across) as u64)
    }

    /// The most rows that are unpacked at once, and the most bytes of their samples.
    pub(super) fn most_at_once(&self, planes: usize) -> (usize, u64) {
        let (mut first, mut most) = (0, (0, 0));
        while first < self.bands.len() {
            let batch = self.batch(first, planes);
            let rows = batch.iter().map(|b| b.rows).sum();
            let bytes = batch.iter().map(|b| self.bytes_of(*b, planes)).sum();
            most = (most.0.max(rows), most.1.max(bytes));
            first += batch.len();
        }
        most
    }

    /// Bytes of the largest strips or tiles, packed, that are unpacked at once.
    pub(super) fn most_packed(&self) -> u64 {
        self.places.iter().map(|p| p.len() as u64).max().unwrap_or(0)
    }

    /// The ranges of the file that strips or tiles lie in, as far as it tells.
    fn places(&self, d: &Directory<'_>, header: &Header) -> Result<Vec<Range<usize>>> {
        if header.compression == Compression::OldJpeg {
            return Ok(vec![old_jpeg::place(d, header)?]);
        }
        let planes = if header.separate { header.samples } else { 1 };
        let count = planes.saturating_mul(self.across).saturating_mul(self.down);
        too_many(count)?;
        let (offsets, lengths) = self.tags(d);
        let file = d.file.bytes().len();
        let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let offsets: Vec<usize> = d.numbers(offsets).map(index).take(count).collect();
        if offsets.len() < count {
            let reason =
                format!("picture data is missing: {} of {count} strips or tiles have a place", offsets.len());
            return Err(Error::malformed(Format::Tiff, d.at(), reason));
        }
        let lengths: Vec<usize> = d.numbers(lengths).map(index).take(count).collect();
        let plain = header.compression == Compression::None;
        let place = |i: usize| {
            let start = offsets.get(i).copied().unwrap_or(0);
            let said = lengths.get(i).copied().filter(|length| *length > 0 && !(plain && count == 1));
            // Not told, or told wrongly by old programs that wrote one strip: what it needs, or up to the
            // next one.
            let next = offsets.get(i + 1).copied().filter(|next| *next > start).unwrap_or(file);
            let guess = || if plain { self.whole(header, i) } else { next.saturating_sub(start) };
            let known =
                if lengths.is_empty() || count == 1 { said.unwrap_or_else(guess) } else { said.unwrap_or(0) };
            start..start.saturating_add(known)
        };
        Ok((0..count).map(place).collect())
    }

    /// Bytes of uncompressed strip or tile `index`.
    fn whole(&self, header: &Header, index: usize) -> usize {
        let row = index / self.across % self.down.max(1);
        let left = (header.size.height as usize).saturating_sub(row * self.chunk.1);
        let rows = if self.tiled { self.chunk.1 } else { left.min(self.chunk.1) };
        self.row_bytes.saturating_mul(rows.div_ceil(self.row_height))
    }

    /// The tags of offsets and of lengths: tiles are sometimes told by those of strips.
    fn tags(&self, d: &Directory<'_>) -> (u16, u16) {
        let (tiles, strips) = ((tag::TILE_OFFSETS, tag::TILE_BYTES), (tag::STRIP_OFFSETS, tag::STRIP_BYTES));
        let (first, second) = if self.tiled { (tiles, strips) } else { (strips, tiles) };
        if d.has(first.0) { first } else { second }
    }

    /// Refuses what takes time or memory far beyond the picture: strips longer than the file or used many
    /// times, tiles that reach far beyond the edges, JPEGs larger than their tile.
    pub(super) fn check(&self, d: &Directory<'_>, header: &Header, limits: &InputLimits) -> Result<()> {
        let file = d.file.bytes();
        let memory = |actual: u128| {
            let actual = u64::try_from(actual).unwrap_or(u64::MAX);
            Err(Error::LimitExceeded { what: LimitKind::Memory, actual, limit: limits.memory })
        };
        let (planes, limit) =
            (self.places.len() / (self.across * self.down).max(1), u128::from(limits.memory));
        let (_, at_once) = self.most_at_once(planes);
        if u128::from(at_once) > limit {
            return memory(at_once.into());
        }
        let tile = self.row_bytes as u128 * self.chunk.1.div_ceil(self.row_height) as u128;
        let all = tile * self.places.len() as u128;
        let shown = u128::from(header.size.pixels()) * header.samples as u128 * u128::from(header.bits) / 8;
        if self.tiled && all > limit && all > 4 * shown {
            return memory(all);
        }
        if header.compression != Compression::None {
            let used: u64 = self.places.iter().map(|p| p.len() as u64).sum::<u64>().max(self.told);
            if used > 2 * file.len() as u64 {
                let reason = format!("strips of {used} bytes in a file of {}", file.len());
                return Err(Error::malformed(Format::Tiff, d.at(), reason));
            }
        }
        if header.compression.is_jpeg() { self.check_jpegs(d, header) } else { Ok(()) }
    }

    fn check_jpegs(&self, d: &Directory<'_>, header: &Header) -> Result<()> {
        if d.has(tag::JPEG_TABLES) && !d.bytes_of(tag::JPEG_TABLES).is_some_and(jpeg::are_tables) {
            return Err(Error::malformed(Format::Tiff, d.at(), "the tables of its JPEGs are no tables"));
        }
        let chunk = (self.chunk.0 as u64, self.chunk.1 as u64);
        let mut places = self.places.iter();
        places.try_for_each(|place| jpeg::check(d.file.bytes(), place.clone(), chunk, header.is_ycbcr))
    }
}

/// Width and height of a tile or strip, and whether it is a tile.
fn chunk(d: &Directory<'_>, header: &Header) -> ((usize, usize), bool) {
    let number = |tag| d.number(tag, 0).filter(|n| *n > 0).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let (width, height) = (header.size.width as usize, header.size.height as usize);
    match (number(tag::TILE_WIDTH), number(tag::TILE_LENGTH)) {
        _ if header.compression == Compression::OldJpeg => ((width, height), false),
        (Some(width), Some(length)) => ((width, length), true),
        _ => ((width, number(tag::ROWS_PER_STRIP).unwrap_or(height).min(height)), false),
    }
}

/// Bytes of a row of so many pixels in one plane, and the rows of the picture that it is.
fn row_bytes(header: &Header, width: usize) -> (usize, usize) {
    match &header.color {
        Color::YCbCr(ycbcr) if !header.separate => {
            (width.div_ceil(ycbcr.shared.0).saturating_mul(ycbcr.unit()), ycbcr.shared.1)
        }
        _ => {
            let bits = width as u128 * header.samples_together() as u128 * u128::from(header.bits);
            (usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX), 1)
        }
    }
}

fn too_many(count: usize) -> Result<()> {
    if count > MAX_SEGMENTS {
        let (actual, limit) = (count as u64, MAX_SEGMENTS as u64);
        return Err(Error::LimitExceeded { what: LimitKind::Segments, actual, limit });
    }
    Ok(())
}

/// Bytes of all strips or tiles together that the file tells of, each of which can be in the file. Without
/// compression the size tells how long they are, and old programs wrote anything here.
fn sum_of_lengths(d: &Directory<'_>, header: &Header, file: usize) -> Result<u64> {
    let (mut count, mut sum) = (0, 0u64);
    for length in d.numbers(tag::STRIP_BYTES).chain(d.numbers(tag::TILE_BYTES)) {
        if length > file as u64 && header.compression != Compression::None {
            let reason = format!("picture data is missing: a strip of {length} bytes in a file of {file}");
            return Err(Error::malformed(Format::Tiff, d.at(), reason));
        }
        (count, sum) = (count + 1, sum.saturating_add(length));
        too_many(count)?;
    }
    Ok(sum)
}
