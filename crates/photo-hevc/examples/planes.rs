//! Decodes HEVC streams (Annex B, one picture each) and writes their planes as 16-bit little-endian samples
//! next to them, in `NAME.planes`; for comparisons with other decoders.

use std::time::Instant;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("readable");
        let units = nal_units(&bytes);
        let start = Instant::now();
        match photo_hevc::decode(&[], &units) {
            Ok(picture) => {
                let took = start.elapsed().as_secs_f64() * 1000.0;
                let samples = picture.planes.iter().flat_map(|plane| &plane.samples);
                let raw: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
                std::fs::write(format!("{path}.planes"), raw).expect("writable");
                println!("{path}: {}x{} in {took:.2} ms", picture.info.width, picture.info.height);
            }
            Err(error) => {
                let _ = std::fs::remove_file(format!("{path}.planes"));
                println!("{path}: {error}");
            }
        }
    }
}

/// The NAL units between start codes.
fn nal_units(bytes: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        bytes.windows(3).enumerate().filter(|(_, three)| three == &[0, 0, 1]).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).map(|(&start, end)| without_zeros(&bytes[start + 3..end])).collect()
}

/// A NAL unit without the zeros that precede the next start code.
fn without_zeros(unit: &[u8]) -> &[u8] {
    let end = unit.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1);
    &unit[..end]
}
