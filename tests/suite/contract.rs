//! The promise of photo-prep, over every fixture: what comes out holds the limits, stands upright, is the
//! same picture, and took the route the index expects.

use photo_prep::{Error, Format, InputLimits, LimitKind, Options, OutputFormat, Size};
use photo_testkit::fixtures::{Entry, OutputFormat as Expected, Route};
use photo_testkit::{many_arithmetic_scans, many_scans};

use crate::support::{decoded, fixtures, mean_difference, reference, valid_fixtures};

#[test]
fn every_valid_fixture_becomes_a_compliant_picture_by_the_expected_route() {
    for (entry, bytes) in valid_fixtures() {
        let prepared = photo_prep::prepare(&bytes).unwrap_or_else(|e| panic!("{}: {e}", entry.file));
        let report = prepared.report();
        let route = match entry.expected_route {
            Some(Route::PassThrough) => Some("pass_through"),
            Some(Route::Rewrite) => Some("rewrite"),
            Some(Route::Coefficients) => Some("coefficients"),
            Some(Route::Pixels) => Some("pixels"),
            None => None,
        };
        assert_eq!(route.unwrap_or(report.route.name()), report.route.name(), "{}: {report}", entry.file);
        let format = match entry.expected_output {
            Some(Expected::Jpeg) => Format::Jpeg,
            Some(Expected::Png) => Format::Png,
            None => prepared.format(),
        };
        assert_eq!(prepared.format(), format, "{}: {report}", entry.file);
        check_compliant(&entry, &prepared);
        if report.route.name() == "pass_through" {
            assert_eq!(prepared.bytes(), bytes, "{}", entry.file);
        }
    }
}

fn check_compliant(entry: &Entry, prepared: &photo_prep::Prepared<'_>) {
    let name = &entry.file;
    assert!(prepared.bytes().len() <= 10_000_000, "{name}");
    assert_eq!(Format::sniff(prepared.bytes()), Some(prepared.format()), "{name}");
    let upright = Size::new(entry.upright[0], entry.upright[1]);
    assert_eq!(prepared.size(), upright.within(10_000_000), "{name}");
    let picture = decoded(prepared.bytes());
    assert_eq!(Size::new(picture.width(), picture.height()), prepared.size(), "{name}");
    assert_eq!(picture.color().has_alpha() && has_transparency(&picture), entry.alpha, "{name}");
}

fn has_transparency(picture: &image::DynamicImage) -> bool {
    picture.to_rgba8().pixels().any(|p| p[3] < 255)
}

#[test]
fn the_picture_is_the_same_picture() {
    for (entry, bytes) in valid_fixtures() {
        // Colors change where a profile is converted (unit tests know those colors), and `image` decodes
        // files of one scan a component and of subsampled inks wrongly.
        let misread = ["jpeg_non_interleaved.jpg", "jpeg_cmyk.jpg", "jpeg_ycck.jpg"];
        if entry.icc.is_some() || misread.contains(&entry.file.as_str()) {
            continue;
        }
        let prepared = photo_prep::prepare(&bytes).unwrap();
        let (mut want, got) = (reference(&entry, &bytes), decoded(prepared.bytes()).into_rgba8());
        if want.dimensions() != got.dimensions() {
            let filter = image::imageops::FilterType::Lanczos3;
            want = image::imageops::resize(&want, got.width(), got.height(), filter);
        }
        // Measured: 0 where nothing is lost; 0.15 where coefficients are turned, since transforms and
        // upsampling round otherwise there; at most 2.4 for a second JPEG generation, 0.5 for reduced ones.
        let tolerance = match prepared.report() {
            report if !report.lossless => 4.0,
            report if report.route.name() == "coefficients" => 0.3,
            _ => 0.0,
        };
        let difference = mean_difference(&want, &got);
        assert!(difference <= tolerance, "{}: differs by {difference:.2}; {}", entry.file, prepared.report());
    }
}

#[test]
fn inks_show_the_photograph_they_were_made_of() {
    let fixtures = valid_fixtures();
    let file = |name: &str| &fixtures.iter().find(|(e, _)| e.file == name).unwrap().1;
    let want = decoded(file("jpeg_444.jpg")).into_rgba8();
    for name in ["jpeg_cmyk.jpg", "jpeg_ycck.jpg"] {
        let got = decoded(photo_prep::prepare(file(name)).unwrap().bytes()).into_rgba8();
        // Measured: 4.0.
        let difference = mean_difference(&want, &got);
        assert!(difference < 6.0, "{name}: {difference:.2}");
    }
}

