//! What `MetadataPolicy::Keep` keeps is true of the picture that comes out, on every route.

use photo_prep::{MetadataPolicy, Options, OutputFormat, Prepared, Warning};
use photo_testkit::encode::jpeg::{self, JpegOptions, Segment};
use photo_testkit::encode::png::{self, Chunk, PngImage, PngOptions};
use photo_testkit::encode::webp::{self, WebpOptions};
use photo_testkit::exif::Exif;
use photo_testkit::pattern;

fn exif(orientation: u16) -> Exif {
    Exif::private(orientation, b"\xFF\xD8OLDTHUMB\xFF\xD9".to_vec())
}

/// A packet with every claim.
fn xmp(extended: Option<&str>) -> String {
    let extended = extended.map_or(String::new(), |name| format!("xmpNote:HasExtendedXMP=\"{name}\" "));
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" \
         xmlns:GCamera=\"http://ns.google.com/photos/1.0/camera/\" xmlns:xmpNote=\"http://ns.adobe.com/xmp/note/\" \
         xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" \
         {extended}tiff:Orientation=\"6\" tiff:ImageWidth=\"4032\" tiff:ImageLength=\"3024\" GCamera:MotionPhoto=\"1\" \
         hdrgm:Version=\"1.0\"><exif:PixelXDimension>4032</exif:PixelXDimension>\
         <exif:PixelYDimension>3024</exif:PixelYDimension><dc:title>TITLE</dc:title></rdf:Description></rdf:RDF>\
         </x:xmpmeta><?xpacket end=\"w\"?>"
    )
}

/// A second packet in one segment, under any name.
fn extended(name: &str) -> Segment {
    let packet = xmp(None).replace("TITLE", "SECOND");
    let length = (packet.len() as u32).to_be_bytes();
    let head = [b"http://ns.adobe.com/xmp/extension/\0", name.as_bytes(), &length, &[0; 4]].concat();
    Segment::App(1, [head, packet.into_bytes()].concat())
}

fn segments(orientation: u16) -> Vec<Segment> {
    let name = "0123456789ABCDEF0123456789ABCDEF";
    vec![
        Segment::exif(&exif(orientation)),
        Segment::xmp(&xmp(Some(name))),
        extended(name),
        Segment::iptc("CAPTION"),
        Segment::App(2, b"MPF\0II*\0".to_vec()),
        Segment::Comment(b"COMMENT".to_vec()),
    ]
}

fn holds(prepared: &Prepared<'_>, text: &str) -> bool {
    prepared.bytes().windows(text.len()).any(|w| w == text.as_bytes())
}

/// Nothing untrue is in the file, by an independent reader of EXIF and by its text.
fn judge(what: &str, prepared: &Prepared<'_>) {
    let size = prepared.size();
    let mut file = std::io::Cursor::new(prepared.bytes());
    let read = ::exif::Reader::new().read_from_container(&mut file).unwrap_or_else(|e| panic!("{what}: {e}"));
    use ::exif::{In, Tag};
    let number = |tag| read.get_field(tag, In::PRIMARY).and_then(|f| f.value.get_uint(0));
    assert_eq!(number(Tag::Orientation), Some(1), "{what}");
    assert!(read.get_field(Tag::Make, In::PRIMARY).is_some(), "{what}");
    assert!(read.fields().all(|field| field.ifd_num == In::PRIMARY), "{what}");
    let absent = ["OLDTHUMB", "=\"6\"", "4032", "3024", "MotionPhoto=", "hdrgm:Version", "MPF\0"];
    for text in absent {
        assert!(!holds(prepared, text), "{what} still holds {text}: {}", prepared.report());
    }
    let width = format!("tiff:ImageWidth=\"{}\"", size.width);
    let height = format!("<exif:PixelYDimension>{}</exif:PixelYDimension>", size.height);
    for text in ["TITLE", "tiff:Orientation=\"1\"", &width, &height] {
        assert!(holds(prepared, text), "{what} lacks {text}: {}", prepared.report());
    }
}

#[test]
fn all_that_is_kept_of_a_jpeg_is_true() {
    let file = |orientation| {
        let options = JpegOptions { segments: segments(orientation), ..JpegOptions::default() };
        jpeg::encode(&pattern::gradient(96, 64), &options)
    };
    let keep = Options::default().metadata(MetadataPolicy::Keep);
    let table = [
        ("rewrite", 1, keep),
        ("coefficients", 6, keep),
        ("pixels", 3, keep.max_pixels(1_000)),
        ("pixels", 8, keep.max_pixels(1_000).format(OutputFormat::Png)),
    ];
    for (route, orientation, options) in table {
        let bytes = file(orientation);
        let prepared = options.prepare(&bytes).unwrap();
        assert_eq!(prepared.report().route.name(), route);
        judge(route, &prepared);
        let png = options.format == OutputFormat::Png;
        let lost = |what: &str| {
            let lost = |w: &Warning| matches!(w, Warning::MetadataDropped(why) if why.contains(what));
            prepared.report().warnings.iter().any(lost)
        };
        assert_eq!((lost("IPTC and comments"), lost("second packet")), (png, png), "{}", prepared.report());
        for text in ["CAPTION", "COMMENT", "SECOND", "HasExtendedXMP"] {
            assert_eq!(holds(&prepared, text), !png, "{route}: {text}");
        }
        // What has become true passes through.
        let again = keep.prepare(prepared.bytes()).unwrap();
        if png {
            assert_eq!(again.bytes(), prepared.bytes(), "{}", again.report());
        }
    }
}

