use std::time::Instant;

use crate::simd::Level;
use proptest::prelude::*;

use super::*;
use crate::reference::samples::{Sample, any_sample};
use crate::reference::{Picture, islow_idct};

/// Segments so small that speculation is exercised on small pictures.
fn tiny(segments: usize, meant: usize) -> Cut {
    Cut { meant, room: 2 * meant, least: 16, segments }
}

fn run(bytes: &[u8], options: &DecodeOptions, level: Level, cut: Cut) -> Result<Planes> {
    Decoder::new(bytes, options)?.run(level, cut)
}

fn agrees_with_the_oracle(sample: &Sample) {
    let bytes = sample.encode();
    let want = Picture::read(&bytes).unwrap().planes(islow_idct);
    let got = decode(&bytes, &DecodeOptions::default()).unwrap_or_else(|e| panic!("{sample:?}: {e}"));
    for (got, want) in got.planes.iter().zip(&want) {
        assert_eq!(got.data().len(), want.len(), "{sample:?}");
        let worst = got.data().iter().zip(want).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{sample:?}: {worst:?}");
    }
    for (segments, meant) in [(1, 5), (3, 7), (16, 40)] {
        let cut = run(&bytes, &DecodeOptions::default(), Level::new(), tiny(segments, meant));
        assert!(
            cut.unwrap_or_else(|e| panic!("{sample:?}, {segments} x {meant}: {e}")) == got,
            "{sample:?}, {segments} x {meant}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn planes_are_those_of_the_oracle(sample in any_sample()) {
        agrees_with_the_oracle(&sample);
    }
}

#[test]
#[ignore = "prints times: JPEGS='a.jpg b.jpg'"]
fn times() {
    for path in std::env::var("JPEGS").unwrap().split(' ') {
        let bytes = std::fs::read(path).unwrap();
        let header = Header::read(&bytes).unwrap();
        let scale = (1e7 / (f64::from(header.width) * f64::from(header.height))).sqrt().min(1.0);
        let side = |n: u32| (f64::from(n) * scale) as u32;
        let sampling = if header.components.len() == 1 { vec![(1, 1)] } else { vec![(2, 2), (1, 1), (1, 1)] };
        let options =
            DecodeOptions::default().size(side(header.width), side(header.height)).sampling(sampling);
        let encoding = crate::EncodeOptions::default().quality(90);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (mut decoded, mut encoded, mut len) = (f64::MAX, f64::MAX, 0);
            for _ in 0..9 {
                pool.install(|| {
                    let start = Instant::now();
                    let planes = decode(&bytes, &options).unwrap();
                    decoded = decoded.min(start.elapsed().as_secs_f64() * 1e3);
                    let start = Instant::now();
                    len = crate::encode(&planes, &encoding).unwrap().len();
                    encoded = encoded.min(start.elapsed().as_secs_f64() * 1e3);
                });
            }
            println!("{path} {threads} threads: decode {decoded:.1} ms, encode {encoded:.1} ms, {len} bytes");
        }
    }
}
