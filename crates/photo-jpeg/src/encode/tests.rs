//! Tests what can't be seen from outside: SIMD levels and groupings.

use std::time::{Duration, Instant};

use photo_testkit::photo_like;
use proptest::prelude::*;

use super::encoder::{counts, ranges};
use super::*;
use crate::syntax::MaxSampling;
use crate::{ColorModel, Orientation, Plane};

/// A picture of three planes cut out of a photo. It needn't make sense.
fn planes(width: u32, height: u32, sampling: [(u8, u8); 3], seed: u64) -> Planes {
    let max = MaxSampling::of(sampling);
    let cut = |index: usize, &factors: &(u8, u8)| {
        let (width, height) = max.component_size(width, height, factors);
        let photo = photo_like(width, height, seed + index as u64);
        Plane::new(width, height, photo.data().chunks(3).map(|pixel| pixel[index]).collect()).unwrap()
    };
    Planes {
        width,
        height,
        color: ColorModel::YCbCr,
        sampling: sampling.to_vec(),
        planes: sampling.iter().enumerate().map(|(index, factors)| cut(index, factors)).collect(),
    }
}

fn with(planes: &Planes, options: &EncodeOptions<'_>, level: Level, groups: usize) -> Vec<u8> {
    Encoder::of_planes(planes, options).unwrap().encode(level, groups).unwrap()
}

#[test]
fn all_levels_and_groupings_give_the_same_bytes() {
    for (index, sampling) in SAMPLINGS.into_iter().enumerate() {
        let planes = planes(203, 131, sampling, index as u64);
        let orientation = Orientation::ALL[index % 8];
        for options in [
            EncodeOptions::default(),
            EncodeOptions::default().quality(100).orientation(orientation),
            EncodeOptions::default().progressive(true),
        ] {
            let expected = with(&planes, &options, Level::new(), 1);
            for level in Level::all() {
                assert_eq!(with(&planes, &options, level, 3), expected, "{sampling:?} {level:?}");
            }
            for groups in [2, 5, 7, 50, 1000] {
                assert_eq!(with(&planes, &options, Level::new(), groups), expected, "{sampling:?} {groups}");
            }
        }
    }
}

#[test]
fn restart_markers_do_not_depend_on_the_grouping() {
    let planes = planes(203, 131, SAMPLINGS[0], 5);
    for interval in [1, 2, 7, 13, 100, 5000] {
        let options = EncodeOptions::default().restart_interval(interval);
        let expected = with(&planes, &options, Level::new(), 1);
        for groups in [2, 3, 10, 1000] {
            assert_eq!(with(&planes, &options, Level::new(), groups), expected, "{interval} {groups}");
        }
    }
}

#[test]
fn flat_pictures_of_few_bits_join_within_a_byte() {
    let plane = Plane::new(300, 9, vec![200; 2700]).unwrap();
    let planes = Planes {
        width: 300,
        height: 9,
        color: ColorModel::Gray,
        sampling: vec![(1, 1)],
        planes: vec![plane],
    };
    let expected = with(&planes, &EncodeOptions::default(), Level::new(), 1);
    for groups in 2..80 {
        assert_eq!(with(&planes, &EncodeOptions::default(), Level::new(), groups), expected, "{groups}");
    }
}

#[test]
fn ranges_cover_everything_once() {
    for (mcus, groups, unit) in
        [(1, 8, 1), (100, 8, 1), (100, 8, 7), (100, 0, 1), (3, 100, 65_535), (67_000_000, 1, 1)]
    {
        let ranges = ranges(mcus, groups, unit);
        assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, mcus));
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start && pair[1].start % unit == 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Noise makes long codes, long values and many bytes of 0xFF.
    #[test]
    fn noise_is_written_the_same_for_any_grouping(
        width in 1u32..60, height in 1u32..60, quality in 90u8..=100,
        groups in 2usize..40, interval in 0u16..9,
        samples in proptest::collection::vec(prop_oneof![Just(0u8), Just(255u8), any::<u8>()], 3600),
    ) {
        let data = samples[..(width * height) as usize].to_vec();
        let plane = Plane::new(width, height, data).unwrap();
        let (color, sampling) = (ColorModel::Gray, vec![(2, 1)]);
        let planes = Planes { width, height, color, sampling, planes: vec![plane] };
        let options = EncodeOptions::default().quality(quality).restart_interval(interval);
        let expected = with(&planes, &options, Level::new(), 1);
        for level in Level::all() {
            prop_assert_eq!(with(&planes, &options, level, groups), expected.as_slice());
        }
    }
}

