//! Rows that are nearly those of the picture: differences to a filter's guess are rounded to multiples of a
//! step, and the next guesses are made from what a decoder will see, so that errors don't add up.
//!
//! The way of JPEG-LS (ITU-T T.87, A.4.4) under PNG's filters. Samples differ by at most the bound; alpha,
//! and pixels that are wholly transparent, are exact.

use rayon::prelude::*;

use super::filter::{apply, paeth, sum_beyond};

/// By how much samples may differ: less where a picture is calm, more where texture hides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loss {
    calm: u8,
    busy: u8,
    /// What the differences between neighbors in a group of pixels sum up to at least where it is busy.
    busy_from: u16,
}

impl Loss {
    /// The number of levels.
    pub(crate) const LEVELS: u8 = (PAIRS.len() * SUMS.len()) as u8;

    /// The losses from the least on: each makes a file a little smaller than the one before.
    pub(crate) fn level(level: u8) -> Self {
        let level = usize::from(level.min(Self::LEVELS - 1));
        let [calm, busy] = PAIRS[level / SUMS.len()];
        Self { calm, busy, busy_from: SUMS[level % SUMS.len()] }
    }

    /// The same bound everywhere.
    pub(crate) fn even(max_error: u8) -> Self {
        Self { calm: max_error, busy: max_error, busy_from: 0 }
    }

    /// No sample differs by more.
    pub(crate) fn max_error(self) -> u8 {
        self.busy
    }
}

/// The bounds of calm and of busy pixels.
const PAIRS: [[u8; 2]; 4] = [[0, 1], [1, 2], [2, 3], [3, 5]];
/// From what sum on a group is busy.
const SUMS: [u16; 16] = [1024, 724, 512, 362, 256, 181, 128, 91, 64, 45, 32, 23, 16, 11, 6, 0];
/// Pixels of a group.
const GROUP: usize = 8;

/// Bytes of samples in a run of rows. Nothing is guessed from the run before it, so that all cores have some.
const RUN: usize = 1 << 20;

/// The filtered rows of `channels` samples a pixel, `row` bytes each, with errors up to those of `loss`. The
/// last of 2 or 4 channels is alpha.
pub(super) fn filtered(data: &[u8], row: usize, channels: usize, loss: Loss) -> Vec<u8> {
    let mut out = vec![0; data.len() / row.max(1) * (row + 1)];
    let (each, quantizers) = (rows_of_a_run(row), Quantizers::new(loss));
    let runs = out.par_chunks_mut(each * (row + 1)).zip(data.par_chunks(each * row.max(1)));
    runs.for_each(|(out, data)| {
        let mut rows = out.chunks_exact_mut(row + 1);
        of_run(&quantizers, data, row, channels, |kind, made| {
            if let Some([first, rest @ ..]) = rows.next() {
                *first = kind;
                rest.copy_from_slice(&made.differences);
            }
        });
    });
    out
}

/// What a decoder makes of [`filtered`].
pub(super) fn samples(data: &[u8], row: usize, channels: usize, loss: Loss) -> Vec<u8> {
    let mut out = vec![0; data.len()];
    let (each, quantizers) = (rows_of_a_run(row), Quantizers::new(loss));
    let runs = out.par_chunks_mut(each * row.max(1)).zip(data.par_chunks(each * row.max(1)));
    runs.for_each(|(out, data)| {
        let mut rows = out.chunks_exact_mut(row);
        of_run(&quantizers, data, row, channels, |_, made| {
            if let Some(to) = rows.next() {
                to.copy_from_slice(&made.samples);
            }
        });
    });
    out
}

fn rows_of_a_run(row: usize) -> usize {
    (RUN / row.max(1)).max(16)
}

fn of_run(q: &Quantizers, data: &[u8], row: usize, channels: usize, each: impl FnMut(u8, &Made)) {
    match channels {
        1 => run::<1>(q, data, row, each),
        2 => run::<2>(q, data, row, each),
        3 => run::<3>(q, data, row, each),
        _ => run::<4>(q, data, row, each),
    }
}

/// What differences are rounded to, by the difference and 255.
type Quantizer = [i16; 511];

struct Quantizers {
    loss: Loss,
    calm: Quantizer,
    busy: Quantizer,
}

impl Quantizers {
    fn new(loss: Loss) -> Self {
        Self { loss, calm: quantizer(loss.calm), busy: quantizer(loss.busy) }
    }
}

fn quantizer(max_error: u8) -> Quantizer {
    let (bound, step) = (i32::from(max_error), 2 * i32::from(max_error) + 1);
    std::array::from_fn(|i| {
        let difference = i as i32 - 255;
        (difference.signum() * ((difference.abs() + bound) / step * step)) as i16
    })
}

