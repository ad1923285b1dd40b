//! Turning a picture upright.

use rayon::prelude::*;

use super::Raster;
use crate::Orientation;

/// The picture turned by `orientation`.
pub(crate) fn upright(raster: Raster, orientation: Orientation) -> Raster {
    match (orientation, raster.layout.channels()) {
        (Orientation::Upright, _) => raster,
        (_, 1) => turn::<1>(raster, orientation),
        (_, 2) => turn::<2>(raster, orientation),
        (_, 3) => turn::<3>(raster, orientation),
        _ => turn::<4>(raster, orientation),
    }
}

fn turn<const N: usize>(mut raster: Raster, orientation: Orientation) -> Raster {
    match orientation {
        Orientation::Upright => raster,
        Orientation::FlipHorizontal => {
            let width = raster.row_bytes();
            raster.data.par_chunks_exact_mut(width).for_each(reverse_row::<N>);
            raster
        }
        Orientation::FlipVertical => {
            flip_rows(&mut raster);
            raster
        }
        Orientation::Rotate180 => {
            reverse_row::<N>(&mut raster.data);
            raster
        }
        _ => swap_sides::<N>(&raster, orientation),
    }
}

fn reverse_row<const N: usize>(row: &mut [u8]) {
    row.as_chunks_mut::<N>().0.reverse();
}

fn flip_rows(raster: &mut Raster) {
    let width = raster.row_bytes();
    let (top, bottom) = raster.data.split_at_mut(raster.size.height as usize / 2 * width);
    let from_below = bottom.chunks_exact_mut(width).rev();
    top.chunks_exact_mut(width).zip(from_below).for_each(|(a, b)| a.swap_with_slice(b));
}

/// Bands of `BAND` output rows read `BAND` neighboring source columns, so that every cache line of the source
/// is used by one band only.
fn swap_sides<const N: usize>(raster: &Raster, orientation: Orientation) -> Raster {
    const BAND: usize = 32;
    let (width, height) = (raster.size.width as usize, raster.size.height as usize);
    let source = raster.data.as_chunks::<N>().0;
    let mut out = vec![0; raster.data.len()];
    let columns_reversed = matches!(orientation, Orientation::Transverse | Orientation::Rotate270);
    let rows_reversed = matches!(orientation, Orientation::Transverse | Orientation::Rotate90);
    out.par_chunks_mut(height * N * BAND).enumerate().for_each(|(band, rows)| {
        let rows = rows.as_chunks_mut::<N>().0;
        for (y, line) in source.chunks_exact(width).enumerate() {
            let x_out = if rows_reversed { height - 1 - y } else { y };
            for (i, row) in rows.chunks_exact_mut(height).enumerate() {
                let y_out = band * BAND + i;
                let x = if columns_reversed { width - 1 - y_out } else { y_out };
                row[x_out] = line[x];
            }
        }
    });
    Raster { size: raster.size.transposed(), layout: raster.layout, data: out }
}

#[cfg(test)]
mod tests {
    use super::super::Layout;
    use super::*;
    use crate::Size;

    /// The definition: where the pixel at (x, y) of the upright picture is stored.
    fn stored_at(o: Orientation, x: u32, y: u32, stored: Size) -> (u32, u32) {
        let (w, h) = (stored.width - 1, stored.height - 1);
        match o {
            Orientation::Upright => (x, y),
            Orientation::FlipHorizontal => (w - x, y),
            Orientation::Rotate180 => (w - x, h - y),
            Orientation::FlipVertical => (x, h - y),
            Orientation::Transpose => (y, x),
            Orientation::Rotate90 => (y, h - x),
            Orientation::Transverse => (w - y, h - x),
            Orientation::Rotate270 => (w - y, x),
        }
    }

    #[test]
    fn every_orientation_and_layout_follows_the_definition() {
        for (layout, size) in [
            (Layout::Gray, Size::new(7, 5)),
            (Layout::GrayAlpha, Size::new(1, 9)),
            (Layout::Rgb, Size::new(70, 3)),
            (Layout::Rgba, Size::new(33, 65)),
        ] {
            let n = layout.channels();
            let data: Vec<u8> = (0..size.pixels() as usize * n).map(|i| (i * 7 % 251) as u8).collect();
            for o in Orientation::ALL {
                let raster = Raster::new(size, layout, data.clone()).unwrap();
                let turned = upright(raster, o);
                assert_eq!(turned.size, o.apply_to(size));
                for y in 0..turned.size.height {
                    for x in 0..turned.size.width {
                        let (sx, sy) = stored_at(o, x, y, size);
                        let at = |w: u32, x: u32, y: u32| (y as usize * w as usize + x as usize) * n;
                        let got = &turned.data[at(turned.size.width, x, y)..][..n];
                        assert_eq!(got, &data[at(size.width, sx, sy)..][..n], "{o:?} {x},{y}");
                    }
                }
            }
        }
    }
}
