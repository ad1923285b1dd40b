//! Quantisation tables.

/// A quantisation table: 64 divisors of 1 to 65,535, in natural (row by row) order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantTable(pub(crate) [u16; 64]);

impl QuantTable {
    /// The table of these divisors in natural order; `None` if one is 0.
    #[must_use]
    pub fn new(values: [u16; 64]) -> Option<Self> {
        (!values.contains(&0)).then_some(Self(values))
    }

    /// The divisors, in natural order.
    #[must_use]
    pub fn values(&self) -> &[u16; 64] {
        &self.0
    }
}

/// Natural (row by row) index of each coefficient in zigzag order (ITU-T T.81, figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
    21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61, 54, 47, 55, 62, 63,
];
