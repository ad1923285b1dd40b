//! Associated alpha: colors that were stored already multiplied with their alpha.

use crate::pixels::Layout;

/// Divides each color by its alpha, rounded.
pub(super) fn divide_samples(layout: Layout, data: &mut [u8]) {
    match layout {
        Layout::GrayAlpha => divide::<2>(data),
        Layout::Rgba => divide::<4>(data),
        _ => {}
    }
}

/// The same for samples of 16 bits.
pub(super) fn divide_deep_samples(layout: Layout, data: &mut [u16]) {
    for pixel in data.chunks_exact_mut(layout.channels()) {
        let Some((alpha, colors)) = pixel.split_last_mut().filter(|_| layout.has_alpha()) else { return };
        let alpha = u32::from(*alpha);
        if alpha != 0 && alpha != 65_535 {
            for color in colors {
                *color = ((u64::from(*color) * 65_535 + u64::from(alpha / 2)) / u64::from(alpha)).min(65_535)
                    as u16;
            }
        }
    }
}

fn divide<const N: usize>(data: &mut [u8]) {
    for pixel in data.as_chunks_mut::<N>().0 {
        let alpha = u32::from(pixel[N - 1]);
        if alpha != 0 && alpha != 255 {
            for color in &mut pixel[..N - 1] {
                *color = ((u32::from(*color) * 255 + alpha / 2) / alpha).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_come_back() {
        let mut samples = [50, 128, 9, 255, 0, 0];
        divide_samples(Layout::GrayAlpha, &mut samples);
        assert_eq!(samples, [100, 128, 9, 255, 0, 0]);
        let mut deep = [100, 200, 300, 32_768, 5, 6, 7, 65_535, 1, 1, 1, 0];
        divide_deep_samples(Layout::Rgba, &mut deep);
        assert_eq!(deep, [200, 400, 600, 32_768, 5, 6, 7, 65_535, 1, 1, 1, 0]);
    }
}