const SAMPLINGS: [[(u8, u8); 3]; 7] = [
    [(2, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(1, 1), (1, 1), (1, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(1, 1), (2, 2), (1, 2)],
    [(2, 2), (2, 2), (2, 2)],
];

/// `cargo test --release -p photo-jpeg --lib timings -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn timings() {
    let planes = planes(3651, 2738, SAMPLINGS[0], 7);
    let options = EncodeOptions::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let encoder = Encoder::of_planes(&planes, &options).unwrap();
    let tokenizer = encoder.tokenizer(Level::new());
    let ranges = ranges(encoder.frame.mcus(), 4, 1);
    let tokens = || ranges.iter().map(|range| tokenizer.group(range.clone(), true)).collect::<Vec<_>>();
    let counts = counts(&tokens());
    let file = pool.install(|| encode(&planes, &options).unwrap());
    let words: usize = tokens().iter().map(|group| group.tokens.len()).sum();
    let stuffed = file.windows(2).filter(|pair| pair == &[0xFF, 0]).count();
    println!("{} bytes, {words} words, stuffed {stuffed}", file.len());
    median("calibration: 100 M dependent multiplications", || {
        (0..50_000_000u64).fold(3u64, |x, y| x.wrapping_mul(5).wrapping_mul(y | 1))
    });
    median("histogram", || {
        ranges.iter().map(|range| tokenizer.group(range.clone(), false)).collect::<Vec<_>>()
    });
    median("tokens", tokens);
    for orientation in [Orientation::Rotate180, Orientation::Rotate90, Orientation::Rotate270] {
        let options = EncodeOptions::default().orientation(orientation);
        let encoder = Encoder::of_planes(&planes, &options).unwrap();
        let tokenizer = encoder.tokenizer(Level::new());
        let tokens = || ranges.iter().map(|range| tokenizer.group(range.clone(), true)).collect::<Vec<_>>();
        median(&format!("tokens, {orientation:?}"), tokens);
    }
    median("huffman tables", || encoder.huffman_tables(&counts));
    let mut best = Duration::MAX;
    for _ in 0..21 {
        let scan = encoder.sequential_scan(Level::new(), 4);
        let start = Instant::now();
        std::hint::black_box(scan.emit());
        best = best.min(start.elapsed());
    }
    println!("emit: best {best:?}");
    median("all", || pool.install(|| encode(&planes, &options).unwrap()));
    median("all, this pool", || encode(&planes, &options).unwrap());
    median("all, progressive", || encode(&planes, &options.clone().progressive(true)).unwrap());
}

/// `JPEGS="a.jpg b.jpg" cargo test --release -p photo-jpeg --lib transcode_timings -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn transcode_timings() {
    for path in std::env::var("JPEGS").unwrap_or_default().split_whitespace() {
        let bytes = std::fs::read(path).unwrap();
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let read = || Coefficients::read(&bytes, &crate::ReadOptions::default()).unwrap();
            println!("{path}, {threads} threads");
            pool.install(|| {
                median("read", read);
                let picture = read();
                for orientation in [Orientation::Upright, Orientation::Rotate90] {
                    let options = TranscodeOptions::default().orientation(orientation);
                    median(&format!("{orientation:?}"), || transcode(&picture, &options).unwrap());
                }
                let tables: Vec<_> = picture.components.iter().map(|_| crate::QuantTable::luma(90)).collect();
                let options = TranscodeOptions::default().tables(tables);
                median("requantized", || transcode(&picture, &options).unwrap());
                median("foretold", || transcoded_len(&picture, &options, 1).unwrap());
            });
        }
    }
}

fn median<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{what}: median {:?}, best {:?}", times[10], times[0]);
}
