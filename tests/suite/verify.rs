//! Nothing broken is handed on: what passes through or is rewritten is whole, as far as the options ask.

use photo_jpeg::{Coefficients, Header, ReadOptions};
use photo_prep::{Error, MetadataPolicy, Options, OutputFormat, Prepared, Tolerance, Verify};
use photo_testkit::encode::jpeg::{self, JpegOptions, Sampling, Segment, insert_segments};
use photo_testkit::encode::png::Chunk;
use photo_testkit::photo_like;
use proptest::prelude::*;
use proptest::sample::Index;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(photo_testkit::fixtures::folder().join(name)).unwrap()
}

fn structure() -> Options {
    Options::default().verify(Verify::Structure)
}

/// Options for each route that a whole, upright JPEG of so many bytes may take, and whether it gets a comment
/// for that.
fn routes(bytes: usize) -> [(&'static str, Options, bool); 5] {
    [
        ("pass_through", Options::default(), false),
        ("rewrite", Options::default(), true),
        ("coefficients", Options::default().max_bytes(bytes as u64 * 9 / 10), false),
        ("pixels", Options::default().max_pixels(1_500), false),
        ("pixels", Options::default().format(OutputFormat::Png), false),
    ]
}

fn with_comment(bytes: &[u8]) -> Vec<u8> {
    insert_segments(bytes, &[Segment::Comment("told by nobody".into())])
}

fn data_start(bytes: &[u8]) -> usize {
    Header::read(bytes).unwrap().scan().data_start
}

/// Where entropy-coded bytes lie that are no part of a marker or of stuffing.
fn entropy_coded(bytes: &[u8]) -> Vec<usize> {
    let (mut places, mut at, mut in_scan) = (Vec::new(), 2, false);
    while at + 3 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (0xFF, 0 | 0xD0..=0xD7) => at += 2,
            (0xFF, marker) => {
                in_scan = marker == 0xDA;
                at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            }
            _ => {
                places.extend(in_scan.then_some(at));
                at += 1;
            }
        }
    }
    places
}

fn is_kept(result: &Result<Prepared<'_>, Error>) -> bool {
    result.as_ref().is_ok_and(|p| matches!(p.report().route.name(), "pass_through" | "rewrite"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_the_decoder_refuses_is_never_handed_on(places in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)) {
        for name in ["jpeg_baseline.jpg", "jpeg_restart.jpg", "jpeg_progressive.jpg", "jpeg_gray.jpg", "jpeg_non_interleaved.jpg"] {
            let mut bytes = fixture(name);
            let coded = entropy_coded(&bytes);
            for (place, value) in &places {
                // No new marker, so that the structure stays as it is.
                bytes[coded[place.index(coded.len())]] = *value % 0xFF;
            }
            let whole = Coefficients::read(&bytes, &ReadOptions::default()).is_ok();
            for (bytes, route) in [(bytes.clone(), "pass_through"), (with_comment(&bytes), "rewrite")] {
                let result = Options::default().prepare(&bytes);
                prop_assert_eq!(is_kept(&result), whole, "{}: {:?}", name, result);
                prop_assert!(whole || matches!(result, Err(Error::Malformed { .. } | Error::Truncated { .. })), "{name}: {result:?}");
                let unseen = structure().prepare(&bytes).unwrap();
                prop_assert_eq!(unseen.report().route.name(), route);
            }
        }
    }
}

/// Bytes that no decoder can read to their end, between sound headers and a sound end marker.
fn noise(name: &str) -> Vec<u8> {
    let mut bytes = fixture(name);
    let (start, end) = (data_start(&bytes), bytes.len() - 2);
    let mut state = 7u32;
    for byte in &mut bytes[start..end] {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 25) as u8;
    }
    bytes
}

#[test]
fn a_scan_of_noise_is_refused_on_every_route_unless_only_structure_is_asked_for() {
    let bytes = noise("jpeg_baseline.jpg");
    for (route, options, comment) in routes(bytes.len()) {
        let bytes = if comment { with_comment(&bytes) } else { bytes.clone() };
        let error = options.prepare(&bytes).expect_err(route).to_string();
        assert!(error.contains("damaged JPEG at byte"), "{route}: {error}");
    }
    let passed = structure().prepare(&bytes).unwrap();
    assert_eq!((passed.report().route.name(), passed.bytes()), ("pass_through", &bytes[..]));
}

