//! The items of a HEIF file: where their data lie, what they are, and what they say of each other
//! (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::boxes::{Box4, Reader, name};
use super::properties::{Property, property};
use crate::{Error, Format, Result};

/// Everything that the `meta` box tells.
#[derive(Debug)]
pub(super) struct Container<'a> {
    file: &'a [u8],
    /// Whether a Sony camera wrote it, by its brand.
    pub(super) is_sony: bool,
    pub(super) primary: u32,
    items: BTreeMap<u32, Item>,
    /// What refers to what, in the order of the file.
    references: Vec<Reference>,
    /// The content of `idat`.
    data: &'a [u8],
    properties: Vec<Property<'a>>,
}

/// An item: a picture, a derivation, or metadata.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) kind: [u8; 4],
    /// What its data begin with, for an item of type `mime`.
    pub(super) content_type: Vec<u8>,
    place: Option<Place>,
    /// Numbers of its properties from 0, in their order, and whether each is essential.
    properties: Vec<(usize, bool)>,
    is_protected: bool,
}

#[derive(Debug)]
struct Place {
    method: u8,
    extents: Vec<(u64, u64)>,
}

#[derive(Debug)]
struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

/// Reads the `meta` box of a file.
///
/// # Errors
/// [`Error::Malformed`] for a broken one, [`Error::Unsupported`] where there is no still picture.
pub(super) fn read(file: &[u8]) -> Result<Container<'_>> {
    let top = Reader::new(file).boxes()?;
    let find = |kind: &[u8; 4]| top.iter().find(|b| b.kind == *kind);
    let Some(meta) = find(b"meta") else {
        return Err(if find(b"moov").is_some() {
            unsupported("a video or picture sequence without a still picture; send one of its pictures")
        } else {
            Error::malformed(Format::Heic, file.len(), "picture data is missing: there is no `meta` box")
        });
    };
    let mut content = meta.content;
    content.version()?;
    let boxes = content.boxes()?;
    let brands = find(b"ftyp").map_or(&[][..], |b| b.content.rest());
    let mut container = Container {
        file,
        is_sony: brands.as_chunks::<4>().0.contains(b"SHIF"),
        primary: 0,
        items: BTreeMap::new(),
        references: Vec::new(),
        data: &[],
        properties: Vec::new(),
    };
    let mut has_primary = false;
    for Box4 { kind, content } in boxes {
        match &kind {
            b"pitm" => {
                container.primary = primary_item(content)?;
                has_primary = true;
            }
            b"iinf" => container.read_infos(content)?,
            b"iloc" => container.read_places(content)?,
            b"iref" => container.read_references(content)?,
            b"iprp" => container.read_properties(content)?,
            b"idat" => container.data = content.rest(),
            _ => {}
        }
    }
    if !has_primary {
        return Err(if find(b"moov").is_some() {
            unsupported("a picture sequence without a still primary picture; send one of its pictures")
        } else {
            meta.content.malformed("no item is the primary one")
        });
    }
    Ok(container)
}

/// An error that names what is not read.
pub(super) fn unsupported(what: impl Into<String>) -> Error {
    Error::unsupported(Format::Heic, what)
}

fn primary_item(mut r: Reader<'_>) -> Result<u32> {
    let (version, _) = r.version()?;
    Ok(r.uint(if version == 0 { 2 } else { 4 })? as u32)
}

impl<'a> Container<'a> {
    /// The item of this number.
    pub(super) fn item(&self, id: u32) -> Result<&Item> {
        let missing = || Error::malformed(Format::Heic, None, format!("item {id} is missing"));
        self.items.get(&id).ok_or_else(missing)
    }

