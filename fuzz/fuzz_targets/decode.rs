//! Any bytes: nothing panics, nothing takes more memory than allowed, and what two ways read is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::same;
use photo_jpeg::{
    Coefficients, DecodeOptions, Edges, Error, Header, Orientation, Process, ReadOptions, Scale,
    TranscodeOptions, decode, decode_in_chunks, transcode, verify,
};

const MEMORY: u64 = 64 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = Header::read(bytes) else { return };
    // Large claims are refused by the limit; they would only slow the search down.
    if u64::from(header.width()) * u64::from(header.height()) > 1 << 20 {
        return;
    }
    let whole = decode(bytes, &DecodeOptions::default().memory_limit(MEMORY));
    if let Ok(planes) = &whole {
        assert_eq!((planes.width(), planes.height()), (header.width(), header.height()));
        assert!(
            planes.planes().len() != 3
                || planes.to_rgb().len() as u64 == 3 * u64::from(planes.width()) * u64::from(planes.height())
        );
    }
    for (segments, meant) in [(1, 100_000), (1, 5), (3, 7), (8, 40)] {
        let cut = decode_in_chunks(bytes, &DecodeOptions::default().memory_limit(MEMORY), segments, meant);
        match (&whole, cut) {
            (Ok(whole), Ok(cut)) => assert!(*whole == cut, "{segments} segments of {meant} blocks"),
            (Err(_), Err(_)) => {}
            (whole, cut) => panic!("{:?} and {:?}", whole.as_ref().map(|_| ()), cut.map(|_| ())),
        }
    }
    let (width, height) = (header.width().div_ceil(3), header.height().div_ceil(2));
    for scale in [Scale::Full, Scale::Half, Scale::Quarter] {
        let reduced =
            decode(bytes, &DecodeOptions::default().memory_limit(MEMORY).scale(scale).size(width, height));
        assert_eq!(reduced.is_ok(), whole.is_ok());
    }
    let coefficients = Coefficients::read(bytes, &ReadOptions::with_memory_limit(MEMORY));
    if header.process() == Process::Sequential && header.scan().components.len() == header.components().len()
    {
        assert_eq!(coefficients.is_ok(), whole.is_ok());
    }
    let verified = verify(bytes, &ReadOptions::with_memory_limit(MEMORY));
    // Verifying needs less memory.
    if !matches!(&coefficients, Err(Error::Memory { .. })) {
        assert_eq!(verified.is_ok(), coefficients.is_ok());
    }
    if let Ok(coefficients) = coefficients {
        for orientation in Orientation::ALL {
            let turned = coefficients.turned(orientation, Edges::Trim);
            // Files may hold values that none of 8 bits may have.
            let options = TranscodeOptions::default().orientation(orientation).edges(Edges::Trim);
            let Ok(written) = transcode(&coefficients, &options) else { continue };
            let again = Coefficients::read(&written, &ReadOptions::default()).expect("what we wrote");
            assert!(turned.is_some_and(|turned| same(&turned, &again)), "{orientation:?}");
        }
    }
});