#[test]
fn a_wrong_restart_marker_is_judged_the_same_on_every_route() {
    let kind = JpegOptions { restart_interval: Some(2), ..JpegOptions::default() };
    let bytes = jpeg::encode(&photo_like(120, 90, 3), &kind);
    let markers: Vec<usize> = (data_start(&bytes)..bytes.len() - 1)
        .filter(|&at| bytes[at] == 0xFF && (0xD0..=0xD7).contains(&bytes[at + 1]))
        .collect();
    assert!(markers.len() > 10);
    let renumbered = |at: usize| {
        let mut changed = bytes.clone();
        changed[at + 1] = 0xD0 + (changed[at + 1] + 3) % 8;
        changed
    };
    let first = markers[0];
    let without = [&bytes[..first], &bytes[first + 2..]].concat();
    let twice = [&bytes[..first], &bytes[first..first + 2], &bytes[first..]].concat();
    for damaged in [renumbered(first), renumbered(markers[9]), without, twice] {
        assert!(Coefficients::read(&damaged, &ReadOptions::default()).is_err());
        for (route, options, comment) in routes(bytes.len()) {
            let sound = if comment { with_comment(&bytes) } else { bytes.clone() };
            assert_eq!(options.prepare(&sound).unwrap().report().route.name(), route);
            let damaged = if comment { with_comment(&damaged) } else { damaged.clone() };
            let result = options.prepare(&damaged);
            assert!(
                matches!(result, Err(Error::Malformed { .. } | Error::Truncated { .. })),
                "{route}: {result:?}"
            );
        }
    }
}

/// 4:1:1 is read by the general decoder, which is asked then.
#[test]
fn what_photo_jpeg_does_not_read_is_verified_too() {
    let kind = JpegOptions { sampling: Sampling::S411, ..JpegOptions::default() };
    let bytes = jpeg::encode(&photo_like(300, 200, 3), &kind);
    assert!(Header::read(&bytes).is_err());
    assert_eq!(Options::default().prepare(&bytes).unwrap().report().route.name(), "pass_through");
    // Half of the last scan goes: its header and all others stay.
    let last = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (start, end) = (last + 2 + usize::from(bytes[last + 3]), bytes.len() - 2);
    let mut damaged = bytes.clone();
    damaged.drain((start + end) / 2..end);
    let result = Options::default().prepare(&damaged);
    assert!(matches!(result, Err(Error::Malformed { .. } | Error::Truncated { .. })), "{result:?}");
    assert_eq!(structure().prepare(&damaged).unwrap().report().route.name(), "pass_through");
}

#[test]
fn half_the_data_before_an_end_marker_may_be_filled() {
    let mut bytes = fixture("jpeg_baseline.jpg");
    let (start, end) = (data_start(&bytes), bytes.len() - 2);
    bytes.drain((start + end) / 2..end);
    let error = Options::default().prepare(&bytes).unwrap_err().to_string();
    assert!(error.contains("picture data is missing"), "{error}");
    let filled = Options::default().tolerance(Tolerance::Truncated).prepare(&bytes).unwrap();
    assert!(filled.report().to_string().contains("missing") || !filled.report().warnings.is_empty());
    assert!(!filled.report().lossless);
    assert_eq!(structure().prepare(&bytes).unwrap().report().route.name(), "pass_through");
}

/// A PNG whose checksums are right, but whose data is no picture.
#[test]
fn a_png_is_inflated_unless_only_structure_is_asked_for() {
    let bytes = fixture("png_rgb_8.png");
    let idat = bytes.windows(4).position(|name| name == b"IDAT").unwrap() - 4;
    let end = bytes.windows(4).position(|name| name == b"IEND").unwrap() - 4;
    let broken =
        [&bytes[..idat], &Chunk::new(b"IDAT", vec![0x78, 0x9C, 1, 2, 3]).bytes(), &bytes[end..]].concat();
    assert!(matches!(
        Options::default().prepare(&broken),
        Err(Error::Malformed { .. } | Error::Truncated { .. })
    ));
    assert_eq!(structure().prepare(&broken).unwrap().report().route.name(), "pass_through");
    // A wrong checksum is seen either way.
    let mut wrong = bytes.clone();
    wrong[idat + 20] ^= 1;
    for options in [Options::default(), structure()] {
        assert!(matches!(options.prepare(&wrong), Err(Error::Malformed { .. } | Error::Truncated { .. })));
    }
}

#[test]
fn plans_tell_how_far_they_look() {
    let bytes = fixture("jpeg_baseline.jpg");
    let plan = |options: Options| {
        options.plan(&options.probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool()).unwrap()
    };
    let (full, structure) = (plan(Options::default()), plan(structure()));
    assert!(full.to_string().contains("gone through to the end"), "{full}");
    assert!(structure.to_string().contains("Only its structure"), "{structure}");
    assert!(full.estimate().peak_memory > structure.estimate().peak_memory);
    assert_eq!(serde_json::to_value(&full).unwrap()["options"]["verify"], "full");
    let kept = MetadataPolicy::Keep;
    assert_eq!(Options::default().metadata(kept).verify(Verify::Structure).verify, Verify::Structure);
}
