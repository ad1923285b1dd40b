//! HEIC: HEIF files (ISO/IEC 23008-12) whose pictures are coded as HEVC.
//!
//! The container is read here, and says which coded pictures make up the picture, how it lies, and what its
//! samples mean; `photo-hevc` decodes the coded pictures to luma and chroma.

mod boxes;
mod color;
mod container;
mod geometry;
mod overlay;
mod premultiplied;
mod properties;
mod rows;
mod scene;
mod strip;
mod tiles;
mod upsample;

use photo_hevc::Info;

use self::container::{Container, unsupported};
use self::properties::{Nclx, Property};
use self::rows::Rows;
use self::scene::{Canvas, Scene};
use crate::info::{ColorModel, DecoderMemory, Hdr, ImageInfo};
use crate::metadata::{cicp, exif, icc};
use crate::pixels::Raster;
use crate::pixels::bands::{self, RowSource};
use crate::pixels::depth::DepthConversion;
use crate::{Error, Format, InputLimits, LimitKind, Orientation, Result, Size, Warning};

/// The facts of a file. The orientation is the container's (`irot`, `imir`); that of EXIF must not be applied
/// (ISO/IEC 23008-12, annex A), so one that stands alone is warned of.
pub(crate) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let container = container::read(bytes)?;
    let scene = Scene::of(&container)?;
    let coded = scene.coded();
    let boxes = scene.nclx(&container)?;
    let signal = color::signal_of(&container, boxes, coded);
    let mut info = ImageInfo::new(Format::Heic, scene.view.size, bytes);
    info.orientation = scene.view.orientation;
    info.bit_depth = rows::depth(coded);
    info.alpha = scene.alpha.is_some() || matches!(scene.canvas, Canvas::Overlay(_));
    info.model = match signal.matrix {
        _ if tiles::is_gray(coded) => ColorModel::Gray,
        0 => ColorModel::Rgb,
        _ => ColorModel::YCbCr,
    };
    let (x, y) = coded.chroma.shifts();
    info.luma_factors = Some((1 << x, 1 << y));
    info.by_rows = matches!(scene.canvas, Canvas::Tiles(_)) && !info.alpha;
    info.decoder_memory = scene.decoder_memory();
    let least = info.decoder_memory.on(1);
    if least > limits.memory {
        let (what, actual, limit) = (LimitKind::Memory, least, limits.memory);
        return Err(Error::LimitExceeded { what, actual, limit });
    }
    let profile = profile(&container, &scene, signal)?;
    info.hdr = Hdr::of_code(signal.transfer).filter(|_| profile.is_none()).map(|hdr| (hdr, signal.primaries));
    if let Some(profile) = profile {
        icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        crate::formats::probe_support::take_icc(&mut info, Ok(profile));
    }
    if color::ranges_differ(boxes, coded) {
        let used = if signal.full_range { "full" } else { "limited" };
        let why = format!("its box and its coded picture tell different ranges of samples; taken as {used}");
        info.warnings.push(Warning::ColorAssumed(why));
    }
    info.has_gain_map = has_gain_map(&container);
    warn_of_exif(&container, &scene, limits, &mut info)?;
    // Whatever is wrong with the colors is told before anything is decoded.
    color::Converter::new(signal, coded, 16)?;
    Ok(info)
}

/// The EXIF block of a file, from its TIFF header on; `None` where there is none that can be read.
pub(crate) fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let container = container::read(bytes).ok()?;
    exif_of(&container, container.primary)
}

/// The color profile of a file, or one made of its numbers.
pub(crate) fn icc_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let container = container::read(bytes).ok()?;
    let scene = Scene::of(&container).ok()?;
    let signal = color::signal_of(&container, scene.nclx(&container).ok()?, scene.coded());
    profile(&container, &scene, signal).ok()?
}

/// The whole picture as stored.
pub(crate) fn decode(bytes: &[u8], depth: &DepthConversion) -> Result<Raster> {
    let container = container::read(bytes)?;
    let scene = Scene::of(&container)?;
    scene.raster(&container, depth)
}

/// The picture as stored, already reduced.
pub(crate) fn decode_reduced(bytes: &[u8], size: Size, depth: &DepthConversion) -> Result<Option<Raster>> {
    let container = container::read(bytes)?;
    let scene = Scene::of(&container)?;
    let Some(mut rows) = scene.rows(&container, depth)? else { return Ok(None) };
    bands::reduced(&mut rows, size).map(Some)
}

/// Decodes the picture for what `depth` learns from it, and keeps nothing.
pub(crate) fn scan(bytes: &[u8], depth: &DepthConversion) -> Result<()> {
    let container = container::read(bytes)?;
    let scene = Scene::of(&container)?;
    match scene.rows(&container, depth)? {
        Some(mut rows) => bands::scan(&mut rows),
        None => scene.raster(&container, depth).map(drop),
    }
}

