mod witnesses;

use std::time::Instant;

use crate::simd::Level;
use proptest::prelude::*;

use super::*;
use crate::planes::Plane;
use crate::reference::samples::{Sample, any_sample};
use crate::reference::{ReferenceImage, islow_idct};
use crate::resize::weights::{Axis, ExactWeights};

/// Chunks so small that speculation happens in small pictures.
fn tiny(chunks: usize, target_blocks: usize) -> ChunkLayout {
    ChunkLayout { target_blocks, max_blocks: 2 * target_blocks, min_bytes: 16, chunks }
}

fn run(bytes: &[u8], options: &DecodeOptions, level: Level, layout: ChunkLayout) -> Result<Planes> {
    PlaneDecoder::new(bytes, options)?.run(level, layout)
}

fn agrees_with_the_reference(sample: &Sample) {
    let bytes = sample.encode();
    let want = ReferenceImage::read(&bytes).unwrap().planes(islow_idct);
    let got = decode(&bytes, &DecodeOptions::default()).unwrap_or_else(|e| panic!("{sample:?}: {e}"));
    for (got, want) in got.planes.iter().zip(&want) {
        assert_eq!(got.data().len(), want.len(), "{sample:?}");
        let worst = got.data().iter().zip(want).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{sample:?}: {worst:?}");
    }
    for (chunks, target_blocks) in [(1, 5), (3, 7), (16, 40)] {
        let chunked = run(&bytes, &DecodeOptions::default(), Level::new(), tiny(chunks, target_blocks));
        assert!(
            chunked.unwrap_or_else(|e| panic!("{sample:?}, {chunks} x {target_blocks}: {e}")) == got,
            "{sample:?}, {chunks} x {target_blocks}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn planes_are_those_of_the_reference(sample in any_sample()) {
        agrees_with_the_reference(&sample);
    }
}

#[test]
fn every_level_and_every_number_of_threads_gives_the_same_samples() {
    let sample = Sample { sampling: vec![(2, 1), (1, 2), (1, 1)], ..Sample::new(333, 211) };
    let bytes = sample.encode();
    for options in [
        DecodeOptions::default(),
        DecodeOptions::default().size(200, 99).sampling(vec![(2, 2), (1, 1), (1, 1)]),
        DecodeOptions::default().size(60, 40).scale(Scale::Half),
        DecodeOptions::default().size(30, 20).scale(Scale::Quarter),
    ] {
        let want = run(&bytes, &options, Level::new(), tiny(1, 9)).unwrap();
        for level in Level::all() {
            assert!(run(&bytes, &options, level, tiny(4, 30)).unwrap() == want, "{options:?}, {level:?}");
        }
        for threads in 1..=8 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let got = pool.install(|| run(&bytes, &options, Level::new(), tiny(2 * threads, 25)).unwrap());
            assert!(got == want, "{options:?}, {threads} threads");
        }
    }
}

/// Reduction by the definition: each sample is the weighted sum of all the others, across and down, in `f64`.
#[test]
fn inks_are_the_same_for_every_cut() {
    // All components have the same tables.
    let bytes = include_bytes!("../../tests/data/inks_same_tables.jpg");
    let options = DecodeOptions::default();
    let want = ReferenceImage::read(bytes).unwrap().planes(islow_idct);
    for (chunks, target_blocks) in [(1, 100_000), (1, 7), (3, 11), (8, 50), (16, 100)] {
        let got = run(bytes, &options, Level::new(), tiny(chunks, target_blocks)).unwrap();
        for (got, want) in got.planes.iter().zip(&want) {
            let worst = got.data().iter().zip(want).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst <= Some(1), "{chunks} of {target_blocks}: {worst:?}");
        }
    }
}

