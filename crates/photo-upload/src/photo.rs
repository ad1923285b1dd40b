//! A picture ready to be sent, checked against the limits.

use bytes::Bytes;

use crate::error::{Error, PhotoError};
use crate::file_name::safe_file_name;
use crate::image_header::{self, Format};

/// What the endpoint takes. Both limits are inclusive.
///
/// ```
/// let smaller = photo_upload::Limits::default().max_bytes(2_000_000);
/// assert_eq!(smaller.max_pixels, 10_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of a picture file. Default 10,000,000, which is safe under every reading of "10 MB".
    pub max_bytes: u64,
    /// Most pixels, width times height. Default 10,000,000.
    pub max_pixels: u64,
}

impl Limits {
    /// Sets [`Limits::max_bytes`].
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets [`Limits::max_pixels`].
    pub fn max_pixels(mut self, pixels: u64) -> Self {
        self.max_pixels = pixels;
        self
    }

    /// Checks a picture's first bytes, header and size.
    ///
    /// # Errors
    /// [`PhotoError`], saying which limit, what is there and what is allowed.
    pub fn check(&self, bytes: &[u8]) -> Result<(), PhotoError> {
        let (_, (width, height)) = read_header(bytes)?;
        let actual = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if actual > self.max_bytes {
            return Err(PhotoError::TooManyBytes { actual, limit: self.max_bytes });
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(PhotoError::TooManyPixels { width, height, limit: self.max_pixels });
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 10_000_000, max_pixels: 10_000_000 }
    }
}

/// A picture to upload: its bytes, its real format and size, and a file name that is safe to send.
///
/// Made from bytes here, or from a path, stream, reader or URL with [`Intake`](crate::Intake). Cheap to
/// clone.
///
/// ```
/// use photo_upload::{Format, Photo};
/// let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0";
/// let photo = Photo::from_bytes(png.as_slice(), "C:\\pictures\\me.jpg")?;
/// assert_eq!((photo.format(), photo.width(), photo.height()), (Format::Png, 2, 3));
/// assert_eq!(photo.file_name(), "me.png"); // the extension follows the content
/// # Ok::<(), photo_upload::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    bytes: Bytes,
    file_name: String,
    format: Format,
    width: u32,
    height: u32,
}

impl Photo {
    /// Takes the bytes of a picture file, and any name for it. Reads the header; the limits are checked when
    /// it is sent, by the client's own [`Limits`].
    ///
    /// # Errors
    /// [`Error::Photo`] if it is empty, in no accepted format, or its header is broken.
    pub fn from_bytes(bytes: impl Into<Bytes>, name: impl AsRef<str>) -> Result<Self, Error> {
        let bytes = bytes.into();
        let (format, (width, height)) = read_header(&bytes)?;
        Ok(Self { file_name: safe_file_name(name.as_ref(), format), bytes, format, width, height })
    }

    /// Takes a picture whose facts are already known, without reading it, for callers that just made it. The
    /// client reads the header before sending all the same.
    pub fn from_parts(
        bytes: impl Into<Bytes>,
        name: impl AsRef<str>,
        format: Format,
        width: u32,
        height: u32,
    ) -> Self {
        Self { file_name: safe_file_name(name.as_ref(), format), bytes: bytes.into(), format, width, height }
    }

    /// The same picture under another name, made safe to send.
    #[must_use]
    pub fn named(self, name: impl AsRef<str>) -> Self {
        Self { file_name: safe_file_name(name.as_ref(), self.format), ..self }
    }

    /// The file, as it will be sent.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The name it is sent under: one line, no quotes or separators, the extension of [`Photo::format`].
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The format its first bytes show.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }
}

fn read_header(bytes: &[u8]) -> Result<(Format, (u32, u32)), PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let Some(format) = Format::sniff(bytes) else {
        return Err(PhotoError::NotAccepted { looks_like: image_header::foreign_format(bytes) });
    };
    match image_header::dimensions(format, bytes) {
        Some(size) => Ok((format, size)),
        None => Err(PhotoError::BrokenHeader { format }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image_header::samples;

    #[test]
    fn limits_are_inclusive() {
        let sized = |mut picture: Vec<u8>, bytes: usize| {
            picture.resize(bytes, 0);
            picture
        };
        let large = 10_000_000;
        let cases = [
            (sized(samples::png(4000, 2500), large), Ok(())),
            (
                sized(samples::png(4000, 2500), large + 1),
                Err(PhotoError::TooManyBytes { actual: 10_000_001, limit: 10_000_000 }),
            ),
            (samples::jpeg(10_000, 1000), Ok(())),
            (
                samples::jpeg(10_001, 1000),
                Err(PhotoError::TooManyPixels { width: 10_001, height: 1000, limit: 10_000_000 }),
            ),
            (
                samples::png(u32::MAX, u32::MAX),
                Err(PhotoError::TooManyPixels { width: u32::MAX, height: u32::MAX, limit: 10_000_000 }),
            ),
            (Vec::new(), Err(PhotoError::Empty)),
            (b"RIFF\0\0\0\0WEBP".to_vec(), Err(PhotoError::NotAccepted { looks_like: Some("WebP") })),
            (b"hello".to_vec(), Err(PhotoError::NotAccepted { looks_like: None })),
            (b"\x89PNG\r\n\x1a\n".to_vec(), Err(PhotoError::BrokenHeader { format: Format::Png })),
        ];
        for (bytes, want) in cases {
            assert_eq!(Limits::default().check(&bytes), want);
        }
    }
}
