//! How much work the scans of a JPEG may ask for, whatever lies in their data.
//!
//! The data of a file bound what Huffman decoding costs but for the visits of its blocks. Arithmetic coding
//! has no such bound: a decision may take a hundred-thousandth of a bit, and zeros at the end of a scan are
//! left out (T.81, D.1.8), so that 2 KB can hold billions of decisions.

use super::frame::{CodingProcess, FrameComponent, FrameHeader};
use super::marker;
use super::scan::{ScanHeader, ScanParameters};
use super::segment::Segment;

/// A step is one arithmetic decision, 6 ns; a visit of a block takes so many of them.
const ARITHMETIC_VISIT: u64 = 7;
const HUFFMAN_VISIT: u64 = 3;
/// Decisions for a coefficient at most: end of block, zero, sign; 15 for its category and 14 for its bits, or
/// just its next bit (T.81, F.1.4 and G.1.3).
const WHOLE: u64 = 3 + 15 + 14;
const REFINED: u64 = 3;

/// The steps of decoding all scans of the file `bytes` at most, by their headers and that of the `frame`. A
/// step is a decision of arithmetic coding, some 6 ns; a visit of a block counts as some of them. `u64::MAX`
/// where it would be more.
#[must_use]
pub fn decode_cost(bytes: &[u8], segments: &[Segment], frame: &FrameHeader) -> u64 {
    let scans = segments.iter().filter(|segment| segment.marker == marker::SOS);
    scans.map(|scan| of_scan(ScanHeader::new(scan.data(bytes)), frame)).fold(0, u64::saturating_add)
}

fn of_scan(header: ScanHeader<'_>, frame: &FrameHeader) -> u64 {
    let ids = header.selectors().filter(|selector| selector.tables.is_some()).map(|selector| selector.id);
    let named = ids.filter_map(|id| frame.components.iter().find(|component| component.id == id));
    let blocks: u64 = named.map(|component| blocks(component, frame)).sum();
    blocks.saturating_mul(per_block(header.tail().and_then(ScanParameters::read), frame.process))
}

/// Those of whole MCUs.
fn blocks(component: &FrameComponent, frame: &FrameHeader) -> u64 {
    let (wide, high) = frame.max_sampling().mcus(frame.width.into(), frame.height.into());
    let (h, v) = component.sampling;
    u64::from(wide) * u64::from(h) * u64::from(high) * u64::from(v)
}

fn per_block(parameters: Option<ScanParameters>, process: CodingProcess) -> u64 {
    match (process, parameters) {
        (CodingProcess::ArithmeticProgressive, Some(ScanParameters { first, last, high, .. })) => {
            let coefficients = u64::from(last.saturating_sub(first)) + 1;
            ARITHMETIC_VISIT + coefficients * if high == 0 { WHOLE } else { REFINED }
        }
        (CodingProcess::ArithmeticSequential | CodingProcess::ArithmeticProgressive, _) => {
            ARITHMETIC_VISIT + 64 * WHOLE
        }
        _ => HUFFMAN_VISIT,
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::{Segments, write_segment};
    use super::*;

    /// The steps of these scan headers in a 4:2:0 picture of 7x4 MCUs.
    fn steps(sof: u8, scans: &[&[u8]]) -> u64 {
        let payload = [8, 0, 50, 0, 100, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
        let frame = FrameHeader::read(sof, &payload).unwrap();
        let mut bytes = vec![0xFF, 0xD8];
        for header in scans {
            write_segment(&mut bytes, marker::SOS, &[header]).unwrap();
            bytes.push(0);
        }
        bytes.extend([0xFF, 0xD9]);
        let segments: Vec<_> = Segments::new(&bytes).collect();
        decode_cost(&bytes, &segments, &frame)
    }

    #[test]
    fn steps_are_those_of_the_blocks_and_bands() {
        let (luma, chroma) = (7 * 4 * 4, 7 * 4);
        let all: &[u8] = &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
        assert_eq!(steps(0xC0, &[all]), 3 * (luma + 2 * chroma));
        assert_eq!(steps(0xC9, &[all]), (7 + 64 * 32) * (luma + 2 * chroma));
        let (first, refined): (&[u8], &[u8]) = (&[1, 1, 0, 1, 63, 0x01], &[1, 3, 0, 1, 5, 0x10]);
        assert_eq!(steps(0xC2, &[first, refined]), 3 * (luma + chroma));
        assert_eq!(steps(0xCA, &[first, refined]), (7 + 63 * 32) * luma + (7 + 5 * 3) * chroma);
    }

    #[test]
    fn odd_headers_are_no_fault() {
        let headers: [&[u8]; 5] = [&[], &[9], &[1, 77, 0, 0, 63, 0], &[1, 1, 0, 63, 0, 0], &[255, 1]];
        for header in headers {
            assert!(steps(0xCA, &[header]) <= (7 + 64 * 32) * 7 * 4 * 4, "{header:?}");
        }
    }
}
