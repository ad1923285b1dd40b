//! Pixels against quality: what a JPEG under a limit of bytes should have of both.

/// The quality that a JPEG must have at least to be better than one of fewer pixels under the same limit of
/// bytes.
///
/// Of [`pixels`](Self::pixels) it is [`quality`](Self::quality); more pixels must be of higher quality, since
/// bytes that are spent on coarse details of many pixels are better spent on fewer.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Balance {
    /// The number of pixels that the limit has room for.
    pub pixels: u64,
    /// The quality of so many pixels, 1..=100 on libjpeg's scale.
    pub quality: u8,
    /// By how much quality rises where pixels double, and falls where they halve.
    pub per_doubling: u8,
    /// No more quality is asked for, 1..=100.
    pub most: u8,
    /// No JPEG gets less, 1..=100.
    pub floor: u8,
}

impl Balance {
    /// The least quality of so many pixels, from `floor` to `most`; the floor if it is above that.
    #[must_use]
    pub fn least_quality(self, pixels: u64) -> u8 {
        let doublings = (pixels.max(1) as f64 / self.pixels.max(1) as f64).log2();
        let quality = f64::from(self.quality) + doublings * f64::from(self.per_doubling);
        (quality.round().clamp(1.0, f64::from(self.most.max(1))) as u8).max(self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_rises_with_pixels_and_never_falls_below_the_floor() {
        let balance = Balance { pixels: 1_000_000, quality: 75, per_doubling: 20, most: 91, floor: 40 };
        let qualities = [1, 250_000, 300_000, 500_000, 1_000_000, 1_400_000, 2_000_000, u64::MAX];
        assert_eq!(qualities.map(|pixels| balance.least_quality(pixels)), [40, 40, 40, 55, 75, 85, 91, 91]);
        assert_eq!(Balance { floor: 95, ..balance }.least_quality(2_000_000), 95);
    }
}
