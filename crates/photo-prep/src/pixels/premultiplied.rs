//! Associated alpha: colours that were stored already multiplied with their alpha.

use super::{Layout, Raster};

/// The picture with each colour divided by its alpha, rounded.
pub(crate) fn divided(mut raster: Raster) -> Raster {
    match raster.layout {
        Layout::GrayAlpha => divide::<2>(&mut raster.data),
        Layout::Rgba => divide::<4>(&mut raster.data),
        _ => {}
    }
    raster
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
    use crate::Size;

    #[test]
    fn colours_come_back() {
        let raster = Raster::new(Size::new(3, 1), Layout::GrayAlpha, vec![50, 128, 9, 255, 0, 0]).unwrap();
        assert_eq!(divided(raster).data, [100, 128, 9, 255, 0, 0]);
    }
}