fn reduced(plane: &Plane, across: &Axis, down: &Axis) -> Vec<f64> {
    let (width, columns) = (plane.width() as usize, 0..across.to);
    let exact = |axis, to| {
        let mut weights = Vec::new();
        (ExactWeights::new(axis).weights(to, &mut weights), weights)
    };
    let taps: Vec<_> = columns.map(|x| exact(across, x)).collect();
    let narrow: Vec<Vec<f64>> = plane
        .data()
        .chunks_exact(width)
        .map(|row| {
            let sum = |(first, weights): &(u32, Vec<f64>)| {
                weights.iter().zip(&row[*first as usize..]).map(|(w, v)| w * f64::from(*v)).sum()
            };
            taps.iter().map(sum).collect()
        })
        .collect();
    let mut out = Vec::new();
    for y in 0..down.to {
        let (first, weights) = exact(down, y);
        for x in 0..across.to as usize {
            out.push(weights.iter().zip(&narrow[first as usize..]).map(|(w, row)| w * row[x]).sum());
        }
    }
    out
}

#[test]
fn reduced_planes_are_those_of_the_definition() {
    for (sampling, size) in [
        (vec![(2, 2), (1, 1), (1, 1)], (301, 172)),
        (vec![(2, 1), (1, 1), (1, 1)], (150, 99)),
        (vec![(1, 1), (1, 1), (1, 1)], (299, 180)),
        (vec![(1, 1)], (31, 18)),
        (vec![(1, 2), (1, 1), (1, 1)], (7, 100)),
        // Wider than the source, as happens to chroma in a picture that is hardly reduced.
        (vec![(2, 2), (1, 1), (1, 1)], (400, 300)),
    ] {
        let bytes = Sample { sampling, ..Sample::new(317, 190) }.encode();
        let whole = decode(&bytes, &DecodeOptions::default()).unwrap();
        let options = DecodeOptions::default().size(size.0, size.1);
        let got = decode(&bytes, &options).unwrap();
        let decoder = PlaneDecoder::new(&bytes, &options).unwrap();
        for (n, (plane, got)) in whole.planes.iter().zip(&got.planes).enumerate() {
            let [across, down] = decoder.channels[n].axes;
            let want = reduced(plane, &across, &down);
            let errors =
                want.iter().zip(got.data()).map(|(w, g)| (w.clamp(0.0, 255.0) - f64::from(*g)).powi(2));
            let psnr = 10.0 * (255.0 * 255.0 / (errors.sum::<f64>() / want.len() as f64)).log10();
            // Measured: 58.9 and more; rounding to 8 bits alone gives 58.9.
            assert!(psnr > 57.0, "plane {n} to {size:?}: {psnr:.1} dB");
        }
        for layout in [tiny(1, 8), tiny(5, 50)] {
            assert!(run(&bytes, &options, Level::new(), layout).unwrap() == got, "builder have seams");
        }
    }
}

/// The inverse DCT of the lowest `n * n` coefficients, by its definition (T.81, A.3.3, with 8 replaced by n).
fn scaled_by_definition(block: &[f64; 64], n: usize) -> Vec<f64> {
    let norm = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
    let wave = |x: usize, k: usize| {
        norm(k) * ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / (2 * n) as f64).cos()
    };
    let sample = |x: usize, y: usize| -> f64 {
        let terms = (0..n * n).map(|i| block[i / n * 8 + i % n] * wave(x, i % n) * wave(y, i / n));
        128.0 + terms.sum::<f64>() / 4.0
    };
    (0..n * n).map(|i| sample(i % n, i / n)).collect()
}

#[test]
fn smaller_scales_follow_the_definition() {
    let bytes = Sample { sampling: vec![(2, 2), (1, 1), (1, 2)], ..Sample::new(203, 117) }.encode();
    let picture = ReferenceImage::read(&bytes).unwrap();
    for (scale, n) in [(Scale::Half, 4), (Scale::Quarter, 2), (Scale::Eighth, 1)] {
        let got = decode(&bytes, &DecodeOptions::default().scale(scale)).unwrap();
        for (coded, plane) in picture.components.iter().zip(&got.planes) {
            let wide = coded.facts.blocks_wide as usize;
            for y in 0..plane.height() as usize {
                for (x, got) in plane.row(y as u32).iter().enumerate() {
                    let block = &coded.blocks[y / n * wide + x / n];
                    let quant = coded.facts.quant.values();
                    let block = std::array::from_fn(|i| f64::from(block[i]) * f64::from(quant[i]));
                    let want = scaled_by_definition(&block, n)[y % n * n + x % n].clamp(0.0, 255.0);
                    assert!((want - f64::from(*got)).abs() < 0.51, "{scale:?} {x} {y}: {got}, {want}");
                }
            }
        }
    }
}

