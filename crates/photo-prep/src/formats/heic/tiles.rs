//! The coded pictures that a picture is made of: one, or the tiles of a grid (ISO/IEC 23008-12, 6.6.2.3).

use photo_hevc::{Chroma, Info, Picture};
use rayon::prelude::*;

use super::boxes::Reader;
use super::container::{Container, unsupported};
use super::properties::{HevcConfig, Property};
use crate::info::DecoderMemory;
use crate::{Error, Format, Result, Size};

/// Coded pictures of one size, row after row.
#[derive(Debug)]
pub(super) struct Tiles<'a> {
    container: &'a Container<'a>,
    /// Their items, in rows from the top.
    items: Vec<u32>,
    columns: u32,
    /// What the parameter sets of the first say; all have the same.
    pub(super) info: Info,
    /// The size of the whole, which may end within the last tiles.
    pub(super) size: Size,
}

impl<'a> Tiles<'a> {
    /// A single coded picture.
    pub(super) fn single(container: &'a Container<'a>, item: u32) -> Result<Self> {
        let info = info(container, item)?;
        let coded = Size::new(info.width, info.height);
        // Some writers pad the coded picture to whole blocks and tell its size in `ispe` alone.
        let told = container.properties(item)?.into_iter().find_map(|p| match p {
            Property::Size(width, height) => Some(Size::new(*width, *height)),
            _ => None,
        });
        let within = |s: &Size| s.pixels() > 0 && s.width <= coded.width && s.height <= coded.height;
        let size = told.filter(within).unwrap_or(coded);
        Ok(Self { container, items: vec![item], columns: 1, info, size })
    }

    /// The tiles of a grid.
    pub(super) fn grid(container: &'a Container<'a>, item: u32) -> Result<Self> {
        let data = container.data(item)?;
        let (columns, rows, size) = grid(&data)?;
        let items = container.targets(item, b"dimg").to_vec();
        if items.len() as u64 != u64::from(columns) * u64::from(rows) {
            let reason = format!("a grid of {columns}x{rows} tiles has {}", items.len());
            return Err(Error::malformed(Format::Heic, None, reason));
        }
        let first = items.first().copied().unwrap_or_default();
        let info = info(container, first)?;
        let covers = |tile: u32, count: u32, side: u32| {
            u64::from(tile) * u64::from(count) >= side.into()
                && u64::from(tile) * u64::from(count - 1) < side.into()
        };
        if !covers(info.width, columns, size.width) || !covers(info.height, rows, size.height) {
            let tile = Size::new(info.width, info.height);
            let reason = format!("{columns}x{rows} tiles of {tile} don't make a picture of {size}");
            return Err(Error::malformed(Format::Heic, None, reason));
        }
        let (x, y) = info.chroma.shifts();
        if columns > 1 && info.width % (1 << x) != 0 || rows > 1 && info.height % (1 << y) != 0 {
            return Err(unsupported("a grid of tiles with an odd side and subsampled chroma"));
        }
        for &tile in &items {
            let properties = container.properties(tile)?;
            let transforms = |p: &&Property<'_>| {
                matches!(p, Property::Rotation(_) | Property::Mirror { .. } | Property::Crop(_))
            };
            if properties.iter().any(transforms) {
                return Err(unsupported("a grid whose tiles are turned or cropped one by one"));
            }
        }
        Ok(Self { container, items, columns, info, size })
    }

    /// The width of all tiles side by side.
    pub(super) fn full_width(&self) -> u32 {
        self.info.width.saturating_mul(self.columns)
    }

    /// The first coded picture's item.
    pub(super) fn first(&self) -> u32 {
        self.items.first().copied().unwrap_or_default()
    }

    /// Rows of pixels in a row of tiles.
    pub(super) fn tile_height(&self) -> u32 {
        self.info.height
    }

    /// What decoding takes at most: a row of tiles, all at work at once.
    pub(super) fn memory(&self) -> DecoderMemory {
        let memory = photo_hevc::memory_for(&self.info);
        DecoderMemory { fixed: memory.fixed, per_thread: memory.per_thread }.times(self.columns.into())
    }

    /// Decodes row number `row` of the tiles, from left to right.
    pub(super) fn decode_row(&self, row: u32) -> Result<Vec<Picture>> {
        let start = row as usize * self.columns as usize;
        let items = self.items.get(start..start + self.columns as usize).unwrap_or_default();
        match items {
            [one] => Ok(vec![self.decode(*one)?]),
            // Each tile is a task: they take milliseconds, and none should wait for a pair of them.
            many => many.par_iter().with_max_len(1).map(|item| self.decode(*item)).collect(),
        }
    }

    fn decode(&self, item: u32) -> Result<Picture> {
        let info = info(self.container, item)?;
        let same = (info.width, info.height, info.chroma)
            == (self.info.width, self.info.height, self.info.chroma)
            && info.bit_depth_luma == self.info.bit_depth_luma
            && info.bit_depth_chroma == self.info.bit_depth_chroma;
        if !same {
            return Err(unsupported("a grid of tiles of different sizes, depths or chroma"));
        }
        let data = self.container.data(item)?;
        let config = config(self.container, item)?;
        let units = nal_units(&data, config.length_bytes)?;
        let picture = photo_hevc::decode(&config.parameter_sets, &units).map_err(error)?;
        // Parameter sets among the slices may say otherwise.
        if (picture.info.width, picture.info.height, picture.info.chroma)
            != (info.width, info.height, info.chroma)
        {
            return Err(Error::malformed(Format::Heic, None, "the picture's data are for another size"));
        }
        Ok(picture)
    }
}

