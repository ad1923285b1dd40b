//! Compares with plain scalar code, on all SIMD levels.

use std::time::{Duration, Instant};

use photo_testkit::photo_like;

use super::*;
use crate::syntax::MaxSampling;

/// A picture of given samples.
fn planes(
    width: u32,
    height: u32,
    color: ColorModel,
    sampling: &[(u8, u8)],
    sample: impl Fn() -> u8,
) -> Planes {
    let max = MaxSampling::of(sampling.iter().copied());
    let plane = |&factors: &(u8, u8)| {
        let (width, height) = max.component_size(width, height, factors);
        Plane::new(width, height, (0..width * height).map(|_| sample()).collect()).unwrap()
    };
    Planes { width, height, color, sampling: sampling.to_vec(), planes: sampling.iter().map(plane).collect() }
}

/// Noise with many extremes.
fn noise(seed: u32) -> impl Fn() -> u8 {
    let state = std::cell::Cell::new(seed.wrapping_mul(2_654_435_761) | 1);
    move || {
        let mut x = state.get();
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        state.set(x);
        match x % 4 {
            0 => 0,
            1 => 255,
            _ => (x >> 8) as u8,
        }
    }
}

fn to_pixel([y, cb, cr]: [u8; 3]) -> [f64; 3] {
    let (y, cb, cr) = (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
    [y + 1.402 * cr, y - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587, y + 1.772 * cb]
}

fn to_samples([r, g, b]: [f64; 3]) -> [f64; 3] {
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, (b - y) / 1.772 + 128.0, (r - y) / 1.402 + 128.0]
}

