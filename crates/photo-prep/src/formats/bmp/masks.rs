//! Bit fields: which bits of a pixel are which sample, and their scaling to 8 bits.

/// One mask a sample, over the 32 bits of a pixel; 0 where there is no such sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Masks {
    /// Red, green and blue.
    pub(crate) color: [u32; 3],
    pub(crate) alpha: u32,
}

impl Masks {
    /// Itself where every mask is one run of bits within `depth` and none overlap; else what is wrong.
    pub(super) fn checked(self, depth: u16) -> Result<Self, String> {
        let mut seen = 0;
        for mask in self.all() {
            if mask != 0 && (mask >> mask.trailing_zeros()).trailing_ones() != mask.count_ones() {
                return Err(format!("the bits of mask {mask:#010x} are not next to each other"));
            }
            if depth < 32 && mask >> depth != 0 {
                return Err(format!("mask {mask:#010x} is wider than the {depth} bits of a pixel"));
            }
            if seen & mask != 0 {
                return Err(format!("mask {mask:#010x} overlaps another"));
            }
            seen |= mask;
        }
        if self.color == [0; 3] { Err("the masks leave out all colors".into()) } else { Ok(self) }
    }

    /// Bits of the widest sample; 0 where pixels are indices.
    pub(crate) fn widest(&self) -> u32 {
        self.all().map(u32::count_ones).into_iter().max().unwrap_or(0)
    }

    fn all(self) -> [u32; 4] {
        let [r, g, b] = self.color;
        [r, g, b, self.alpha]
    }
}

/// One sample of a pixel, scaled so that all bits set is 255.
pub(super) struct Sample {
    shift: u32,
    /// The largest value; 0 where the sample is missing.
    most: u32,
    /// The result for every value, where there are few.
    table: Vec<u8>,
    missing: u8,
}

impl Sample {
    /// The sample of `mask`, which is `missing` in every pixel if the mask is 0.
    pub(super) fn new(mask: u32, missing: u8) -> Self {
        let shift = if mask == 0 { 0 } else { mask.trailing_zeros() };
        let most = mask >> shift;
        let table = if (1..=MOST_IN_TABLE).contains(&most) {
            (0..=most).map(|value| scaled(value, most)).collect()
        } else {
            Vec::new()
        };
        Self { shift, most, table, missing }
    }

    pub(super) fn of(&self, pixel: u32) -> u8 {
        let value = pixel >> self.shift & self.most;
        match usize::try_from(value).ok().and_then(|v| self.table.get(v)) {
            Some(&sample) => sample,
            None if self.most == 0 => self.missing,
            None => scaled(value, self.most),
        }
    }
}

/// `value` of 0..=`most` as the nearest of 0..=255; `most` is not 0.
fn scaled(value: u32, most: u32) -> u8 {
    let (value, most) = (u64::from(value), u64::from(most));
    u8::try_from((value * 255 + most / 2) / most).unwrap_or(u8::MAX)
}

/// Samples of up to 12 bits are looked up.
const MOST_IN_TABLE: u32 = (1 << 12) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_runs_of_their_own_bits() {
        let table = [
            ([0xF800, 0x7E0, 0x1F], 0, 16, true),
            ([0xFF00, 0xFF, 0], 0, 16, true),
            ([u32::MAX, 0, 0], 0, 32, true),
            ([0, 0, 0], 0, 32, false),
            ([0, 0, 0], 0xFF, 32, false),
            ([0xF800, 0x7E0, 0x3F], 0, 16, false),
            ([0xF900, 0x60, 0x1F], 0, 16, false),
            ([0xFF_0000, 0xFF00, 0xFF], 0xFF00_0000, 24, false),
            ([0xFF_0000, 0xFF00, 0xFF], 0xFF00_0000, 32, true),
        ];
        for (color, alpha, depth, good) in table {
            let masks = Masks { color, alpha };
            assert_eq!(masks.checked(depth).is_ok(), good, "{masks:x?}");
        }
        assert_eq!(Masks { color: [0xF800, 0x7E0, 0x1F], alpha: 0 }.widest(), 6);
    }

    #[test]
    fn samples_of_any_width_reach_both_ends_and_round_to_the_nearest() {
        for width in 1..=32u32 {
            for shift in [0, 3, 32 - width] {
                if width + shift > 32 {
                    continue;
                }
                let most = u32::MAX >> (32 - width);
                let sample = Sample::new(most << shift, 7);
                for value in [0, most / 3, most / 2, most - most / 5, most] {
                    let want = (f64::from(value) * 255.0 / f64::from(most)).round();
                    assert_eq!(f64::from(sample.of(value << shift)), want, "{value} of {most} at {shift}");
                }
            }
        }
        assert_eq!(Sample::new(0, 7).of(u32::MAX), 7);
    }
}
