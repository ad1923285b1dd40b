//! Nothing private leaves, unless it was asked to stay.

use photo_prep::{MetadataPolicy, Options, OutputFormat};

use crate::support::valid_fixtures;

/// What the fixtures hold of each kind of private matter, by the words around it.
const MARKS: [&[u8]; 8] =
    [b"Exif", b"http://ns.adobe.com/xap/1.0/", b"Photoshop 3.0", b"8BIM", b"GPSL", b"tEXt", b"iTXt", b"tIME"];

fn marks(bytes: &[u8]) -> Vec<&'static [u8]> {
    let held = |mark: &&[u8]| bytes.windows(mark.len()).any(|w| w == *mark);
    MARKS.into_iter().filter(held).collect()
}

#[test]
fn stripped_outputs_hold_no_metadata_on_any_route() {
    let mut seen = 0;
    for (entry, bytes) in valid_fixtures().into_iter().filter(|(e, _)| e.private_metadata) {
        seen += usize::from(!marks(&bytes).is_empty());
        for format in [OutputFormat::Auto, OutputFormat::Jpeg, OutputFormat::Png] {
            let prepared = Options::default().format(format).prepare(&bytes).unwrap();
            assert_eq!(marks(prepared.bytes()), Vec::<&[u8]>::new(), "{} as {format:?}", entry.file);
        }
    }
    assert!(seen >= 5, "only {seen} fixtures hold a mark");
}

#[test]
fn kept_metadata_says_upright() {
    let (_, bytes) = valid_fixtures().into_iter().find(|(e, _)| e.file == "jpeg_private_turned.jpg").unwrap();
    let prepared = Options::default().metadata(MetadataPolicy::Keep).prepare(&bytes).unwrap();
    assert!(marks(prepared.bytes()).contains(&b"Exif".as_slice()));
    let exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(prepared.bytes())).unwrap();
    let orientation =
        exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY).and_then(|f| f.value.get_uint(0));
    assert_eq!(orientation, Some(1));
}

/// A picture of ours has no second EXIF block, whichever policy made it.
#[test]
fn kept_metadata_is_there_once() {
    for (entry, bytes) in valid_fixtures().into_iter().filter(|(e, _)| e.private_metadata) {
        let count = |bytes: &[u8]| {
            let blocks = |mark: &[u8]| bytes.windows(mark.len()).filter(|w| *w == mark).count();
            blocks(b"Exif\0\0") + blocks(b"eXIf")
        };
        let with_trailer = [bytes.as_slice(), b"trailing bytes"].concat();
        for policy in [MetadataPolicy::Keep, MetadataPolicy::KeepNonPrivate] {
            let prepared = Options::default().metadata(policy).prepare(&with_trailer).unwrap();
            assert!(count(prepared.bytes()) <= 1, "{} {policy:?}: {}", entry.file, prepared.report());
        }
    }
}
