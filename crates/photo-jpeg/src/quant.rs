//! Quantization tables.

mod perceptual;

/// A quantization table: 64 divisors of 1 to 65,535, in natural order, that is row by row of vertical
/// frequency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantTable(pub(crate) [u16; 64]);

impl QuantTable {
    /// Makes a table from divisors in natural order. `None` if one of them is 0.
    #[must_use]
    pub fn new(values: [u16; 64]) -> Option<Self> {
        (!values.contains(&0)).then_some(Self(values))
    }

    /// The table whose divisors are all 1.
    pub(crate) fn ones() -> Self {
        Self([1; 64])
    }

    /// The divisors in natural order.
    #[must_use]
    pub fn values(&self) -> &[u16; 64] {
        &self.0
    }

    /// The divisors in zigzag order, as DQT segments store them (ITU-T T.81, B.2.4.1).
    #[must_use]
    pub fn zigzag(&self) -> [u16; 64] {
        ZIGZAG.map(|index| self.0[usize::from(index)])
    }

    /// Makes a table from divisors in zigzag order. `None` if one of them is 0.
    #[must_use]
    pub fn from_zigzag(values: [u16; 64]) -> Option<Self> {
        let mut natural = [0; 64];
        for (value, &index) in values.iter().zip(&ZIGZAG) {
            natural[usize::from(index)] = *value;
        }
        Self::new(natural)
    }

    /// The table for the transposed picture.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self(std::array::from_fn(|i| self.0[i % 8 * 8 + i / 8]))
    }

    /// The luma table of ITU-T T.81, table K.1, scaled as libjpeg does for `quality`, which is clamped to
    /// 1..=100. The divisors are 1 to 255.
    #[must_use]
    pub fn luma(quality: u8) -> Self {
        Self(scale(&LUMA, quality))
    }

    /// The chroma table of ITU-T T.81, table K.2, scaled as libjpeg does for `quality`, which is clamped to
    /// 1..=100. The divisors are 1 to 255.
    #[must_use]
    pub fn chroma(quality: u8) -> Self {
        Self(scale(&CHROMA, quality))
    }

    /// The tables of the standard for luma and the differences of blue and of red.
    #[must_use]
    pub fn standard(quality: u8) -> [Self; 3] {
        let chroma = Self::chroma(quality);
        [Self::luma(quality), chroma.clone(), chroma]
    }

    /// What libjpeg scales the standard's tables by for `quality`, which is clamped to 1..=100: 5000 percent
    /// for 1, 100 for 50, 0 for 100.
    #[must_use]
    pub fn percent(quality: u8) -> f64 {
        let quality = f64::from(quality.clamp(1, 100));
        if quality < 50.0 { 5000.0 / quality } else { 200.0 - 2.0 * quality }
    }
}

/// Scales a table as libjpeg's `jpeg_quality_scaling` and `jpeg_add_quant_table` do with `force_baseline`.
fn scale(base: &[u16; 64], quality: u8) -> [u16; 64] {
    let percent = QuantTable::percent(quality) as u32;
    base.map(|value| ((u32::from(value) * percent + 50) / 100).clamp(1, 255) as u16)
}

/// The natural (row by row) index of each coefficient in zigzag order (ITU-T T.81, figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// ITU-T T.81, table K.1, in natural order.
#[rustfmt::skip]
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// ITU-T T.81, table K.2, in natural order.
#[rustfmt::skip]
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarser_tables_are_never_finer() {
        let own = QuantTable::luma(80);
        for (component, share) in [(0, 1.0), (1, 1.0), (2, 1.0), (1, 0.5), (2, 0.5), (1, 0.25), (2, 0.25)] {
            let mut before = QuantTable::luma(100);
            for percent in (0..470).map(|n| 0.1 * 1.02f64.powi(n)) {
                let table = QuantTable::perceptual(component, share, percent);
                assert!(table.values().iter().zip(before.values()).all(|(now, before)| now >= before));
                let coarser = own.coarser(&table);
                let pairs = own.values().iter().zip(table.values());
                assert!(coarser.values().iter().zip(pairs).all(|(c, (a, b))| c == a.max(b)));
                before = table;
            }
            assert_eq!(QuantTable::perceptual(component, share, 0.1), QuantTable::luma(100));
            assert_eq!(before.values()[61], 255);
        }
    }

    #[test]
    fn chroma_of_fewer_samples_has_smaller_divisors() {
        for component in [1, 2] {
            let of = |share| QuantTable::perceptual(component, share, 40.0);
            let [all, half, quarter] = [1.0, 0.5, 0.25].map(of);
            let falls =
                |a: &QuantTable, b: &QuantTable| a.values().iter().zip(b.values()).all(|(a, b)| a >= b);
            assert!(falls(&all, &half) && falls(&half, &quarter) && all != half && half != quarter);
        }
        let luma = QuantTable::perceptual(0, 1.0, 22.6);
        assert_eq!(luma, QuantTable::perceptual(0, 0.25, 22.6));
        assert_eq!(luma.values()[..4], [2, 3, 6, 6]);
    }

    #[test]
    fn quality_scales_as_libjpeg_does() {
        assert_eq!(QuantTable::luma(50).values(), &LUMA);
        assert_eq!(QuantTable::chroma(100).values(), &[1; 64]);
        assert_eq!(QuantTable::luma(90).values()[..8], [3, 2, 2, 3, 5, 8, 10, 12]);
        assert_eq!(QuantTable::luma(25).values()[0], 32);
        assert_eq!(QuantTable::luma(0), QuantTable::luma(1));
        assert_eq!(QuantTable::luma(1).values()[2], 255);
    }
}
