//! Orientation and colors told in odd ways: by XMP, by the second EXIF block, by EXIF alone, by disordered
//! profiles.

use photo_prep::{ColorPolicy, MetadataPolicy, Options, OutputFormat, Warning};
use photo_testkit::encode::jpeg::{self, JpegOptions, Segment};
use photo_testkit::encode::png::{self, Chunk, PngImage, PngOptions};
use photo_testkit::encode::webp::{self, WebpOptions};
use photo_testkit::exif::Exif;
use photo_testkit::{icc, pattern};

fn xmp(orientation: u8) -> String {
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='{orientation}'/></rdf:RDF></x:xmpmeta>"
    )
}

fn jpeg_of(segments: Vec<Segment>) -> Vec<u8> {
    jpeg::encode(&pattern::gradient(96, 64), &JpegOptions { segments, ..JpegOptions::default() })
}

fn png_of(before: Vec<Chunk>) -> Vec<u8> {
    let image = PngImage::from_picture(&pattern::gradient(96, 64), 8);
    png::encode(&image, &PngOptions { before, ..PngOptions::default() })
}

/// EXIF in hexadecimal digits, as ImageMagick writes it.
fn raw_exif(orientation: u16) -> Chunk {
    let block = [b"Exif\0\0".as_slice(), &Exif::orientation(orientation).tiff()].concat();
    let digits: String = block.iter().map(|byte| format!("{byte:02x}")).collect();
    Chunk::text("Raw profile type exif", &format!("\nexif\n    {}\n{digits}\n", block.len()))
}

#[test]
fn the_first_block_that_tells_counts_then_xmp() {
    let exif = |o| Segment::exif(&Exif::orientation(o));
    let without = || Segment::exif(&Exif { make: Some("Testkit".into()), ..Exif::default() });
    let app = |data: &[u8]| Segment::App(1, data.to_vec());
    let webp = |exif: Option<u16>, packet: Option<u8>| {
        let options = WebpOptions { exif: exif.map(Exif::orientation), xmp: packet.map(xmp), icc: None };
        webp::encode(&pattern::gradient(96, 64), &options)
    };
    let packet = |o| Chunk::itxt("XML:com.adobe.xmp", &xmp(o));
    let table = [
        ("one block", jpeg_of(vec![exif(6)]), 6, false),
        ("an empty block first", jpeg_of(vec![app(b"Exif\0\0"), exif(6)]), 6, false),
        ("a broken block first", jpeg_of(vec![app(b"Exif\0\0MM\0*\0\0\xFF\xFF"), exif(8)]), 8, false),
        ("a block without first", jpeg_of(vec![without(), exif(3)]), 3, false),
        ("two blocks", jpeg_of(vec![exif(6), exif(8)]), 6, true),
        ("XMP alone", jpeg_of(vec![Segment::xmp(&xmp(6))]), 6, false),
        ("XMP and EXIF without", jpeg_of(vec![without(), Segment::xmp(&xmp(5))]), 5, false),
        ("XMP against EXIF", jpeg_of(vec![exif(1), Segment::xmp(&xmp(6))]), 1, true),
        ("XMP as EXIF", jpeg_of(vec![Segment::xmp(&xmp(7)), exif(7)]), 7, false),
        ("PNG, XMP", png_of(vec![packet(8)]), 8, false),
        ("PNG, XMP as a plain text", png_of(vec![Chunk::text("XML:com.adobe.xmp", &xmp(4))]), 4, false),
        ("PNG, EXIF as a text", png_of(vec![raw_exif(6)]), 6, false),
        ("PNG, eXIf before a text", png_of(vec![raw_exif(6), Chunk::exif(&Exif::orientation(8))]), 8, true),
        ("PNG, XMP against eXIf", png_of(vec![packet(8), Chunk::exif(&Exif::orientation(3))]), 3, true),
        ("WebP, XMP", webp(None, Some(6)), 6, false),
        ("WebP, XMP against EXIF", webp(Some(8), Some(6)), 8, true),
    ];
    for (what, bytes, want, conflict) in table {
        let info = photo_prep::probe(&bytes).unwrap();
        assert_eq!(info.orientation.to_exif(), want, "{what}");
        let warned = info.warnings.iter().any(|w| matches!(w, Warning::OrientationConflict(_)));
        assert_eq!(warned, conflict, "{what}: {:?}", info.warnings);
        let upright = photo_prep::prepare(&bytes).unwrap();
        let turned = if want >= 5 { (64, 96) } else { (96, 64) };
        assert_eq!((upright.size().width, upright.size().height), turned, "{what}");
    }
}

/// An EXIF block that tells the color space as DCF 2.0 does: ColorSpace, and InteropIndex where there is one.
fn color_space(value: u16, index: Option<&[u8; 4]>) -> Vec<u8> {
    let short =
        |tag: u16, v: u16| [&tag.to_le_bytes()[..], &[3, 0, 1, 0, 0, 0], &v.to_le_bytes(), &[0, 0]].concat();
    let long = |tag: u16, v: u32| [&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &v.to_le_bytes()].concat();
    let text = |v: &[u8; 4]| [&[1, 0, 2, 0, 4, 0, 0, 0], &v[..]].concat();
    let entries = [short(0xA001, value), long(0xA005, 56)];
    let index = index.map_or(text(b"R98\0"), text);
    [
        b"II*\0\x08\0\0\0\x01\0",
        &long(0x8769, 26)[..],
        &[0; 4],
        &[2, 0],
        &entries.concat(),
        &[0; 4],
        &[1, 0],
        &index,
        &[0; 4],
    ]
    .concat()
}

