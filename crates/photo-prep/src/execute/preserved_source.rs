//! The metadata of a source, as far as they can be carried over.

use crate::formats::embedded::embedded;
use crate::formats::jpeg::{self, marker, photoshop, xmp_extended};
use crate::formats::opened::OpenedFile;
use crate::formats::png;
use crate::metadata::ifd::Block;
use crate::metadata::{Truth, exif, exif_truth, xmp_truth};
use crate::plan::Plan;
use crate::{Format, Result, Warning};

/// As they stand in the source; all can be amended.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// A raw EXIF block.
    pub(super) exif: Option<Vec<u8>>,
    /// An XMP packet, and the one that it goes on in.
    pub(super) xmp: Option<Vec<u8>>,
    pub(super) extended: Option<Vec<u8>>,
    /// IPTC and comments of a JPEG, as whole segments.
    pub(super) segments: Vec<u8>,
    /// Texts of a PNG, as whole chunks.
    pub(super) chunks: Vec<u8>,
}

/// The notices of artist and copyright alone.
pub(super) fn notices(plan: &Plan, file: &OpenedFile<'_>) -> Result<Source> {
    let told = embedded(file, plan.info().format, &plan.options().input_limits)?;
    let exif = told.exif.iter().find_map(|raw| exif::notices_only(raw));
    Ok(Source { exif, ..Source::default() })
}

/// EXIF, XMP, IPTC and comments. What can't be carried into any output is told in `warnings`.
pub(super) fn all(
    plan: &Plan,
    file: &OpenedFile<'_>,
    truth: &Truth,
    warnings: &mut Vec<Warning>,
) -> Result<Source> {
    let (format, bytes) = (plan.info().format, file.bytes());
    let mut lose = |what: &str| warnings.push(Warning::MetadataDropped(what.into()));
    let told = embedded(file, format, &plan.options().input_limits)?;
    let exif = told.exif.iter().find(|raw| exif_truth::amended(raw, truth).is_some()).map(|r| r.to_vec());
    let mut source = Source { exif, ..Source::default() };
    match (told.exif.len(), &source.exif) {
        (0, _) | (1, Some(_)) => {}
        (1, None) => lose("the EXIF block is too broken to be written again"),
        _ => lose("EXIF blocks beside the first that is whole"),
    }
    let packet = told.xmp.as_deref().or_else(|| tiff_value(bytes, format, XMP));
    source.xmp =
        packet.filter(|packet| xmp_truth::amended(packet, truth, None).is_some()).map(<[u8]>::to_vec);
    if packet.is_some() && source.xmp.is_none() {
        lose("the XMP packet can't be understood, so it can't be made true of the new picture");
    }
    match format {
        Format::Jpeg => of_jpeg(file, truth, &mut source, &mut lose)?,
        Format::Png => of_png(file, &mut source, &mut lose)?,
        Format::Tiff => of_tiff(bytes, &mut lose),
        Format::Gif if plan.info().private_bytes > 0 => lose("comments and data of programs in a GIF"),
        Format::Heic if memchr::memmem::find(bytes, b"application/rdf+xml").is_some() => {
            lose("XMP of a HEIC")
        }
        _ => {}
    }
    Ok(source)
}

fn of_jpeg(
    file: &OpenedFile<'_>,
    truth: &Truth,
    source: &mut Source,
    lose: &mut impl FnMut(&str),
) -> Result<()> {
    let (bytes, layout) = (file.bytes(), file.jpeg()?);
    let of = |marker: u8| layout.segments.iter().filter(move |s| s.marker == marker);
    if let Some(name) = source.xmp.as_deref().and_then(xmp_truth::extension) {
        let packet = xmp_extended::joined(of(marker::APP1).map(|s| s.data(bytes)), name);
        source.extended = packet.filter(|packet| xmp_truth::amended(packet, truth, None).is_some());
        if source.extended.is_none() {
            lose("the second packet of a long XMP, which is not whole or can't be understood");
        }
    }
    if layout.unlisted > 0 {
        lose("comments and segments of programs beyond the first 100,000");
    }
    let others = of(marker::APP1).filter(|s| {
        let known = jpeg::exif(s, bytes).is_some() || jpeg::xmp(s, bytes).is_some();
        !known && !s.data(bytes).starts_with(xmp_extended::HEADER)
    });
    if others.count() > 0 {
        lose("APP1 segments that are neither EXIF nor XMP");
    }
    if of(marker::APP1).filter(|s| jpeg::xmp(s, bytes).is_some()).count() > 1 {
        lose("XMP packets behind the first");
    }
    let resources: Vec<u8> = of(marker::APP13)
        .filter_map(|s| s.data(bytes).strip_prefix(photoshop::HEADER))
        .collect::<Vec<_>>()
        .concat();
    match photoshop::amended(&resources) {
        Some(segments) => source.segments = segments,
        None => lose("IPTC that can't be understood"),
    }
    let comments = of(marker::COM).filter_map(|s| bytes.get(s.whole.clone()));
    comments.for_each(|comment| source.segments.extend_from_slice(comment));
    Ok(())
}

fn of_png(file: &OpenedFile<'_>, source: &mut Source, lose: &mut impl FnMut(&str)) -> Result<()> {
    let (bytes, layout) = (file.bytes(), file.png()?);
    for chunk in layout.chunks.iter().filter(|c| c.sound) {
        let data = bytes.get(chunk.data.clone()).unwrap_or_default();
        let plain = match &chunk.kind {
            b"tEXt" | b"zTXt" | b"iTXt" => png::text::holds(data).is_none(),
            kind => kind == b"tIME",
        };
        if let Some(whole) = bytes.get(chunk.whole.clone()).filter(|_| plain) {
            source.chunks.extend_from_slice(whole);
        }
    }
    let held = |holds: &[png::text::Holds]| {
        layout.texts(bytes).any(|(_, data)| png::text::holds(data).is_some_and(|h| holds.contains(&h)))
    };
    use png::text::Holds::{RawExif, RawXmp, Xmp};
    if source.exif.is_none() && held(&[RawExif]) || source.xmp.is_none() && held(&[RawXmp, Xmp]) {
        lose("EXIF or XMP in a text chunk that is broken or too long");
    }
    Ok(())
}

/// Tags of a TIFF's first directory.
const XMP: u16 = 700;

fn of_tiff(bytes: &[u8], lose: &mut impl FnMut(&str)) {
    const EXIF: [u16; 2] = [34_665, 34_853];
    const IPTC: [u16; 2] = [33_723, 34_377];
    const TEXTS: [u16; 6] = [270, 271, 272, 305, 315, 33_432];
    let Some((block, first)) = directory(bytes) else {
        return lose("whatever metadata a BigTIFF has");
    };
    let has = |tags: &[u16]| tags.iter().any(|tag| block.find(first, *tag).is_some());
    for (tags, what) in [
        (&EXIF[..], "EXIF of a TIFF"),
        (&IPTC, "IPTC and image resources of a TIFF"),
        (&TEXTS, "descriptions and notices in a TIFF's own tags"),
    ] {
        if has(tags) {
            lose(what);
        }
    }
}

/// The first directory of a TIFF that is no BigTIFF.
fn directory(bytes: &[u8]) -> Option<(Block<'_>, usize)> {
    let block = Block::of(bytes).filter(|block| block.u16(2) == Some(42))?;
    Some((block, block.first()?))
}

fn tiff_value(bytes: &[u8], format: Format, tag: u16) -> Option<&[u8]> {
    let (block, first) = directory(bytes).filter(|_| format == Format::Tiff)?;
    bytes.get(block.value(block.find(first, tag)?)?)
}
