//! The measure puts pairs in the order in which SSIMULACRA2 has them, whose scores order.py keeps in
//! order.json.

use std::collections::BTreeMap;

use photo_testkit::graphics::Kind;

use crate::measure::View;
use crate::pairs::{Pair, all};
use crate::{score, view};

fn kept() -> BTreeMap<String, f64> {
    serde_json::from_str(include_str!("order.json")).expect("scores by name")
}

/// Kendall's tau: of pairs of pairs, those in the same order less those in the other one.
fn tau(points: &[(f64, f64)]) -> f64 {
    let (mut same, mut count) = (0.0, 0.0);
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            let (x, y) = (a.0 - b.0, a.1 - b.1);
            if x != 0.0 || y != 0.0 {
                same += if x == 0.0 || y == 0.0 { 0.0 } else { x.signum() * y.signum() };
                count += 1.0;
            }
        }
    }
    same / count
}

#[test]
fn pairs_are_ordered_as_ssimulacra2_has_them() {
    let (kept, pairs) = (kept(), all());
    assert!(pairs.len() >= 200 && pairs.len() == kept.len(), "{} pairs", pairs.len());
    let point = |p: &Pair| (score(&view(&p.source), &view(&p.result)).expect("same sizes"), kept[&p.name]);
    let points: Vec<(Kind, (f64, f64))> = pairs.iter().map(|p| (p.kind, point(p))).collect();
    for (pair, (_, (own, reference))) in pairs.iter().zip(&points) {
        println!("{}: {own:.1}, SSIMULACRA2 {reference:.1}", pair.name);
    }
    let all: Vec<_> = points.iter().map(|(_, point)| *point).collect();
    println!("tau {:.3} of {} pairs", tau(&all), all.len());
    assert!(tau(&all) >= 0.8, "{:.3}", tau(&all));
    for kind in Kind::ALL {
        let some: Vec<_> = points.iter().filter(|(k, _)| *k == kind).map(|(_, point)| *point).collect();
        println!("{}: tau {:.3}", kind.name(), tau(&some));
        assert!(tau(&some) >= 0.75, "{}: {:.3}", kind.name(), tau(&some));
    }
}

#[test]
fn the_same_picture_has_a_hundred_points_and_hidden_colors_have_no_say() {
    for (width, height) in [(1, 1), (5, 3), (64, 64), (65, 200), (3300, 70)] {
        let a: Vec<u8> = (0..width * height * 4).map(|i| (i * 37 % 251) as u8).collect();
        let whole = View { samples: &a, width, height, channels: 4 };
        assert_eq!(score(&whole, &whole), Some(100.0), "{width}x{height}");
        let mut clear = a.clone();
        clear.chunks_exact_mut(4).for_each(|p| p[3] = 0);
        let zero = vec![0; a.len()];
        let hidden = [&clear[..], &zero].map(|samples| View { samples, width, height, channels: 4 });
        assert_eq!(score(&hidden[0], &hidden[1]), Some(100.0), "{width}x{height}");
        if width > 4 {
            assert!(score(&whole, &hidden[1]) < Some(60.0), "{width}x{height}");
        }
    }
}

#[test]
fn pictures_that_can_not_be_compared_have_no_score() {
    let samples = [7; 12];
    let view = |width, height, channels| View { samples: &samples, width, height, channels };
    assert_eq!(score(&view(2, 2, 3), &view(4, 1, 3)), None);
    assert_eq!(score(&view(2, 2, 3), &view(2, 2, 4)), None);
    assert_eq!(score(&view(usize::MAX, 2, 3), &view(usize::MAX, 2, 3)), None);
    assert_eq!(score(&view(0, 2, 3), &view(0, 2, 3)), None);
    assert!(score(&view(12, 1, 1), &view(12, 1, 1)).is_some());
}

#[test]
fn threads_make_no_difference() {
    let pair = &all()[4];
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| score(&view(&pair.source), &view(&pair.result)))
    };
    assert_eq!(of(1), of(3));
}

/// `SCORE_PAIRS=FOLDER cargo test --test score write_pairs -- --ignored`: for order.py.
#[test]
#[ignore = "writes the pairs for order.py"]
fn write_pairs() {
    let folder = std::path::PathBuf::from(std::env::var_os("SCORE_PAIRS").expect("a folder in SCORE_PAIRS"));
    for pair in all() {
        let ppm = |picture: &image::RgbImage, end: &str| {
            let head = format!("P6\n{} {}\n255\n", picture.width(), picture.height());
            let file = [head.as_bytes(), picture.as_raw()].concat();
            std::fs::write(folder.join(format!("{}.{end}.ppm", pair.name)), file).expect("written");
        };
        ppm(&pair.source, "a");
        ppm(&pair.result, "b");
    }
}
