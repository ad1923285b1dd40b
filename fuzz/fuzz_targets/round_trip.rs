//! Any planes: what is encoded decodes to the same size, and both readers agree that it is sound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::{picture, same};
use photo_jpeg::{Coefficients, DecodeOptions, ReadOptions, decode, decode_in_chunks, encode, encoded_len};

fuzz_target!(|bytes: &[u8]| {
    let Some((planes, options)) = picture(bytes) else { return };
    let file = encode(&planes, &options).expect("valid planes");
    let decoded = decode(&file, &DecodeOptions::default()).expect("what we wrote");
    let (width, height) = (planes.width(), planes.height());
    let want = if options.orientation.swaps_sides() { (height, width) } else { (width, height) };
    assert_eq!((decoded.width(), decoded.height()), want);
    for (segments, meant) in [(2, 9), (5, 30)] {
        assert!(
            decode_in_chunks(&file, &DecodeOptions::default(), segments, meant).expect("what we wrote")
                == decoded
        );
    }
    let coefficients = Coefficients::read(&file, &ReadOptions::default()).expect("what we wrote");
    assert_eq!(coefficients.components().len(), planes.planes().len());
    let progressive =
        encode(&planes, &options.clone().progressive(true).restart_interval(0)).expect("valid planes");
    let again = Coefficients::read(&progressive, &ReadOptions::default()).expect("what we wrote");
    assert!(same(&coefficients, &again), "a progressive file of other coefficients");
    let predicted = encoded_len(&planes, &options, 1).expect("valid planes");
    assert!(predicted > 0);
});
