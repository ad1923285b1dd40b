//! The largest sampling factors, and the sizes that follow from them (T.81, A.1.1 and A.2).

/// Pixels on a side of a block.
const BLOCK: u32 = 8;

/// The largest horizontal and the largest vertical sampling factor of a picture's components. Neither is 0.
/// They tell how many pixels an MCU covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaxSampling {
    h: u8,
    v: u8,
}

impl MaxSampling {
    /// The largest of these pairs of a horizontal and a vertical factor; 1 for none at all.
    #[must_use]
    pub fn of(factors: impl IntoIterator<Item = (u8, u8)>) -> Self {
        factors.into_iter().fold(Self { h: 1, v: 1 }, |max, (h, v)| Self { h: max.h.max(h), v: max.v.max(v) })
    }

    /// The largest of these factors, but 1 for a single component: its factors have no meaning, since an MCU
    /// is one block then (T.81, A.2.2).
    #[must_use]
    pub fn of_frame(factors: impl IntoIterator<Item = (u8, u8), IntoIter: ExactSizeIterator>) -> Self {
        let factors = factors.into_iter();
        if factors.len() == 1 { Self::of([]) } else { Self::of(factors) }
    }

    /// The largest horizontal factor, at least 1.
    #[must_use]
    pub fn h(self) -> u8 {
        self.h
    }

    /// The largest vertical factor, at least 1.
    #[must_use]
    pub fn v(self) -> u8 {
        self.v
    }

    /// The product of both: by how many times a component of these factors has more samples than one of 1x1.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.h) * u64::from(self.v)
    }

    /// Width and height of an MCU in pixels.
    #[must_use]
    pub fn mcu_size(self) -> (u32, u32) {
        (BLOCK * u32::from(self.h), BLOCK * u32::from(self.v))
    }

    /// The number of MCUs in a row, and the number of rows of MCUs, in a picture of this size in pixels.
    #[must_use]
    pub fn mcus(self, width: u32, height: u32) -> (u32, u32) {
        let mcu = self.mcu_size();
        (width.div_ceil(mcu.0), height.div_ceil(mcu.1))
    }

    /// The number of samples in a row of a component of these factors, and the number of its rows, without
    /// padding: `ceil(size * factor / max)` (T.81, A.1.1). The picture's size is in pixels.
    #[must_use]
    pub fn component_size(self, width: u32, height: u32, (h, v): (u8, u8)) -> (u32, u32) {
        let side = |size: u32, factor: u8, max: u8| {
            let side = (u64::from(size) * u64::from(factor)).div_ceil(u64::from(max));
            u32::try_from(side).unwrap_or(u32::MAX)
        };
        (side(width, h, self.h), side(height, v, self.v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_from_the_largest_factors() {
        let max = MaxSampling::of([(2, 1), (1, 2), (1, 1)]);
        assert_eq!((max.h(), max.v(), max.area(), max.mcu_size()), (2, 2, 4, (16, 16)));
        assert_eq!(max.mcus(17, 16), (2, 1));
        assert_eq!(max.component_size(5, 7, (1, 2)), (3, 7));
        assert_eq!(max.component_size(65_535, 65_535, (2, 1)), (65_535, 32_768));
        assert_eq!(
            (MaxSampling::of([]), MaxSampling::of([(0, 0)])),
            (MaxSampling { h: 1, v: 1 }, MaxSampling::of([]))
        );
        assert_eq!(MaxSampling::of_frame([(2, 2)]), MaxSampling::of([]));
        assert_eq!(MaxSampling::of_frame([(2, 2), (1, 1)]), MaxSampling::of([(2, 2)]));
    }
}