/// By an auxiliary picture as Apple marks it, or a picture that is derived with tone mapping (ISO 21496-1).
fn has_gain_map(container: &Container<'_>) -> bool {
    const APPLE: &[u8] = b"urn:com:apple:photo:2020:aux:hdrgainmap";
    let is_map = |p: &&Property<'_>| matches!(p, Property::Auxiliary(urn) if *urn == APPLE);
    let mut auxiliary = container.sources(container.primary, b"auxl");
    let mut derived = container.sources(container.primary, b"dimg");
    auxiliary.any(|id| container.properties(id).is_ok_and(|all| all.iter().any(is_map)))
        || derived.any(|id| container.item(id).is_ok_and(|item| &item.kind == b"tmap"))
}

fn warn_of_exif(
    container: &Container<'_>,
    scene: &Scene<'_>,
    limits: &InputLimits,
    info: &mut ImageInfo,
) -> Result<()> {
    let Some(raw) = exif_of(container, container.primary) else { return Ok(()) };
    let (what, actual, limit) = (LimitKind::ExifBytes, raw.len() as u64, limits.exif_bytes);
    if actual > limit {
        return Err(Error::LimitExceeded { what, actual, limit });
    }
    let facts = exif::facts(&raw);
    info.warnings.extend(facts.warning);
    let told = facts.orientation.unwrap_or_default();
    if told != Orientation::Upright && !scene.is_turned_by_container {
        let why = format!(
            "EXIF says that the picture is {told}, but a HEIC lies as its container says: left as stored"
        );
        info.warnings.push(Warning::OrientationConflict(why));
    }
    Ok(())
}

/// The EXIF block that describes an item (ISO/IEC 23008-12, A.2.1): behind the offset of its TIFF header.
fn exif_of(container: &Container<'_>, item: u32) -> Option<Vec<u8>> {
    let id = container
        .sources(item, b"cdsc")
        .find(|id| container.item(*id).is_ok_and(|item| item.kind == *b"Exif"))?;
    let data = container.data(id).ok()?;
    let offset = usize::try_from(u32::from_be_bytes(*data.first_chunk()?)).ok()?;
    Some(data.get(4usize.checked_add(offset)?..)?.to_vec())
}

/// The ICC profile of the picture or of its tiles, else one made of numbers; `None` for sRGB, and for light
/// of a high dynamic range.
fn profile(container: &Container<'_>, scene: &Scene<'_>, signal: Nclx) -> Result<Option<Vec<u8>>> {
    let icc = |p: &Property<'_>| if let Property::Icc(profile) = p { Some(profile.to_vec()) } else { None };
    if let Some(profile) = scene.find(container, icc)? {
        return Ok(Some(profile));
    }
    // The curve of BT.709 and its copies is a camera's; viewers show such pictures by that of sRGB.
    let transfer = if matches!(signal.transfer, 1 | 6 | 14 | 15) { 13 } else { signal.transfer };
    if (signal.primaries, transfer) == (1, 13) || Hdr::of_code(transfer).is_some() {
        return Ok(None);
    }
    let gray = tiles::is_gray(scene.coded());
    Ok(cicp::profile_of_codes(signal.primaries, transfer, gray))
}

impl<'a> Scene<'a> {
    /// The parameters of the first coded picture.
    fn coded(&self) -> &Info {
        match &self.canvas {
            Canvas::Tiles(tiles) => &tiles.info,
            Canvas::Overlay(overlay) => overlay.lowest().coded(),
        }
    }

    /// What decoding takes beside the pixels.
    fn decoder_memory(&self) -> DecoderMemory {
        let alpha = self.alpha.as_ref().map(|a| a.tiles.memory()).unwrap_or_default();
        alpha.and(match &self.canvas {
            Canvas::Tiles(tiles) => tiles.memory(),
            Canvas::Overlay(overlay) => overlay.memory(),
        })
    }

    /// The picture row by row; `None` for overlays.
    fn rows<'s>(&'s self, container: &Container<'a>, depth: &'s DepthConversion) -> Result<Option<Rows<'s>>> {
        let Canvas::Tiles(tiles) = &self.canvas else { return Ok(None) };
        let signal = color::signal_of(container, self.nclx(container)?, &tiles.info);
        Rows::new(tiles, self.alpha.as_ref(), self.view, signal, depth).map(Some)
    }

    /// The whole picture as stored.
    fn raster(&self, container: &Container<'a>, depth: &DepthConversion) -> Result<Raster> {
        if let Canvas::Overlay(overlay) = &self.canvas {
            return overlay.raster(container, depth, self.view);
        }
        let rows = self.rows(container, depth)?;
        let mut rows = rows.ok_or_else(|| unsupported("a picture without rows"))?;
        let (size, layout) = (rows.size(), rows.layout());
        let mut data = Vec::with_capacity(Raster::bytes_for(size, layout));
        rows.append(size.height as usize, &mut data)?;
        Raster::new(size, layout, data)
            .ok_or_else(|| Error::malformed(Format::Heic, None, "samples are missing"))
    }
}