#[test]
fn adobe_rgb_by_exif_alone_is_a_profile() {
    let exif = |value, index| Segment::App(1, [b"Exif\0\0".as_slice(), &color_space(value, index)].concat());
    let table =
        [(0xFFFF, Some(b"R03\0"), true), (2, None, true), (0xFFFF, None, false), (1, Some(b"R03\0"), false)];
    for (value, index, want) in table {
        let bytes = jpeg_of(vec![exif(value, index)]);
        let info = photo_prep::probe(&bytes).unwrap();
        assert_eq!(info.icc.is_some_and(|icc| !icc.is_srgb), want, "{value} {index:?}");
        assert_eq!(info.warnings.iter().any(|w| matches!(w, Warning::ColorAssumed(_))), want);
    }
    let bytes = jpeg_of(vec![exif(0xFFFF, Some(b"R03\0"))]);
    let told = exif(0xFFFF, Some(b"R03\0"));
    let turned = jpeg_of(vec![Segment::exif(&Exif::orientation(6)), told.clone()]);
    // Converted by default, where a proper profile would have stayed.
    let converted = photo_prep::prepare(&bytes).unwrap();
    assert_eq!(converted.report().route.name(), "pixels");
    assert_eq!(photo_prep::probe(converted.bytes()).unwrap().icc, None);
    let preserve = Options::default().color(ColorPolicy::Preserve);
    let keep = preserve.metadata(MetadataPolicy::Keep);
    for (file, options, route) in [
        (&bytes, preserve, "rewrite"),
        (&bytes, keep, "rewrite"),
        (&turned, preserve, "coefficients"),
        (&turned, keep, "coefficients"),
    ] {
        let prepared = options.prepare(file).unwrap();
        assert_eq!(prepared.report().route.name(), route);
        let again = photo_prep::probe(prepared.bytes()).unwrap();
        assert!(again.icc.is_some_and(|icc| !icc.is_srgb));
        // By a profile now, which needs no assuming.
        assert!(again.warnings.is_empty(), "{route} {:?}", again.warnings);
        assert!(prepared.bytes().windows(12).any(|w| w == b"ICC_PROFILE\0"));
    }
    // A profile of its own goes before.
    let both = jpeg_of([vec![told.clone()], Segment::icc(&icc::display_p3())].concat());
    assert!(photo_prep::probe(&both).unwrap().warnings.is_empty());
    let tagged =
        png_of(vec![Chunk::new(b"eXIf", color_space(0xFFFF, Some(b"R03\0"))), Chunk::new(b"sRGB", [0])]);
    assert!(photo_prep::probe(&tagged).unwrap().icc.is_none());
    let untagged = png_of(vec![Chunk::new(b"eXIf", color_space(0xFFFF, Some(b"R03\0")))]);
    let prepared = preserve.prepare(&untagged).unwrap();
    assert!(prepared.bytes().windows(4).any(|w| w == b"iCCP"), "{}", prepared.report());
}

#[test]
fn converted_adobe_rgb_is_more_colorful() {
    let told = Segment::App(1, [b"Exif\0\0".as_slice(), &color_space(0xFFFF, Some(b"R03\0"))].concat());
    let picture =
        photo_testkit::Picture::from_fn(64, 64, photo_testkit::Layout::Rgb, |_, _| [60, 160, 70, 255]);
    let file =
        |segments| jpeg::encode(&picture, &JpegOptions { segments, quality: 95, ..JpegOptions::default() });
    let options = Options::default().max_pixels(1_000).format(OutputFormat::Png);
    let color = |bytes: &[u8]| {
        let prepared = options.prepare(bytes).unwrap();
        super::support::decoded(prepared.bytes()).into_rgb8().get_pixel(10, 10).0
    };
    // LittleCMS makes (0, 161, 60) of it, the first clipped (Pillow's ImageCms, Artifex's A98 profile).
    let ([r, g, b], plain) = (color(&file(vec![told])), color(&file(vec![])));
    assert!(r < 12 && g.abs_diff(161) <= 4 && b.abs_diff(60) <= 8, "{r} {g} {b}");
    assert!(plain[0].abs_diff(60) <= 3, "{plain:?}");
}

#[test]
fn a_disordered_profile_is_written_in_order() {
    let profile = icc::display_p3();
    let segment = |number: u8, count: u8, data: &[u8]| {
        Segment::App(2, [b"ICC_PROFILE\0", &[number, count][..], data].concat())
    };
    let (first, second) = profile.split_at(200);
    let table = [
        (vec![segment(1, 1, &profile)], true),
        (vec![segment(1, 1, &profile), segment(1, 1, &profile)], false),
        (vec![segment(0, 1, &profile)], false),
        (vec![segment(2, 2, second), segment(1, 2, first)], false),
    ];
    for (parts, in_order) in table {
        for orientation in [1, 6] {
            let exif = Segment::exif(&Exif::orientation(orientation));
            let mut bytes = jpeg_of([vec![exif], parts.clone()].concat());
            if orientation == 1 {
                bytes = jpeg_of(parts.clone());
            }
            let prepared = Options::default().color(ColorPolicy::Preserve).prepare(&bytes).unwrap();
            assert_eq!(prepared.bytes() == bytes, in_order && orientation == 1, "{}", prepared.report());
            let wanted = [b"ICC_PROFILE\0\x01\x01", profile.as_slice()].concat();
            let found = prepared.bytes().windows(wanted.len()).filter(|w| *w == wanted).count();
            assert_eq!(found, 1, "{}", prepared.report());
            assert_eq!(prepared.bytes().windows(12).filter(|w| *w == b"ICC_PROFILE\0").count(), 1);
        }
    }
}