#[test]
fn cut_off_files_say_how_much_was_there() {
    for restart in [0, 3] {
        let bytes = Sample { restart, ..Sample::new(160, 120) }.encode();
        let start = Header::read(&bytes).unwrap().scan.data_start;
        for end in (start..bytes.len() - 3).step_by(7) {
            for layout in [tiny(1, 9), tiny(6, 12)] {
                let error = run(&bytes[..end], &DecodeOptions::default(), Level::new(), layout).unwrap_err();
                assert!(
                    matches!(
                        error,
                        Error::Truncated { decoded, total: 80, offset } if decoded < 80 && offset <= end
                    ),
                    "cut at {end} of {}: {error}",
                    bytes.len()
                );
            }
        }
        assert!(
            decode(&bytes[..bytes.len() - 2], &DecodeOptions::default()).is_ok(),
            "a missing end marker is no loss"
        );
    }
}

/// The last block must not be made of bits behind the end, wherever the scan is divided into chunks.
#[test]
fn a_last_block_that_is_cut_off_is_noticed_by_every_cut() {
    for (width, height) in [(8, 8), (16, 8), (40, 16), (57, 7)] {
        let sample = Sample { sampling: vec![(1, 1)], quality: 100, ..Sample::new(width, height) };
        let bytes = sample.encode();
        for missing in 3..40 {
            let cut_off = [&bytes[..bytes.len() - missing], &[0xFF, 0xD9]].concat();
            for layout in [tiny(1, 100_000), tiny(1, 1), tiny(1, 7), tiny(3, 2), tiny(8, 5)] {
                let result = run(&cut_off, &DecodeOptions::default(), Level::new(), layout);
                assert!(
                    matches!(result, Err(Error::Truncated { decoded, total, .. }) if decoded < total),
                    "{missing} {layout:?}"
                );
            }
        }
    }
}

/// Blocks that begin with a long DC and continue with coefficients of ten bits each, which is the most bits
/// between two refills.
#[test]
fn long_symbols_in_a_row_are_decoded() {
    let mut state = 7u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) % 80
    };
    let sample = |i: u32| (i / 8 + i / (1024 * 8)) % 2 * 170;
    let data: Vec<u8> = (0..1024 * 1024).map(|i| (sample(i) + noise()) as u8).collect();
    let plane = Plane::new(1024, 1024, data).unwrap();
    let planes = Planes {
        width: 1024,
        height: 1024,
        color: crate::ColorModel::Gray,
        sampling: vec![(1, 1)],
        planes: vec![plane],
    };
    let encoding =
        crate::EncodeOptions::default().tables(crate::QuantTable::standard(100)).optimize_huffman(false);
    let bytes = crate::encode(&planes, &encoding).unwrap();
    let want = ReferenceImage::read(&bytes).unwrap().planes(islow_idct);
    for layout in [tiny(1, 100_000), tiny(2, 100), tiny(5, 60)] {
        let got = run(&bytes, &DecodeOptions::default(), Level::new(), layout).unwrap();
        let worst = got.planes[0].data().iter().zip(&want[0]).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{worst:?}");
    }
}

