//! Lossless WebP files (through `image-webp`), with ICC, EXIF and XMP chunks.

use crate::exif::Exif;
use crate::picture::{Layout, Picture};

/// What to put around the picture; any of it makes the file an extended one (VP8X).
#[derive(Debug, Clone, Default)]
pub struct WebpOptions {
    /// An ICC profile.
    pub icc: Option<Vec<u8>>,
    /// An EXIF block.
    pub exif: Option<Exif>,
    /// An XMP packet.
    pub xmp: Option<String>,
}

/// Writes a lossless WebP.
///
/// # Panics
/// If the picture is CMYK, empty, or has a side over 16,384 pixels.
pub fn encode(picture: &Picture, options: &WebpOptions) -> Vec<u8> {
    let color = match picture.layout() {
        Layout::Gray => image_webp::ColorType::L8,
        Layout::GrayAlpha => image_webp::ColorType::La8,
        Layout::Rgb => image_webp::ColorType::Rgb8,
        Layout::Rgba => image_webp::ColorType::Rgba8,
        Layout::Cmyk => panic!("WebP has no CMYK"),
    };
    let mut out = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut out);
    if let Some(icc) = &options.icc {
        encoder.set_icc_profile(icc.clone());
    }
    if let Some(exif) = &options.exif {
        encoder.set_exif_metadata(exif.tiff());
    }
    if let Some(xmp) = &options.xmp {
        encoder.set_xmp_metadata(xmp.clone().into_bytes());
    }
    match encoder.encode(picture.data(), picture.width(), picture.height(), color) {
        Ok(()) => out,
        Err(error) => panic!("image-webp refused the picture: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{icc, pattern, photo_like};
    use image::ImageDecoder;

    #[test]
    fn pictures_and_metadata_read_back() {
        for layout in [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba] {
            let picture =
                if layout.has_alpha() { pattern::alpha_shapes(31, 17) } else { photo_like(31, 17, 3) }
                    .convert(layout);
            let options = WebpOptions {
                icc: Some(icc::display_p3()),
                exif: Some(Exif::orientation(8)),
                xmp: Some("<x/>".into()),
            };
            for options in [WebpOptions::default(), options] {
                let bytes = encode(&picture, &options);
                let mut decoder =
                    image::codecs::webp::WebPDecoder::new(std::io::Cursor::new(&bytes)).unwrap();
                assert_eq!(decoder.icc_profile().unwrap(), options.icc, "{layout:?}");
                let turned = decoder.orientation().unwrap() == image::metadata::Orientation::Rotate270;
                assert_eq!(turned, options.exif.is_some());
                let decoded = image::DynamicImage::from_decoder(decoder).unwrap().to_rgba8();
                assert_eq!(decoded.into_raw(), picture.convert(Layout::Rgba).into_data(), "{layout:?}");
            }
        }
    }
}
