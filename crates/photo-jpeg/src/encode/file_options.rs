//! Options of a file that don't depend on where its picture comes from.

use crate::error::{Error, Result};
use crate::orientation::Orientation;
use crate::syntax::{Part, marker, next_part};

/// The density of samples, as in JFIF (ITU-T T.871).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Density {
    /// The unit of `x` and `y`: 1 for samples per inch, 2 for samples per centimeter. With 0, `x` and `y`
    /// only give the aspect ratio of a pixel.
    pub unit: u8,
    /// The horizontal density; 0 is written as 1.
    pub x: u16,
    /// The vertical density; 0 is written as 1.
    pub y: u16,
}

impl Default for Density {
    /// Square pixels of no known size.
    fn default() -> Self {
        Self { unit: 0, x: 1, y: 1 }
    }
}

/// What a written file is besides its picture, wherever that comes from.
///
/// [`EncodeOptions`](crate::EncodeOptions) and [`TranscodeOptions`](crate::TranscodeOptions) hold these
/// options, and reach them as if they were their own fields.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileOptions<'a> {
    /// How the picture must be turned to be upright, as the file will be; [`Orientation::Upright`] by
    /// default. No turned copy is made.
    pub orientation: Orientation,
    /// Whether the file is progressive instead of sequential, which is the default. A progressive file is
    /// about 3 to 7 % smaller, and slower to write and to read. Its Huffman tables are always optimized for
    /// the picture, and it can't have restart markers.
    pub progressive: bool,
    /// The number of MCUs between restart markers; 0, the default, for none. The format allows no more than
    /// 65,535.
    pub restart_interval: u16,
    /// The density of the upright picture in the JFIF header. A file of RGB has no JFIF header.
    pub density: Density,
    /// Whole APPn and COM segments, with their markers, to be put behind the file's own first segment. Empty
    /// by default.
    pub segments: &'a [u8],
}

impl FileOptions<'_> {
    /// Checks that a file can be so.
    pub(crate) fn check(&self) -> Result<()> {
        if self.progressive && self.restart_interval > 0 {
            return Err(Error::Argument("progressive files are written without restart markers"));
        }
        check_segments(self.segments)
    }
}

/// The setters of [`FileOptions`] for options that hold them in the field `file`, and the way to their
/// fields.
macro_rules! with_file_options {
    ($options:ident) => {
        impl<'a> $options<'a> {
            /// Sets how the picture must be turned to be upright.
            #[must_use]
            pub fn orientation(mut self, orientation: Orientation) -> Self {
                self.file.orientation = orientation;
                self
            }

            /// Sets whether the file is progressive.
            #[must_use]
            pub fn progressive(mut self, progressive: bool) -> Self {
                self.file.progressive = progressive;
                self
            }

            /// Sets the number of MCUs between restart markers; 0 for none.
            #[must_use]
            pub fn restart_interval(mut self, mcus: u16) -> Self {
                self.file.restart_interval = mcus;
                self
            }

            /// Sets the density of the upright picture in the JFIF header.
            #[must_use]
            pub fn density(mut self, density: Density) -> Self {
                self.file.density = density;
                self
            }

            /// Sets the whole APPn and COM segments to be put into the file, such as an ICC profile.
            #[must_use]
            pub fn segments<'b>(self, segments: &'b [u8]) -> $options<'b> {
                $options { file: FileOptions { segments, ..self.file }, ..self }
            }
        }

        impl<'a> Deref for $options<'a> {
            type Target = FileOptions<'a>;

            fn deref(&self) -> &FileOptions<'a> {
                &self.file
            }
        }

        impl<'a> DerefMut for $options<'a> {
            fn deref_mut(&mut self) -> &mut FileOptions<'a> {
                &mut self.file
            }
        }
    };
}
pub(super) use with_file_options;

/// Checks that `segments` is a sequence of whole APPn and COM segments.
fn check_segments(segments: &[u8]) -> Result<()> {
    let mut at = 0;
    while at < segments.len() {
        if !matches!(segments.get(at..), Some([0xFF, code, _, _, ..]) if marker::is_dispensable(*code)) {
            return Err(Error::Argument(
                "segments to be written must be APPn or COM segments with their markers",
            ));
        }
        match next_part(segments, at) {
            Some((Part::Segment(segment), 0)) => at = segment.whole.end,
            _ => return Err(Error::Argument("a segment to be written is not as long as it says")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_app_and_com_segments_pass() {
        let good: [&[u8]; 3] = [&[], &[0xFF, 0xE1, 0, 3, 9], &[0xFF, 0xFE, 0, 2, 0xFF, 0xEF, 0, 4, 1, 2]];
        let bad: [&[u8]; 6] = [
            &[0xFF],
            &[0xFF, 0xE1, 0],
            &[0xFF, 0xE1, 0, 4, 9],
            &[0xFF, 0xE1, 0, 1],
            &[0xFF, 0xC0, 0, 2],
            &[0xFF, 0xE1, 0, 3, 9, 0],
        ];
        assert!(good.into_iter().all(|segments| check_segments(segments).is_ok()));
        assert!(bad.into_iter().all(|segments| check_segments(segments).is_err()));
    }
}
