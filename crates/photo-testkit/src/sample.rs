//! Ready-made JPEG photographs, as large as asked for, made when they're asked for.

use crate::encode::jpeg::{self, JpegOptions};
use crate::photo::Photo;

/// A JPEG photograph of `width` x `height` pixels; the same for the same arguments.
///
/// # Panics
/// If a side is 0 or over 65,535 pixels.
pub fn jpeg(width: u32, height: u32, options: &JpegOptions) -> Vec<u8> {
    jpeg::encode_photo(&Photo::new(width, height, SEED), options)
}

/// A 12 MP phone picture: 4032x3024, quality 92, 4:2:0, about 4 MB.
pub fn jpeg_12mp() -> Vec<u8> {
    jpeg(4032, 3024, &phone())
}

/// A 48 MP phone picture: 8064x6048, quality 92, 4:2:0, about 15 MB.
pub fn jpeg_48mp() -> Vec<u8> {
    jpeg(8064, 6048, &phone())
}

/// What phones write: quality 92, 4:2:0, baseline.
pub fn phone() -> JpegOptions {
    JpegOptions { quality: 92, ..JpegOptions::default() }
}

const SEED: u64 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_megapixels_are_about_four_megabytes() {
        let bytes = jpeg_12mp();
        println!("12 MP: {} bytes", bytes.len());
        assert!((2_700_000..4_900_000).contains(&bytes.len()), "{} bytes", bytes.len());
        let size = image::ImageReader::new(std::io::Cursor::new(&bytes))
            .with_guessed_format()
            .unwrap()
            .into_dimensions();
        assert_eq!(size.unwrap(), (4032, 3024));
    }
}
