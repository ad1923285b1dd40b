//! The scan header (T.81, B.2.3).

/// The payload of a scan header, which may be too short or contradict itself.
#[derive(Debug, Clone, Copy)]
pub struct ScanHeader<'a>(&'a [u8]);

/// What a scan header says of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScanSelector {
    /// The id of the component.
    pub id: u8,
    /// The numbers of its Huffman tables, as they stand there: 0 to 15 for DC and for AC. T.81 allows 0 to 3.
    /// `None` where the payload ends before them.
    pub tables: Option<(u8, u8)>,
}

impl<'a> ScanHeader<'a> {
    /// The scan header in this payload.
    #[must_use]
    pub fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    /// The number of components that the header gives; `None` where it is empty. T.81 allows 1 to 4.
    #[must_use]
    pub fn count(self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The components, as many as the header gives and there is room for.
    pub fn selectors(self) -> impl Iterator<Item = ScanSelector> + 'a {
        let pairs = self.0.get(1..).unwrap_or_default().chunks(2).take(self.given());
        pairs.filter_map(|pair| {
            let (&id, tables) = pair.split_first()?;
            Some(ScanSelector { id, tables: tables.first().map(|numbers| (numbers >> 4, numbers & 15)) })
        })
    }

    /// What stands behind the components; `None` where the header ends before the last of these. T.81 has
    /// three bytes there, which [`ScanParameters::read`] reads.
    #[must_use]
    pub fn tail(self) -> Option<&'a [u8]> {
        self.0.get(1 + 2 * self.given()..)
    }

    fn given(self) -> usize {
        self.count().unwrap_or(0).into()
    }
}

/// Which bits of which coefficients a scan holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScanParameters {
    /// First coefficient of the band in zigzag order, as it stands there. T.81 allows 0 to 63.
    pub first: u8,
    /// Last coefficient of the band in zigzag order, as it stands there. T.81 allows 0 to 63.
    pub last: u8,
    /// Successive approximation: the bit position of the previous scan of this band, 0 to 15; 0 in a first
    /// scan.
    pub high: u8,
    /// Successive approximation: the bit position of this scan, 0 to 15. T.81 allows 0 to 13.
    pub low: u8,
}

/// What is wrong with the parameters of a progressive scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgressionFault {
    /// The band of coefficients.
    Band,
    /// The bit positions.
    BitPosition,
}

impl ScanParameters {
    /// Those of a scan that holds all of its components: all coefficients with all bits.
    pub const WHOLE: Self = Self { first: 0, last: 63, high: 0, low: 0 };

    /// Reads the parameters from the [`tail`](ScanHeader::tail) of a scan header; `None` if it is too short.
    /// Further bytes are ignored.
    #[must_use]
    pub fn read(tail: &[u8]) -> Option<Self> {
        let &[first, last, bits] = tail.first_chunk()?;
        Some(Self { first, last, high: bits >> 4, low: bits & 15 })
    }

    /// Checks what the parameters of one progressive scan of `count` components may be (T.81, G.1.1.1 and
    /// table B.3).
    ///
    /// # Errors
    /// See [`ProgressionFault`]; the band first.
    pub fn check_progression(&self, count: usize) -> Result<(), ProgressionFault> {
        let Self { first, last, high, low } = *self;
        let band = if first == 0 { last == 0 } else { first <= last && last <= 63 && count == 1 };
        match (band, low <= 13 && (high == 0 || high == low + 1)) {
            (true, true) => Ok(()),
            (false, _) => Err(ProgressionFault::Band),
            (_, false) => Err(ProgressionFault::BitPosition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_off_headers_give_what_is_there() {
        let payload = [2, 1, 0x01, 7, 0x23, 1, 5, 0x21];
        let header = ScanHeader::new(&payload);
        let all: Vec<_> = header.selectors().collect();
        let [one, two] =
            [(1, Some((0, 1))), (7, Some((2, 3)))].map(|(id, tables)| ScanSelector { id, tables });
        assert_eq!((header.count(), all), (Some(2), vec![one, two]));
        let parameters = ScanParameters { first: 1, last: 5, high: 2, low: 1 };
        assert_eq!(header.tail().and_then(ScanParameters::read), Some(parameters));
        let short = ScanHeader::new(&payload[..4]);
        assert_eq!(short.selectors().collect::<Vec<_>>(), [one, ScanSelector { id: 7, tables: None }]);
        assert_eq!((short.tail(), ScanHeader::new(&[]).tail()), (None, None));
        assert_eq!(ScanHeader::new(&payload[..7]).tail().and_then(ScanParameters::read), None);
        assert_eq!((ScanHeader::new(&[]).count(), ScanHeader::new(&[]).selectors().count()), (None, 0));
    }

    #[test]
    fn progressions_are_checked() {
        let check = |first, last, high, low, count| {
            ScanParameters { first, last, high, low }.check_progression(count)
        };
        for (first, last, high, low, count) in [(0, 0, 0, 13, 3), (1, 63, 2, 1, 1), (5, 5, 0, 0, 1)] {
            assert_eq!(check(first, last, high, low, count), Ok(()));
        }
        for (first, last, count) in [(0, 1, 1), (1, 64, 1), (3, 2, 1), (1, 5, 2)] {
            assert_eq!(check(first, last, 9, 3, count), Err(ProgressionFault::Band));
        }
        for (high, low) in [(0, 14), (3, 1), (1, 1)] {
            assert_eq!(check(0, 0, high, low, 1), Err(ProgressionFault::BitPosition));
        }
    }
}
