//! Facts of a PNG.

use crate::formats::opened::OpenedFile;
use crate::formats::png::PngLayout;
use crate::formats::{embedded_facts, png};
use crate::info::{ColorModel, ImageInfo};
use crate::{Error, Format, InputLimits, Result, Size, Warning};

pub(crate) fn probe(file: &OpenedFile<'_>, limits: &InputLimits) -> Result<ImageInfo> {
    let (bytes, layout) = (file.bytes(), file.png()?);
    let header = png::header(bytes, layout)?;
    let mut info = ImageInfo::new(Format::Png, Size::new(header.width, header.height), bytes);
    info.model = match header.color {
        0 | 4 => ColorModel::Gray,
        3 => ColorModel::Palette,
        _ => ColorModel::Rgb,
    };
    info.bit_depth = header.depth;
    info.by_rows = header.interlace == 0;
    info.alpha = matches!(header.color, 4 | 6) || layout.find(b"tRNS").is_some();
    info.animated = layout.find(b"acTL").is_some();
    embedded_facts::take(&mut info, &super::embedded::embedded(bytes, layout, limits), limits)?;
    if png::color::is_told(layout) {
        embedded_facts::icc_told(&mut info);
        let color = png::color::of(bytes, layout, info.model, limits.icc_bytes)?;
        info.hdr = color.hdr;
        info.icc = color.profile.map(|p| p.1);
        info.warnings.extend(color.warnings);
    }
    let credentials = |c: &png::Chunk| c.kind == *b"caBX" && c.sound;
    info.has_content_credentials = layout.chunks.iter().any(credentials);
    check_order(bytes, layout, header.color, &mut info)?;
    let dropped = layout.chunks.iter().filter(|c| !png::is_kept(c));
    info.private_bytes = dropped.map(|c| c.whole.len() as u64).sum::<u64>() + layout.unlisted as u64;
    info.unreferenced_bytes = layout.end.map_or(0, |end| bytes.len().saturating_sub(end)) as u64;
    Ok(info)
}

/// Without picture data there is no picture; everything else that is out of order makes the file malformed.
fn check_order(bytes: &[u8], layout: &PngLayout, color: u8, info: &mut ImageInfo) -> Result<()> {
    let (fault_at, fault) = layout.fault.clone().unzip();
    let at = |kind: &[u8; 4]| layout.chunks.iter().position(|c| c.kind == *kind);
    let Some(data) = at(b"IDAT") else {
        let why = fault.map_or(String::new(), |f| format!("; {f}"));
        return Err(Error::malformed(
            Format::Png,
            fault_at.unwrap_or(bytes.len()),
            format!("no picture data{why}"),
        ));
    };
    let idats = layout.chunks.iter().filter(|c| c.kind == *b"IDAT").count();
    let together = layout.chunks.iter().skip(data).take(idats).all(|c| c.kind == *b"IDAT");
    let unknown =
        layout.chunks.iter().find(|c| !c.is_ancillary() && !matches!(&c.kind, b"IHDR" | b"PLTE" | b"IDAT"));
    let doubled =
        [b"IHDR", b"PLTE"].iter().any(|k| layout.chunks.iter().filter(|c| c.kind == **k).count() > 1);
    let palette = at(b"PLTE");
    let fault = fault
        .or_else(|| unknown.map(|c| format!("unknown critical chunk {}", String::from_utf8_lossy(&c.kind))))
        .or_else(|| doubled.then(|| "a critical chunk is doubled".into()))
        .or_else(|| (!together).then(|| "the picture data is not in one run".into()))
        .or_else(|| (color == 3 && palette.is_none_or(|p| p > data)).then(|| "the palette is missing".into()))
        .or_else(|| {
            (matches!(color, 0 | 4) && palette.is_some()).then(|| "a gray picture with a palette".into())
        });
    info.well_formed = fault.is_none();
    info.warnings.extend(fault.map(Warning::MalformedStructure));
    let unsound = layout.chunks.iter().filter(|c| !c.sound && c.is_ancillary()).count();
    if unsound > 0 {
        info.warnings
            .push(Warning::MalformedStructure(format!("{unsound} ancillary chunks with a wrong checksum")));
    }
    Ok(())
}
