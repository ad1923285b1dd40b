//! The frame header (T.81, B.2.2).

use super::bytes::be16;
use super::marker;
use super::sampling::MaxSampling;
use super::segment::Segments;

/// The coding process of a frame, by its marker (T.81, table B.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodingProcess {
    /// SOF0: baseline DCT.
    Baseline,
    /// SOF1: extended sequential DCT.
    ExtendedSequential,
    /// SOF2: progressive DCT.
    Progressive,
    /// SOF3 and SOF11: lossless, by Huffman or arithmetic coding.
    Lossless {
        /// Whether the coding is arithmetic.
        arithmetic: bool,
    },
    /// SOF5 to SOF7 and SOF13 to SOF15: a differential frame of a hierarchical file.
    Differential {
        /// Whether the frame is lossless.
        lossless: bool,
    },
    /// SOF9: sequential DCT with arithmetic coding.
    ArithmeticSequential,
    /// SOF10: progressive DCT with arithmetic coding.
    ArithmeticProgressive,
}

impl CodingProcess {
    /// The process of this marker; `None` for one that begins no frame.
    #[must_use]
    pub fn of(marker: u8) -> Option<Self> {
        use marker::{SOF0, SOF1, SOF2, SOF3, SOF5, SOF6, SOF7, SOF9, SOF10, SOF11, SOF13, SOF14, SOF15};
        Some(match marker {
            SOF0 => Self::Baseline,
            SOF1 => Self::ExtendedSequential,
            SOF2 => Self::Progressive,
            SOF3 => Self::Lossless { arithmetic: false },
            SOF11 => Self::Lossless { arithmetic: true },
            SOF5 | SOF6 | SOF13 | SOF14 => Self::Differential { lossless: false },
            SOF7 | SOF15 => Self::Differential { lossless: true },
            SOF9 => Self::ArithmeticSequential,
            SOF10 => Self::ArithmeticProgressive,
            _ => return None,
        })
    }
}

/// What a frame header says of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameComponent {
    /// The id by which scans name the component.
    pub id: u8,
    /// Horizontal and vertical sampling factor, as they stand there: 0 to 15. T.81 allows 1 to 4.
    pub sampling: (u8, u8),
    /// The number of its quantization table, as it stands there: 0 to 255. T.81 allows 0 to 3.
    pub quant_table: u8,
}

impl FrameComponent {
    /// Whether both sampling factors are in 1..=4.
    #[must_use]
    pub fn has_possible_sampling(&self) -> bool {
        [self.sampling.0, self.sampling.1].iter().all(|factor| (1..=4).contains(factor))
    }
}

/// The payload of a frame header that may be too short or contradict itself.
#[derive(Debug, Clone, Copy)]
pub struct FrameOutline<'a>(&'a [u8]);

impl<'a> FrameOutline<'a> {
    /// The outline in this payload.
    #[must_use]
    pub fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    /// Width in pixels; `None` where the payload ends before it.
    #[must_use]
    pub fn width(self) -> Option<u16> {
        be16(self.0, 3)
    }

    /// Height in pixels, 0 where it is told after the first scan only (T.81, B.2.5); `None` where the payload
    /// ends before it.
    #[must_use]
    pub fn height(self) -> Option<u16> {
        be16(self.0, 1)
    }

    /// The components that there is room for, whatever number of them the header gives.
    pub fn components(self) -> impl Iterator<Item = FrameComponent> + 'a {
        components(self.0.get(6..).unwrap_or_default())
    }
}

/// A frame header.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameHeader {
    /// The coding process.
    pub process: CodingProcess,
    /// Bits of a sample, as they stand there: 0 to 255. T.81 allows 8 and 12, and 2 to 16 for lossless
    /// processes.
    pub precision: u8,
    /// Width in pixels, 1 to 65,535.
    pub width: u16,
    /// Height in pixels; 0 where it is told after the first scan only (T.81, B.2.5).
    pub height: u16,
    /// The components, 1 to 255.
    pub components: Vec<FrameComponent>,
}

/// Why a frame header can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum FrameFault {
    /// The marker begins no frame.
    NoFrame,
    /// The payload ends before the last component.
    TooShort,
    /// The width or the number of components is 0.
    Empty,
}

