//! The colors of indices.

use crate::formats::bmp::header::Header;

/// 256 colors, so that every index has one: those that the file lacks are black, as most viewers show them.
pub(super) struct Palette([[u8; 3]; 256]);

impl Palette {
    /// The palette of the file; it stores blue, green, red and maybe a spare byte.
    pub(super) fn read(bytes: &[u8], header: &Header) -> Self {
        let (range, entry) = &header.palette;
        let stored = bytes.get(range.clone()).unwrap_or_default();
        let mut colors = [[0; 3]; 256];
        for (color, bytes) in colors.iter_mut().zip(stored.chunks_exact(*entry)) {
            if let [b, g, r, ..] = *bytes {
                *color = [r, g, b];
            }
        }
        Self(colors)
    }

    pub(super) fn is_gray(&self) -> bool {
        self.0.iter().all(|[r, g, b]| r == g && g == b)
    }

    pub(super) fn colors(&self) -> [[u8; 3]; 256] {
        self.0
    }

    /// The lightness of the colors of a gray palette.
    pub(super) fn grays(&self) -> [[u8; 1]; 256] {
        self.0.map(|[_, g, _]| [g])
    }
}
