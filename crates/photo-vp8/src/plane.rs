//! The rows of one plane that reconstruction works on.

/// Columns in front of a row, of which the last is the neighbor to the left of the first macroblock.
pub(crate) const MARGIN: usize = 16;

/// Rows of a plane: those of a row of macroblocks, and above them some that later edges still change.
pub(crate) struct Plane {
    pub(crate) stride: usize,
    /// Rows of samples in a row of macroblocks: 16 or 8.
    size: usize,
    /// `size / 2` kept rows, then `size` rows.
    pub(crate) samples: Vec<u8>,
    /// The last row of the row of macroblocks above, before it was filtered, which predictions are made from.
    pub(crate) above: Vec<u8>,
}

impl Plane {
    pub(crate) fn new(columns: usize, size: usize) -> Self {
        let stride = Self::stride(columns, size);
        // What predictions take for samples outside of the picture (RFC 6386, section 12.2 and 12.3).
        let (left, above) = (129, 127);
        Self { stride, size, samples: vec![left; stride * (size + size / 2)], above: vec![above; stride] }
    }

    fn stride(columns: usize, size: usize) -> usize {
        // Four samples to the upper right of the last macroblock, in a vector.
        MARGIN + columns * size + 16
    }

    pub(crate) fn memory_for(columns: usize, size: usize) -> u64 {
        (Self::stride(columns, size) * (size + size / 2 + 1)) as u64
    }

    /// Rows that are kept from the row of macroblocks before.
    pub(crate) fn kept(&self) -> usize {
        self.size / 2
    }

    /// Keeps the last rows in front of the next ones.
    pub(crate) fn advance(&mut self) {
        self.samples.copy_within(self.size * self.stride.., 0);
    }

    /// Keeps the last row for the predictions of the next row of macroblocks.
    pub(crate) fn keep_above(&mut self) {
        let last = self.samples.len() - self.stride;
        self.above.copy_from_slice(&self.samples[last..]);
        let end = self.stride - 16;
        let corner = self.above[end - 1];
        self.above[end..].fill(corner);
    }

    /// The rows from number `first` of the kept ones on, from the first column of the picture on.
    pub(crate) fn rows_from(&self, first: usize) -> &[u8] {
        &self.samples[first * self.stride + MARGIN..]
    }
}
