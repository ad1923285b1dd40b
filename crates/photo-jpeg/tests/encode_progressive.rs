//! Progressive files: the same coefficients as sequential ones, in fewer bytes.

mod support;

use photo_jpeg::{
    Coefficients, ColorModel, Draft, Edges, EncodeOptions, Error, Orientation, Plane, Planes, QuantTable,
    TranscodeOptions, encode, encoded_len, transcode,
};
use photo_testkit::photo_like;
use proptest::prelude::*;

use support::{SAMPLINGS, jpeg, read};

/// The first place where two pictures differ in a block that shows something.
fn differs(a: &Coefficients, b: &Coefficients) -> Option<String> {
    for (index, (a, b)) in a.components().iter().zip(b.components()).enumerate() {
        if a.facts() != b.facts() {
            return Some(format!("{:?} {:?}", a.facts(), b.facts()));
        }
        for y in 0..a.facts().height.div_ceil(8) {
            for x in 0..a.facts().width.div_ceil(8) {
                if a.block(x, y).is_none() || a.block(x, y) != b.block(x, y) {
                    return Some(format!(
                        "component {index}, block {x} {y}: {:?} {:?}",
                        a.block(x, y),
                        b.block(x, y)
                    ));
                }
            }
        }
    }
    let same = (a.width(), a.height(), a.color(), a.components().len())
        == (b.width(), b.height(), b.color(), b.components().len());
    (!same).then(|| "sizes".into())
}

fn gray(width: u32, height: u32, data: Vec<u8>) -> Planes {
    let plane = Plane::new(width, height, data).unwrap();
    Planes::new(width, height, ColorModel::Gray, vec![(1, 1)], vec![plane]).unwrap()
}

