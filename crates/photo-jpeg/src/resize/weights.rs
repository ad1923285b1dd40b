//! The weights of a Lanczos3 filter, as integers.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// The number of fraction bits in a weight. The weights of a sample add up to exactly `1 << FRACTION`.
pub(crate) const FRACTION: u32 = 14;

/// For each sample of the result, the pairs of source samples that it is made of, and their weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResampleWeights {
    /// For each sample, the first pair: the source samples at `2 * first` and behind.
    pub(crate) first: Vec<u32>,
    /// The number of pairs for each sample.
    pub(crate) pairs: usize,
    /// `pairs` weights for each sample. The weight of the even source sample is in the low 16 bits, and that
    /// of the odd one in the high 16 bits.
    pub(crate) taps: Vec<i32>,
}

/// One axis of a reduction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    /// The number of source samples.
    pub(crate) from: u32,
    /// The length that the source samples cover, in source samples. It is less than `from` if the last sample
    /// lies partly outside.
    pub(crate) from_extent: f64,
    /// The number of samples in the result.
    pub(crate) to: u32,
    /// The length that these cover, in samples of the result.
    pub(crate) to_extent: f64,
    /// How far the first sample lies before the picture, in samples of the result. If the axis will be
    /// mirrored, the first sample lies partly outside instead of the last one.
    pub(crate) to_offset: f64,
}

impl Axis {
    /// Whether nothing changes along this axis.
    pub(crate) fn is_identity(&self) -> bool {
        self.from == self.to && (self.from_extent - self.to_extent).abs() < 1e-9 && self.to_offset < 1e-9
    }

    /// The size of the result divided by that of the source.
    pub(crate) fn scale(&self) -> f64 {
        self.to_extent / self.from_extent
    }
}

/// The weights of an axis, computed when they are first needed.
#[derive(Debug)]
pub(crate) struct Reduction {
    axis: Axis,
    weights: OnceLock<ResampleWeights>,
}

impl Reduction {
    pub(crate) fn new(axis: Axis) -> Self {
        Self { axis, weights: OnceLock::new() }
    }

    pub(crate) fn weights(&self) -> &ResampleWeights {
        self.weights.get_or_init(|| ResampleWeights::new(&self.axis))
    }
}

/// The kernel at equal steps. Both sines are advanced by the angle addition theorem, because computing them
/// anew would take longer than reducing a small picture.
struct KernelSampler {
    step: f64,
    /// The sine and cosine of a step, and of a third of a step.
    by: (f64, f64),
    by_third: (f64, f64),
}

impl KernelSampler {
    fn new(step: f64) -> Self {
        Self { step, by: (PI * step).sin_cos(), by_third: (PI * step / 3.0).sin_cos() }
    }

    /// The values of the kernel at `x`, at `x` plus one step, and so on.
    fn from(&self, x: f64) -> impl Iterator<Item = f64> {
        let turn = |(sin, cos): (f64, f64), (by_sin, by_cos): (f64, f64)| {
            (sin * by_cos + cos * by_sin, cos * by_cos - sin * by_sin)
        };
        let start = (x, (PI * x).sin_cos(), (PI * x / 3.0).sin_cos());
        let all = std::iter::successors(Some(start), move |(x, s, t)| {
            Some((x + self.step, turn(*s, self.by), turn(*t, self.by_third)))
        });
        all.map(|(x, sine, third)| {
            if x.abs() >= 3.0 {
                0.0
            } else if x.abs() < 1e-6 {
                1.0
            } else {
                3.0 * sine.0 * third.0 / (PI * PI * x * x)
            }
        })
    }
}

/// The kernel by its definition; 0 from 3 on.
#[cfg(test)]
fn lanczos3(x: f64) -> f64 {
    let x = x.abs();
    if x < 1e-9 {
        return 1.0;
    }
    if x >= 3.0 {
        return 0.0;
    }
    let angle = PI * x;
    3.0 * angle.sin() * (angle / 3.0).sin() / (angle * angle)
}

/// Computes the exact weights of the samples of an axis.
pub(crate) struct ExactWeights<'a> {
    axis: &'a Axis,
    /// The number of source samples per sample of the result.
    ratio: f64,
    /// The same, but at least 1.
    stretch: f64,
    kernel: KernelSampler,
}

impl<'a> ExactWeights<'a> {
    pub(crate) fn new(axis: &'a Axis) -> Self {
        let ratio = axis.from_extent / axis.to_extent;
        let stretch = ratio.max(1.0);
        Self { axis, ratio, stretch, kernel: KernelSampler::new(1.0 / stretch) }
    }

    fn center(&self, to: u32) -> f64 {
        (f64::from(to) + 0.5 - self.axis.to_offset) * self.ratio
    }

    /// The range of source samples that sample `to` is made of, clipped at the edges.
    fn window(&self, to: u32) -> (u32, u32) {
        let (center, from) = (self.center(to), f64::from(self.axis.from));
        let first = (center - 3.0 * self.stretch).floor().clamp(0.0, from - 1.0) as u32;
        let end = (center + 3.0 * self.stretch).ceil().clamp(f64::from(first + 1), from) as u32;
        (first, end)
    }

