//! Canaries of each kind, planted in files that take each route: none comes out.

use photo_prep::{MetadataPolicy, Options, OutputFormat, Warning};
use photo_testkit::encode::jpeg::{JpegOptions, Sampling, Segment};
use photo_testkit::encode::png::{Chunk, PngImage, PngOptions};
use photo_testkit::encode::webp::WebpOptions;
use photo_testkit::encode::{jpeg, png, webp};
use photo_testkit::exif::Exif;
use photo_testkit::{Layout, Picture};
use photo_testkit::{fixtures, icc, pattern};

const CANARY: &[u8] = b"CANARY-4711";

fn holds_canary(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|w| w == CANARY)
}

/// A payload that starts with `head` and holds the canary.
fn after(head: &[u8]) -> Vec<u8> {
    [head, CANARY].concat()
}

/// An EXIF block with place, maker note, serial number and a thumbnail that holds the canary.
fn exif(orientation: u16) -> Exif {
    let mut exif = Exif::private(orientation, [b"\xFF\xD8", CANARY, b"\xFF\xD9"].concat());
    exif.maker_note = Some(after(b"serial number "));
    exif.make = Some("CANARY-4711".into());
    exif
}

fn jumbf() -> Vec<u8> {
    let head =
        b"JP\0\x01\0\0\0\x01\0\0\0\x60jumb\0\0\0\x1Ejumdc2pa\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03c2pa\0";
    after(head)
}

