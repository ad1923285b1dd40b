//! Chroma at the size of luma: linear between the samples, which lie where the coded picture says (ITU-T
//! H.265, figure E.1). Where it says nothing, they lie in the middle: those who write still pictures without
//! a word on it average squares of 2x2 pixels (libheif does), and libheif reads them so.

use photo_hevc::{Chroma, Info};

use super::strip::{Scratch, Strip};

/// Where samples of halved chroma lie between those of luma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    /// Chroma is not halved.
    Same,
    /// At the first of two.
    First,
    /// Halfway between two.
    Middle,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Upsampler {
    across: Site,
    down: Site,
}

impl Upsampler {
    pub(super) fn of(info: &Info) -> Self {
        let kind = info.chroma_location;
        let across = if matches!(kind, Some(0 | 2 | 4)) { Site::First } else { Site::Middle };
        let down = if matches!(kind, Some(2 | 3)) { Site::First } else { Site::Middle };
        match info.chroma {
            Chroma::C420 => Self { across, down },
            Chroma::C422 => Self { across, down: Site::Same },
            Chroma::C444 | Chroma::Monochrome => Self { across: Site::Same, down: Site::Same },
        }
    }

    /// Both rows of chroma for row `y` of luma into `scratch.planes`.
    pub(super) fn row(self, strip: &Strip<'_>, y: u32, scratch: &mut Scratch) -> Option<()> {
        let width = strip.tiles.full_width() as usize;
        for plane in [1, 2] {
            self.chroma_row(strip, plane, y, &mut scratch.chroma)?;
            let [row, _] = &scratch.chroma;
            widen(self.across, row, width, scratch.planes.get_mut(plane)?);
        }
        Some(())
    }

    /// The row of chroma at the height of row `y` of luma, as wide as it is stored, into the first of `rows`.
    fn chroma_row(self, strip: &Strip<'_>, plane: usize, y: u32, rows: &mut [Vec<u16>; 2]) -> Option<()> {
        let [first, second] = rows;
        if self.down == Site::Same {
            return strip.plane_row(plane, y, first);
        }
        // Within the tile: its neighbors above and below may not be there.
        let height = strip.tiles.tile_height();
        let (tile, y) = (y / height, y % height);
        let last = height.div_ceil(2) - 1;
        let near = y / 2;
        let (far, weight) = match (self.down, y % 2) {
            (Site::First, 0) => (near, 4),
            (Site::First, _) => (near + 1, 2),
            (_, 0) => (near.saturating_sub(1), 3),
            _ => (near + 1, 3),
        };
        let stored = |row: u32| tile * (last + 1) + row.min(last);
        strip.plane_row(plane, stored(near), first)?;
        if weight < 4 && far.min(last) != near {
            strip.plane_row(plane, stored(far), second)?;
            for (a, b) in first.iter_mut().zip(second) {
                *a = ((u32::from(*a) * weight + u32::from(*b) * (4 - weight) + 2) >> 2) as u16;
            }
        }
        Some(())
    }
}

/// A row of samples at the width of luma.
fn widen(site: Site, row: &[u16], width: usize, out: &mut Vec<u16>) {
    out.clear();
    if site == Site::Same {
        out.extend_from_slice(row);
        return;
    }
    out.reserve(2 * row.len());
    let at = |i: usize| row.get(i.min(row.len().saturating_sub(1))).copied().map_or(0, u32::from);
    for (i, &sample) in row.iter().enumerate() {
        let (left, here, right) = (at(i.saturating_sub(1)), u32::from(sample), at(i + 1));
        let pair = match site {
            Site::Middle => [(3 * here + left + 2) >> 2, (3 * here + right + 2) >> 2],
            _ => [here, (here + right + 1) >> 1],
        };
        out.extend(pair.map(|v| v as u16));
    }
    out.truncate(width);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_where_they_should() {
        let wide = |site, row: &[u16], width| {
            let mut out = Vec::new();
            widen(site, row, width, &mut out);
            out
        };
        assert_eq!(wide(Site::First, &[0, 8, 16], 6), [0, 4, 8, 12, 16, 16]);
        assert_eq!(wide(Site::Middle, &[0, 8, 16], 6), [0, 2, 6, 10, 14, 16]);
        assert_eq!(wide(Site::Middle, &[65_535], 1), [65_535]);
        assert_eq!(wide(Site::Same, &[1, 2], 2), [1, 2]);
        assert!(wide(Site::First, &[], 0).is_empty());
    }
}