    /// Writes the weights of sample `to` to `weights`. If some are clipped, the others are scaled up so that
    /// they add up to 1. Returns the index of the first source sample.
    pub(crate) fn weights(&self, to: u32, weights: &mut Vec<f64>) -> u32 {
        let (first, end) = self.window(to);
        weights.clear();
        let start = (f64::from(first) + 0.5 - self.center(to)) / self.stretch;
        weights.extend(self.kernel.from(start).take((end - first) as usize));
        let sum: f64 = weights.iter().sum();
        if sum.abs() > 1e-6 {
            weights.iter_mut().for_each(|w| *w /= sum);
        } else {
            // Beyond the last sample, that sample counts.
            weights.fill(0.0);
            weights.last_mut().into_iter().for_each(|w| *w = 1.0);
        }
        first
    }
}

impl ResampleWeights {
    /// The weights for an axis with at least one sample on both sides.
    pub(crate) fn new(axis: &Axis) -> Self {
        let exact = ExactWeights::new(axis);
        let span = |to| {
            let (first, end) = exact.window(to);
            (end as usize).div_ceil(2) - first as usize / 2
        };
        let pairs = (0..axis.to).map(span).max().unwrap_or(1);
        let total = (axis.from as usize).div_ceil(2);
        let mut first = Vec::with_capacity(axis.to as usize);
        let mut taps = vec![0; pairs * axis.to as usize];
        let (mut weights, mut whole) = (Vec::new(), Vec::new());
        for (to, taps) in (0..axis.to).zip(taps.chunks_exact_mut(pairs)) {
            let from = exact.weights(to, &mut weights) as usize;
            round(&weights, &mut whole);
            // Near the end the window begins earlier, so that it does not reach beyond the row.
            let start = (from / 2).min(total.saturating_sub(pairs));
            first.push(start as u32);
            for (at, &weight) in (from - 2 * start..).zip(&whole) {
                if let Some(tap) = taps.get_mut(at / 2) {
                    *tap |= i32::from(weight as u16) << (16 * (at % 2));
                }
            }
        }
        Self { first, pairs, taps }
    }

    /// The range of pairs that sample `to` needs.
    pub(crate) fn window(&self, to: usize) -> (usize, usize) {
        let first = self.first.get(to).map_or(0, |f| *f as usize);
        (first, first + self.pairs)
    }

    /// The taps of sample `to`: its weights in pairs.
    pub(crate) fn taps(&self, to: usize) -> &[i32] {
        self.taps.get(to * self.pairs..).and_then(|t| t.get(..self.pairs)).unwrap_or_default()
    }
}

/// Writes the weights to `out` as integers that add up to 1. The largest one takes what rounding leaves over.
fn round(weights: &[f64], out: &mut Vec<i16>) {
    let one = f64::from(1u32 << FRACTION);
    out.clear();
    out.extend(weights.iter().map(|w| (w * one).round() as i16));
    let sum: i32 = out.iter().map(|w| i32::from(*w)).sum();
    if let Some(most) = out.iter_mut().max_by_key(|w| **w) {
        *most = (i32::from(*most) + (1 << FRACTION) - sum) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_and_stay_inside() {
        for (from, to) in [(1, 1), (2, 1), (7, 3), (100, 91), (4032, 3651), (300, 20), (5, 9)] {
            let axis =
                Axis { from, from_extent: f64::from(from), to, to_extent: f64::from(to), to_offset: 0.0 };
            let weights = ResampleWeights::new(&axis);
            for n in 0..to as usize {
                let taps = weights.taps(n);
                let sum: i32 = taps.iter().map(|t| i32::from(*t as i16) + (t >> 16)).sum();
                assert_eq!(sum, 1 << FRACTION, "{from} to {to}, sample {n}");
                assert!(weights.window(n).1 <= (from as usize).div_ceil(2), "{from} to {to}, sample {n}");
                let mut exact = Vec::new();
                let first = ExactWeights::new(&axis).weights(n as u32, &mut exact);
                for (i, weight) in exact.iter().enumerate() {
                    let at = first as usize + i - 2 * weights.window(n).0;
                    let tap = (taps[at / 2] >> (16 * (at % 2))) as i16;
                    assert!((f64::from(tap) / 16384.0 - weight).abs() < 1.5e-3, "{tap} {weight}");
                }
            }
        }
    }

    #[test]
    fn the_kernel_is_that_of_the_definition() {
        for (x, step) in [(-3.2, 0.9), (-2.99, 0.13), (0.0, 1.0), (-3.0, 0.02), (-1.0, 0.5)] {
            for (n, value) in KernelSampler::new(step).from(x).take(300).enumerate() {
                assert!((value - lanczos3(x + n as f64 * step)).abs() < 1e-9, "{x} + {n} * {step}");
            }
        }
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let axis = Axis { from: 9, from_extent: 9.0, to: 9, to_extent: 9.0, to_offset: 0.0 };
        assert!(axis.is_identity());
        for n in 0..9 {
            let mut exact = Vec::new();
            let first = ExactWeights::new(&axis).weights(n, &mut exact);
            assert!((exact[(n - first) as usize] - 1.0).abs() < 1e-12);
        }
    }
}