fn jpeg_canaries(orientation: u16) -> Vec<(&'static str, Segment)> {
    let app = |n, head: &[u8]| Segment::App(n, after(head));
    vec![
        ("EXIF with GPS, serial, maker note, thumbnail", Segment::exif(&exif(orientation))),
        ("a second EXIF block", app(1, b"Exif\0\0MM\0\x2A\0\0\0\x08\0\0")),
        ("XMP", Segment::xmp("<x:xmpmeta>CANARY-4711</x:xmpmeta>")),
        ("extended XMP", app(1, b"http://ns.adobe.com/xmp/extension/\0")),
        ("IPTC", Segment::iptc("CANARY-4711")),
        ("a comment", Segment::Comment(CANARY.to_vec())),
        ("MPF", app(2, b"MPF\0II*\0")),
        ("an unknown APP2", app(2, b"")),
        ("a gain map's APP2", app(2, b"urn:iso:std:iso:ts:21496:-1\0")),
        ("a JFXX thumbnail", app(0, b"JFXX\0\x10")),
        ("a JFIF thumbnail", app(0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x04")),
        ("C2PA", Segment::App(11, jumbf())),
        ("FlashPix", app(2, b"FPXR\0")),
        ("an unknown APP4", app(4, b"")),
        ("an unknown APP9", app(9, b"Media Jukebox\0")),
        ("Ducky", app(12, b"Ducky")),
        ("an APP14 of someone else", app(14, b"Other")),
        ("an unknown APP15", app(15, b"")),
    ]
}

/// The ways through the program, and the pictures that take them.
fn jpeg_routes() -> Vec<(&'static str, Vec<u8>, Options)> {
    let picture = pattern::gradient(96, 64);
    let plain = |orientation, sampling| {
        let segments =
            if orientation == 1 { vec![] } else { vec![Segment::exif(&Exif::orientation(orientation))] };
        jpeg::encode(&picture, &JpegOptions { sampling, segments, ..JpegOptions::default() })
    };
    let inks = Picture::from_fn(48, 40, Layout::Cmyk, |x, y| [x as u8, y as u8, 20, 0]);
    let few = Options::default().max_pixels(1000);
    vec![
        ("rewrite", plain(1, Sampling::S420), Options::default()),
        ("coefficients", plain(6, Sampling::S444), Options::default()),
        ("pixels", plain(1, Sampling::S420), few),
        ("pixels", plain(6, Sampling::S420), few.format(OutputFormat::Png)),
        ("pixels", plain(1, Sampling::S420), Options::default().format(OutputFormat::Png)),
        ("pixels", jpeg::encode(&inks, &JpegOptions::default()), Options::default()),
    ]
}

#[test]
fn no_canary_of_a_jpeg_comes_out_on_any_route() {
    for (route, file, options) in jpeg_routes() {
        for (what, segment) in jpeg_canaries(1) {
            // In front of the orientation's block it would be the EXIF block that counts.
            let bytes = if matches!(segment, Segment::App(1, _)) && route == "coefficients" {
                let at = 20 + Segment::exif(&Exif::orientation(6)).bytes().len();
                [&file[..at], &segment.bytes(), &file[at..]].concat()
            } else {
                jpeg::insert_segments(&file, &[segment])
            };
            assert!(holds_canary(&bytes), "{what}");
            let prepared = options.prepare(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
            assert_eq!(prepared.report().route.name(), route, "{what}: {}", prepared.report());
            assert!(!holds_canary(prepared.bytes()), "{what} came out by {}", prepared.report());
        }
        let trailer = [file.as_slice(), CANARY, &file].concat();
        let prepared = options.prepare(&trailer).unwrap();
        assert!(!holds_canary(prepared.bytes()), "a trailer came out by {}", prepared.report());
    }
}

#[test]
fn an_adobe_segment_that_is_too_long_is_cut() {
    let picture = pattern::gradient(96, 64);
    let adobe = Segment::App(14, after(b"Adobe\0\x64\0\0\0\0\x01"));
    let bytes = jpeg::encode(&picture, &JpegOptions { segments: vec![adobe], ..JpegOptions::default() });
    let prepared = Options::default().prepare(&bytes).unwrap();
    assert!(!holds_canary(prepared.bytes()), "{}", prepared.report());
    assert!(prepared.bytes().windows(7).any(|w| w == b"\xFF\xEE\0\x0EAdo"), "{}", prepared.report());
}

fn png_canaries() -> Vec<(&'static str, Chunk)> {
    let chunk = |kind: &[u8; 4], head: &[u8]| Chunk::new(kind, after(head));
    // A stored block, so that the canary can be seen.
    let stored = [b"Comment\0\0\x78\x01\x01\x0B\0\xF4\xFF", CANARY, b"\x15\x93\x02\xB2"].concat();
    vec![
        ("tEXt", Chunk::text("Comment", "CANARY-4711")),
        ("zTXt", Chunk::new(b"zTXt", stored)),
        ("iTXt", Chunk::itxt("Comment", "CANARY-4711")),
        ("XMP", Chunk::itxt("XML:com.adobe.xmp", "CANARY-4711")),
        ("raw IPTC", Chunk::text("Raw profile type iptc", "CANARY-4711")),
        ("eXIf", Chunk::exif(&exif(1))),
        ("a private chunk", chunk(b"prVt", b"")),
        ("a private chunk that is safe to copy", chunk(b"prVx", b"")),
        ("C2PA", chunk(b"caBX", b"\0\0\0\x60jumb")),
        ("a pHYs that is too long", chunk(b"pHYs", b"\0\0\0\x01\0\0\0\x01\0")),
        ("a gAMA that is too long", chunk(b"gAMA", b"\0\0\xB1\x8F")),
        ("an sBIT that is too long", chunk(b"sBIT", b"\x08\x08\x08")),
    ]
}

#[test]
fn no_canary_of_a_png_comes_out_on_any_route() {
    let image = PngImage::from_picture(&pattern::gradient(48, 40), 8);
    let routes = [
        ("rewrite", Options::default()),
        ("pixels", Options::default().max_pixels(900).format(OutputFormat::Png)),
        ("pixels", Options::default().format(OutputFormat::Jpeg)),
    ];
    for (route, options) in routes {
        for (what, chunk) in png_canaries() {
            for last in [false, true] {
                let (before, after) =
                    if last { (vec![], vec![chunk.clone()]) } else { (vec![chunk.clone()], vec![]) };
                let bytes = png::encode(&image, &PngOptions { before, after, ..PngOptions::default() });
                assert!(holds_canary(&bytes), "{what}");
                let prepared = options.prepare(&bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
                assert_eq!(prepared.report().route.name(), route, "{what}: {}", prepared.report());
                assert!(!holds_canary(prepared.bytes()), "{what} came out by {}", prepared.report());
            }
        }
        let trailing = CANARY.to_vec();
        let bytes = png::encode(&image, &PngOptions { trailing, ..PngOptions::default() });
        assert!(!holds_canary(options.prepare(&bytes).unwrap().bytes()), "a trailer came out by {route}");
    }
}

/// A profile that pixels are converted by is gone, with whatever it said.
#[test]
fn no_canary_of_a_converted_profile_comes_out() {
    let mut profile = after(&icc::display_p3());
    let length = (profile.len() as u32).to_be_bytes();
    profile[..4].copy_from_slice(&length);
    let segments = Segment::icc(&profile);
    let bytes = jpeg::encode(&pattern::gradient(96, 64), &JpegOptions { segments, ..JpegOptions::default() });
    assert!(holds_canary(&bytes));
    for format in [OutputFormat::Jpeg, OutputFormat::Png] {
        let prepared = Options::default().max_pixels(1000).format(format).prepare(&bytes).unwrap();
        assert!(!holds_canary(prepared.bytes()), "{}", prepared.report());
    }
}

#[test]
fn no_canary_of_the_other_formats_comes_out() {
    let fixture = |name: &str| std::fs::read(fixtures::folder().join(name)).unwrap();
    let gif = fixture("gif_87a.gif");
    let (last, head) = gif.split_last().unwrap();
    let extension = |label: &[u8]| [head, label, CANARY, b"\0", &[*last]].concat();
    let (picture, exif) = (pattern::gradient(48, 40), Some(exif(1)));
    let webp = WebpOptions { exif, xmp: Some("CANARY-4711".into()), icc: None };
    let files = [
        ("a GIF's comment", extension(b"\x21\xFE\x0B")),
        ("a GIF's application block", extension(b"\x21\xFF\x0BXMP DataXMP\x0B")),
        ("a GIF's trailer", after(&gif)),
        ("a BMP's trailer", after(&fixture("bmp_24.bmp"))),
        ("a TIFF's strays", after(&fixture("tiff_strips.tif"))),
        ("a WebP's EXIF and XMP", webp::encode(&picture, &webp)),
    ];
    for (what, bytes) in files {
        assert!(holds_canary(&bytes), "{what}");
        for format in [OutputFormat::Auto, OutputFormat::Jpeg, OutputFormat::Png] {
            let prepared = Options::default().format(format).prepare(&bytes).unwrap();
            assert!(!holds_canary(prepared.bytes()), "{what} came out by {}", prepared.report());
        }
    }
}

/// The search above finds what is there: canaries that were asked to stay do.
#[test]
fn canaries_that_are_kept_are_found() {
    let options = Options::default().metadata(MetadataPolicy::Keep);
    let segments = vec![Segment::Comment(CANARY.to_vec())];
    let picture = pattern::gradient(96, 64);
    let bytes = jpeg::encode(&picture, &JpegOptions { segments, ..JpegOptions::default() });
    for options in [options, options.max_pixels(1000)] {
        let prepared = options.prepare(&bytes).unwrap();
        assert!(holds_canary(prepared.bytes()), "{}", prepared.report());
    }
}

#[test]
fn signed_files_are_reported() {
    let picture = pattern::gradient(96, 64);
    let segments = vec![Segment::App(11, jumbf())];
    let jpeg = jpeg::encode(&picture, &JpegOptions { segments, ..JpegOptions::default() });
    let before = vec![Chunk::new(b"caBX", after(b"\0\0\0\x60jumb"))];
    let image = PngImage::from_picture(&picture, 8);
    let png = png::encode(&image, &PngOptions { before, ..PngOptions::default() });
    for bytes in [jpeg, png] {
        assert!(photo_prep::probe(&bytes).unwrap().has_content_credentials);
        for options in [Options::default(), Options::default().max_pixels(1000)] {
            let prepared = options.prepare(&bytes).unwrap();
            assert!(prepared.report().warnings.contains(&Warning::SignatureLost), "{}", prepared.report());
        }
        // Kept as it is, the signature still holds.
        let kept = Options::default().metadata(MetadataPolicy::Keep).prepare(&bytes).unwrap();
        assert_eq!((kept.bytes(), kept.report().warnings.len()), (bytes.as_slice(), 0));
    }
    let plain = jpeg::encode(&picture, &JpegOptions::default());
    assert!(!photo_prep::probe(&plain).unwrap().has_content_credentials);
}
