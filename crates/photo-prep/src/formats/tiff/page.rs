//! Which directory is the picture: the first that is neither a reduced copy nor a mask. A camera's raw file
//! has no such picture, whatever its directories say.

use std::collections::HashSet;

use super::directory::{Container, Directory};
use super::tag;
use crate::{Error, Format, Result};

/// Directories that are looked at, and entries in all of them. Faxes have hundreds of pages.
const MOST_DIRECTORIES: usize = 1_000;
const MOST_ENTRIES: usize = 200_000;

/// The directory of the picture, and what stands around it.
pub(crate) struct Page<'a> {
    pub(super) directory: Directory<'a>,
    /// The one that it belongs to, where it is not in the main chain.
    pub(super) parent: Option<Directory<'a>>,
    /// Whether the main chain has further full pages.
    pub(super) more: bool,
}

/// # Errors
/// [`Error::Malformed`] where there is no directory, [`Error::Unsupported`] for raw files.
pub(crate) fn find(bytes: &[u8]) -> Result<Page<'_>> {
    let damaged = || Error::malformed(Format::Tiff, bytes.len(), "the file ends within its directory");
    let (file, first) = Container::open(bytes).ok_or_else(damaged)?;
    let found = walked(file, first);
    let main = found.first().ok_or_else(damaged)?;
    if let Some(kind) = raw_kind(bytes, &found) {
        let feature = format!(
            "a camera's raw file ({kind}): develop it and save it as JPEG, or as a TIFF of finished pixels"
        );
        return Err(Error::unsupported(Format::Tiff, feature));
    }
    let full = |f: &&Found<'_>| !f.is_reduced_or_mask();
    let chosen = found.iter().find(full).unwrap_or(main);
    let others = found.iter().filter(full).filter(|f| f.parent.is_none());
    let more = others.filter(|f| f.directory.at() != chosen.directory.at()).count() > 0;
    Ok(Page { directory: chosen.directory, parent: chosen.parent, more })
}

struct Found<'a> {
    directory: Directory<'a>,
    parent: Option<Directory<'a>>,
}

impl Found<'_> {
    /// NewSubfileType: bit 0 is a reduced copy, bit 2 a mask. SubfileType, its predecessor: 2 is a reduced
    /// copy.
    fn is_reduced_or_mask(&self) -> bool {
        let d = &self.directory;
        d.number(tag::NEW_SUBFILE_TYPE, 0).is_some_and(|bits| bits & 0b101 != 0)
            || d.number(tag::SUBFILE_TYPE, 0) == Some(2)
            || d.number(tag::PHOTOMETRIC, 0) == Some(4)
    }
}

/// The main chain, each directory followed by those inside of it, none twice.
fn walked(file: Container<'_>, first: u64) -> Vec<Found<'_>> {
    let (mut found, mut seen, mut entries) = (Vec::new(), HashSet::new(), 0);
    let mut offset = first;
    while found.len() < MOST_DIRECTORIES && entries < MOST_ENTRIES && seen.insert(offset) {
        let Some(directory) = file.directory(offset) else { break };
        entries += directory.entries();
        found.push(Found { directory, parent: None });
        for inner in directory.numbers(tag::SUB_IFDS).take(MOST_DIRECTORIES) {
            if found.len() >= MOST_DIRECTORIES || entries >= MOST_ENTRIES || !seen.insert(inner) {
                break;
            }
            let Some(inner) = file.directory(inner) else { continue };
            entries += inner.entries();
            found.push(Found { directory: inner, parent: Some(directory) });
        }
        offset = directory.next;
    }
    found
}

/// What kind of raw file it is, if it is one.
fn raw_kind(bytes: &[u8], found: &[Found<'_>]) -> Option<String> {
    if found.iter().any(|f| f.directory.has(tag::DNG_VERSION)) {
        return Some("DNG".into());
    }
    // Canon's second kind of raw file marks itself beside the offset of the first directory.
    if bytes.get(8..10) == Some(b"CR") && bytes.get(10) == Some(&2) {
        return Some("CR2".into());
    }
    found.iter().any(|f| is_raw(&f.directory)).then(|| {
        let make = found.first().and_then(|f| f.directory.text(tag::MAKE));
        make.filter(|m| !m.is_empty()).map_or_else(|| "of a camera's sensor".into(), |m| format!("of {m}"))
    })
}

/// Samples of a color filter array or of a linear sensor, or packed as only cameras do.
fn is_raw(directory: &Directory<'_>) -> bool {
    let number = |tag| directory.number(tag, 0);
    let sensor = matches!(number(tag::PHOTOMETRIC), Some(32_803 | 34_892));
    // Sony, Epson, Samsung, Nikon, Kodak, Pentax.
    sensor || matches!(number(tag::COMPRESSION), Some(32_767 | 32_769 | 32_770 | 34_713 | 65_000 | 65_535))
}
