//! What parsing leaves to reconstruction.

/// A parsed row of macroblocks: prediction modes, strengths of the loop filter and dequantized coefficients.
///
/// [`Parser::row`](crate::Parser::row) fills it; memory is kept from row to row.
#[derive(Clone, Default, Debug)]
pub struct ParsedRow {
    /// The number of the row.
    pub(crate) number: u32,
    /// Whether coefficients have been parsed.
    pub(crate) is_complete: bool,
    pub(crate) simple_filter: bool,
    pub(crate) macroblocks: Vec<Macroblock>,
    /// In the order of the macroblocks and their blocks: 16 for [`Kind::Full`], in raster order, one for
    /// [`Kind::Dc`]. What is behind them has no meaning.
    pub(crate) coefficients: Vec<i16>,
}

/// Coefficients of a macroblock at most: 16 blocks of luma and 8 of chroma.
pub(crate) const COEFFICIENTS: usize = 24 * 16;

impl ParsedRow {
    /// Makes place for a row.
    pub(crate) fn fit(&mut self, columns: usize) {
        self.macroblocks.resize(columns, Macroblock::default());
        self.coefficients.resize(columns * COEFFICIENTS, 0);
    }

    /// Bytes that a row takes.
    pub(crate) fn memory_for(columns: usize) -> u64 {
        (columns * (size_of::<Macroblock>() + COEFFICIENTS * 2)) as u64
    }

    /// The number of the row among the rows of macroblocks, from zero.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }
}

/// What a block has of coefficients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    None = 0,
    Dc = 1,
    Full = 2,
}

/// What is known of a macroblock.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Macroblock {
    /// Two bits for each block, from the lowest: 16 of luma, 4 of U, 4 of V; each a [`Kind`].
    pub(crate) kinds: u64,
    /// The modes of the subblocks, if `luma` is [`mode::SUBBLOCKS`].
    pub(crate) subblocks: [u8; 16],
    pub(crate) luma: u8,
    pub(crate) chroma: u8,
    pub(crate) segment: u8,
    /// Whether it is known to have no coefficients.
    pub(crate) skipped: bool,
    pub(crate) filter: LoopFilter,
}

/// Prediction modes. Those of a whole macroblock have the numbers of those of a subblock with which they
/// share their context.
pub(crate) mod mode {
    pub(crate) const DC: u8 = 0;
    pub(crate) const TRUE_MOTION: u8 = 1;
    pub(crate) const VERTICAL: u8 = 2;
    pub(crate) const HORIZONTAL: u8 = 3;
    pub(crate) const LEFT_DOWN: u8 = 4;
    pub(crate) const RIGHT_DOWN: u8 = 5;
    pub(crate) const VERTICAL_RIGHT: u8 = 6;
    pub(crate) const VERTICAL_LEFT: u8 = 7;
    pub(crate) const HORIZONTAL_DOWN: u8 = 8;
    pub(crate) const HORIZONTAL_UP: u8 = 9;
    /// Each subblock of luma has a mode of its own.
    pub(crate) const SUBBLOCKS: u8 = 10;
}

/// The strength of the loop filter (RFC 6386, sections 15.2 to 15.4).
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct LoopFilter {
    /// The limit of edges inside the macroblock; that of its outer edges is larger by 4. Zero for no filter.
    pub(crate) limit: u8,
    pub(crate) interior: u8,
    /// The threshold of high edge variance.
    pub(crate) variance: u8,
    /// Whether edges inside the macroblock are filtered.
    pub(crate) inner: bool,
}

impl LoopFilter {
    pub(crate) fn new(level: u8, sharpness: u8) -> Self {
        if level == 0 {
            return Self::default();
        }
        let interior = match sharpness {
            0 => level,
            1..=4 => (level >> 1).min(9 - sharpness),
            _ => (level >> 2).min(9 - sharpness),
        };
        let interior = interior.max(1);
        let variance = u8::from(level >= 15) + u8::from(level >= 40);
        Self { limit: 2 * level + interior, interior, variance, inner: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_follow_level_and_sharpness() {
        let filter = |level, sharpness| {
            let filter = LoopFilter::new(level, sharpness);
            (filter.limit, filter.interior, filter.variance)
        };
        assert_eq!(filter(0, 3), (0, 0, 0));
        assert_eq!(filter(63, 0), (189, 63, 2));
        assert_eq!(filter(39, 4), (83, 5, 1));
        assert_eq!(filter(14, 7), (30, 2, 0));
        assert_eq!(filter(1, 5), (3, 1, 0));
    }
}
