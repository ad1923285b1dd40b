//! Rows that are nearly those of the picture: differences to a filter's guess are rounded to multiples of a
//! step, and the next guesses are made from what a decoder will see, so that errors don't add up.
//!
//! The way of JPEG-LS (ITU-T T.87, A.4.4) under PNG's filters. Samples differ by at most the bound; alpha, and
//! pixels that are wholly transparent, are exact.

use rayon::prelude::*;

/// Bytes of samples in a run of rows. Nothing is guessed from the run before it, so that all cores have some.
const RUN: usize = 1 << 20;

/// The filtered rows of `channels` samples a pixel, `row` bytes each, with errors up to `max_error`. The last
/// of 2 or 4 channels is alpha.
pub(super) fn filtered(data: &[u8], row: usize, channels: usize, max_error: u8) -> Vec<u8> {
    let mut out = vec![0; data.len() / row.max(1) * (row + 1)];
    let (each, quantizer) = (rows_of_a_run(row), Quantizer::new(max_error));
    let runs = out.par_chunks_mut(each * (row + 1)).zip(data.par_chunks(each * row.max(1)));
    runs.for_each(|(out, data)| of_run(&quantizer, data, row, channels, out, &mut vec![0; data.len()]));
    out
}

/// What a decoder makes of [`filtered`].
pub(super) fn samples(data: &[u8], row: usize, channels: usize, max_error: u8) -> Vec<u8> {
    let mut out = vec![0; data.len()];
    let (each, quantizer) = (rows_of_a_run(row), Quantizer::new(max_error));
    let runs = out.par_chunks_mut(each * row.max(1)).zip(data.par_chunks(each * row.max(1)));
    runs.for_each(|(out, data)| {
        let mut filtered = vec![0; data.len() / row.max(1) * (row + 1)];
        of_run(&quantizer, data, row, channels, &mut filtered, out);
    });
    out
}

fn rows_of_a_run(row: usize) -> usize {
    (RUN / row.max(1)).max(16)
}

fn of_run(q: &Quantizer, data: &[u8], row: usize, channels: usize, filtered: &mut [u8], samples: &mut [u8]) {
    match channels {
        1 => run::<1>(q, data, row, filtered, samples),
        2 => run::<2>(q, data, row, filtered, samples),
        3 => run::<3>(q, data, row, filtered, samples),
        _ => run::<4>(q, data, row, filtered, samples),
    }
}

/// What a difference is rounded to, and what it costs about.
struct Quantizer {
    /// By the difference and 255.
    rounded: [i16; 511],
    /// Sixteenths of bits that a byte takes.
    cost: [u16; 256],
}

impl Quantizer {
    fn new(max_error: u8) -> Self {
        let (bound, step) = (i32::from(max_error), 2 * i32::from(max_error) + 1);
        let rounded = std::array::from_fn(|i| {
            let difference = i as i32 - 255;
            (difference.signum() * ((difference.abs() + bound) / step * step)) as i16
        });
        let cost = std::array::from_fn(|byte| {
            let steps = f64::from((byte as u8 as i8).unsigned_abs()) / f64::from(step);
            (16.0 * (1.0 + 2.0 * (1.0 + steps).log2())) as u16
        });
        Self { rounded, cost }
    }
}

/// A row under one filter.
#[derive(Default)]
struct Try {
    differences: Vec<u8>,
    samples: Vec<u8>,
}

/// The rows of a run, each under the filter that seems to make it shortest. The first row is guessed from its
/// own pixels alone.
fn run<const N: usize>(q: &Quantizer, data: &[u8], row: usize, filtered: &mut [u8], samples: &mut [u8]) {
    let zeros = vec![0; row];
    let mut tries: [Try; 5] = std::array::from_fn(|_| Try::default());
    let mut above = zeros;
    let rows = data.chunks_exact(row).zip(filtered.chunks_exact_mut(row + 1));
    for (y, ((from, out), back)) in rows.zip(samples.chunks_exact_mut(row)).enumerate() {
        let kinds: &[u8] = if y == 0 { &[1] } else { &[1, 2, 3, 4] };
        let mut best = (u64::MAX, 1);
        for &kind in kinds {
            let Some(attempt) = tries.get_mut(usize::from(kind)) else { continue };
            attempt.differences.resize(row, 0);
            attempt.samples.resize(row, 0);
            match kind {
                1 => attempt.fill::<N>(q, from, &above, |left, _, _| left),
                2 => attempt.fill::<N>(q, from, &above, |_, up, _| up),
                3 => attempt.fill::<N>(q, from, &above, |left, up, _| (left + up) / 2),
                _ => attempt.fill::<N>(q, from, &above, paeth),
            }
            best = best.min((attempt.cost(q), kind));
        }
        let chosen = &tries[usize::from(best.1)];
        out[0] = best.1;
        out[1..].copy_from_slice(&chosen.differences);
        back.copy_from_slice(&chosen.samples);
        above.copy_from_slice(&chosen.samples);
    }
}

impl Try {
    #[inline]
    fn fill<const N: usize>(
        &mut self,
        q: &Quantizer,
        from: &[u8],
        above: &[u8],
        guess: impl Fn(i16, i16, i16) -> i16,
    ) {
        let (mut left, mut corner) = ([0i16; N], [0i16; N]);
        let pixels = from.as_chunks::<N>().0.iter().zip(above.as_chunks::<N>().0);
        let outs = self.differences.as_chunks_mut::<N>().0.iter_mut();
        let outs = outs.zip(self.samples.as_chunks_mut::<N>().0);
        for ((pixel, up), (difference, sample)) in pixels.zip(outs) {
            let has_alpha = N == 2 || N == 4;
            let hidden = has_alpha && pixel[N - 1] == 0;
            for k in 0..N {
                let (value, up) = (i16::from(pixel[k]), i16::from(up[k]));
                let guessed = guess(left[k], up, corner[k]);
                let exact = hidden || has_alpha && k == N - 1;
                let rounded = q.rounded[(value - guessed + 255) as usize & 511];
                let made = if exact { value } else { (guessed + rounded).clamp(0, 255) };
                (left[k], corner[k]) = (made, up);
                sample[k] = made as u8;
                difference[k] = (made - guessed) as u8;
            }
        }
    }

    fn cost(&self, q: &Quantizer) -> u64 {
        self.differences.iter().map(|d| u64::from(q.cost[usize::from(*d)])).sum()
    }
}

/// Which of left, above and above left is nearest to `a + b - c` (W3C PNG, 9.4).
#[inline]
fn paeth(a: i16, b: i16, c: i16) -> i16 {
    let (to_a, to_b) = ((b - c).abs(), (a - c).abs());
    let to_c = (a + b - 2 * c).abs();
    if to_a <= to_b && to_a <= to_c {
        a
    } else if to_b <= to_c {
        b
    } else {
        c
    }
}
