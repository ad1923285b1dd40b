//! Any bytes and options: what comes out holds the limits, is what the report says, and needs nothing more
//! done to it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use photo_fuzz::{file_and_options, set_panic_hook};
use photo_prep::{
    ColorPolicy, Format, InputLimits, MetadataPolicy, Options, Orientation, OutputFormat, Prepared,
};

fn check(options: &Options, prepared: &Prepared<'_>) {
    let (bytes, report) = (prepared.bytes(), prepared.report());
    assert!(bytes.len() as u64 <= options.requirements.max_bytes.unwrap(), "{report}");
    assert!(prepared.size().pixels() <= options.requirements.max_pixels.unwrap(), "{report}");
    let wanted: &[Format] = match options.format {
        OutputFormat::Jpeg => &[Format::Jpeg],
        OutputFormat::Png => &[Format::Png],
        _ => &[Format::Jpeg, Format::Png],
    };
    assert!(wanted.contains(&prepared.format()), "{report}");
    let output = &report.output;
    assert_eq!((output.format, output.size), (prepared.format(), prepared.size()));
    assert_eq!((output.orientation, output.bytes), (Orientation::Upright, bytes.len() as u64));
    let info = photo_prep::probe(bytes).expect("what we wrote");
    assert_eq!(
        (info.format, info.size, info.orientation),
        (output.format, output.size, output.orientation),
        "{report}"
    );
    assert!(info.well_formed, "{report}: {:?}", info.warnings);
    if options.color == ColorPolicy::Srgb {
        assert!(info.icc.is_none_or(|icc| icc.is_srgb), "{report}");
    }
    if options.metadata == MetadataPolicy::Strip {
        assert_eq!((info.private_bytes, info.unreferenced_bytes), (0, 0), "{report}");
    }
    let again = options.prepare(bytes).expect("what we wrote");
    assert_eq!(again.bytes(), bytes, "{report}, then {}", again.report());
    decode(prepared);
}

/// Another decoder than the one that read the source takes it. Not where a JPEG's data are copied, which
/// nobody decodes.
fn decode(prepared: &Prepared<'_>) {
    let report = prepared.report();
    if prepared.format() == Format::Png {
        let mut reader =
            png::Decoder::new(std::io::Cursor::new(prepared.bytes())).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("few pixels")];
        reader.next_frame(&mut pixels).unwrap_or_else(|e| panic!("{report}: {e}"));
    } else if matches!(report.route.name(), "coefficients" | "pixels") {
        let planes =
            photo_jpeg::decode(prepared.bytes(), &photo_jpeg::DecodeOptions::default()).expect("a JPEG");
        assert_eq!((planes.width(), planes.height()), (prepared.size().width, prepared.size().height));
    }
}

fuzz_target!(init: set_panic_hook(), |bytes: &[u8]| {
    // Large claims are refused by the limits; accepted, they would only slow the search down.
    let input = InputLimits::default().pixels(1 << 18).memory(128 << 20);
    let Some((file, options)) = file_and_options(bytes, input) else { return };
    match options.prepare(&file) {
        Ok(prepared) => {
            assert!(!prepared.report().to_string().is_empty());
            check(&options, &prepared);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
