//! From scaled coefficients to a residual (H.265 sections 8.6.2 and 8.6.4 to 8.6.8).

use super::residual::{Block, Residual};

/// How a block is transformed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cosine,
    /// The sine transform of luma blocks of 4x4.
    Sine,
    /// Coefficients are samples, scaled.
    Skip,
    /// Coefficients are samples.
    Bypass,
}

/// Makes the residual of the coefficients, and clears these.
pub(super) fn inverse(residual: &mut Residual, block: &Block<'_>, kind: Kind, mode: u8) {
    let side = 1usize << block.log2;
    let shift = 20 - block.depth;
    match kind {
        Kind::Cosine if residual.columns == 4 && residual.rows == 4 && only_dc(residual, side) => {
            let dc = (i32::from(residual.coefficients[0]) * 64 + 64) >> 7;
            let dc = (dc * 64 + (1 << (shift - 1))) >> shift;
            residual.samples[..side * side].fill(dc);
        }
        Kind::Cosine => match block.log2 {
            2 => cosine::<4>(residual, shift),
            3 => cosine::<8>(residual, shift),
            4 => cosine::<16>(residual, shift),
            _ => cosine::<32>(residual, shift),
        },
        Kind::Sine => sine(residual, shift),
        Kind::Skip | Kind::Bypass => plain(residual, block, kind, shift, mode),
    }
    for row in residual.coefficients.chunks_exact_mut(side).take(residual.rows) {
        row[..residual.columns.min(side)].fill(0);
    }
}

fn only_dc(residual: &Residual, side: usize) -> bool {
    let mut rows = residual.coefficients.chunks_exact(side).take(4);
    let first = rows.next().is_some_and(|row| row[1..4] == [0; 3]);
    first && rows.all(|row| row[..4] == [0; 4])
}

/// Blocks that are not transformed: rotated, scaled and summed up as they need it.
fn plain(residual: &mut Residual, block: &Block<'_>, kind: Kind, shift: u32, mode: u8) {
    let side = 1usize << block.log2;
    let area = side * side;
    let samples = &mut residual.samples[..area];
    for (sample, &coefficient) in samples.iter_mut().zip(&residual.coefficients[..area]) {
        *sample = i32::from(coefficient);
    }
    if block.rotation {
        samples.reverse();
    }
    if kind == Kind::Skip {
        let up = 5 + block.log2;
        for sample in &mut *samples {
            *sample = ((*sample << up) + (1 << (shift - 1))) >> shift;
        }
    }
    if block.straight {
        let before = if mode == 10 { 1 } else { side };
        for at in 0..area {
            if if mode == 10 { at % side > 0 } else { at >= side } {
                samples[at] = samples[at].wrapping_add(samples[at - before]);
            }
        }
    }
}

/// The transform matrix of 4x4 luma blocks (equation 8-271).
const SINE: [[i32; 4]; 4] = [[29, 55, 74, 84], [74, 74, 0, -74], [84, -29, -74, 55], [55, -84, 74, -29]];

fn sine(residual: &mut Residual, shift: u32) {
    let mut middle = [0i32; 16];
    for x in 0..4 {
        for y in 0..4 {
            let sum: i32 = (0..4).map(|k| SINE[k][y] * i32::from(residual.coefficients[4 * k + x])).sum();
            middle[4 * y + x] = clip((sum + 64) >> 7);
        }
    }
    for y in 0..4 {
        for (x, sample) in residual.samples[4 * y..4 * y + 4].iter_mut().enumerate() {
            let sum: i32 = (0..4).map(|k| SINE[k][x] * middle[4 * y + k]).sum();
            *sample = (sum + (1 << (shift - 1))) >> shift;
        }
    }
}

fn clip(value: i32) -> i32 {
    value.clamp(-32768, 32767)
}

/// The inverse cosine transform: columns, then rows. Even rows of the matrix are symmetrical and odd ones
/// antisymmetrical, so that one half of each gives both halves of the result.
fn cosine<const N: usize>(residual: &mut Residual, shift: u32) {
    let (columns, rows) = (residual.columns.min(N), residual.rows.min(N));
    let mut middle = [[0i16; N]; N];
    let step = 32 / N;
    for left in (0..columns).step_by(4) {
        for y in 0..N / 2 {
            let mut sums = [[0i32; 4]; 2];
            for k in 0..rows {
                let factor = i32::from(COSINE[k * step][y]);
                let from = &residual.coefficients[k * N + left..][..4];
                for (sum, &coefficient) in sums[k & 1].iter_mut().zip(from) {
                    *sum += factor * i32::from(coefficient);
                }
            }
            for x in 0..4 {
                let (even, odd) = (sums[0][x] + 64, sums[1][x]);
                middle[y][left + x] = clip((even + odd) >> 7) as i16;
                middle[N - 1 - y][left + x] = clip((even - odd) >> 7) as i16;
            }
        }
    }
    let round = 1 << (shift - 1);
    for (from, to) in middle.iter().zip(residual.samples.chunks_exact_mut(N)) {
        let mut sums = [[0i32; 16]; 2];
        for (k, &value) in from.iter().enumerate().take(columns) {
            let factors = &COSINE[k * step][..N / 2];
            for (sum, &factor) in sums[k & 1].iter_mut().zip(factors) {
                *sum += i32::from(factor) * i32::from(value);
            }
        }
        for x in 0..N / 2 {
            let (even, odd) = (sums[0][x] + round, sums[1][x]);
            to[x] = (even + odd) >> shift;
            to[N - 1 - x] = (even - odd) >> shift;
        }
    }
}

/// The left half of the 32x32 transform matrix (equations 8-273 to 8-277). Smaller matrices of a side of `N`
/// have every `32 / N`th row of it, and the first columns.
static COSINE: [[i16; 16]; 32] = matrix();

/// Makes the matrix of its first column: entries at angles of the same cosine are the same but for their
/// signs.
const fn matrix() -> [[i16; 16]; 32] {
    // By the angle in units of pi / 64; zero where the cosine is.
    const COLUMN: [i16; 33] = [
        64, 90, 90, 90, 89, 88, 87, 85, 83, 82, 80, 78, 75, 73, 70, 67, 64, 61, 57, 54, 50, 46, 43, 38, 36,
        31, 25, 22, 18, 13, 9, 4, 0,
    ];
    let mut matrix = [[64; 16]; 32];
    let mut k = 1;
    while k < 32 {
        let mut x = 0;
        while x < 16 {
            // An angle of 128 is a full turn.
            let angle = (2 * x + 1) * k % 128;
            let folded = if angle > 64 { 128 - angle } else { angle };
            matrix[k][x] = if folded > 32 { -COLUMN[64 - folded] } else { COLUMN[folded] };
            x += 1;
        }
        k += 1;
    }
    matrix
}
