//! Transparency: found out, dropped, or laid on a color.

use rayon::prelude::*;

use super::{Layout, Raster, frame};
use crate::Rgb;

/// The picture without its alpha channel if every pixel is opaque.
pub(crate) fn drop_if_opaque(raster: Raster) -> Raster {
    if raster.layout.has_alpha() && is_opaque(&raster) { without(&raster, |color, _| color) } else { raster }
}

/// The picture laid on a color; itself where it has no alpha. A gray picture stays gray where the color is.
pub(crate) fn on_background(raster: Raster, background: Rgb) -> Raster {
    if !raster.layout.has_alpha() {
        return raster;
    }
    let raster = if background.is_gray() { raster } else { frame::in_color(raster) };
    let (layout, n) = match raster.layout {
        Layout::GrayAlpha => (Layout::Gray, 1),
        _ => (Layout::Rgb, 3),
    };
    let mut data = vec![0; Raster::bytes_for(raster.size, layout)];
    data.par_chunks_mut(n << 14).zip(raster.data.par_chunks((n + 1) << 14)).for_each(|(to, from)| {
        for (to, from) in to.chunks_exact_mut(n).zip(from.chunks_exact(n + 1)) {
            let alpha = u32::from(from[n]);
            for ((to, color), behind) in to.iter_mut().zip(from).zip(background.0) {
                let laid = u32::from(*color) * alpha + u32::from(behind) * (255 - alpha);
                *to = ((laid + 127) / 255) as u8;
            }
        }
    });
    Raster { size: raster.size, layout, data }
}

/// Makes a picture opaque whose alpha is zero everywhere, which is padding that was never filled in; tells
/// whether it was.
pub(crate) fn show_if_invisible(raster: &mut Raster) -> bool {
    let invisible = is_invisible(raster);
    if invisible {
        let n = raster.layout.channels();
        raster
            .data
            .par_chunks_mut(n << 14)
            .for_each(|part| part.iter_mut().skip(n - 1).step_by(n).for_each(|a| *a = 255));
    }
    invisible
}

/// Makes the colors of wholly transparent pixels zero: nobody sees them, but they may take most of a file.
pub(crate) fn clear_hidden(raster: &mut Raster) {
    let n = raster.layout.channels();
    if raster.layout.has_alpha() {
        raster.data.par_chunks_mut(n << 14).for_each(|part| {
            part.chunks_exact_mut(n).filter(|p| p[n - 1] == 0).for_each(|p| p.fill(0));
        });
    }
}

/// Whether every pixel is fully transparent.
pub(crate) fn is_invisible(raster: &Raster) -> bool {
    let n = raster.layout.channels();
    raster.layout.has_alpha()
        && raster.data.par_chunks(n << 14).all(|part| part.chunks_exact(n).all(|p| p[n - 1] == 0))
}

fn is_opaque(raster: &Raster) -> bool {
    let n = raster.layout.channels();
    raster.data.par_chunks(n << 14).all(|part| part.chunks_exact(n).all(|p| p[n - 1] == 255))
}

/// The color channels, each mapped with the pixel's alpha.
fn without(raster: &Raster, map: impl Fn(u8, u8) -> u8 + Sync) -> Raster {
    let (layout, n) = match raster.layout {
        Layout::GrayAlpha => (Layout::Gray, 1),
        _ => (Layout::Rgb, 3),
    };
    let mut data = vec![0; raster.size.pixels() as usize * n];
    data.par_chunks_mut(n << 14).zip(raster.data.par_chunks((n + 1) << 14)).for_each(|(to, from)| {
        for (to, from) in to.chunks_exact_mut(n).zip(from.chunks_exact(n + 1)) {
            to.iter_mut().zip(from).for_each(|(t, f)| *t = map(*f, from[n]));
        }
    });
    Raster { size: raster.size, layout, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn opaque_alpha_goes_and_real_alpha_stays() {
        let opaque = Raster::new(Size::new(2, 1), Layout::GrayAlpha, vec![9, 255, 8, 255]).unwrap();
        let dropped = drop_if_opaque(opaque);
        assert_eq!((dropped.layout, dropped.data()), (Layout::Gray, &[9, 8][..]));
        let real = Raster::new(Size::new(1, 1), Layout::Rgba, vec![9, 8, 7, 254]).unwrap();
        assert_eq!(drop_if_opaque(real.clone()), real);
    }

    #[test]
    fn hidden_colors_go_and_seen_ones_stay() {
        let mut raster =
            Raster::new(Size::new(3, 1), Layout::Rgba, vec![9, 8, 7, 0, 9, 8, 7, 1, 1, 2, 3, 255]).unwrap();
        clear_hidden(&mut raster);
        assert_eq!(raster.data(), [0, 0, 0, 0, 9, 8, 7, 1, 1, 2, 3, 255]);
        let mut opaque = Raster::new(Size::new(2, 1), Layout::Rgb, vec![1, 2, 0, 3, 4, 0]).unwrap();
        clear_hidden(&mut opaque);
        assert_eq!(opaque.data(), [1, 2, 0, 3, 4, 0]);
    }

    #[test]
    fn what_is_hidden_does_not_bleed_when_reduced() {
        let data = (0..64 * 64).flat_map(|i| if i % 64 < 32 { [255, 0, 0, 0] } else { [0, 0, 200, 255] });
        let raster = Raster::new(Size::new(64, 64), Layout::Rgba, data.collect()).unwrap();
        let small = crate::pixels::resize::reduced(&raster, Size::new(17, 17));
        for p in small.data().chunks_exact(4).filter(|p| p[3] > 8) {
            // Lanczos3 overshoots beside an edge.
            assert!(p[0] < 8 && p[2].abs_diff(200) < 20, "{p:?}");
        }
    }

    #[test]
    fn laid_on_a_color() {
        let raster =
            Raster::new(Size::new(3, 1), Layout::Rgba, vec![0, 10, 20, 0, 0, 10, 20, 255, 0, 0, 0, 128])
                .unwrap();
        let laid = |color| on_background(raster.clone(), Rgb(color)).data;
        assert_eq!(laid([255; 3]), [255, 255, 255, 0, 10, 20, 127, 127, 127]);
        assert_eq!(laid([255, 0, 100]), [255, 0, 100, 0, 10, 20, 127, 0, 50]);
        let gray = Raster::new(Size::new(2, 1), Layout::GrayAlpha, vec![9, 0, 8, 255]).unwrap();
        let on = |color| on_background(gray.clone(), Rgb(color));
        assert_eq!((on([7; 3]).layout, on([7; 3]).data), (Layout::Gray, vec![7, 8]));
        assert_eq!((on([7, 6, 5]).layout, on([7, 6, 5]).data), (Layout::Rgb, vec![7, 6, 5, 8, 8, 8]));
    }
}
