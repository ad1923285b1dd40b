//! The formats that a service accepts.

use crate::Format;

/// Which of JPEG and PNG a service accepts, the formats that this crate vouches for: it goes through every
/// byte of theirs. Whatever else a service takes, such files become one of these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Vec<String>", into = "Vec<&'static str>"))]
pub enum AcceptedFormats {
    /// JPEG alone.
    Jpeg,
    /// PNG alone.
    Png,
    /// Either.
    JpegAndPng,
}

impl AcceptedFormats {
    pub(crate) const JPEG_AND_PNG: Self = Self::JpegAndPng;

    /// Whether files of a format are accepted.
    #[must_use]
    pub fn contains(self, format: Format) -> bool {
        match format {
            Format::Jpeg => self != Self::Png,
            Format::Png => self != Self::Jpeg,
            _ => false,
        }
    }

    #[cfg(feature = "serde")]
    fn names(self) -> Vec<&'static str> {
        [Format::Jpeg, Format::Png].into_iter().filter(|f| self.contains(*f)).map(Format::name).collect()
    }
}

#[cfg(feature = "serde")]
impl From<AcceptedFormats> for Vec<&'static str> {
    fn from(formats: AcceptedFormats) -> Self {
        formats.names()
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Vec<String>> for AcceptedFormats {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        let (mut jpeg, mut png) = (false, false);
        for name in &names {
            match name.to_ascii_lowercase().as_str() {
                "jpeg" | "jpg" => jpeg = true,
                "png" => png = true,
                other => {
                    return Err(format!("\"{other}\" can't be required; formats are \"jpeg\" and \"png\""));
                }
            }
        }
        match (jpeg, png) {
            (true, true) => Ok(Self::JpegAndPng),
            (true, false) => Ok(Self::Jpeg),
            (false, true) => Ok(Self::Png),
            (false, false) => Err("at least one of \"jpeg\" and \"png\" must be accepted".into()),
        }
    }
}

impl std::fmt::Display for AcceptedFormats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::JpegAndPng => "JPEG or PNG",
        })
    }
}