impl FrameFault {
    /// The reason in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoFrame => "the marker begins no frame",
            Self::TooShort => "the frame header is too short",
            Self::Empty => "the frame header gives no width or no components",
        }
    }
}

impl FrameHeader {
    /// Reads the frame header that `payload` is, behind this marker. Bytes behind the components are ignored,
    /// and the numbers that stand there are taken as they are.
    ///
    /// # Errors
    /// See [`FrameFault`].
    pub fn read(marker: u8, payload: &[u8]) -> Result<Self, FrameFault> {
        let process = CodingProcess::of(marker).ok_or(FrameFault::NoFrame)?;
        let outline = FrameOutline::new(payload);
        let (Some(&[precision, _, _, _, _, count]), Some(height), Some(width)) =
            (payload.first_chunk(), outline.height(), outline.width())
        else {
            return Err(FrameFault::TooShort);
        };
        let parts = payload.get(6..Self::len(count.into())).ok_or(FrameFault::TooShort)?;
        if width == 0 || count == 0 {
            return Err(FrameFault::Empty);
        }
        Ok(Self { process, precision, width, height, components: components(parts).collect() })
    }

    /// The largest sampling factors.
    #[must_use]
    pub fn max_sampling(&self) -> MaxSampling {
        MaxSampling::of(self.sampling())
    }

    /// The horizontal and vertical sampling factor of each component.
    pub fn sampling(&self) -> impl ExactSizeIterator<Item = (u8, u8)> {
        self.components.iter().map(|component| component.sampling)
    }

    /// Bytes of a payload with this number of components.
    pub(super) fn len(components: usize) -> usize {
        6 + 3 * components
    }
}

/// The height in pixels of a file whose frame header leaves it open, by the DNL segment directly behind the
/// first scan (T.81, B.2.5): 1 to 65,535. `None` where there is none, or one of no lines.
#[must_use]
pub fn number_of_lines(bytes: &[u8]) -> Option<u16> {
    let mut walk = Segments::new(bytes);
    walk.find(|segment| segment.marker == marker::SOS)?;
    let next = walk.next().filter(|segment| segment.marker == marker::DNL)?;
    be16(next.data(bytes), 0).filter(|lines| *lines > 0)
}

fn components(parts: &[u8]) -> impl Iterator<Item = FrameComponent> {
    parts.as_chunks().0.iter().map(|&[id, factors, quant_table]| FrameComponent {
        id,
        sampling: (factors >> 4, factors & 15),
        quant_table,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: [u8; 12] = [8, 0, 50, 0, 70, 2, 1, 0x21, 0, 2, 0x11, 3];

    #[test]
    fn headers_are_read() {
        let header = FrameHeader::read(marker::SOF2, &PAYLOAD).unwrap();
        assert_eq!((header.process, header.precision), (CodingProcess::Progressive, 8));
        assert_eq!((header.width, header.height), (70, 50));
        let last = FrameComponent { id: 2, sampling: (1, 1), quant_table: 3 };
        assert_eq!((header.components.len(), header.components[1]), (2, last));
        assert_eq!(header.max_sampling(), MaxSampling::of([(2, 1)]));
        assert!(header.components.iter().all(FrameComponent::has_possible_sampling));
        assert_eq!(FrameHeader::read(marker::DHT, &PAYLOAD), Err(FrameFault::NoFrame));
    }

    #[test]
    fn cut_off_and_empty_headers_are_refused() {
        for length in 0..PAYLOAD.len() {
            let payload = &PAYLOAD[..length];
            assert_eq!(FrameHeader::read(marker::SOF0, payload), Err(FrameFault::TooShort), "{length}");
            assert_eq!(FrameOutline::new(payload).components().count(), length.saturating_sub(6) / 3);
        }
        let with = |at: usize, value: u8| {
            let mut payload = PAYLOAD;
            payload[at] = value;
            FrameHeader::read(marker::SOF0, &payload).map(|header| header.height)
        };
        assert_eq!((with(4, 0), with(5, 0)), (Err(FrameFault::Empty), Err(FrameFault::Empty)));
        assert_eq!((with(2, 0), with(5, 3)), (Ok(0), Err(FrameFault::TooShort)));
    }

    #[test]
    fn every_frame_marker_has_a_process() {
        assert!((0..=255).all(|code| CodingProcess::of(code).is_some() == marker::is_frame(code)));
    }
}
