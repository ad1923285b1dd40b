//! The eight ways a picture can lie.

use crate::{Rect, Size};

/// How the stored picture must be turned to stand upright: the EXIF tag 0x0112 (CIPA DC-008, 4.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Orientation {
    /// 1: it stands upright.
    #[default]
    Upright,
    /// 2: mirror left and right.
    FlipHorizontal,
    /// 3: turn by 180°.
    Rotate180,
    /// 4: mirror top and bottom.
    FlipVertical,
    /// 5: exchange rows and columns (mirror at the main diagonal).
    Transpose,
    /// 6: turn by 90° clockwise.
    Rotate90,
    /// 7: mirror at the other diagonal.
    Transverse,
    /// 8: turn by 90° counter-clockwise.
    Rotate270,
}

impl Orientation {
    /// All eight, in the order of their EXIF values.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::FlipHorizontal,
        Self::Rotate180,
        Self::FlipVertical,
        Self::Transpose,
        Self::Rotate90,
        Self::Transverse,
        Self::Rotate270,
    ];

    /// From the EXIF value 1..=8; `None` for any other.
    #[must_use]
    pub fn from_exif(value: u32) -> Option<Self> {
        let index = usize::try_from(value.checked_sub(1)?).ok()?;
        Self::ALL.get(index).copied()
    }

    /// The EXIF value, 1..=8.
    #[must_use]
    pub fn to_exif(self) -> u8 {
        match self {
            Self::Upright => 1,
            Self::FlipHorizontal => 2,
            Self::Rotate180 => 3,
            Self::FlipVertical => 4,
            Self::Transpose => 5,
            Self::Rotate90 => 6,
            Self::Transverse => 7,
            Self::Rotate270 => 8,
        }
    }

    /// Whether turning exchanges width and height.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self.to_exif() >= 5
    }

    /// The size of a picture of `size` after it was turned upright.
    #[must_use]
    pub fn apply_to(self, size: Size) -> Size {
        if self.swaps_sides() { size.transposed() } else { size }
    }

    /// Where a part of the upright picture, which has the size `upright`, lies in the stored one.
    pub(crate) fn stored_part(self, part: Rect, upright: Size) -> Rect {
        let (stored, size) = (self.apply_to(upright), self.apply_to(part.size));
        let (x, y) = if self.swaps_sides() { (part.y, part.x) } else { (part.x, part.y) };
        let from_right =
            matches!(self, Self::FlipHorizontal | Self::Rotate180 | Self::Transverse | Self::Rotate270);
        let from_bottom =
            matches!(self, Self::FlipVertical | Self::Rotate180 | Self::Transverse | Self::Rotate90);
        let mirrored = |start: u32, side: u32, whole: u32| whole.saturating_sub(start.saturating_add(side));
        let x = if from_right { mirrored(x, size.width, stored.width) } else { x };
        let y = if from_bottom { mirrored(y, size.height, stored.height) } else { y };
        Rect { x, y, size }
    }
}

impl std::fmt::Display for Orientation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Upright => "upright",
            Self::FlipHorizontal => "mirrored",
            Self::Rotate180 => "upside down",
            Self::FlipVertical => "upside down and mirrored",
            Self::Transpose => "on its side and mirrored (transposed)",
            Self::Rotate90 => "on its side (to be turned 90° clockwise)",
            Self::Transverse => "on its side and mirrored (transverse)",
            Self::Rotate270 => "on its side (to be turned 90° counter-clockwise)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_values_round_trip() {
        for value in 0..=70_000u32 {
            let back = Orientation::from_exif(value).map(|o| u32::from(o.to_exif()));
            assert_eq!(back, (1..=8).contains(&value).then_some(value));
        }
    }
}