/// Fill bytes before a stuffed 0xFF, which libjpeg skips.
#[test]
fn fill_bytes_in_the_data_change_nothing() {
    let bytes = Sample { quality: 100, ..Sample::new(120, 90) }.encode();
    let start = Header::read(&bytes).unwrap().scan.data_start;
    let (head, data) = bytes.split_at(start);
    let mut filled = head.to_vec();
    for (i, &byte) in data.iter().enumerate() {
        if byte == 0xFF && data.get(i + 1) == Some(&0) {
            filled.extend(std::iter::repeat_n(0xFF, i % 3));
        }
        filled.push(byte);
    }
    assert!(filled.len() > bytes.len() + 10, "only {} fill bytes", filled.len() - bytes.len());
    let want = decode(&bytes, &DecodeOptions::default()).unwrap();
    for layout in [tiny(1, 100_000), tiny(1, 1), tiny(1, 7), tiny(3, 20), tiny(8, 50)] {
        assert!(run(&filled, &DecodeOptions::default(), Level::new(), layout).unwrap() == want, "{layout:?}");
    }
}

/// In a picture with odd sides that will be mirrored, chroma must be where it would be if the picture had
/// been mirrored before.
#[test]
fn mirrored_chroma_is_where_it_belongs() {
    let picture = |flip: bool| {
        let place = |x: u32| if flip { 98 - x } else { x };
        // A smooth picture, so that only places matter, not edges.
        let pixel = |x: u32| [f64::from(place(x)) * 2.5, 128.0, 255.0 - f64::from(place(x)) * 2.5];
        let rgb: Vec<u8> = (0..99 * 16).flat_map(|i| pixel(i % 99).map(|v| v as u8)).collect();
        Planes::from_rgb(99, 16, &rgb, (2, 2)).unwrap()
    };
    let encoding = crate::EncodeOptions::default().quality(100);
    let file = crate::encode(&picture(false), &encoding).unwrap();
    let options = DecodeOptions::default().orientation(crate::Orientation::MirrorHorizontal);
    let (got, want) = (decode(&file, &options).unwrap(), picture(true));
    for (got, want) in got.planes.iter().zip(&want.planes).skip(1) {
        for (x, want) in want.row(4).iter().enumerate() {
            let mirrored = got.row(4)[got.width() as usize - 1 - x];
            assert!(mirrored.abs_diff(*want) <= 1, "{x}: {mirrored}, {want}");
        }
    }
}

#[test]
fn more_memory_than_allowed_is_refused() {
    let bytes = Sample::new(64, 64).encode();
    let error = decode(&bytes, &DecodeOptions::default().memory_limit(1000)).unwrap_err();
    assert!(matches!(error, Error::Memory { limit: 1000, .. }), "{error}");
}

#[test]
fn scans_are_limited_at_every_scale() {
    let bytes = photo_testkit::many_scans(90, 70, 120);
    for scale in [Scale::Full, Scale::Half, Scale::Quarter] {
        let limited = |scans| decode(&bytes, &DecodeOptions::default().scale(scale).scan_limit(scans));
        assert!(limited(120).is_ok(), "{scale:?}");
        assert!(matches!(limited(119), Err(Error::Unsupported(_))), "{scale:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damage_is_an_error_or_the_same_for_every_cut(
        sample in any_sample(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        chunks in 1..9usize,
        target_blocks in 3..60usize,
    ) {
        let mut bytes = sample.encode();
        let start = Header::read(&bytes).unwrap().scan.data_start;
        for (place, value) in places {
            let at = start + place.index(bytes.len() - start);
            bytes[at] = value;
        }
        let serial = run(&bytes, &DecodeOptions::default(), Level::new(), tiny(1, 100_000));
        let chunked = run(&bytes, &DecodeOptions::default(), Level::new(), tiny(chunks, target_blocks));
        match (serial, chunked) {
            (Ok(a), Ok(b)) => prop_assert!(a == b),
            (Err(_), Err(_)) => {}
            (a, b) => prop_assert!(false, "{:?} and {:?}", a.map(|_| ()), b.map(|_| ())),
        }
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
        let half = if scale < 0.31 { Scale::Half } else { Scale::Full };
        let (width, height) = (side(header.width), side(header.height));
        let options = DecodeOptions::default().scale(half).size(width, height).sampling(sampling);
        let encoding = crate::EncodeOptions::default().quality(90);
        let threads = std::env::var("THREADS").map_or(vec![1, 2], |n| vec![n.parse().unwrap()]);
        for threads in threads {
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