/// Converts as libjpeg does (`build_ycc_rgb_table` and `ycc_rgb_convert`).
fn libjpeg_pixel([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let fix = |factor: f64| (factor * 65536.0 + 0.5) as i32;
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = y + ((fix(1.402) * cr + 32_768) >> 16);
    let green = y + ((-fix(0.34414) * cb + 32_768 - fix(0.71414) * cr) >> 16);
    let blue = y + ((fix(1.772) * cb + 32_768) >> 16);
    [red, green, blue].map(|value| value.clamp(0, 255) as u8)
}

/// The greatest difference of a picture's samples from the average over their pixels.
fn deviation(planes: &Planes, rgb: &[u8]) -> f64 {
    let layout = PlaneLayout::of(planes).unwrap();
    let (width, height) = (planes.width as usize, planes.height as usize);
    let mut worst = 0.0_f64;
    for (index, plane) in planes.planes.iter().enumerate() {
        let [w, h] = layout.blocks[index];
        for (at, &sample) in plane.data().iter().enumerate() {
            let (x, y) = (at % plane.width() as usize, at / plane.width() as usize);
            let mut sum = 0.0;
            for (dx, dy) in (0..w * h).map(|n| (n % w, n / w)) {
                let (x, y) = ((w * x + dx).min(width - 1), (h * y + dy).min(height - 1));
                let pixel = [0, 1, 2].map(|channel| f64::from(rgb[3 * (y * width + x) + channel]));
                sum += if planes.color == ColorModel::YCbCr { to_samples(pixel) } else { pixel }[index];
            }
            worst = worst.max((f64::from(sample) - (sum / (w * h) as f64)).abs());
        }
    }
    worst
}

/// The pixels with every sample repeated.
fn repeated(planes: &Planes) -> Vec<u8> {
    let layout = PlaneLayout::of(planes).unwrap();
    let mut out = Vec::new();
    for (y, x) in (0..layout.height).flat_map(|y| (0..layout.width).map(move |x| (y, x))) {
        let samples = [0, 1, 2].map(|index| {
            let [w, h] = layout.blocks[index];
            planes.planes[index].row((y / h) as u32)[x / w]
        });
        out.extend(if planes.color == ColorModel::YCbCr { libjpeg_pixel(samples) } else { samples });
    }
    out
}

/// A plane stretched as libjpeg's `h2v1_fancy_upsample`, `h2v2_fancy_upsample` and `h1v2_fancy_upsample` do.
fn stretched(plane: &Plane, [w, h]: [usize; 2], width: usize, height: usize) -> Vec<u8> {
    let at = |x: i64, y: i64| {
        let (x, y) = (x.clamp(0, i64::from(plane.width()) - 1), y.clamp(0, i64::from(plane.height()) - 1));
        i64::from(plane.row(y as u32)[x as usize])
    };
    let pixel = |x: usize, y: usize| {
        let (cx, cy) = ((x / w) as i64, (y / h) as i64);
        let (dx, dy) = (2 * (x % 2) as i64 - 1, 2 * (y % 2) as i64 - 1);
        let sum = |x: i64| 3 * at(x, cy) + at(x, cy + dy);
        let value = match [w, h] {
            [1, 1] => at(cx, cy),
            [2, 1] => (3 * at(cx, cy) + at(cx + dx, cy) + if dx < 0 { 1 } else { 2 }) >> 2,
            [1, _] => (sum(cx) + if dy < 0 { 1 } else { 2 }) >> 2,
            _ => (3 * sum(cx) + sum(cx + dx) + if dx < 0 { 8 } else { 7 }) >> 4,
        };
        value as u8
    };
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect()
}

/// What `to_rgb` should return.
fn smooth(planes: &Planes) -> Vec<u8> {
    let layout = PlaneLayout::of(planes).unwrap();
    let (width, height) = (layout.width, layout.height);
    let full: Vec<Vec<u8>> = (planes.planes.iter().zip(layout.blocks))
        .map(|(plane, block)| stretched(plane, block, width, height))
        .collect();
    let pixel = |at: usize| match planes.color {
        ColorModel::Gray => [full[0][at]; 3],
        ColorModel::Rgb => [full[0][at], full[1][at], full[2][at]],
        ColorModel::YCbCr => libjpeg_pixel([full[0][at], full[1][at], full[2][at]]),
        ColorModel::Cmyk | ColorModel::Ycck => unreachable!("a picture of inks"),
    };
    (0..width * height).flat_map(pixel).collect()
}

/// All combinations of factors for three components.
fn samplings() -> impl Iterator<Item = Vec<(u8, u8)>> + Clone {
    const FACTORS: [(u8, u8); 4] = [(1, 1), (2, 1), (1, 2), (2, 2)];
    (0..64).map(|n| vec![FACTORS[n % 4], FACTORS[n / 4 % 4], FACTORS[n / 16]])
}

fn sizes() -> impl Iterator<Item = (u32, u32)> {
    (1..=40).flat_map(|width| (1..=40).map(move |height| (width, height)))
}

fn copy(source: &[u8], target: &mut [u8]) -> Result<(), ()> {
    target.copy_from_slice(source);
    Ok(())
}

/// Makes another picture, which is out of gamut in places.
fn turn(source: &[u8], target: &mut [u8]) -> Result<(), ()> {
    for (source, target) in source.chunks(3).zip(target.chunks_mut(3)) {
        target.copy_from_slice(&[255 - source[1], source[2], source[0] / 2]);
    }
    Ok(())
}

#[test]
fn every_sample_triple_is_rounded_correctly() {
    for cr in (0..=255u8).step_by(5) {
        let (luma, blue): (Vec<u8>, Vec<u8>) =
            (0..=255u8).flat_map(|cb| (0..=255).step_by(15).map(move |y| (y, cb))).unzip();
        let (width, height) = (luma.len() as u32, 1);
        let plane = |data: Vec<u8>| Plane::new(width, height, data).unwrap();
        let red = vec![cr; luma.len()];
        let sampling = vec![(1, 1); 3];
        let planes = vec![plane(luma.clone()), plane(blue.clone()), plane(red)];
        let planes = Planes { width, height, color: ColorModel::YCbCr, sampling, planes };
        for ((pixel, &y), &cb) in planes.to_rgb().chunks(3).zip(&luma).zip(&blue) {
            for (&value, exact) in pixel.iter().zip(to_pixel([y, cb, cr])) {
                let error = (f64::from(value) - exact.clamp(0.0, 255.0)).abs();
                assert!(error < 0.502, "{y} {cb} {cr}: {value} for {exact}");
            }
        }
    }
}

#[test]
fn every_pixel_is_rounded_correctly() {
    for blue in (0..=255u8).step_by(5) {
        let rgb: Vec<u8> =
            (0..=255u8).flat_map(|r| (0..=255u8).step_by(3).flat_map(move |g| [r, g, blue])).collect();
        let planes = Planes::from_rgb(256, 86, &rgb, (1, 1)).unwrap();
        // Pure blue's and red's chroma is 255.5 and has no room above.
        assert!(deviation(&planes, &rgb) < 0.502, "{blue}");
    }
}

#[test]
fn all_sizes_and_samplings_agree_with_plain_code() {
    let mut samplings = samplings().cycle();
    for (index, (width, height)) in sizes().enumerate() {
        // 64 kinds by 1600 sizes would take long: each kind gets 100 sizes, the common one all.
        let common = vec![(2, 2), (1, 1), (1, 1)];
        let others = [samplings.next().unwrap(), samplings.next().unwrap(), samplings.next().unwrap()];
        for (kind, sampling) in std::iter::once(&common).chain(&others).enumerate() {
            let color = if kind == 3 { ColorModel::Rgb } else { ColorModel::YCbCr };
            check(&planes(width, height, color, sampling, noise(index as u32)));
        }
    }
}

fn check(planes: &Planes) {
    let what = format!("{} x {} {:?}", planes.width, planes.height, planes.sampling);
    assert_eq!(planes.to_rgb(), smooth(planes), "{what}");
    let before = repeated(planes);
    let mut after = vec![0; before.len()];
    turn(&before, &mut after).unwrap();
    let mut mapped = planes.clone();
    mapped.map_rgb(turn).unwrap();
    assert!(deviation(&mapped, &after) < 0.502, "{what}: {}", deviation(&mapped, &after));
}

#[test]
fn pictures_of_pixels_are_averaged() {
    for (width, height) in sizes() {
        let sample = noise(width * 41 + height);
        let rgb: Vec<u8> = (0..3 * width * height).map(|_| sample()).collect();
        for sampling in [(1, 1), (2, 1), (1, 2), (2, 2)] {
            let planes = Planes::from_rgb(width, height, &rgb, sampling).unwrap();
            assert!(deviation(&planes, &rgb) < 0.502, "{width} x {height} {sampling:?}");
        }
    }
}

#[test]
fn all_levels_give_the_same_bytes() {
    for (index, sampling) in samplings().enumerate() {
        for (width, height) in [(203, 37), (32, 1), (1, 33), (64, 16)] {
            for color in [ColorModel::YCbCr, ColorModel::Rgb] {
                let planes = planes(width, height, color, &sampling, noise(index as u32));
                let rgb = planes.to_rgb();
                let mut mapped = planes.clone();
                mapped.map_rgb(turn).unwrap();
                let back = Planes::from_rgb(width, height, &rgb, sampling[0]);
                for level in Level::all() {
                    assert_eq!(to_rgb(&planes, level).as_ref(), Some(&rgb), "{level:?}");
                    let mut again = planes.clone();
                    map_rgb(&mut again, level, &turn).unwrap();
                    assert_eq!(again, mapped, "{level:?}");
                    assert_eq!(from_rgb(width, height, &rgb, sampling[0], level), back, "{level:?}");
                }
            }
        }
    }
}

#[test]
fn a_transform_that_copies_changes_in_gamut_pictures_by_no_more_than_one() {
    for (index, sampling) in samplings().enumerate() {
        let luma = std::cell::Cell::new(0);
        let sample = noise(index as u32);
        // Planes come one after the other: luma around the middle, then chroma so small that all is within
        // gamut.
        let mut picture = planes(61, 47, ColorModel::YCbCr, &sampling, || {
            luma.set(luma.get() + 1);
            sample()
        });
        for (plane, range) in picture.planes.iter_mut().zip([(64, 128), (100, 56), (100, 56)]) {
            let (low, width) = range;
            plane.data_mut().iter_mut().for_each(|sample| *sample = low + *sample % width);
        }
        let before = picture.clone();
        picture.map_rgb(copy).unwrap();
        for (before, after) in before.planes.iter().zip(&picture.planes) {
            let differs = before.data().iter().zip(after.data()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(differs <= Some(1), "{sampling:?} {differs:?}");
        }
    }
}

#[test]
fn rgb_pictures_are_copied_and_gray_ones_tripled() {
    let mut rgb = planes(45, 33, ColorModel::Rgb, &[(1, 1); 3], noise(1));
    let before = rgb.clone();
    rgb.map_rgb(copy).unwrap();
    assert_eq!(rgb, before);
    let data: Vec<u8> = (0..15).collect();
    let mut gray = Planes::from_gray(5, 3, data.clone()).unwrap();
    assert_eq!(gray.to_rgb(), data.iter().flat_map(|&sample| [sample; 3]).collect::<Vec<_>>());
    gray.map_rgb(|_, _| Err(())).unwrap();
    assert_eq!(gray.planes[0].data(), data);
}

#[test]
fn errors_come_back() {
    let mut picture = planes(45, 33, ColorModel::YCbCr, &[(2, 2), (1, 1), (1, 1)], noise(1));
    assert_eq!(picture.map_rgb(|_, _| Err("no")), Err("no"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let rgb = [0; 27];
    assert!(Planes::from_rgb(3, 3, &rgb, (2, 2)).is_some());
    for (width, height, length, sampling) in [
        (3, 3, 26, (1, 1)),
        (0, 3, 0, (1, 1)),
        (3, 3, 27, (3, 1)),
        (3, 3, 27, (1, 0)),
        (u32::MAX, 0, 0, (1, 1)),
    ] {
        assert!(
            Planes::from_rgb(width, height, &rgb[..length], sampling).is_none(),
            "{width} {length} {sampling:?}"
        );
    }
    assert!(Planes::from_gray(3, 3, vec![0; 8]).is_none());
    let mut picture = planes(4, 4, ColorModel::YCbCr, &[(2, 2), (1, 1), (1, 1)], noise(1));
    picture.sampling[0] = (1, 1);
    let before = picture.clone();
    assert!(picture.to_rgb().is_empty());
    picture.map_rgb(|_, _| Err(())).unwrap();
    assert_eq!(picture, before);
}

/// `cargo test --release -p photo-jpeg --lib rgb::tests::timings -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn timings() {
    let (width, height) = (3651, 2738);
    let photo = photo_like(width, height, 7);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut buffer = vec![0u8; 30_000_000];
    best("calibration: copying 15 MB", || {
        buffer.copy_within(0..15_000_000, 15_000_000);
        std::hint::black_box(&mut buffer).len()
    });
    for sampling in [(1, 1), (2, 1), (2, 2)] {
        for level in Level::all() {
            println!("{sampling:?} {level:?}");
            pool.install(|| {
                let from = || from_rgb(width, height, photo.data(), sampling, level).unwrap();
                best("  from_rgb", from);
                let mut planes = from();
                best("  to_rgb", || to_rgb(&planes, level));
                let nothing = |_: &[u8], _: &mut [u8]| Ok::<(), ()>(());
                best("  map_rgb, nothing", || map_rgb(&mut planes, level, &nothing));
                best("  map_rgb, copying", || map_rgb(&mut planes, level, &copy));
            });
        }
    }
}

fn best<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut best = Duration::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        std::hint::black_box(run());
        best = best.min(start.elapsed());
    }
    println!("{what}: {best:.1?}");
}
