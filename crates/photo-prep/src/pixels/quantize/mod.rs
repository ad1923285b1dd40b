//! A picture in few colors: a palette by k-means over what is seen how often, and an index for each pixel.

mod dither;
mod histogram;
mod kmeans;
mod space;

pub(crate) use histogram::is_graphic;

use super::{Layout, Raster};
use crate::Size;

/// Up to 256 colors, those that are not opaque first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) colors: Vec<[u8; 4]>,
}

impl Palette {
    /// The palette of at most `most` colors that is nearest to the picture's. Wholly transparent pixels keep
    /// a color of their own.
    pub(crate) fn of(raster: &Raster, most: usize) -> Self {
        let mut seen = histogram::of(raster);
        let hidden = seen.iter().any(|entry| entry.color == [0; 4]);
        seen.retain(|entry| entry.color[3] > 0);
        let mut colors = kmeans::centers(&seen, most - usize::from(hidden));
        if hidden || colors.is_empty() {
            colors.push([0; 4]);
        }
        colors.sort_unstable_by_key(|color| (color[3] == 255, *color));
        colors.dedup();
        Self { colors }
    }

    /// An index for each pixel: of the nearest color or, dithered, of those that are right in the mean.
    pub(crate) fn indices(&self, raster: &Raster, dithered: bool) -> Vec<u8> {
        dither::indices(&self.colors, raster, dithered)
    }

    /// What a decoder makes of the indices.
    pub(crate) fn picture(&self, size: Size, indices: &[u8]) -> Option<Raster> {
        let color = |index: &u8| self.colors.get(usize::from(*index)).copied().unwrap_or_default();
        Raster::new(size, Layout::Rgba, indices.iter().flat_map(color).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soft_shape() -> Raster {
        let pixel = |i: u32| {
            let (x, y) = (i % 200, i / 200);
            let alpha = if x < 20 { 0 } else { (x * 2).min(255) };
            if alpha == 0 { [0; 4] } else { [x as u8, (y + 50) as u8, (x / 2 + y / 2) as u8, alpha as u8] }
        };
        let data: Vec<u8> = (0..200 * 150).flat_map(pixel).collect();
        Raster::new(Size::new(200, 150), Layout::Rgba, data).unwrap()
    }

    #[test]
    fn a_soft_shape_keeps_its_colors_and_its_holes() {
        let raster = soft_shape();
        for (most, dithered) in [(256, true), (256, false), (16, true), (16, false)] {
            let palette = Palette::of(&raster, most);
            assert!(palette.colors.len() <= most);
            let indices = palette.indices(&raster, dithered);
            for (i, index) in indices.iter().enumerate() {
                let alpha = palette.colors[usize::from(*index)][3];
                // What is hardly seen may go with few colors; what can't be seen stays so.
                assert!(alpha == 0 || i % 200 >= 20, "pixel {i}");
                assert!(alpha > 0 || i % 200 < 60, "pixel {i}");
            }
            let opaque_from = palette.colors.iter().position(|c| c[3] == 255).unwrap_or(palette.colors.len());
            assert!(palette.colors[opaque_from..].iter().all(|c| c[3] == 255));
        }
    }

    #[test]
    fn dominant_colors_stay_exact() {
        let mut data: Vec<u8> =
            (0..300 * 200u32).flat_map(|i| [i as u8, (i / 7) as u8, (i / 31) as u8]).collect();
        let kept = [[250, 251, 3], [17, 34, 51], [255, 255, 255]];
        for (i, pixel) in data.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            if i % 5 < 3 {
                *pixel = kept[i % 5];
            }
        }
        let raster = Raster::new(Size::new(300, 200), Layout::Rgb, data).unwrap();
        for most in [256, 64, 32, 16] {
            let colors = Palette::of(&raster, most).colors;
            for [r, g, b] in kept {
                assert!(colors.contains(&[r, g, b, 255]), "{most}: {r} {g} {b}");
            }
        }
    }

    #[test]
    fn few_colors_are_all_kept() {
        let data: Vec<u8> = (0..100 * 100u32).flat_map(|i| [(i % 60) as u8 * 4, 0, 9, 255]).collect();
        let raster = Raster::new(Size::new(100, 100), Layout::Rgba, data).unwrap();
        let palette = Palette::of(&raster, 64);
        let back = palette.picture(raster.size(), &palette.indices(&raster, true)).unwrap();
        assert!(back == raster);
    }

    #[test]
    fn nothing_to_learn_from_is_no_harm() {
        let raster = Raster::new(Size::new(3, 2), Layout::Rgba, vec![0; 24]).unwrap();
        let palette = Palette::of(&raster, 256);
        assert!(palette.indices(&raster, true).iter().all(|i| palette.colors[usize::from(*i)] == [0; 4]));
    }
}
