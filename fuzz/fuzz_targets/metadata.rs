//! The walkers of segments, chunks, EXIF and ICC blocks, each for the bytes that begin like something for it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::{set_panic_hook, with_checksums};
use photo_prep::fuzzing;

fuzz_target!(init: set_panic_hook(), |bytes: &[u8]| {
    match bytes {
        [0xFF, 0xD8, ..] => fuzzing::jpeg_segments(bytes),
        [0x89, b'P', ..] => {
            fuzzing::png_chunks(bytes);
            fuzzing::png_chunks(&with_checksums(bytes));
        }
        [b'R', b'I', ..] => fuzzing::riff_chunks(bytes),
        [b'I', b'I', ..] | [b'M', b'M', ..] => {
            fuzzing::exif_block(bytes);
            fuzzing::tiff_directories(bytes);
        }
        [b'E', b'x', ..] => fuzzing::exif_block(bytes),
        _ => fuzzing::icc_profile(bytes),
    }
});
