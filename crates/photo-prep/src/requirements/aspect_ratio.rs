//! Width to height.

use crate::Size;

/// Width to height, such as 16:9, in lowest terms.
///
/// ```
/// use photo_prep::AspectRatio;
/// let wide: AspectRatio = "16:9".parse()?;
/// assert_eq!(wide, AspectRatio::new(1920, 1080).unwrap());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct AspectRatio {
    width: u32,
    height: u32,
}

impl AspectRatio {
    /// `width` to `height`; `None` where one of them is 0.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let divisor = greatest_common_divisor(width, height);
        (width > 0 && height > 0).then(|| Self { width: width / divisor, height: height / divisor })
    }

    /// The narrowest and the widest of a range: `3:4-16:9`; one ratio alone, such as `1:1`, is both.
    ///
    /// ```
    /// use photo_prep::AspectRatio;
    /// let (narrowest, widest) = AspectRatio::range("3:4-16:9")?;
    /// assert_eq!((narrowest, widest), ("3:4".parse()?, "16:9".parse()?));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the text, and how to write it: for people.
    pub fn range(text: &str) -> Result<(Self, Self), String> {
        let (least, most) = text.split_once('-').unwrap_or((text, text));
        let (least, most): (Self, Self) = (least.parse()?, most.parse()?);
        if least > most {
            return Err(format!("{least} is wider than {most}; write the narrowest first"));
        }
        Ok((least, most))
    }

    pub(crate) fn of(size: Size) -> Self {
        Self::new(size.width, size.height).unwrap_or(Self { width: 1, height: 1 })
    }

    /// Whether a picture is at least as wide as that, for its height, but for less than a pixel.
    pub(crate) fn is_reached_by(self, size: Size) -> bool {
        self.rows_at(u64::from(size.width) + 1) > self.columns_at(size.height.into())
    }

    /// Whether a picture is no wider than that, for its height, but for less than a pixel.
    pub(crate) fn holds(self, size: Size) -> bool {
        self.rows_at(size.width.into()) < self.columns_at(u64::from(size.height) + 1)
    }

    /// Width by height.
    pub(crate) fn value(self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }

    fn columns_at(self, rows: u64) -> u64 {
        rows * u64::from(self.width)
    }

    fn rows_at(self, columns: u64) -> u64 {
        columns * u64::from(self.height)
    }
}

/// From the narrowest to the widest.
impl Ord for AspectRatio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.columns_at(other.height.into()).cmp(&other.columns_at(self.height.into()))
    }
}

impl PartialOrd for AspectRatio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { greatest_common_divisor(b, a % b) }
}

impl std::fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

impl std::str::FromStr for AspectRatio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sides = text.split_once(':').map(|(w, h)| (w.trim().parse(), h.trim().parse()));
        match sides {
            Some((Ok(width), Ok(height))) => Self::new(width, height),
            _ => None,
        }
        .ok_or_else(|| format!("\"{text}\" is no aspect ratio; write width to height, such as \"16:9\""))
    }
}

impl TryFrom<String> for AspectRatio {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<AspectRatio> for String {
    fn from(ratio: AspectRatio) -> Self {
        ratio.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let good = [
            ("1:1", "1:1-1:1"),
            ("1920:1080", "16:9-16:9"),
            ("3:4-16:9", "3:4-16:9"),
            (" 6 : 8 - 4 : 3 ", "3:4-4:3"),
            ("2:3-4:6", "2:3-2:3"),
            ("1:4294967295-4294967295:1", "1:4294967295-4294967295:1"),
        ];
        for (text, want) in good {
            let (least, most) = AspectRatio::range(text).expect(text);
            assert_eq!(format!("{least}-{most}"), want, "{text}");
        }
        let wrong = [
            ("", "no aspect ratio"),
            ("wide", "\"wide\" is no aspect ratio"),
            ("4:3,1:1", "\"4:3,1:1\" is no aspect ratio"),
            ("16:9-4:3", "16:9 is wider than 4:3; write the narrowest first"),
            ("1:1-", "\"\" is no aspect ratio"),
            ("-1:1", "\"\" is no aspect ratio"),
            ("1:2-2:3-1:1", "\"2:3-1:1\" is no aspect ratio"),
            ("0:1", "\"0:1\" is no aspect ratio"),
            ("1:0-2:1", "\"1:0\" is no aspect ratio"),
            ("1:4294967296", "is no aspect ratio"),
            ("1.5:1", "is no aspect ratio"),
        ];
        for (text, told) in wrong {
            let error = AspectRatio::range(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
