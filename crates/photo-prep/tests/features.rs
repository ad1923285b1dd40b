//! A format whose feature is switched off is refused, and the error names the feature.

use photo_prep::{Error, Format};

#[test]
fn a_format_that_is_switched_off_is_refused_by_the_name_of_its_feature() {
    let table: [(&[u8], Format, &str, bool); 3] = [
        (b"RIFF\0\0\0\0WEBPVP8 ", Format::WebP, "feature `webp`", cfg!(feature = "webp")),
        (b"II*\0\x08\0\0\0", Format::Tiff, "feature `tiff`", cfg!(feature = "tiff")),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic, "feature `heic`", cfg!(feature = "heic")),
    ];
    for (bytes, format, named, on) in table {
        let error = photo_prep::probe(bytes).expect_err("nothing behind the first bytes");
        let by_feature = error.to_string().contains(named);
        assert_eq!(by_feature, !on, "{format}: {error}");
        assert_eq!(matches!(error, Error::Unsupported { format: f, .. } if f == format), !on, "{format}");
    }
}
