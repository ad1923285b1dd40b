//! Inverse DCTs: one by the formula, and one that agrees with libjpeg's "islow" to the bit.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The transform of T.81, A.3.3, in f64, rounded half up; plus 128, clamped.
pub(crate) fn exact_idct(coefficients: &[i32; 64]) -> [u8; 64] {
    let c = |frequency: usize| if frequency == 0 { FRAC_1_SQRT_2 } else { 1.0 };
    let basis = |at: usize, frequency: usize| {
        c(frequency) / 2.0 * ((2 * at + 1) as f64 * frequency as f64 * PI / 16.0).cos()
    };
    let basis: [[f64; 8]; 8] = std::array::from_fn(|at| std::array::from_fn(|f| basis(at, f)));
    // Rows first, then columns: the same sum, eight times fewer products.
    let rows: [f64; 64] = std::array::from_fn(|i| {
        (0..8).map(|u| basis[i % 8][u] * f64::from(coefficients[i / 8 * 8 + u])).sum()
    });
    std::array::from_fn(|i| {
        let sum: f64 = (0..8).map(|v| basis[i / 8][v] * rows[v * 8 + i % 8]).sum();
        (sum + 128.5).floor().clamp(0.0, 255.0) as u8
    })
}

/// The integer transform after Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11
/// multiplications", ICASSP 1989, figure 1) with constants of 13 bits. Columns come first, two more bits are
/// kept between the passes, and every descaling rounds halves up. The numbers are those of libjpeg's
/// `jpeg_idct_islow`, except for a clamp where that one wraps.
pub(crate) fn islow_idct(coefficients: &[i32; 64]) -> [u8; 64] {
    const KEPT: u32 = 2;
    let mut between = [0i64; 64];
    for x in 0..8 {
        let column = inverse(std::array::from_fn(|y| i64::from(coefficients[y * 8 + x])));
        (0..8).for_each(|y| between[y * 8 + x] = descale(column[y], BITS - KEPT));
    }
    let mut samples = [0; 64];
    for (from, to) in between.as_chunks::<8>().0.iter().zip(samples.as_chunks_mut::<8>().0) {
        // The two-dimensional transform has a factor of 1/8, which LLM's pass leaves out.
        *to = inverse(*from).map(|sum| (descale(sum, BITS + KEPT + 3) + 128).clamp(0, 255) as u8);
    }
    samples
}

const BITS: u32 = 13;

fn descale(value: i64, bits: u32) -> i64 {
    (value + (1 << (bits - 1))) >> bits
}

/// `value * 2^13`, rounded.
fn fixed(value: f64) -> i64 {
    (value * f64::from(1 << BITS)).round() as i64
}

/// One pass: √8 times the inverse DCT of eight numbers, times 2^13.
fn inverse(c: [i64; 8]) -> [i64; 8] {
    // Even part: a rotation by 6π/16 scaled by √2, and two butterflies.
    let turned = (c[2] + c[6]) * fixed(0.541196100);
    let low = turned - c[6] * fixed(1.847759065);
    let high = turned + c[2] * fixed(0.765366865);
    let (sum, difference) = ((c[0] + c[4]) << BITS, (c[0] - c[4]) << BITS);
    let even = [sum + high, difference + low, difference - low, sum - high];
    // Odd part: the four-product form of the two coupled rotations.
    let (z1, z2, z3, z4) = (c[7] + c[1], c[5] + c[3], c[7] + c[3], c[5] + c[1]);
    let z5 = (z3 + z4) * fixed(1.175875602);
    let z1 = -z1 * fixed(0.899976223);
    let z2 = -z2 * fixed(2.562915447);
    let z3 = z5 - z3 * fixed(1.961570560);
    let z4 = z5 - z4 * fixed(0.390180644);
    let odd = [
        c[1] * fixed(1.501321110) + z1 + z4,
        c[3] * fixed(3.072711026) + z2 + z3,
        c[5] * fixed(2.053119869) + z2 + z4,
        c[7] * fixed(0.298631336) + z1 + z3,
    ];
    std::array::from_fn(|i| if i < 4 { even[i] + odd[i] } else { even[7 - i] - odd[7 - i] })
}