#[test]
fn every_invalid_fixture_is_a_clear_error() {
    let mut count = 0;
    for (entry, bytes) in fixtures().into_iter().filter(|(entry, _)| !entry.valid) {
        let error = photo_prep::prepare(&bytes).map(|p| p.report().to_string());
        let error = error.expect_err(&entry.file);
        assert!(!matches!(error, Error::Io { .. } | Error::PlanMismatch), "{}: {error}", entry.file);
        assert!(error.to_string().len() > 20, "{}: {error}", entry.file);
        count += 1;
    }
    assert!(count >= 20, "only {count} invalid fixtures");
}

#[test]
fn a_plan_runs_only_on_its_own_bytes() {
    let fixtures = valid_fixtures();
    let plan = Options::default()
        .plan(&photo_prep::probe(&fixtures[0].1).unwrap(), photo_prep::Resources::of_current_pool())
        .unwrap();
    for (entry, bytes) in &fixtures[1..] {
        assert!(matches!(plan.execute(bytes), Err(Error::PlanMismatch)), "{}", entry.file);
    }
}

#[test]
fn other_options_hold_too() {
    use photo_prep::{ColorPolicy, MetadataPolicy};
    for (entry, bytes) in valid_fixtures().into_iter().filter(|(e, _)| e.width < 1000) {
        for format in [OutputFormat::Jpeg, OutputFormat::Png] {
            for (metadata, color) in [
                (MetadataPolicy::Strip, ColorPolicy::Srgb),
                (MetadataPolicy::KeepNonPrivate, ColorPolicy::Preserve),
                (MetadataPolicy::Keep, ColorPolicy::Auto),
            ] {
                let options =
                    Options::default().format(format).metadata(metadata).color(color).max_pixels(3_000);
                let prepared = options.prepare(&bytes).unwrap_or_else(|e| panic!("{}: {e}", entry.file));
                let want = if format == OutputFormat::Jpeg { Format::Jpeg } else { Format::Png };
                assert_eq!(prepared.format(), want, "{}", entry.file);
                assert!(prepared.size().pixels() <= 3_000);
                let picture = decoded(prepared.bytes());
                assert_eq!(
                    (picture.width(), picture.height()),
                    (prepared.size().width, prepared.size().height)
                );
                assert_eq!(
                    photo_prep::probe(prepared.bytes()).unwrap().orientation,
                    photo_prep::Orientation::Upright
                );
            }
        }
    }
}

#[test]
fn as_many_scans_as_the_limit_are_read_on_every_route() {
    let orders = [
        ("pass_through", Options::default()),
        ("coefficients", Options::default().max_bytes(2_000)),
        ("pixels", Options::default().max_pixels(5_000)),
        ("pixels", Options::default().max_pixels(500)),
        ("pixels", Options::default().max_pixels(5_000).max_bytes(700)),
        ("pixels", Options::default().format(OutputFormat::Png)),
    ];
    let (most, more) = (many_scans(120, 80, 256), many_scans(120, 80, 257));
    for (route, options) in orders {
        let prepared = options.prepare(&most).unwrap_or_else(|e| panic!("{route}: {e}"));
        assert_eq!(prepared.report().route.name(), route);
        let refused = options.prepare(&more).unwrap_err();
        assert!(
            matches!(refused, Error::LimitExceeded { what: LimitKind::Scans, actual: 257, limit: 256 }),
            "{refused}"
        );
        let raised = options.input_limits(InputLimits::default().scans(257));
        assert!(raised.prepare(&more).is_ok(), "{route}");
    }
}

#[test]
fn arithmetic_coding_that_could_take_for_ever_is_refused_by_its_headers() {
    // DC, 26 first bits of coefficients, 229 further bits; 7 steps for each visit of the million blocks.
    let steps = 1_000_000 * (256 * 7 + (1 + 26) * 32 + 229 * 3);
    let bytes = many_arithmetic_scans(8_000, 8_000, 256);
    let refused = photo_prep::prepare(&bytes).unwrap_err();
    assert!(
        matches!(refused, Error::LimitExceeded { what: LimitKind::DecodeCost, actual, .. } if actual == steps),
        "{refused}"
    );
    assert!(refused.to_string().contains("InputLimits::decode_cost"), "{refused}");
    let planned = |most| {
        let options = Options::default().input_limits(InputLimits::default().decode_cost(most));
        options.plan(&options.probe(&bytes).unwrap(), photo_prep::Resources::of_current_pool())
    };
    assert!(planned(steps).is_ok());
    assert!(planned(steps - 1).is_err());
}
