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

    /// The largest size of this aspect, nearly, within another.
    pub(crate) fn inside(self, size: Size) -> Size {
        let width =
            (self.columns_at(size.height.into()) + u64::from(self.height) / 2) / u64::from(self.height);
        let height = (self.rows_at(size.width.into()) + u64::from(self.width) / 2) / u64::from(self.width);
        let within = |side: u64, most: u32| u32::try_from(side).unwrap_or(most).clamp(1, most);
        if width <= u64::from(size.width) {
            Size { width: within(width, size.width), ..size }
        } else {
            Size { height: within(height, size.height), ..size }
        }
    }

    /// The smallest size of this aspect, nearly, around another.
    pub(crate) fn around(self, size: Size) -> Size {
        let width = self.columns_at(size.height.into()).div_ceil(self.height.into());
        let height = self.rows_at(size.width.into()).div_ceil(self.width.into());
        let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
        if width >= u64::from(size.width) {
            Size { width: side(width), ..size }
        } else {
            Size { height: side(height), ..size }
        }
    }

    /// From the narrowest to the widest.
    pub(crate) fn by_width(a: &Self, b: &Self) -> std::cmp::Ordering {
        (u64::from(a.width) * u64::from(b.height)).cmp(&(u64::from(b.width) * u64::from(a.height)))
    }

    fn columns_at(self, rows: u64) -> u64 {
        rows * u64::from(self.width)
    }

    fn rows_at(self, columns: u64) -> u64 {
        columns * u64::from(self.height)
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
