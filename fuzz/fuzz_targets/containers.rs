//! The boxes of HEIC files and the directories of TIFFs, and the pictures behind them where they are small.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::set_panic_hook;
use photo_prep::{Format, InputLimits, Options};

/// Larger pictures only slow the search down.
const PIXELS: u64 = 1 << 17;

fuzz_target!(init: set_panic_hook(), |bytes: &[u8]| {
    if !matches!(Format::sniff(bytes), Some(Format::Heic | Format::Tiff)) {
        return;
    }
    let limits = InputLimits::default().memory(64 << 20);
    let options = Options::default().input_limits(limits).max_pixels(PIXELS / 4);
    let Ok(info) = options.probe(bytes) else { return };
    assert!(info.size.pixels() > 0);
    if info.size.pixels() > PIXELS {
        return;
    }
    if let Ok(prepared) = options.prepare(bytes) {
        let again = photo_prep::probe(prepared.bytes()).expect("what comes out can be read");
        assert_eq!(again.size, prepared.size());
        assert!(again.size.pixels() <= PIXELS / 4);
    }
});
