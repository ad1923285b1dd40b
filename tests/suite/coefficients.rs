//! The route that keeps a JPEG's coefficients: lossless where it says so, within the limit always.

use photo_jpeg::{Coefficients, ReadOptions};
use photo_prep::{EdgePolicy, Options, Prepared, Rung, Size, Subsampling, Warning};
use photo_testkit::encode::jpeg::{self, JpegOptions, Sampling, Segment};
use photo_testkit::exif::Exif;
use photo_testkit::{icc, sample};
use proptest::prelude::*;

use crate::support::{decoded, mean_difference};

fn turned(width: u32, height: u32, orientation: u16, options: &JpegOptions) -> Vec<u8> {
    let exif = Segment::exif(&Exif::orientation(orientation));
    jpeg::insert_segments(&sample::jpeg(width, height, options), &[exif])
}

fn coefficients(bytes: &[u8]) -> Coefficients {
    Coefficients::read(bytes, &ReadOptions::default()).unwrap()
}

/// Whether the output holds the very coefficients of the input, turned.
fn keeps_all(input: &[u8], prepared: &Prepared<'_>, orientation: u16) -> bool {
    let orientation = photo_jpeg::Orientation::ALL[usize::from(orientation) - 1];
    let (expected, found) = (coefficients(input), coefficients(prepared.bytes()));
    let expected = expected.turned(orientation, photo_jpeg::Edges::Keep).unwrap();
    expected.components().iter().zip(found.components()).all(|(a, b)| {
        let (wide, high) = (a.facts().width.div_ceil(8), a.facts().height.div_ceil(8));
        let mut places = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
        a.facts().quant == b.facts().quant && places.all(|(x, y)| a.block(x, y) == b.block(x, y))
    })
}

#[test]
fn whole_mcus_are_turned_without_loss() {
    for sampling in [Sampling::S420, Sampling::S422, Sampling::S440, Sampling::S444] {
        for (progressive, restart_interval) in [(false, None), (false, Some(3)), (true, None)] {
            for orientation in 2..=8 {
                let options =
                    JpegOptions { sampling, progressive, restart_interval, ..JpegOptions::default() };
                let bytes = turned(96, 64, orientation, &options);
                let prepared = photo_prep::prepare(&bytes).unwrap();
                let report = prepared.report();
                assert_eq!(
                    (report.route.name(), report.rung()),
                    ("coefficients", Rung::Optimized),
                    "{report}"
                );
                assert!(report.lossless && report.encodes == 1, "{report}");
                assert!(keeps_all(&bytes, &prepared, orientation), "{sampling:?} {orientation}");
                assert!(report.to_string().contains("no bit of the picture lost"), "{report}");
            }
        }
    }
}

#[test]
fn incomplete_mcus_are_kept_or_cut_off_as_asked() {
    // Rotated by 180 degrees, the right edge comes to lie at the left.
    let bytes = turned(100, 64, 3, &JpegOptions::default());
    let exact = photo_prep::prepare(&bytes).unwrap();
    assert_eq!((exact.report().route.name(), exact.size()), ("pixels", Size::new(100, 64)));
    let options = Options::default().edges(EdgePolicy::Trim);
    let plan =
        options.plan(&options.probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool()).unwrap();
    assert!(plan.to_string().contains("of 100x64, 96x64 stays"), "{plan}");
    let trimmed = options.prepare(&bytes).unwrap();
    let report = trimmed.report();
    assert_eq!(
        (report.route.name(), report.lossless, trimmed.size()),
        ("coefficients", false, Size::new(96, 64))
    );
    assert!(report.warnings.contains(&Warning::Trimmed { columns: 4, rows: 0 }), "{report}");
    // Turned by 90 degrees it stays where incomplete MCUs may be.
    let bytes = turned(100, 64, 6, &JpegOptions::default());
    let prepared = options.prepare(&bytes).unwrap();
    assert!(prepared.report().lossless && prepared.size() == Size::new(64, 100), "{}", prepared.report());
}

/// Where edges keep a picture from being turned without loss, it gets the tables it had, turned with it.
#[test]
fn a_picture_with_incomplete_mcus_keeps_its_tables() {
    for (sampling, quality) in [(Sampling::S420, 96), (Sampling::S444, 80), (Sampling::S422, 60)] {
        for orientation in [2, 3, 7, 8] {
            let bytes =
                turned(101, 67, orientation, &JpegOptions { sampling, quality, ..JpegOptions::default() });
            let plan = Options::default()
                .plan(&photo_prep::probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool())
                .unwrap();
            assert!(plan.to_string().contains("its own tables, of quality about"), "{plan}");
            let prepared = plan.execute(&bytes).unwrap();
            let report = prepared.report();
            assert_eq!(
                (report.route.name(), report.quality, report.lossless),
                ("pixels", Some(quality), false),
                "{report}"
            );
            let (before, after) = (coefficients(&bytes), coefficients(prepared.bytes()));
            for (a, b) in before.components().iter().zip(after.components()) {
                let table = a.facts().quant.clone();
                let want = if orientation >= 5 { table.transposed() } else { table };
                assert_eq!(want, b.facts().quant, "{sampling:?} {orientation}");
            }
            let (source, out) = (decoded(&bytes), decoded(prepared.bytes()).into_rgba8());
            let mut source = source;
            source.apply_orientation(image::metadata::Orientation::from_exif(orientation as u8).unwrap());
            let difference = mean_difference(&source.into_rgba8(), &out);
            println!("{sampling:?} {quality} {orientation}: {difference:.2}");
            assert!(difference < 8.0, "{sampling:?} {orientation}: {difference}");
        }
    }
}