/// Progressive and sequential file of the same coefficients, which must be the same in all decoders.
fn check(sequential: &[u8], progressive: &[u8]) -> Result<(), String> {
    if let Some(difference) = differs(&read(sequential), &read(progressive)) {
        return Err(difference);
    }
    let image =
        |bytes: &[u8]| image::load_from_memory(bytes).map(|p| p.into_bytes()).map_err(|e| e.to_string());
    // Neither reads progressive files whose luma has fewer samples than chroma.
    let components = read(sequential).components().to_vec();
    let luma = components[0].facts();
    if components.iter().any(|c| c.facts().h > luma.h || c.facts().v > luma.v) {
        return Ok(());
    }
    if image(sequential)? != image(progressive)? {
        return Err("zune-jpeg sees another picture".into());
    }
    let turbo = |bytes: &[u8]| libjpeg_turbo_rs::decompress(bytes).map(|p| p.data).map_err(|e| e.to_string());
    if turbo(sequential)? != turbo(progressive)? {
        return Err("libjpeg-turbo sees another picture".into());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_same_coefficients_are_written(
        width in 1u32..=70, height in 1u32..=70, which in 0..SAMPLINGS.len(),
        quality in 1u8..=100, turn in 0..8usize, saving in 1u8..=100,
    ) {
        let stored = read(&jpeg(width, height, SAMPLINGS[which], 97, false));
        let tables = [QuantTable::luma(quality), QuantTable::chroma(quality), QuantTable::chroma(quality)];
        let options = TranscodeOptions::default().orientation(Orientation::ALL[turn]).edges(Edges::Trim);
        let coarser = options.clone().tables(tables.to_vec());
        for options in [options, coarser.clone(), coarser.rate_distortion(saving)] {
            let Ok(sequential) = transcode(&stored, &options) else { continue };
            let progressive = transcode(&stored, &options.clone().progressive(true)).unwrap();
            if let Err(difference) = check(&sequential, &progressive) {
                prop_assert!(false, "{}", difference);
            }
        }
    }

    /// Noise has long values, and more bits that refine than may be gathered.
    #[test]
    fn noise_is_written(
        width in 1u32..300, height in 1u32..40, quality in 60u8..=100, extreme: bool,
        noise in proptest::collection::vec(any::<u8>(), 12_000),
    ) {
        let sample = |n: &u8| if extreme { 255 * (n & 1) } else { *n };
        let data = noise.iter().map(sample).take((width * height) as usize);
        let planes = gray(width, height, data.collect());
        let options = EncodeOptions::default().quality(quality);
        let sequential = encode(&planes, &options).unwrap();
        let progressive = encode(&planes, &options.progressive(true)).unwrap();
        if let Err(difference) = check(&sequential, &progressive) {
            prop_assert!(false, "{}", difference);
        }
    }
}

#[test]
fn pictures_of_one_color_and_sparse_ones_are_written() {
    // More blocks in a row than a run of ended blocks may have; and blocks with one coefficient far behind
    // the others.
    let (width, height) = (40_000, 64);
    let dot = |i: u32| if i % 977 == 5 { 255 } else { 128 };
    for data in [vec![90; (width * height) as usize], (0..width * height).map(dot).collect()] {
        let planes = gray(width, height, data);
        for quality in [20, 95] {
            let options = EncodeOptions::default().quality(quality);
            let sequential = encode(&planes, &options).unwrap();
            let progressive = encode(&planes, &options.progressive(true)).unwrap();
            check(&sequential, &progressive).unwrap();
            assert!(progressive.len() < sequential.len());
        }
    }
}

#[test]
fn files_are_as_small_as_libjpegs() {
    for (which, factors) in SAMPLINGS.into_iter().enumerate().take(4) {
        for quality in [60, 80, 92] {
            let theirs = jpeg(800, 600, factors, quality, true);
            let stored = read(&theirs);
            let sequential = transcode(&stored, &TranscodeOptions::default()).unwrap();
            let options = TranscodeOptions::default().progressive(true);
            let progressive = transcode(&stored, &options).unwrap();
            check(&sequential, &progressive).unwrap();
            println!(
                "{which} {quality}: sequential {}, progressive {}, libjpeg's {}",
                sequential.len(),
                progressive.len(),
                theirs.len()
            );
            assert!((progressive.len() as f64) < 0.985 * sequential.len() as f64, "{which} {quality}");
            assert!((progressive.len() as f64) < 1.002 * theirs.len() as f64, "{which} {quality}");
        }
    }
}

#[test]
fn lengths_are_known_before() {
    for (which, factors) in SAMPLINGS.into_iter().enumerate() {
        let stored = read(&jpeg(701, 503, factors, 90, false));
        let options = TranscodeOptions::default().progressive(true);
        let draft = Draft::transcode(&stored, &options).unwrap();
        let expected = draft.expected_len() as f64;
        let written = draft.write();
        assert!(
            (expected / written.len() as f64 - 1.0).abs() < 0.001,
            "{which}: {expected} {}",
            written.len()
        );
        assert_eq!(photo_jpeg::transcoded_len(&stored, &options, 1).unwrap() as f64, expected);
        let sampled = photo_jpeg::transcoded_len(&stored, &options, 4).unwrap() as f64;
        assert!((sampled / expected - 1.0).abs() < 0.05, "{which}: {sampled} {expected}");
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let planes = gray(640, 400, photo_like(640, 400, 3).data().chunks(3).map(|p| p[1]).collect());
    let options = EncodeOptions::default().progressive(true);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (encode(&planes, &options).unwrap(), encoded_len(&planes, &options, 2).unwrap()))
    };
    let expected = run(1);
    assert!((2..=8).all(|threads| run(threads) == expected));
}

#[test]
fn restart_markers_and_impossible_values_are_refused() {
    let mut stored = read(&jpeg(16, 16, SAMPLINGS[0], 90, false));
    let options = TranscodeOptions::default().progressive(true);
    assert!(matches!(transcode(&stored, &options.clone().restart_interval(1)), Err(Error::Argument(_))));
    let before = stored.components()[0].blocks()[0];
    for (place, value) in [(1, 1024), (63, i16::MIN), (0, 3000), (0, i16::MIN)] {
        stored.components_mut()[0].blocks_mut()[0] = before;
        stored.components_mut()[0].blocks_mut()[0][place] = value;
        assert!(matches!(transcode(&stored, &options), Err(Error::Argument(_))), "{value}");
    }
}
