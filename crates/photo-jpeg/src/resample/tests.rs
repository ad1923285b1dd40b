//! The exact filter, in floating point, is the oracle: weights as the definition has them, no rounding between
//! the passes.

use proptest::prelude::*;

use super::*;
use crate::resize::weights::ExactWeights;

/// A plane of `from` at the size `to`, not yet rounded.
fn exact(plane: &[u8], from: (u32, u32), to: (u32, u32)) -> Vec<f64> {
    let weights = |from: u32, to: u32| -> Vec<(usize, Vec<f64>)> {
        let axis = Axis { from, from_extent: from.into(), to, to_extent: to.into(), to_offset: 0.0 };
        let exact = ExactWeights::new(&axis);
        let of = |n| {
            let mut weights = Vec::new();
            (exact.weights(n, &mut weights) as usize, weights)
        };
        (0..to).map(of).collect()
    };
    let (across, down) = (weights(from.0, to.0), weights(from.1, to.1));
    let row = |y: usize| -> Vec<f64> {
        let row = &plane[y * from.0 as usize..];
        let sum = |(first, weights): &(usize, Vec<f64>)| {
            weights.iter().zip(&row[*first..]).map(|(w, v)| w * f64::from(*v)).sum()
        };
        across.iter().map(sum).collect()
    };
    let rows: Vec<Vec<f64>> = (0..from.1 as usize).map(row).collect();
    let pixel = |x: usize, (first, weights): &(usize, Vec<f64>)| -> f64 {
        weights.iter().zip(&rows[*first..]).map(|(w, row)| w * row[x]).sum()
    };
    down.iter().flat_map(|weights| (0..to.0 as usize).map(move |x| pixel(x, weights))).collect()
}

/// All rows, in bands of so many.
fn in_bands<const C: usize>(resampler: &Resampler, source: &[u8], band: u32) -> Vec<u8> {
    let (row, out_row) = (resampler.from.0 as usize * C, resampler.to.0 as usize * C);
    let mut out = vec![0; out_row * resampler.to.1 as usize];
    for (n, out) in out.chunks_mut(out_row * band as usize).enumerate() {
        let rows = n as u32 * band..((n as u32 + 1) * band).min(resampler.to.1);
        let needed = resampler.rows_needed(rows.clone());
        let part = &source[row * needed.start as usize..row * needed.end as usize];
        resampler.resample::<C>(part, rows, out).unwrap();
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn all_levels_and_bands_are_within_a_step_of_the_exact_filter(
        from in (1u32..90, 1u32..90), percent in (13u32..300, 13u32..300), band in 1u32..40, seed in any::<u32>(),
    ) {
        let side = |side: u32, percent: u32| (side * percent).div_ceil(100).max(side.div_ceil(Resampler::MOST));
        let to = (side(from.0, percent.0), side(from.1, percent.1));
        let noise = |i: u32| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
        let rgb: Vec<u8> = (0..from.0 * from.1 * 3).map(noise).collect();
        let planes: [Vec<u8>; 3] = std::array::from_fn(|c| rgb.iter().skip(c).step_by(3).copied().collect());
        let oracle = planes.each_ref().map(|plane| exact(plane, from, to));
        let mut first: Option<Vec<u8>> = None;
        for level in Level::all() {
            let resampler = Resampler::at(from, to, level).unwrap();
            let all = in_bands::<3>(&resampler, &rgb, band);
            for (n, value) in all.iter().enumerate() {
                let exact = oracle[n % 3][n / 3].clamp(0.0, 255.0);
                prop_assert!((exact - f64::from(*value)).abs() < 1.0, "{exact} {value} at {n}");
            }
            for (channel, plane) in planes.iter().enumerate() {
                let gray = in_bands::<1>(&resampler, plane, band);
                prop_assert!(gray.iter().eq(all.iter().skip(channel).step_by(3)));
            }
            let before = first.get_or_insert_with(|| all.clone());
            prop_assert!(*before == all, "levels differ");
        }
    }
}

#[test]
fn the_same_size_is_the_same_picture() {
    let rgb: Vec<u8> = (0..61u32 * 23 * 3).map(|i| ((i * i) >> 3) as u8).collect();
    let resampler = Resampler::new((61, 23), (61, 23)).unwrap();
    assert_eq!(in_bands::<3>(&resampler, &rgb, 7), rgb);
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(Resampler::new((0, 5), (1, 1)).is_none());
    assert!(Resampler::new((5, 5), (1, 0)).is_none());
    assert!(Resampler::new((81, 5), (10, 5)).is_none());
    let resampler = Resampler::new((80, 5), (10, 5)).unwrap();
    assert_eq!(resampler.rows_needed(3..3), 0..0);
    let (source, mut out) = (vec![0; 80 * 5], vec![0; 50]);
    assert_eq!(resampler.resample::<1>(&source[1..], 0..5, &mut out), None);
    assert_eq!(resampler.resample::<1>(&source, 0..6, &mut out), None);
    assert_eq!(resampler.resample::<1>(&source, 0..4, &mut out), None);
    assert_eq!(resampler.resample::<2>(&source, 0..5, &mut out), None);
    assert_eq!(resampler.resample::<1>(&source, 0..5, &mut out), Some(()));
}
