//! The eight orientations of a stored picture.

/// How a stored picture must be turned to be upright, numbered as in EXIF (tag 0x0112).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Orientation {
    /// 1: as it is.
    #[default]
    Upright = 1,
    /// 2: mirrored left to right.
    MirrorHorizontal = 2,
    /// 3: turned by 180 degrees.
    Rotate180 = 3,
    /// 4: mirrored top to bottom.
    MirrorVertical = 4,
    /// 5: transposed, that is mirrored at the main diagonal.
    Transpose = 5,
    /// 6: turned by 90 degrees clockwise.
    Rotate90 = 6,
    /// 7: mirrored at the other diagonal.
    Transverse = 7,
    /// 8: turned by 270 degrees clockwise.
    Rotate270 = 8,
}

impl Orientation {
    /// All eight orientations, in EXIF's order.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirrorHorizontal,
        Self::Rotate180,
        Self::MirrorVertical,
        Self::Transpose,
        Self::Rotate90,
        Self::Transverse,
        Self::Rotate270,
    ];

    /// Whether turning upright swaps width and height.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self as u8 >= 5
    }

    /// Whether turning upright mirrors the stored picture horizontally and vertically, as `(flip x, flip y)`
    /// in stored coordinates.
    #[must_use]
    pub fn flips(self) -> (bool, bool) {
        match self {
            Self::Upright | Self::Transpose => (false, false),
            Self::MirrorHorizontal | Self::Rotate270 => (true, false),
            Self::Rotate180 | Self::Transverse => (true, true),
            Self::MirrorVertical | Self::Rotate90 => (false, true),
        }
    }
}