/// What the parameter sets of a coded picture say.
fn info(container: &Container<'_>, item: u32) -> Result<Info> {
    let kind = container.item(item)?.kind;
    if !matches!(&kind, b"hvc1" | b"hev1") {
        return Err(not_hevc(kind));
    }
    photo_hevc::probe(&config(container, item)?.parameter_sets).map_err(error)
}

/// The refusal of a picture of another kind.
pub(super) fn not_hevc(kind: [u8; 4]) -> Error {
    let coding = match &kind {
        b"av01" => "AV1 (AVIF)",
        b"jpeg" => "JPEG",
        b"j2k1" => "JPEG 2000",
        b"avc1" => "H.264",
        b"vvc1" => "H.266",
        b"lhv1" => "layered HEVC",
        b"unci" => "no compression",
        b"grid" | b"iovl" | b"iden" => "derivations of derivations",
        b"tmap" => "a tone map",
        _ => {
            return unsupported(format!(
                "a picture of the kind `{}`; send it as JPEG",
                super::boxes::name(kind)
            ));
        }
    };
    unsupported(format!("a picture by {coding} inside of HEIF, where HEVC is read; send it as JPEG"))
}

fn config<'a>(container: &'a Container<'_>, item: u32) -> Result<&'a HevcConfig<'a>> {
    let found = container.properties(item)?.into_iter().find_map(|p| match p {
        Property::Hevc(config) => Some(config),
        _ => None,
    });
    found.ok_or_else(|| {
        Error::malformed(Format::Heic, None, format!("item {item} has no decoder configuration"))
    })
}

/// Columns, rows and size of a grid.
fn grid(data: &[u8]) -> Result<(u32, u32, Size)> {
    let mut r = Reader::new(data);
    if r.u8()? != 0 {
        return Err(unsupported("a grid of a version that is not known"));
    }
    let width = if r.u8()? & 1 == 1 { 4 } else { 2 };
    let (rows, columns) = (u32::from(r.u8()?) + 1, u32::from(r.u8()?) + 1);
    Ok((columns, rows, Size::new(r.uint(width)? as u32, r.uint(width)? as u32)))
}

/// The NAL units of a picture's data, each behind its length.
fn nal_units(data: &[u8], length_bytes: usize) -> Result<Vec<&[u8]>> {
    let mut r = Reader::new(data);
    let mut units = Vec::new();
    while !r.is_empty() {
        let length = usize::try_from(r.uint(length_bytes)?).unwrap_or(usize::MAX);
        units.push(r.take(length)?.rest());
    }
    Ok(units)
}

pub(super) fn error(error: photo_hevc::Error) -> Error {
    match error {
        photo_hevc::Error::Unsupported(what) => {
            unsupported(format!("{what} (HEVC); send the picture as JPEG"))
        }
        other => Error::malformed(Format::Heic, None, other.to_string()),
    }
}

/// Whether there is chroma.
pub(super) fn is_gray(info: &Info) -> bool {
    info.chroma == Chroma::Monochrome
}