#[test]
fn profile_and_density_stay_and_private_matter_goes() {
    let profile = icc::display_p3();
    let segments = [Segment::icc(&profile), vec![Segment::xmp("<secret/>")]].concat();
    let options = JpegOptions { segments, ..JpegOptions::default() };
    let mut bytes = turned(64, 48, 6, &options);
    let jfif = bytes.windows(5).position(|w| w == b"JFIF\0").unwrap();
    bytes[jfif + 7..jfif + 12].copy_from_slice(&[1, 1, 44, 0, 72]);
    let prepared = photo_prep::prepare(&bytes).unwrap();
    let out = prepared.bytes();
    assert_eq!(prepared.report().route.name(), "coefficients");
    assert!(out.windows(profile.len()).any(|w| w == profile));
    assert!(!out.windows(6).any(|w| w == b"secret" || w == b"Exif\0\0"));
    // 300 by 72 dots an inch become 72 by 300.
    assert_eq!(&out[6..18], b"JFIF\0\x01\x01\x01\0\x48\x01\x2C");
}

#[test]
fn a_heavy_picture_is_made_lighter_without_pixels() {
    let bytes = sample::jpeg(800, 600, &JpegOptions { quality: 95, ..JpegOptions::default() });
    let light =
        photo_prep::Options::default().max_bytes(bytes.len() as u64 * 99 / 100).prepare(&bytes).unwrap();
    assert!(light.report().lossless && light.report().rung() == Rung::Optimized, "{}", light.report());
    let mut before = u8::MAX;
    for percent in [90, 85, 80, 75, 70, 65, 60, 55, 50] {
        let limit = bytes.len() as u64 * percent / 100;
        let prepared = Options::default().max_bytes(limit).prepare(&bytes).unwrap();
        let (report, length) = (prepared.report(), prepared.bytes().len() as u64);
        assert_eq!((report.rung(), report.encodes), (Rung::Requantized, 1), "{report}");
        // Measured: 97.7 % at least. A divisor that gets beyond twice the old one makes all the ones under it
        // zeros.
        assert!(length <= limit && length * 100 >= limit * 97, "{length} of {limit}: {report}");
        assert!(report.quality.is_some_and(|quality| quality <= before && quality >= 75), "{report}");
        before = report.quality.unwrap_or(0);
    }
}

/// Where quality has to fall far, bytes are better spent on luma; unless the sampling was asked for.
#[test]
fn chroma_is_halved_before_luma_gets_coarse() {
    for sampling in [Sampling::S444, Sampling::S422] {
        let bytes = sample::jpeg(1200, 900, &JpegOptions { quality: 95, sampling, ..JpegOptions::default() });
        let fit = |percent: u64, options: Options| {
            let limit = bytes.len() as u64 * percent / 100;
            let prepared = options.max_bytes(limit).prepare(&bytes).unwrap();
            assert!(prepared.bytes().len() as u64 <= limit, "{}", prepared.report());
            let whole = (prepared.size().width, prepared.size().height) == (1200, 900);
            assert!(whole || prepared.report().rung() == Rung::FewerPixels);
            let luma = coefficients(prepared.bytes()).components()[0].facts().clone();
            (prepared.report().rung(), (luma.h, luma.v))
        };
        let own = if sampling == Sampling::S444 { (1, 1) } else { (2, 1) };
        assert_eq!(fit(75, Options::default()), (Rung::Requantized, own));
        let info = photo_prep::probe(&bytes).unwrap();
        let resources = photo_prep::Resources::of_current_pool();
        let plan = Options::default().max_bytes(1).plan(&info, resources).unwrap();
        let halves = sampling == Sampling::S444;
        assert_eq!(plan.route().attempts().any(|a| a.rung() == Rung::HalvedChroma), halves);
        let (low, asked) = (Options::default().quality_floor(10), Subsampling::S444);
        let expected = if halves { (2, 2) } else { own };
        assert_eq!(fit(12, low).1, expected);
        if halves {
            assert_eq!(fit(12, low.subsampling(asked)).1, own);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A larger limit never gives coarser tables.
    #[test]
    fn fitting_is_monotone(
        w in 64u32..400, h in 64u32..400, quality in 85u8..=100, share in 0.3f64..0.9, more in 1.0f64..1.05,
    ) {
        let bytes = sample::jpeg(w, h, &JpegOptions { quality, ..JpegOptions::default() });
        let fit = |share: f64| {
            let limit = (bytes.len() as f64 * share) as u64;
            Options::default().max_bytes(limit).quality_floor(40).prepare(&bytes).map(|p| {
                assert!(p.bytes().len() as u64 <= limit);
                (p.report().rung(), coefficients(p.bytes()))
            })
        };
        if let (Ok((Rung::Requantized, tight)), Ok((Rung::Requantized, loose))) = (fit(share), fit(share * more)) {
            for (tight, loose) in tight.components().iter().zip(loose.components()) {
                let mut pairs = tight.facts().quant.values().iter().zip(loose.facts().quant.values());
                prop_assert!(pairs.all(|(tight, loose)| loose <= tight));
            }
        }
    }
}
