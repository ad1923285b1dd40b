//! For the fuzz targets: the walkers on their own, with what must hold of whatever they say.

use std::ops::Range;

use crate::formats::jpeg::icc_segments::{self, Joined};
#[cfg(feature = "tiff")]
use crate::formats::tiff;
#[cfg(feature = "webp")]
use crate::formats::webp;
use crate::formats::{jpeg, png};
use crate::info::ColorModel;
use crate::metadata::{Truth, exif, exif_truth, icc};
#[cfg(feature = "tiff")]
use crate::pixels::depth::DepthConversion;
use crate::{InputLimits, Orientation, Size};

const MODELS: [ColorModel; 7] = [
    ColorModel::Gray,
    ColorModel::Rgb,
    ColorModel::YCbCr,
    ColorModel::Palette,
    ColorModel::Cmyk,
    ColorModel::Ycck,
    ColorModel::Lab,
];

/// A raw EXIF block: what is written again is upright, and notices are read back as they were.
pub fn exif_block(raw: &[u8]) {
    let _ = exif::facts(raw);
    for same in [false, true] {
        let truth = Truth { size: Size::new(70_000, 3), srgb: true, same };
        if let Some(again) = exif_truth::amended(raw, &truth) {
            assert!(again.len() <= raw.len());
            assert!(
                matches!(exif::facts(&again).orientation, None | Some(Orientation::Upright)),
                "set to upright"
            );
        }
    }
    if let Some(notices) = exif::notices_only(raw) {
        assert_eq!(exif::facts(&notices), exif::ExifFacts::default(), "an EXIF block of our own");
        assert_eq!(exif::notices_only(&notices).as_ref(), Some(&notices));
    }
}

/// An ICC profile, for pictures of every kind, and through the segments and chunks that carry it.
pub fn icc_profile(profile: &[u8]) {
    for model in MODELS {
        if let Ok(facts) = icc::facts(profile, model) {
            assert_eq!(facts.bytes, profile.len() as u64);
        }
    }
    let limit = InputLimits::default().icc_bytes;
    if !profile.is_empty() {
        let file =
            [b"\xFF\xD8", &jpeg::icc_segments(profile).expect("short enough")[..], b"\xFF\xD9"].concat();
        let layout = jpeg::walk(&file).expect("few segments");
        assert_eq!(
            icc_segments::from_jpeg(&file, &layout, limit).expect("short enough"),
            Some(Ok(Joined { profile: profile.to_vec(), in_order: true }))
        );
    }
    let chunk = png::icc_chunk(profile).expect("short enough");
    let file = [b"\x89PNG\r\n\x1A\n", &chunk[..]].concat();
    let layout = png::walk(&file).expect("few chunks");
    assert_eq!(png::icc_profile(&file, &layout, limit).expect("short enough"), Some(Ok(profile.to_vec())));
}

/// The segments of a JPEG: they follow on each other within the file, and a file written again holds just
/// what it should.
pub fn jpeg_segments(bytes: &[u8]) {
    let Ok(layout) = jpeg::walk(bytes) else { return };
    ordered(layout.segments.iter().map(|s| (s.whole.clone(), s.payload.clone())), bytes.len());
    let _ = jpeg::frame::read(bytes, &layout);
    if let Ok(Some(Ok(joined))) = icc_segments::from_jpeg(bytes, &layout, InputLimits::default().icc_bytes) {
        icc_profile(&joined.profile);
    }
    let _ = jpeg::density(bytes, &layout);
    layout.segments.iter().filter_map(|s| jpeg::exif(s, bytes)).for_each(exif_block);
    for fresh in [false, true].into_iter().filter(|_| layout.fault.is_none()) {
        let out = jpeg::rewrite(bytes, &layout, &[], fresh).expect("segments of this file");
        let again = jpeg::walk(&out).expect("no more segments than before");
        assert_eq!((again.end, again.stray, &again.fault), (Some(out.len()), 0, &None));
        assert!(again.segments.iter().all(|s| jpeg::is_kept(s, &out)));
        assert_eq!(jpeg::rewrite(&out, &again, &[], fresh).expect("the same"), out);
    }
}

/// The chunks of a PNG, likewise.
pub fn png_chunks(bytes: &[u8]) {
    let Ok(layout) = png::walk(bytes) else { return };
    ordered(layout.chunks.iter().map(|c| (c.whole.clone(), c.data.clone())), bytes.len());
    let header = png::header(bytes, &layout);
    if let Ok(Some(Ok(profile))) = png::icc_profile(bytes, &layout, InputLimits::default().icc_bytes) {
        icc_profile(&profile);
    }
    layout.data(bytes, b"eXIf").into_iter().for_each(exif_block);
    // Inflating a picture of very many rows only slows the search down.
    if let Ok(header) = header
        && u64::from(header.width) * u64::from(header.height) <= 1 << 24
    {
        let _ = png::verify_data(bytes, &layout, header);
    }
    if layout.fault.is_none() {
        let out = png::rewrite(bytes, &layout, &[]).expect("chunks of this file");
        let again = png::walk(&out).expect("no more chunks than before");
        assert_eq!((again.end, &again.fault), (Some(out.len()), &None));
        assert!(again.chunks.iter().all(|c| png::is_kept(c)));
        assert_eq!(png::rewrite(&out, &again, &[]).expect("the same"), out);
    }
}

/// The chunks of a WebP.
#[cfg(feature = "webp")]
pub fn riff_chunks(bytes: &[u8]) {
    if let Ok(chunks) = webp::chunks(bytes) {
        ordered(chunks.into_iter().map(|(_, data)| (data.clone(), data)), bytes.len());
    }
}

/// The directories of a TIFF: facts that hold, and a profile that is the file's own. Small pictures are
/// unpacked, too.
#[cfg(feature = "tiff")]
pub fn tiff_directories(bytes: &[u8]) {
    let limits = InputLimits::default().pixels(1 << 20).memory(1 << 26);
    let _ = tiff::icc_profile(bytes);
    let Ok(info) = tiff::probe(bytes, &limits) else { return };
    if info.size.pixels() == 0
        || info.size.pixels() > limits.pixels
        || info.decoder_memory.on(1) > limits.memory
    {
        return;
    }
    let depth = DepthConversion::Rounded;
    let whole = tiff::decode(bytes, &info, &depth, limits.memory);
    assert!(whole.is_err() || whole.is_ok_and(|raster| raster.size() == info.size));
}

/// Each lies in the file, behind the one before it, and its content lies in it.
fn ordered(parts: impl Iterator<Item = (Range<usize>, Range<usize>)>, length: usize) {
    let mut end = 0;
    for (whole, content) in parts {
        assert!(end <= whole.start && whole.end <= length, "{whole:?} after {end} of {length}");
        assert!(whole.start <= content.start && content.start <= content.end && content.end <= whole.end);
        end = whole.end;
    }
}
