//! Color: profiles to sRGB by `moxcms`, and inks to RGB.

use moxcms::{ColorProfile, Layout as Channels, RenderingIntent, TransformOptions};
use rayon::prelude::*;

use super::{Layout, Raster};
use crate::metadata::icc;

/// Pixels that one task converts.
const CHUNK: usize = 1 << 14;

/// The picture in sRGB (gray stays gray), converted from `profile`; the error says why it can't be.
pub(crate) fn to_srgb(raster: &Raster, profile: &[u8]) -> Result<Raster, String> {
    let source = icc::parsed(profile)?;
    match raster.layout {
        Layout::Gray | Layout::GrayAlpha => gray(raster, &source),
        Layout::Rgb => transformed(raster, &source, Channels::Rgb, Channels::Rgb, Layout::Rgb),
        Layout::Rgba => transformed(raster, &source, Channels::Rgba, Channels::Rgba, Layout::Rgba),
        Layout::Cmyk => transformed(raster, &source, Channels::Rgba, Channels::Rgb, Layout::Rgb),
    }
}

/// Inks to RGB without a profile: each color is what its ink and black leave of white.
pub(crate) fn inks_to_rgb(raster: &Raster) -> Raster {
    let mut data = vec![0; raster.size.pixels() as usize * 3];
    data.par_chunks_mut(3 * CHUNK).zip(raster.data.par_chunks(4 * CHUNK)).for_each(|(to, from)| {
        for (rgb, inks) in to.as_chunks_mut::<3>().0.iter_mut().zip(from.as_chunks::<4>().0) {
            let [c, m, y, k] = inks.map(|ink| 255 - u32::from(ink));
            *rgb = [c, m, y].map(|left| ((left * k + 127) / 255) as u8);
        }
    });
    Raster { size: raster.size, layout: Layout::Rgb, data }
}

fn transformed(
    raster: &Raster,
    source: &ColorProfile,
    from: Channels,
    to: Channels,
    layout: Layout,
) -> Result<Raster, String> {
    let transform = source
        .create_transform_8bit(from, &ColorProfile::new_srgb(), to, options())
        .map_err(|e| e.to_string())?;
    let (n_in, n_out) = (raster.layout.channels(), layout.channels());
    let mut data = vec![0; raster.size.pixels() as usize * n_out];
    data.par_chunks_mut(n_out * CHUNK)
        .zip(raster.data.par_chunks(n_in * CHUNK))
        .try_for_each(|(to, from)| transform.transform(from, to))
        .map_err(|e| e.to_string())?;
    Ok(Raster { size: raster.size, layout, data })
}

fn gray(raster: &Raster, source: &ColorProfile) -> Result<Raster, String> {
    let table = table(source)?;
    let mut out = raster.clone();
    apply(&table, &mut out.data, raster.layout.channels());
    Ok(out)
}

/// What each value of a gray picture with this profile is in sRGB; the error says why there is no telling.
pub(crate) fn gray_table(profile: &[u8]) -> Result<[u8; 256], String> {
    table(&icc::parsed(profile)?)
}

/// Maps the first of every `n` samples.
pub(crate) fn apply(table: &[u8; 256], data: &mut [u8], n: usize) {
    data.par_chunks_mut(n * CHUNK).for_each(|part| {
        part.iter_mut().step_by(n).for_each(|v| *v = table[usize::from(*v)]);
    });
}

/// A conversion of runs of interleaved RGB pixels, from the first slice to the second, to sRGB.
pub(crate) type RgbConversion = Box<dyn Fn(&[u8], &mut [u8]) -> Result<(), String> + Send + Sync>;

/// The conversion of RGB pixels with this profile to sRGB; the error says why there is none.
pub(crate) fn rgb_to_srgb(profile: &[u8]) -> Result<RgbConversion, String> {
    let source = icc::parsed(profile)?;
    let transform = source
        .create_transform_8bit(Channels::Rgb, &ColorProfile::new_srgb(), Channels::Rgb, options())
        .map_err(|e| e.to_string())?;
    Ok(Box::new(move |from, to| transform.transform(from, to).map_err(|e| e.to_string())))
}

/// 256 values are all there are: they are converted once.
fn table(source: &ColorProfile) -> Result<[u8; 256], String> {
    let transform = source
        .create_transform_8bit(Channels::Gray, &ColorProfile::new_srgb(), Channels::Rgb, options())
        .map_err(|e| e.to_string())?;
    let values: [u8; 256] = std::array::from_fn(|i| i as u8);
    let mut rgb = [0; 768];
    transform.transform(&values, &mut rgb).map_err(|e| e.to_string())?;
    Ok(std::array::from_fn(|i| rgb[3 * i + 1]))
}

/// How colors are converted everywhere: what sRGB can show stays as it is, white becomes white.
pub(super) fn options() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        ..TransformOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn neutral_grays_stay_neutral_from_every_rgb_profile() {
        for profile in
            [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb(), ColorProfile::new_pro_photo_rgb()]
        {
            let bytes = profile.encode().unwrap();
            let data: Vec<u8> = (0..=255u8).flat_map(|v| [v; 3]).collect();
            let out = to_srgb(&Raster::new(Size::new(256, 1), Layout::Rgb, data).unwrap(), &bytes).unwrap();
            for p in out.data().chunks_exact(3) {
                assert!(p[0].abs_diff(p[1]) <= 1 && p[1].abs_diff(p[2]) <= 1, "{p:?}");
            }
        }
    }

    #[test]
    fn p3_red_is_redder_than_srgb_can_show() {
        let bytes = ColorProfile::new_display_p3().encode().unwrap();
        let raster = Raster::new(Size::new(1, 1), Layout::Rgb, vec![200, 50, 50]).unwrap();
        let out = to_srgb(&raster, &bytes).unwrap();
        // Worked out with the published matrices (Display P3 to linear to sRGB): 217.9, 23.7, 40.0.
        let want = [218, 24, 40];
        assert!(out.data().iter().zip(want).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 2), "{:?}", out.data());
    }

    #[test]
    fn inks_follow_the_formula() {
        let raster =
            Raster::new(Size::new(3, 1), Layout::Cmyk, vec![0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]).unwrap();
        assert_eq!(inks_to_rgb(&raster).data(), [255, 255, 255, 0, 255, 255, 0, 0, 0]);
    }

    #[test]
    fn a_gray_profile_makes_a_table() {
        let bytes = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let raster = Raster::new(Size::new(2, 1), Layout::GrayAlpha, vec![55, 7, 255, 200]).unwrap();
        let out = to_srgb(&raster, &bytes).unwrap();
        // Linear 55/255 is 128 in sRGB.
        assert!(out.data()[0].abs_diff(128) <= 1, "{:?}", out.data());
        assert_eq!(out.data()[1..], [7, 255, 200]);
    }
}
