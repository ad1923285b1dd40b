//! Facts of a TIFF, from the directory of its picture.

use super::color_model::Color;
use super::compression::Compression;
use super::directory::Directory;
use super::grid::Grid;
use super::header::Header;
use super::page::{self, Page};
use super::tag;
use crate::formats::embedded_facts;
use crate::formats::probe_support::take_icc;
use crate::info::{ColorModel, DecoderMemory, ImageInfo};
use crate::metadata::icc;
use crate::{Error, Format, InputLimits, Orientation, Result, Warning};

pub(crate) fn probe(bytes: &[u8], limits: &InputLimits) -> Result<ImageInfo> {
    let page = page::find(bytes)?;
    let directory = &page.directory;
    if directory.claims_more_than(bytes.len() as u64) {
        let reason = "an entry of the directory claims more values than the file has bytes";
        return Err(Error::malformed(Format::Tiff, directory.at(), reason));
    }
    if let Some(odd) = tag::PLACES.into_iter().find(|tag| directory.is_odd(*tag)) {
        let reason = format!("tag {odd} is of a type that it can't have");
        return Err(Error::malformed(Format::Tiff, directory.at(), reason));
    }
    let header = Header::read(directory)?;
    let mut info = ImageInfo::new(Format::Tiff, header.size, bytes);
    info.model = model(&header);
    // Whatever is wider than 16 bits is told as 32.
    info.bit_depth = if header.bits <= 16 { header.bits } else { 32 };
    info.alpha = header.alpha.is_some();
    info.animated = page.more;
    if info.size.width == 0 || info.size.height == 0 || info.size.pixels() > limits.pixels {
        return Ok(info);
    }
    could_be_whole(&info, &header)?;
    let grid = Grid::read(directory, &header)?;
    grid.check(directory, &header, limits)?;
    take_work(&mut info, &header, &grid);
    take_orientation(&mut info, &page);
    if let Some(profile) = profile(&page) {
        icc::check_length(profile.len() as u64, limits.icc_bytes)?;
        take_icc(&mut info, Ok(profile.to_vec()));
    }
    info.warnings.extend(assumptions(&header).map(|why| Warning::ColorAssumed(why.into())));
    if header.inks_with_alpha {
        info.warnings.push(Warning::AlphaIgnored("transparency of CMYK pictures is not kept".into()));
    }
    Ok(info)
}

/// What is taken for granted of samples that other programs take otherwise.
fn assumptions(header: &Header) -> impl Iterator<Item = &'static str> {
    let odd_weights = matches!(&header.color, Color::YCbCr(ycbcr) if ycbcr.assumed);
    let table = [
        (odd_weights, "the weights of red, green and blue in luma make no sense; those of BT.601 are taken"),
        (header.float, "floating-point samples of 0..1 are taken for black to white"),
        (
            !header.float && header.bits > 16,
            "samples of more than 16 bits are taken for black to white over all their values",
        ),
    ];
    table.into_iter().filter_map(|(is_so, why)| is_so.then_some(why))
}

/// The color profile of the picture.
pub(crate) fn icc_profile(bytes: &[u8]) -> Option<&[u8]> {
    profile(&page::find(bytes).ok()?)
}

fn profile<'a>(page: &Page<'a>) -> Option<&'a [u8]> {
    let whole = |d: &Directory<'a>| d.bytes_of(tag::ICC).filter(|p| !p.is_empty());
    whole(&page.directory).or_else(|| page.parent.as_ref().and_then(whole))
}

fn model(header: &Header) -> ColorModel {
    match &header.color {
        _ if header.is_ycbcr => ColorModel::YCbCr,
        Color::Gray { .. } => ColorModel::Gray,
        Color::Palette(_) => ColorModel::Palette,
        Color::Cmyk => ColorModel::Cmyk,
        Color::Lab(_) => ColorModel::Lab,
        Color::Rgb | Color::YCbCr(_) => ColorModel::Rgb,
    }
}

/// Tag 274 of the picture, or of the directory that it stands in; without it, what XMP says.
fn take_orientation(info: &mut ImageInfo, page: &Page<'_>) {
    let told = |d: &Directory<'_>| d.number(tag::ORIENTATION, 0);
    let value = told(&page.directory).or_else(|| page.parent.as_ref().and_then(told));
    let side = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let orientation = value.and_then(|v| Orientation::from_exif(side(v)));
    if let Some(v) = value.filter(|v| *v != 0 && orientation.is_none()) {
        info.warnings.push(Warning::BrokenExif(format!("orientation {v} is not in 1..=8")));
    }
    embedded_facts::settle(info, orientation, page.directory.bytes_of(tag::XMP), "tag 274");
}

/// Whether it can be decoded row by row, and what that takes beside the rows.
fn take_work(info: &mut ImageInfo, header: &Header, grid: &Grid) {
    let planes = if header.separate { header.color.samples() + usize::from(info.alpha) } else { 1 };
    let (rows, samples) = grid.most_at_once(planes);
    // Copies of packed data, and what decoders hold: coefficients and planes of a JPEG, the windows of
    // Zstandard and LZMA.
    let beside = match header.compression {
        _ if header.compression.is_jpeg() => 4 * samples + 4 * grid.most_packed(),
        Compression::Zstd => samples + (1 << 20),
        Compression::Lzma => samples + (4 << 20),
        _ if header.reversed => samples + grid.most_packed(),
        _ => 0,
    };
    let made = rows as u64 * u64::from(info.size.width) * header.layout().channels() as u64;
    // Alpha is looked at as a whole before colors are mixed.
    info.by_rows = !info.alpha && rows as u64 * 2 <= u64::from(info.size.height);
    let made = match (info.by_rows, grid.across > 1) {
        (true, true) => 2 * made,
        (false, false) => 0,
        _ => made,
    };
    info.decoder_memory = DecoderMemory::fixed(samples + beside + made);
}

/// Refuses files that are too short for the size they claim, however well they are packed, before memory is
/// taken for it.
fn could_be_whole(info: &ImageInfo, header: &Header) -> Result<()> {
    // Bytes that one byte of the file can stand for. Chroma may be subsampled; PackBits repeats a byte 128
    // times; a string of LZW has at most 3,838 bytes for 12 bits; deflate is at its best with 258 bytes for
    // two bits; Zstandard repeats a byte 2^17 times by 4 bytes; LZMA repeats 273 bytes by 13 decisions of a
    // fiftieth of a bit each.
    let most = match header.compression {
        Compression::None => 8,
        Compression::PackBits => 64,
        Compression::Lzw => 2_600,
        Compression::Deflate => 1_040,
        Compression::Zstd => 1 << 15,
        Compression::Lzma => 1 << 13,
        _ => return Ok(()),
    };
    let needed = u128::from(info.size.pixels()) * header.samples as u128 * u128::from(header.bits) / 8;
    if needed <= u128::from(info.bytes) * most {
        return Ok(());
    }
    let reason = format!("picture data is missing: {} bytes are too few for {}", info.bytes, info.size);
    Err(Error::malformed(Format::Tiff, None, reason))
}
