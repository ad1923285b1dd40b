//! What the primary item shows: coded pictures, perhaps behind an identity, or an overlay (ISO/IEC 23008-12,
//! 6.6.2).

use super::boxes::Reader;
use super::container::{Container, unsupported};
use super::geometry::View;
use super::properties::{Nclx, Property};
use super::tiles::{Tiles, not_hevc};
use crate::{Error, Format, Result, Size};

/// A picture that is ready to be decoded.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) canvas: Canvas<'a>,
    pub(super) view: View,
    /// The item whose properties speak of colors, and those of the first coded picture under it.
    pub(super) items: Vec<u32>,
    pub(super) alpha: Option<Alpha<'a>>,
    /// Whether the container says how the picture lies.
    pub(super) is_turned_by_container: bool,
}

#[derive(Debug)]
pub(super) enum Canvas<'a> {
    Tiles(Tiles<'a>),
    Overlay(Overlay<'a>),
}

/// Opacity, as luma of pictures of its own.
#[derive(Debug)]
pub(super) struct Alpha<'a> {
    pub(super) tiles: Tiles<'a>,
    /// Whether colors are stored multiplied with it.
    pub(super) is_premultiplied: bool,
}

/// Pictures laid over each other.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    pub(super) size: Size,
    /// Red, green, blue and alpha of 16 bits.
    pub(super) background: [u16; 4],
    /// From the lowest, with the columns and rows that they are moved by.
    pub(super) layers: Vec<(Scene<'a>, i32, i32)>,
}

/// Identities and overlays may be so deep.
const MAX_DEPTH: u32 = 4;
/// An overlay may have so many pictures; real ones have two or three.
const MAX_LAYERS: usize = 16;

impl<'a> Scene<'a> {
    pub(super) fn of(container: &'a Container<'a>) -> Result<Self> {
        Self::of_item(container, container.primary, 0)
    }

    fn of_item(container: &'a Container<'a>, id: u32, depth: u32) -> Result<Self> {
        if depth > MAX_DEPTH {
            return Err(unsupported("derivations of derivations of derivations"));
        }
        let item = container.item(id)?;
        let mut scene = match &item.kind {
            b"hvc1" | b"hev1" => Self::of_tiles(Tiles::single(container, id)?),
            b"grid" => Self::of_tiles(Tiles::grid(container, id)?),
            b"iden" => match container.targets(id, b"dimg") {
                [source] => Self::of_item(container, *source, depth + 1)?,
                _ => return Err(Error::malformed(Format::Heic, None, "an identity needs one source")),
            },
            b"iovl" => Self::of_overlay(Overlay::read(container, id, depth)?),
            _ => return Err(not_hevc(item.kind)),
        };
        let properties = container.properties(id)?;
        scene.view = scene.view.transformed(&properties)?;
        scene.is_turned_by_container |=
            properties.iter().any(|p| matches!(p, Property::Rotation(_) | Property::Mirror { .. }));
        if scene.items.first() != Some(&id) {
            scene.items.insert(0, id);
        }
        if let Some(alpha) = Alpha::of(container, id)? {
            scene.alpha = Some(alpha);
        }
        Ok(scene)
    }

    fn of_tiles(tiles: Tiles<'a>) -> Self {
        let (view, items) = (View::whole(tiles.size), vec![tiles.first()]);
        Self { view, canvas: Canvas::Tiles(tiles), items, alpha: None, is_turned_by_container: false }
    }

    fn of_overlay(overlay: Overlay<'a>) -> Self {
        let (view, lowest) = (View::whole(overlay.size), overlay.layers.first());
        let items = lowest.map_or_else(Vec::new, |l| l.0.items.clone());
        Self { view, canvas: Canvas::Overlay(overlay), items, alpha: None, is_turned_by_container: false }
    }

    /// The first property of this kind, of the item itself or of what it is made of.
    pub(super) fn find<'s, T>(
        &self,
        container: &'s Container<'a>,
        want: impl Fn(&'s Property<'a>) -> Option<T>,
    ) -> Result<Option<T>> {
        for id in &self.items {
            if let Some(found) = container.properties(*id)?.into_iter().find_map(&want) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Code points of the colors, as far as boxes tell them.
    pub(super) fn nclx(&self, container: &Container<'a>) -> Result<Option<Nclx>> {
        self.find(container, |p| if let Property::Nclx(nclx) = p { Some(*nclx) } else { None })
    }
}

impl<'a> Alpha<'a> {
    /// The picture of opacity that belongs to an item.
    fn of(container: &'a Container<'a>, id: u32) -> Result<Option<Self>> {
        for auxiliary in container.sources(id, b"auxl") {
            let is_alpha = |p: &&Property<'_>| matches!(p, Property::Auxiliary(urn) if ALPHA.contains(urn));
            if !container.properties(auxiliary)?.iter().any(is_alpha) {
                continue;
            }
            let tiles = match &container.item(auxiliary)?.kind {
                b"hvc1" | b"hev1" => Tiles::single(container, auxiliary)?,
                b"grid" => Tiles::grid(container, auxiliary)?,
                other => return Err(not_hevc(*other)),
            };
            let is_premultiplied = container.targets(id, b"prem").contains(&auxiliary);
            return Ok(Some(Self { tiles, is_premultiplied }));
        }
        Ok(None)
    }
}

/// What an auxiliary picture of opacity calls itself.
const ALPHA: [&[u8]; 3] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
];

impl<'a> Overlay<'a> {
    fn read(container: &'a Container<'a>, id: u32, depth: u32) -> Result<Self> {
        let sources = container.targets(id, b"dimg");
        if sources.is_empty() || sources.len() > MAX_LAYERS {
            return Err(unsupported(format!("an overlay of {} pictures", sources.len())));
        }
        let data = container.data(id)?;
        let mut r = Reader::new(&data);
        if r.u8()? != 0 {
            return Err(unsupported("an overlay of a version that is not known"));
        }
        let width = if r.u8()? & 1 == 1 { 4 } else { 2 };
        let background = [r.u16()?, r.u16()?, r.u16()?, r.u16()?];
        let size = Size::new(r.uint(width)? as u32, r.uint(width)? as u32);
        let mut offset = || -> Result<i32> {
            let value = r.uint(width)?;
            Ok(if width == 2 { i32::from(value as u16 as i16) } else { value as u32 as i32 })
        };
        let mut layers = Vec::new();
        for source in sources {
            let (x, y) = (offset()?, offset()?);
            layers.push((Scene::of_item(container, *source, depth + 1)?, x, y));
        }
        Ok(Self { size, background, layers })
    }
}
