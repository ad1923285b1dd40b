//! Random numbers that are the same everywhere.

pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    /// xorshift64*
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }

    pub(super) fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(end.max(1))) >> 32) as u32
    }

    pub(super) fn within(&mut self, min: i32, max: i32) -> i32 {
        min + self.below((max - min + 1) as u32) as i32
    }

    /// True in `percent` of the cases.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}
