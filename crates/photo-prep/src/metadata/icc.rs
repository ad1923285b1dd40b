//! ICC profiles: what their header says (ICC.1:2022, 7.2).

use moxcms::{ColorProfile, DataColorSpace};

use super::bytes::be32;
use crate::info::{ColorModel, IccInfo, IccSpace};
use crate::{Error, LimitKind, Result, Warning};

/// Refuses a profile of more than `limit` bytes.
pub(crate) fn check_length(actual: u64, limit: u64) -> Result<()> {
    if actual > limit {
        return Err(Error::LimitExceeded { what: LimitKind::IccBytes, actual, limit });
    }
    Ok(())
}

/// The profile, ready for any rendering intent.
pub(crate) fn parsed(profile: &[u8]) -> std::result::Result<ColorProfile, String> {
    let mut parsed = ColorProfile::new_from_slice(profile).map_err(|e| e.to_string())?;
    // "If the tag of an intent is missing, AToB0 shall be used" (ICC.1:2022, 8.10.2), which `moxcms` 0.8
    // leaves to us.
    if parsed.lut_a_to_b_colorimetric.is_none() {
        parsed.lut_a_to_b_colorimetric.clone_from(&parsed.lut_a_to_b_perceptual);
    }
    Ok(parsed)
}

/// The facts of a profile for a picture stored as `model`; a warning where it can't be used.
pub(crate) fn facts(profile: &[u8], model: ColorModel) -> std::result::Result<IccInfo, Warning> {
    let broken = |why: &str| Warning::BrokenProfile(why.into());
    if be32(profile, 36) != Some(u32::from_be_bytes(*b"acsp")) {
        return Err(broken("it lacks the profile signature"));
    }
    let space = match profile.get(16..20) {
        Some(b"GRAY") => IccSpace::Gray,
        Some(b"RGB ") => IccSpace::Rgb,
        Some(b"CMYK") => IccSpace::Cmyk,
        _ => return Err(broken("its color space is neither gray, RGB nor CMYK")),
    };
    let fits = matches!(
        (space, model),
        (IccSpace::Gray, ColorModel::Gray)
            | (IccSpace::Rgb, ColorModel::Rgb | ColorModel::YCbCr | ColorModel::Palette)
            | (IccSpace::Cmyk, ColorModel::Cmyk | ColorModel::Ycck)
    );
    if !fits {
        return Err(broken(&format!("it is for {space:?} samples, but the picture is {model}")));
    }
    let parsed = parsed(profile).map_err(|e| broken(&e))?;
    Ok(IccInfo { space, bytes: profile.len() as u64, is_srgb: is_srgb(&parsed) })
}

/// Whether a matrix profile gives the same colors as sRGB to within what 8 bits can show.
fn is_srgb(profile: &ColorProfile) -> bool {
    if profile.color_space != DataColorSpace::Rgb || !profile.is_matrix_shaper() {
        return false;
    }
    // Most others are told by their primaries, which costs a thousandth of a conversion.
    let srgb = ColorProfile::new_srgb();
    let (ours, theirs) = (profile.colorant_matrix().v, srgb.colorant_matrix().v);
    if ours.as_flattened().iter().zip(theirs.as_flattened()).any(|(a, b)| (a - b).abs() > 0.02) {
        return false;
    }
    let samples: [u8; 36] =
        std::array::from_fn(|i| [0, 16, 48, 96, 128, 160, 192, 224, 255, 64, 200, 32][(i * 5) % 12]);
    let transform = profile.create_transform_8bit(
        moxcms::Layout::Rgb,
        &srgb,
        moxcms::Layout::Rgb,
        moxcms::TransformOptions::default(),
    );
    let mut out = [0u8; 36];
    transform.is_ok_and(|t| t.transform(&samples, &mut out).is_ok())
        && samples.iter().zip(out).all(|(a, b)| a.abs_diff(b) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_is_told_from_wider_profiles() {
        let table = [
            (ColorProfile::new_srgb(), true),
            (ColorProfile::new_display_p3(), false),
            (ColorProfile::new_adobe_rgb(), false),
        ];
        for (profile, want) in table {
            let bytes = profile.encode().unwrap();
            let facts = facts(&bytes, ColorModel::YCbCr).unwrap();
            assert_eq!((facts.space, facts.is_srgb), (IccSpace::Rgb, want));
        }
    }

    #[test]
    fn a_profile_for_other_samples_is_a_warning() {
        let gray = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        assert!(facts(&gray, ColorModel::Gray).is_ok());
        assert!(matches!(facts(&gray, ColorModel::Rgb), Err(Warning::BrokenProfile(_))));
        assert!(matches!(facts(&gray[..60], ColorModel::Gray), Err(Warning::BrokenProfile(_))));
        assert!(matches!(facts(&[], ColorModel::Gray), Err(Warning::BrokenProfile(_))));
    }
}