/// A row as it is written, and as a decoder sees it.
struct Made {
    differences: Vec<u8>,
    samples: Vec<u8>,
}

/// The rows of a run, each under the filter that seems to make it shortest. The first row is guessed from its
/// own pixels alone.
fn run<const N: usize>(q: &Quantizers, data: &[u8], row: usize, mut each: impl FnMut(u8, &Made)) {
    let mut made = Made { differences: vec![0; row], samples: vec![0; row] };
    let (mut above, mut tried) = (vec![0; row], vec![0; row]);
    let mut texture = Texture::new(row / N);
    let mut before = data.get(..row).unwrap_or_default();
    for (y, from) in data.chunks_exact(row).enumerate() {
        texture.follow::<N>(from, before);
        let mut cost = |kind: u8| {
            apply(usize::from(kind), from, &above, N, &mut tried);
            sum_beyond(&tried, q.loss.calm)
        };
        let kind = if y == 0 { 1 } else { (1..=4).min_by_key(|kind| cost(*kind)).unwrap_or(1) };
        match kind {
            1 => made.fill::<N>(q, &texture, from, &above, |left, _, _| left),
            2 => made.fill::<N>(q, &texture, from, &above, |_, up, _| up),
            3 => made.fill::<N>(q, &texture, from, &above, |left, up, _| {
                ((u16::from(left) + u16::from(up)) / 2) as u8
            }),
            _ => made.fill::<N>(q, &texture, from, &above, paeth),
        }
        each(kind, &made);
        above.copy_from_slice(&made.samples);
        before = from;
    }
}

/// How busy each group of pixels is: the sum of differences between neighbors, half of it from the rows
/// above.
struct Texture {
    sums: Vec<u16>,
}

impl Texture {
    fn new(pixels: usize) -> Self {
        Self { sums: vec![0; pixels.div_ceil(GROUP)] }
    }

    /// Goes on to the next row. Of colors, green is looked at.
    fn follow<const N: usize>(&mut self, row: &[u8], before: &[u8]) {
        let channel = if N > 2 { 1 } else { 0 };
        let groups = row.chunks(GROUP * N).zip(before.chunks(GROUP * N));
        for (sum, (row, before)) in self.sums.iter_mut().zip(groups) {
            let (row, before) = (row.as_chunks::<N>().0, before.as_chunks::<N>().0);
            let across = row.iter().zip(row.iter().skip(1));
            let across: u16 = across.map(|(a, b)| u16::from(a[channel].abs_diff(b[channel]))).sum();
            let down = row.iter().zip(before).map(|(a, b)| u16::from(a[channel].abs_diff(b[channel])));
            *sum = u16::midpoint(*sum, across + down.sum::<u16>());
        }
    }
}

impl Made {
    #[inline]
    fn fill<const N: usize>(
        &mut self,
        q: &Quantizers,
        texture: &Texture,
        from: &[u8],
        above: &[u8],
        guess: impl Fn(u8, u8, u8) -> u8,
    ) {
        let (mut left, mut corner) = ([0u8; N], [0u8; N]);
        let groups = from.chunks(GROUP * N).zip(above.chunks(GROUP * N));
        let outs = self.differences.chunks_mut(GROUP * N).zip(self.samples.chunks_mut(GROUP * N));
        for ((sum, (from, above)), (differences, samples)) in texture.sums.iter().zip(groups).zip(outs) {
            let rounded = if *sum >= q.loss.busy_from { &q.busy } else { &q.calm };
            let pixels = from.as_chunks::<N>().0.iter().zip(above.as_chunks::<N>().0);
            let outs = differences.as_chunks_mut::<N>().0.iter_mut().zip(samples.as_chunks_mut::<N>().0);
            for ((pixel, up), (difference, sample)) in pixels.zip(outs) {
                let has_alpha = N == 2 || N == 4;
                let hidden = has_alpha && pixel[N - 1] == 0;
                for k in 0..N {
                    let guessed = guess(left[k], up[k], corner[k]);
                    let exact = hidden || has_alpha && k == N - 1;
                    let by = i16::from(pixel[k]) - i16::from(guessed);
                    let near = i16::from(guessed) + rounded[(by + 255) as usize & 511];
                    let made = if exact { pixel[k] } else { near.clamp(0, 255) as u8 };
                    (left[k], corner[k]) = (made, up[k]);
                    sample[k] = made;
                    difference[k] = made.wrapping_sub(guessed);
                }
            }
        }
    }
}
