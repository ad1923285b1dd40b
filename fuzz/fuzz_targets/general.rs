//! Any bytes as a JPEG of any kind: nothing panics, nothing takes more memory than allowed, verifying says what
//! decoding says, and the general decoder makes what the fast ones make.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_jpeg::syntax::{FrameHeader, Segments, decode_cost, marker};
use photo_jpeg::{
    DecodeOptions, Header, InterleavedOptions, ReadOptions, Scale, decode, decode_interleaved, verify,
};

const MEMORY: u64 = 32 << 20;
/// As many decisions as take a tenth of a second.
const COST: u64 = 15_000_000;

fuzz_target!(|bytes: &[u8]| {
    let segments: Vec<_> = Segments::new(bytes).take(10_000).collect();
    let frame = segments.iter().find(|segment| marker::is_frame(segment.marker));
    let Some(frame) = frame.and_then(|frame| FrameHeader::read(frame.marker, frame.data(bytes)).ok()) else {
        return;
    };
    // A height of 0 is told elsewhere.
    let mut tall = frame;
    tall.height = if tall.height == 0 { 2_000 } else { tall.height };
    if u64::from(tall.width) * u64::from(tall.height) > 1 << 20 || decode_cost(bytes, &segments, &tall) > COST
    {
        return;
    }
    let options = InterleavedOptions::default().memory_limit(MEMORY);
    let whole = decode_interleaved(bytes, &options);
    if let Ok(picture) = &whole {
        let pixels = u64::from(picture.width) * u64::from(picture.height);
        assert_eq!(picture.data.len() as u64, pixels * picture.color.channels() as u64);
    }
    for scale in [Scale::Half, Scale::Eighth] {
        let reduced = decode_interleaved(bytes, &options.clone().scale(scale));
        assert_eq!(reduced.is_ok(), whole.is_ok(), "{scale:?}");
    }
    // The fast decoders take more damaged files than this one: those with a scan behind the one that has all
    // components, or with odd restart markers.
    let planes = decode(bytes, &DecodeOptions::default().memory_limit(4 * MEMORY));
    let verified = verify(bytes, &ReadOptions::with_memory_limit(MEMORY));
    assert_eq!(verified.is_ok(), whole.is_ok() || planes.is_ok());
    let (Ok(picture), Ok(header)) = (whole, Header::read(bytes)) else { return };
    let planes = planes.expect("what was decoded");
    let fast = match header.components().len() {
        1 => planes.planes()[0].data().to_vec(),
        3 => planes.to_rgb(),
        _ => planes.to_inks(header.has_inverted_inks()),
    };
    // Subsampled inks are not stretched by the fast decoders.
    if !fast.is_empty() {
        let most = fast.iter().zip(&picture.data).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(fast.len() == picture.data.len() && most <= Some(1), "{most:?}");
    }
});
