//! TIFF files: strips, two byte orders, three compressions, 8 and 16 bits, gray to CMYK.

use crate::exif::ByteOrder;
use crate::ifd::{self, Value};
use crate::picture::{Layout, Picture};

/// How the strips are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// LZW.
    Lzw,
    /// Deflate with a zlib header.
    Deflate,
}

/// How to write a TIFF.
#[derive(Debug, Clone, Default)]
pub struct TiffOptions {
    /// Byte order of the whole file.
    pub byte_order: ByteOrder,
    /// Orientation tag, if any.
    pub orientation: Option<u16>,
    /// Packing of the strips.
    pub compression: Compression,
    /// Rows in a strip; 0 for all rows in one.
    pub rows_per_strip: u32,
    /// 16 bits a sample instead of 8 (values times 257).
    pub deep: bool,
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
}

/// A little-endian TIFF of these tags, all of numbers of 32 bits, and of data at byte 8; what they say need
/// not be true.
pub fn raw(tags: &[(u16, &[u32])], data: &[u8]) -> Vec<u8> {
    let order = ByteOrder::Little;
    let directory = 8 + data.len().next_multiple_of(2);
    let mut out = [b"II*\0", &order.u32(directory as u32)[..], data].concat();
    out.resize(directory, 0);
    let entries: Vec<_> = tags.iter().map(|(tag, values)| (*tag, Value::Long(values.to_vec()))).collect();
    ifd::append(&mut out, order, &entries, 0);
    out
}

/// Writes a TIFF.
///
/// # Panics
/// If the LZW coder fails, which it can't on memory.
pub fn encode(picture: &Picture, options: &TiffOptions) -> Vec<u8> {
    let strips = strips(picture, options);
    let mut entries = entries(picture, options);
    let counts: Vec<u32> = strips.iter().map(|s| s.len() as u32).collect();
    entries.push((STRIP_BYTES, Value::Long(counts.clone())));
    entries.push((STRIP_OFFSETS, Value::Long(vec![0; strips.len()])));
    // The size of the directory doesn't depend on the offsets in it.
    let mut at = (8 + ifd::size(&entries)) as u32;
    let mut offsets = Vec::with_capacity(counts.len());
    for count in &counts {
        offsets.push(at);
        at += count;
    }
    if let Some(last) = entries.last_mut() {
        last.1 = Value::Long(offsets);
    }
    let mut out = ifd::header(options.byte_order);
    ifd::append(&mut out, options.byte_order, &entries, 0);
    out.extend(strips.concat());
    out
}

fn entries(picture: &Picture, options: &TiffOptions) -> Vec<(u16, Value)> {
    let samples = picture.layout().samples();
    let photometric = match picture.layout() {
        Layout::Gray | Layout::GrayAlpha => 1,
        Layout::Rgb | Layout::Rgba => 2,
        Layout::Cmyk => 5,
    };
    let compression = match options.compression {
        Compression::None => 1,
        Compression::Lzw => 5,
        Compression::Deflate => 8,
    };
    let short = |v: u16| Value::Short(vec![v]);
    let mut entries = vec![
        (0x0100, Value::Long(vec![picture.width()])),
        (0x0101, Value::Long(vec![picture.height()])),
        (0x0102, Value::Short(vec![if options.deep { 16 } else { 8 }; samples])),
        (0x0103, short(compression)),
        (0x0106, short(photometric)),
        (0x0115, short(samples as u16)),
        (0x0116, Value::Long(vec![rows_per_strip(picture, options)])),
        (0x011C, short(1)),
    ];
    entries.extend(options.orientation.map(|o| (0x0112, short(o))));
    entries.extend(picture.layout().has_alpha().then(|| (0x0152, short(2))));
    entries.extend(options.icc.clone().map(|icc| (0x8773, Value::Undefined(icc))));
    entries
}

fn rows_per_strip(picture: &Picture, options: &TiffOptions) -> u32 {
    if options.rows_per_strip == 0 { picture.height().max(1) } else { options.rows_per_strip }
}

fn strips(picture: &Picture, options: &TiffOptions) -> Vec<Vec<u8>> {
    let stride = picture.width() as usize * picture.layout().samples();
    let bytes = (stride * rows_per_strip(picture, options) as usize).max(1);
    picture.data().chunks(bytes).map(|samples| pack(samples, options)).collect()
}

fn pack(samples: &[u8], options: &TiffOptions) -> Vec<u8> {
    let wide = |v: &u8| options.byte_order.u16(u16::from(*v) * 257);
    let raw = if options.deep { samples.iter().flat_map(wide).collect() } else { samples.to_vec() };
    match options.compression {
        Compression::None => raw,
        Compression::Deflate => miniz_oxide::deflate::compress_to_vec_zlib(&raw, 9),
        Compression::Lzw => weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
            .encode(&raw)
            .unwrap_or_else(|error| panic!("LZW: {error}")),
    }
}

const STRIP_OFFSETS: u16 = 0x0111;
const STRIP_BYTES: u16 = 0x0117;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{icc, pattern, photo_like};
    use image::ImageDecoder;

    #[test]
    fn every_variant_reads_back() {
        for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
            let picture =
                if layout.has_alpha() { pattern::alpha_shapes(29, 23) } else { photo_like(29, 23, 3) }
                    .convert(layout);
            for compression in [Compression::None, Compression::Lzw, Compression::Deflate] {
                for (byte_order, deep, rows) in [
                    (ByteOrder::Little, false, 0),
                    (ByteOrder::Big, false, 7),
                    (ByteOrder::Big, true, 5),
                    (ByteOrder::Little, true, 1),
                ] {
                    let options = TiffOptions {
                        byte_order,
                        compression,
                        deep,
                        rows_per_strip: rows,
                        orientation: Some(5),
                        icc: Some(icc::adobe_rgb()),
                    };
                    let bytes = encode(&picture, &options);
                    let mut decoder =
                        image::codecs::tiff::TiffDecoder::new(std::io::Cursor::new(&bytes)).unwrap();
                    assert_eq!(
                        decoder.orientation().unwrap(),
                        image::metadata::Orientation::Rotate90FlipH,
                        "{options:?}"
                    );
                    assert_eq!(decoder.icc_profile().unwrap(), options.icc);
                    let decoded = image::DynamicImage::from_decoder(decoder).unwrap();
                    assert_eq!(
                        decoded.to_rgba8().into_raw(),
                        picture.convert(Layout::Rgba).into_data(),
                        "{layout:?} {byte_order:?} {compression:?} {deep}"
                    );
                }
            }
        }
    }
}
