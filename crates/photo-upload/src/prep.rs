//! From what photo-prep makes to what is uploaded, without reading it again.

use photo_prep::Prepared;

use crate::image_header::Format;
use crate::photo::{Limits, Photo};

/// A prepared picture as a photo named `photo.jpg` or `photo.png`; [`Photo::named`] gives it another name.
impl From<Prepared<'_>> for Photo {
    fn from(prepared: Prepared<'_>) -> Self {
        let size = prepared.size();
        let format = if prepared.format() == photo_prep::Format::Png { Format::Png } else { Format::Jpeg };
        Self::from_parts(prepared.into_bytes().into_owned(), "photo", format, size.width, size.height)
    }
}

/// The same limits, so that what is prepared for them is also sent; what is not bounded stays at this crate's default.
impl From<photo_prep::Requirements> for Limits {
    fn from(required: photo_prep::Requirements) -> Self {
        let limits = required.max_bytes.map_or(Self::default(), |bytes| Self::default().max_bytes(bytes));
        required.max_pixels.map_or(limits, |pixels| limits.max_pixels(pixels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photo_testkit::fixtures;

    #[test]
    fn limits_are_the_same() {
        assert_eq!(Limits::from(photo_prep::Requirements::default()), Limits::default());
        let limits = Limits::from(photo_prep::Requirements::none().max_pixels(2).max_bytes(3));
        assert_eq!((limits.max_pixels, limits.max_bytes), (2, 3));
    }

    #[test]
    fn format_size_and_name_follow_the_picture() {
        for (file, format) in [("jpeg_private_all.jpg", Format::Jpeg), ("gif_87a.gif", Format::Png)] {
            let bytes = std::fs::read(fixtures::folder().join(file)).unwrap();
            let prepared = photo_prep::prepare(&bytes).unwrap();
            let (size, want) = (prepared.size(), prepared.bytes().to_vec());
            let photo = Photo::from(prepared).named("me\r\n\".bmp");
            assert_eq!((photo.format(), photo.width(), photo.height()), (format, size.width, size.height));
            assert_eq!(photo.file_name(), format!("me___.{}", format.extension()));
            assert_eq!(photo.bytes(), &want);
        }
    }
}