    /// The properties of an item in their order; an essential one that is not known is an error.
    pub(super) fn properties(&self, id: u32) -> Result<Vec<&Property<'a>>> {
        let mut found = Vec::new();
        for (index, is_essential) in &self.item(id)?.properties {
            match self.properties.get(*index) {
                Some(Property::Unknown(kind)) if *is_essential => {
                    let what = name(*kind);
                    return Err(unsupported(format!(
                        "the picture needs the property `{what}`, which is not read"
                    )));
                }
                Some(property) => found.push(property),
                None => {
                    let reason = format!("item {id} has a property that is missing");
                    return Err(Error::malformed(Format::Heic, None, reason));
                }
            }
        }
        Ok(found)
    }

    /// What an item refers to in this way, in order.
    pub(super) fn targets(&self, from: u32, kind: &[u8; 4]) -> &[u32] {
        let found = self.references.iter().find(|r| r.from == from && r.kind == *kind);
        found.map_or(&[], |r| &r.to)
    }

    /// The items that refer to one in this way.
    pub(super) fn sources(&self, to: u32, kind: &[u8; 4]) -> impl Iterator<Item = u32> {
        let found = self.references.iter().filter(move |r| r.kind == *kind && r.to.contains(&to));
        found.map(|r| r.from)
    }

    /// The data of an item.
    ///
    /// # Errors
    /// [`Error::Malformed`] where they reach beyond the file or are longer than it.
    pub(super) fn data(&self, id: u32) -> Result<Cow<'a, [u8]>> {
        let item = self.item(id)?;
        if item.is_protected {
            return Err(unsupported("an encrypted picture; send it without protection"));
        }
        let malformed = |why: &str| Error::malformed(Format::Heic, None, format!("item {id} {why}"));
        let place = item.place.as_ref().ok_or_else(|| malformed("has no data"))?;
        let source = match place.method {
            0 => self.file,
            1 => self.data,
            _ => return Err(unsupported("item data that are parts of other items' data")),
        };
        let part = |&(start, length): &(u64, u64)| {
            let start = usize::try_from(start).ok()?;
            if length == 0 {
                return source.get(start..);
            }
            source.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        };
        let missing = || malformed("lies beyond the end of the file: picture data is missing");
        if let [one] = place.extents.as_slice() {
            return part(one).map(Cow::Borrowed).ok_or_else(missing);
        }
        let mut all = Vec::new();
        for extent in &place.extents {
            let part = part(extent).ok_or_else(missing)?;
            if all.len() + part.len() > self.file.len() {
                return Err(malformed("claims more data than the file has"));
            }
            all.extend_from_slice(part);
        }
        Ok(Cow::Owned(all))
    }

    fn read_infos(&mut self, mut r: Reader<'a>) -> Result<()> {
        let (version, _) = r.version()?;
        r.uint(if version == 0 { 2 } else { 4 })?;
        for Box4 { kind, mut content } in r.boxes()? {
            if kind != *b"infe" {
                continue;
            }
            let (version, _) = content.version()?;
            if version < 2 {
                continue;
            }
            let id = content.uint(if version == 2 { 2 } else { 4 })? as u32;
            let is_protected = content.u16()? != 0;
            let kind = content.four()?;
            content.text()?;
            let content_type = if kind == *b"mime" { content.text()?.to_vec() } else { Vec::new() };
            let item = self.items.entry(id).or_default();
            (item.kind, item.content_type, item.is_protected) = (kind, content_type, is_protected);
        }
        Ok(())
    }

    fn read_places(&mut self, mut r: Reader<'a>) -> Result<()> {
        let (version, _) = r.version()?;
        let sizes = r.u16()?;
        let width = |shift: u32| usize::from(sizes >> shift & 0xF);
        let (offset, length, base) = (width(12), width(8), width(4));
        let index = if version == 0 { 0 } else { width(0) };
        if [offset, length, base, index].iter().any(|w| !matches!(w, 0 | 4 | 8)) {
            return Err(r.malformed("places of items have numbers of an impossible width"));
        }
        let count = r.uint(if version < 2 { 2 } else { 4 })?;
        for _ in 0..count {
            let id = r.uint(if version < 2 { 2 } else { 4 })? as u32;
            let method = if version == 0 { 0 } else { (r.u16()? & 0xF) as u8 };
            let elsewhere = r.u16()? != 0;
            let start = r.uint(base)?;
            let extents = r.u16()?;
            let mut place = Place { method, extents: Vec::new() };
            for _ in 0..extents {
                r.uint(index)?;
                let (at, length) = (r.uint(offset)?, r.uint(length)?);
                if offset + length as usize == 0 && extents > 1 {
                    return Err(r.malformed("the parts of an item have no places"));
                }
                place.extents.push((start.saturating_add(at), length));
            }
            if elsewhere && id == self.primary {
                return Err(unsupported("a picture whose data lie in another file"));
            }
            self.items.entry(id).or_default().place = Some(place);
        }
        Ok(())
    }

    fn read_references(&mut self, mut r: Reader<'a>) -> Result<()> {
        let (version, _) = r.version()?;
        let width = if version == 0 { 2 } else { 4 };
        for Box4 { kind, mut content } in r.boxes()? {
            let from = content.uint(width)? as u32;
            let count = content.u16()?;
            let to = (0..count).map(|_| content.uint(width).map(|id| id as u32)).collect::<Result<_>>()?;
            self.references.push(Reference { kind, from, to });
        }
        Ok(())
    }

    fn read_properties(&mut self, r: Reader<'a>) -> Result<()> {
        for Box4 { kind, content } in r.boxes()? {
            match &kind {
                b"ipco" => {
                    self.properties = content.boxes()?.into_iter().map(property).collect::<Result<_>>()?;
                }
                b"ipma" => self.read_associations(content)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_associations(&mut self, mut r: Reader<'a>) -> Result<()> {
        let (version, flags) = r.version()?;
        let count = r.u32()?;
        for _ in 0..count {
            let id = r.uint(if version == 0 { 2 } else { 4 })? as u32;
            let number = r.u8()?;
            let mut properties = Vec::new();
            for _ in 0..number {
                let (value, top) = if flags & 1 == 0 { (r.u8()?.into(), 0x80) } else { (r.u16()?, 0x8000) };
                // Number 0 stands for none.
                if let Some(index) = usize::from(value & (top - 1)).checked_sub(1) {
                    properties.push((index, value & top != 0));
                }
            }
            self.items.entry(id).or_default().properties.append(&mut properties);
        }
        Ok(())
    }
}