#[test]
fn a_byte_limit_that_costs_pixels_is_told_too() {
    let bytes = jpeg::encode(
        &photo_testkit::photo_like(1_200, 1_000, 3),
        &JpegOptions { segments: segments(6), quality: 95, ..JpegOptions::default() },
    );
    for format in [OutputFormat::Jpeg, OutputFormat::Png] {
        let options = Options::default().metadata(MetadataPolicy::Keep).format(format);
        let prepared = options.max_bytes(30_000).prepare(&bytes).unwrap();
        assert!(prepared.size().width < 1_000 && prepared.bytes().len() <= 30_000, "{}", prepared.report());
        judge("fewer pixels", &prepared);
        assert_eq!(prepared.report().output.bytes, prepared.bytes().len() as u64);
        assert_eq!(super::support::decoded(prepared.bytes()).width(), prepared.size().width);
    }
}

#[test]
fn metadata_of_other_formats_are_carried_and_made_true() {
    let picture = pattern::gradient(96, 64);
    let before = |orientation| {
        vec![
            Chunk::exif(&exif(orientation)),
            Chunk::itxt("XML:com.adobe.xmp", &xmp(None)),
            Chunk::text("Comment", "COMMENT"),
        ]
    };
    let png = |orientation| {
        let options = PngOptions { before: before(orientation), ..PngOptions::default() };
        png::encode(&PngImage::from_picture(&picture, 8), &options)
    };
    let webp = WebpOptions { exif: Some(exif(6)), xmp: Some(xmp(None)), icc: None };
    let keep = Options::default().metadata(MetadataPolicy::Keep);
    let table = [
        ("rewrite", png(1), keep),
        ("pixels", png(6), keep.format(OutputFormat::Png)),
        ("pixels", png(6), keep.format(OutputFormat::Jpeg)),
        ("pixels", webp::encode(&picture, &webp), keep.format(OutputFormat::Jpeg)),
        ("pixels", webp::encode(&picture, &webp), keep.format(OutputFormat::Png)),
    ];
    for (number, (route, bytes, options)) in table.into_iter().enumerate() {
        let prepared = options.prepare(&bytes).unwrap();
        assert_eq!(prepared.report().route.name(), route);
        judge(&format!("{number}"), &prepared);
        assert_eq!(holds(&prepared, "COMMENT"), number < 2, "{number}");
        let lost = prepared.report().warnings.iter().any(|w| matches!(w, Warning::MetadataDropped(_)));
        assert_eq!(lost, number == 2, "{}", prepared.report());
    }
}

#[test]
fn what_is_true_passes_through_and_what_is_broken_is_told() {
    let keep = Options::default().metadata(MetadataPolicy::Keep);
    let picture = pattern::gradient(96, 64);
    let file = |segments| jpeg::encode(&picture, &JpegOptions { segments, ..JpegOptions::default() });
    let true_xmp = xmp(None)
        .replace("\"6\"", "\"1\"")
        .replace("4032", "96")
        .replace("3024", "64")
        .replace("GCamera:MotionPhoto=\"1\"", "")
        .replace("hdrgm:Version=\"1.0\"", "");
    let honest =
        file(vec![Segment::exif(&exif(1)), Segment::xmp(&true_xmp), Segment::Comment(b"c".to_vec())]);
    assert_eq!(keep.prepare(&honest).unwrap().bytes(), honest);
    let broken = [
        (Segment::xmp("<x:xmpmeta tiff:Orientation=\"6\">"), "XMP"),
        (Segment::App(1, b"Exif\0\0MM\0*\0\0\xFF\xFF".to_vec()), "EXIF"),
        (Segment::App(13, b"Photoshop 3.0\0nonsense".to_vec()), "IPTC"),
    ];
    for (segment, what) in broken {
        let bytes = [file(vec![segment]), b"stray".to_vec()].concat();
        let prepared = keep.prepare(&bytes).unwrap();
        let told = |w: &Warning| matches!(w, Warning::MetadataDropped(why) if why.contains(what));
        assert!(prepared.report().warnings.iter().any(told), "{what}: {}", prepared.report());
        assert!(!holds(&prepared, "Orientation") && !holds(&prepared, "nonsense"), "{what}");
    }
}
