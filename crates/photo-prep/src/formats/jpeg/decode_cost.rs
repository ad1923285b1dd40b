//! How much work the scans of a JPEG may ask for, whatever lies in their data.
//!
//! The data of a file bound what Huffman decoding costs but for the visits of its blocks. Arithmetic coding has no such bound: a
//! decision may take a hundred-thousandth of a bit, and zeros at the end of a scan are left out (T.81, D.1.8), so that 2 KB can hold
//! billions of decisions.

use crate::Size;
use crate::formats::jpeg::validate::Named;
use crate::formats::jpeg::{JpegLayout, marker};

/// Measured with `libjpeg-turbo-rs` 0.9: a step is one arithmetic decision, 6 ns; a visit of a block takes so many of them.
const ARITHMETIC_VISIT: u64 = 7;
const HUFFMAN_VISIT: u64 = 3;
/// Decisions for a coefficient at most: end of block, zero, sign; 15 for its category and 14 for its bits, or just its next bit
/// (T.81, F.1.4 and G.1.3).
const WHOLE: u64 = 3 + 15 + 14;
const REFINED: u64 = 3;

/// The steps of all scans at most, by their headers and that of the frame `sof`.
pub(crate) fn of(bytes: &[u8], layout: &JpegLayout, sof: u8, size: Size, components: &[Named]) -> u64 {
    let scans = layout.segments.iter().filter(|s| s.marker == marker::SOS);
    scans.map(|s| of_scan(s.data(bytes), sof, size, components)).fold(0, u64::saturating_add)
}

fn of_scan(header: &[u8], sof: u8, size: Size, components: &[Named]) -> u64 {
    let count = usize::from(header.first().copied().unwrap_or(0));
    let ids = header.get(1..).unwrap_or_default().chunks_exact(2).take(count).map(|pair| pair[0]);
    let named = ids.filter_map(|id| components.iter().find(|c| c.id == id));
    let blocks: u64 = named.map(|component| blocks(component, size, components)).sum();
    blocks.saturating_mul(per_block(header.get(1 + 2 * count..).unwrap_or_default(), sof))
}

/// Those of whole MCUs.
fn blocks(component: &Named, size: Size, components: &[Named]) -> u64 {
    let most = |side: fn(&Named) -> u8| components.iter().map(side).max().unwrap_or(1);
    let mcus = |pixels: u32, most: u8| u64::from(pixels.div_ceil(8 * u32::from(most)));
    let (h, v) = (most(|c| c.sampling.0), most(|c| c.sampling.1));
    let (wide, high) = component.sampling;
    mcus(size.width, h) * u64::from(wide) * mcus(size.height, v) * u64::from(high)
}

/// `band` is the end of a scan's header: first and last coefficient, bit positions before and after.
fn per_block(band: &[u8], sof: u8) -> u64 {
    match (sof, band) {
        (0xCA, &[first, last, positions, ..]) => {
            let coefficients = u64::from(last.saturating_sub(first)) + 1;
            ARITHMETIC_VISIT + coefficients * if positions >> 4 == 0 { WHOLE } else { REFINED }
        }
        (0xC9 | 0xCA, _) => ARITHMETIC_VISIT + 64 * WHOLE,
        _ => HUFFMAN_VISIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jpeg;

    const SIZE: Size = Size { width: 100, height: 50 };

    /// The steps of these scan headers in a 4:2:0 picture of 7x4 MCUs.
    fn steps(sof: u8, scans: &[&[u8]]) -> u64 {
        let named = |id, sampling| Named { id, sampling, table: 0 };
        let components = [named(1, (2, 2)), named(2, (1, 1)), named(3, (1, 1))];
        let scans = scans.iter().flat_map(|header| {
            let length = u16::try_from(2 + header.len()).unwrap().to_be_bytes();
            [&[0xFF, 0xDA][..], &length, header, &[0]].concat()
        });
        let bytes: Vec<u8> = [0xFF, 0xD8].into_iter().chain(scans).chain([0xFF, 0xD9]).collect();
        of(&bytes, &jpeg::walk(&bytes).unwrap(), sof, SIZE, &components)
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
