//! Hashes and value noise in integers, so that every machine makes the same picture.

/// A well-mixed 32-bit value for a lattice point or pixel.
pub(crate) fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut h = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed;
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^ (h >> 15)
}

/// A deterministic stream of numbers (SplitMix64), for choices that aren't made per pixel.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `bound` (0 if `bound` is 0).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }
}

/// Adds one octave of value noise to a row: a lattice of random heights `2^cell_log2` pixels apart, between
/// them straight lines. The values added lie within `-amplitude..=amplitude`.
pub(crate) fn add_octave(row: &mut [i32], y: u32, cell_log2: u32, seed: u32, amplitude: i32) {
    let cell = 1_u32 << cell_log2;
    let (cy, fy) = (y >> cell_log2, (y & (cell - 1)) as i32);
    let height = |cx: u32| {
        let top = (hash(cx, cy, seed) >> 20) as i32 - 2048;
        let bottom = (hash(cx, cy + 1, seed) >> 20) as i32 - 2048;
        ((top << cell_log2) + (bottom - top) * fy) >> cell_log2
    };
    let mut left = height(0);
    for (part, cx) in row.chunks_mut(cell as usize).zip(0..) {
        let right = height(cx + 1);
        // In 1/256: 13 bits of height difference times at most 11 bits of amplitude are 21 bits after the
        // shift, so that cells of up to 10 bits can be walked in 32 bits.
        let start = (left * amplitude) >> 3;
        let slope = ((right - left) * amplitude) >> 3;
        if cell_log2 <= 10 {
            for (value, i) in part.iter_mut().zip(0_i32..) {
                *value += (start + ((slope * i) >> cell_log2)) >> 8;
            }
        } else {
            for (value, i) in part.iter_mut().zip(0_i64..) {
                *value += (start + ((i64::from(slope) * i) >> cell_log2) as i32) >> 8;
            }
        }
        left = right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_octave_stays_in_its_range_and_is_continuous() {
        for (cell_log2, amplitude) in [(1, 40), (4, 100), (9, 2000)] {
            let mut row = vec![0; 3000];
            add_octave(&mut row, 77, cell_log2, 5, amplitude);
            assert!(row.iter().all(|v| v.abs() <= amplitude + 1), "cell {cell_log2}");
            let step = row.windows(2).map(|w| (w[1] - w[0]).abs()).max().unwrap();
            assert!(step <= ((2 * amplitude) >> cell_log2) + 2, "cell {cell_log2}: step {step}");
            assert!(row.iter().any(|v| *v > amplitude / 3) && row.iter().any(|v| *v < -amplitude / 3));
        }
    }

    #[test]
    fn random_numbers_stay_below_their_bound() {
        let mut random = Random::new(1);
        assert!((0..1000).all(|_| random.below(7) < 7));
        assert_eq!(random.below(0), 0);
    }
}
