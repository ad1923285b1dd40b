//! Color truth: charts of patches against what LittleCMS makes of them. `color_reference.json` is written by
//! `color_reference.py`, whose head says how.

use std::collections::HashMap;

use photo_prep::{ColorPolicy, Options, OutputFormat, Subsampling, Warning};
use photo_testkit::charts::{self, COLUMNS, Chart, PATCH, PATCHES};
use photo_testkit::delta_e::{ciede2000, lab_of_srgb};

use crate::support::decoded;

/// CIEDE2000 of each patch: its middle in the file against the reference.
fn differences(chart: &Chart, reference: &[f64], bytes: &[u8]) -> Vec<f64> {
    let picture = decoded(bytes).into_rgb8();
    assert_eq!(picture.dimensions(), (COLUMNS * PATCH, PATCH * PATCHES as u32 / COLUMNS), "{}", chart.name);
    let lab = |rgb: [f64; 3]| lab_of_srgb(rgb.map(|v| v / 255.0));
    let patch = |i: usize| {
        let (x, y) = (i as u32 % COLUMNS * PATCH, i as u32 / COLUMNS * PATCH);
        picture.get_pixel(x + PATCH / 2, y + PATCH / 2).0.map(f64::from)
    };
    let reference = reference.as_chunks::<3>().0;
    assert_eq!(reference.len(), PATCHES, "{}", chart.name);
    reference.iter().enumerate().map(|(i, want)| ciede2000(lab(patch(i)), lab(*want))).collect()
}

/// Prepares each chart, and compares what comes out.
fn check(options: Options, way: &str, charts: impl Iterator<Item = Chart>) {
    check_by(way, charts, |chart| {
        let name = chart.name;
        let prepared = options.prepare(&chart.file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let warned = prepared.report().warnings.iter().any(|w| matches!(w, Warning::BrokenProfile(_)));
        assert_eq!(warned, chart.warns, "{name}: {}", prepared.report());
        prepared.bytes().to_vec()
    });
}

fn check_by(way: &str, charts: impl Iterator<Item = Chart>, prepared: impl Fn(&Chart) -> Vec<u8>) {
    let data = include_str!("color_reference.json");
    let reference: HashMap<String, Vec<f64>> = serde_json::from_str(data).expect("made by our script");
    let mut seen = 0;
    for chart in charts {
        let name = chart.name;
        let all = differences(&chart, &reference[name], &prepared(&chart));
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let max = all.iter().copied().fold(0.0, f64::max);
        println!("{way}: {name}: mean {mean:.2}, max {max:.2}");
        assert!(mean <= 1.0 && max <= 3.0, "{way}: {name}: mean {mean:.2}, max {max:.2}");
        seen += 1;
    }
    assert!(seen > 0);
}

fn to_srgb() -> Options {
    Options::default().color(ColorPolicy::Srgb)
}

#[test]
fn as_png_every_chart_has_the_colors_that_littlecms_gives() {
    check(to_srgb().format(OutputFormat::Png), "png", charts::all().into_iter());
}

/// The lane of planes, which converts what is left after reducing.
#[test]
fn as_jpeg_every_jpeg_chart_has_them_too() {
    let options = to_srgb().format(OutputFormat::Jpeg).subsampling(Subsampling::S444);
    let options = options.quality(100);
    check(options, "jpeg", charts::all().into_iter().filter(|c| c.name.starts_with("jpeg")));
}

/// What a PNG's chunks say goes along as an ICC profile where colors are preserved and the pixels go to a
/// JPEG. Pictures of 16 bits are left out: rounded to 8 bits in a linear space, their darkest patches are not
/// what they were.
#[test]
fn preserved_colors_are_the_same_once_converted() {
    let preserving = Options::default().color(ColorPolicy::Preserve).format(OutputFormat::Jpeg);
    let preserving = preserving.subsampling(Subsampling::S444).quality(100);
    let charts =
        charts::all().into_iter().filter(|c| c.name.starts_with("png") && !c.name.contains("16 bits"));
    check_by("preserved", charts, |chart| {
        let kept = preserving.prepare(&chart.file).unwrap_or_else(|e| panic!("{}: {e}", chart.name));
        to_srgb().format(OutputFormat::Png).prepare(kept.bytes()).expect("our own output").bytes().to_vec()
    });
}
