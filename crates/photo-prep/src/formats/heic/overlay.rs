//! Pictures laid over each other on a background (ISO/IEC 23008-12, 6.6.2.2).

use super::container::Container;
use super::geometry::View;
use super::scene::{Overlay, Scene};
use crate::info::DecoderMemory;
use crate::pixels::depth::DepthConversion;
use crate::pixels::{Layout, Raster, orient, rgba};
use crate::{Error, Format, Result, Size};

impl<'a> Overlay<'a> {
    /// The lowest picture, whose colors are those of the whole.
    pub(super) fn lowest(&self) -> &Scene<'a> {
        // There is one at least: `Overlay::read` refuses others.
        &self.layers[0].0
    }

    /// Bytes for the canvas and the largest picture on it.
    pub(super) fn memory(&self) -> DecoderMemory {
        let pixels = |size: Size, bytes| DecoderMemory::fixed(bytes * size.pixels());
        let layer = |scene: &Scene<'_>| scene.decoder_memory().and(pixels(scene.view.size, 8));
        let layers =
            self.layers.iter().map(|l| layer(&l.0)).fold(DecoderMemory::default(), DecoderMemory::or);
        layers.and(pixels(self.size, 4))
    }

    /// The part of the overlay that `view` shows, as RGBA.
    pub(super) fn raster(
        &self,
        container: &Container<'a>,
        depth: &DepthConversion,
        view: View,
    ) -> Result<Raster> {
        let [r, g, b, a] = self.background.map(crate::pixels::rounding::round);
        let mut canvas: Vec<u8> = [r, g, b, a].repeat(self.size.pixels() as usize);
        for (scene, x, y) in &self.layers {
            let raster = orient::upright(scene.raster(container, depth)?, scene.view.orientation);
            self.lay(&mut canvas, &raster, *x, *y);
        }
        let mut shown = Vec::with_capacity(Raster::bytes_for(view.size, Layout::Rgba));
        let row_bytes = 4 * self.size.width as usize;
        for row in canvas.chunks_exact(row_bytes).skip(view.top as usize).take(view.size.height as usize) {
            let start = 4 * view.left as usize;
            shown.extend_from_slice(row.get(start..start + 4 * view.size.width as usize).unwrap_or_default());
        }
        let missing =
            || Error::malformed(Format::Heic, None, "the overlay shows a part that it does not have");
        Raster::new(view.size, Layout::Rgba, shown).ok_or_else(missing)
    }

    /// Lays a picture on the canvas, its upper left corner at column `x` and row `y`, what reaches beyond cut
    /// off.
    fn lay(&self, canvas: &mut [u8], raster: &Raster, x: i32, y: i32) {
        let Size { width, height } = self.size;
        let (x, y, n) = (i64::from(x), i64::from(y), raster.layout().channels());
        for (row, line) in raster.data().chunks_exact(raster.row_bytes()).enumerate() {
            let Some(down) = u32::try_from(row as i64 + y).ok().filter(|d| *d < height) else { continue };
            let target = canvas.chunks_exact_mut(4 * width as usize).nth(down as usize).unwrap_or_default();
            let pixels = line.chunks_exact(n).enumerate().skip(usize::try_from(-x).unwrap_or(0));
            for (column, pixel) in pixels {
                let across = usize::try_from(column as i64 + x).unwrap_or(usize::MAX);
                let Some(below) = target.as_chunks_mut::<4>().0.get_mut(across) else { break };
                *below = over(rgba(pixel), *below);
            }
        }
    }
}

/// One pixel over another, neither multiplied with its alpha.
fn over(top: [u8; 4], below: [u8; 4]) -> [u8; 4] {
    let (a, b) = (u32::from(top[3]), u32::from(below[3]));
    // 255 * 255 stands for opaque.
    let alpha = a * 255 + b * (255 - a);
    if alpha == 0 {
        return [0; 4];
    }
    let color = |i: usize| {
        let sum = u32::from(top[i]) * a * 255 + u32::from(below[i]) * b * (255 - a);
        ((sum + alpha / 2) / alpha) as u8
    };
    [color(0), color(1), color(2), ((alpha + 127) / 255) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_lie_over_each_other() {
        assert_eq!(over([1, 2, 3, 255], [9, 9, 9, 255]), [1, 2, 3, 255]);
        assert_eq!(over([1, 2, 3, 0], [9, 8, 7, 255]), [9, 8, 7, 255]);
        assert_eq!(over([200, 0, 100, 128], [0, 100, 100, 255]), [100, 50, 100, 255]);
        assert_eq!(over([200, 0, 100, 128], [0, 0, 0, 0]), [200, 0, 100, 128]);
        assert_eq!(over([5, 5, 5, 0], [5, 5, 5, 0]), [0; 4]);
    }

    #[test]
    fn what_reaches_beyond_the_canvas_is_cut_off() {
        let overlay = Overlay { size: Size::new(3, 2), background: [0; 4], layers: Vec::new() };
        let square = Raster::new(Size::new(2, 2), Layout::Gray, vec![1, 2, 3, 4]).unwrap();
        let laid = |x, y| {
            let mut canvas = vec![0; 24];
            overlay.lay(&mut canvas, &square, x, y);
            canvas.chunks_exact(4).map(|p| p[0]).collect::<Vec<u8>>()
        };
        assert_eq!(laid(0, 0), [1, 2, 0, 3, 4, 0]);
        assert_eq!(laid(-1, -1), [4, 0, 0, 0, 0, 0]);
        assert_eq!(laid(2, 1), [0, 0, 0, 0, 0, 1]);
        assert_eq!(laid(i32::MIN, i32::MAX), [0; 6]);
    }
}
