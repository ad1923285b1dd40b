//! ICC profiles: putting them together, and what their header says (ICC.1:2022, 7.2).

use moxcms::{ColorProfile, DataColorSpace};

use super::bytes::be32;
use super::jpeg::{JpegLayout, Segment};
use crate::info::{ColorModel, IccInfo, IccSpace};
use crate::{Error, LimitKind, Result, Warning};

/// A profile that was put together from segments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) profile: Vec<u8>,
    /// Whether every program will put it together: its parts are numbered from 1 and stand in this order, each once.
    pub(crate) in_order: bool,
}

/// The profile in the APP2 segments of a JPEG; the inner error says why it can't be put together. Parts that are out of order, doubled
/// (the same bytes again) or numbered from 0 are no hindrance: there is one way only to read them.
///
/// # Errors
/// [`Error::LimitExceeded`] over `limit` bytes.
pub(crate) fn from_jpeg(
    bytes: &[u8],
    layout: &JpegLayout,
    limit: u64,
) -> Result<Option<std::result::Result<Joined, String>>> {
    let mut parts: Vec<_> = layout.segments.iter().filter_map(|s: &Segment| s.icc_chunk(bytes)).collect();
    let Some(&(_, count, _)) = parts.first() else { return Ok(None) };
    let in_order = parts.iter().zip(1u8..=255).all(|(p, n)| p.0 == n) && parts.len() <= 255;
    // Stable, so that equal parts come to stand side by side.
    parts.sort_by_key(|p| p.0);
    parts.dedup();
    check_length(parts.iter().map(|p| p.2.len() as u64).sum(), limit)?;
    let from = parts.first().map_or(1, |p| p.0.min(1));
    let numbered = parts.iter().zip(from..=255).all(|(p, n)| p.0 == n && p.1 == count);
    if !numbered || parts.len() != usize::from(count) {
        return Ok(Some(Err(format!(
            "parts of the profile are missing or contradict each other ({} of {count})",
            parts.len()
        ))));
    }
    let profile = parts.iter().flat_map(|p| p.2).copied().collect();
    Ok(Some(Ok(Joined { profile, in_order })))
}

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
    // "If the tag of an intent is missing, AToB0 shall be used" (ICC.1:2022, 8.10.2), which `moxcms` 0.8 leaves to us.
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
        _ => return Err(broken("its colour space is neither gray, RGB nor CMYK")),
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

/// Whether a matrix profile gives the same colours as sRGB to within what 8 bits can show.
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

    /// APP2 segments of these parts: number, count, and which third of a profile.
    fn joined(parts: &[(u8, u8, usize)]) -> Option<std::result::Result<Joined, String>> {
        let thirds = [&b"first"[..], b"second", b"third"];
        let mut bytes = vec![0xFF, 0xD8];
        for &(number, count, third) in parts {
            let data = [b"ICC_PROFILE\0", &[number, count][..], thirds[third]].concat();
            bytes.extend([0xFF, 0xE2, 0, data.len() as u8 + 2]);
            bytes.extend(data);
        }
        bytes.extend([0xFF, 0xD9]);
        from_jpeg(&bytes, &super::super::jpeg::walk(&bytes).unwrap(), 100).unwrap()
    }

    #[test]
    fn parts_are_joined_where_there_is_one_way_only() {
        let whole = b"firstsecondthird".to_vec();
        type Parts<'a> = &'a [(u8, u8, usize)];
        let table: [(Parts<'_>, bool); 6] = [
            (&[(1, 3, 0), (2, 3, 1), (3, 3, 2)], true),
            (&[(3, 3, 2), (1, 3, 0), (2, 3, 1)], false),
            (&[(0, 3, 0), (1, 3, 1), (2, 3, 2)], false),
            (&[(1, 3, 0), (1, 3, 0), (2, 3, 1), (3, 3, 2)], false),
            (&[(1, 3, 0), (2, 3, 1), (3, 3, 2), (1, 3, 0), (2, 3, 1), (3, 3, 2)], false),
            (&[(2, 3, 2), (1, 3, 1), (0, 3, 0), (0, 3, 0)], false),
        ];
        for (parts, in_order) in table {
            assert_eq!(joined(parts), Some(Ok(Joined { profile: whole.clone(), in_order })), "{parts:?}");
        }
        let broken: [&[(u8, u8, usize)]; 7] = [
            &[(1, 3, 0), (3, 3, 2)],
            &[(1, 2, 0), (2, 2, 1), (2, 2, 2)],
            &[(1, 1, 0), (1, 2, 0), (2, 2, 1)],
            &[(0, 1, 0), (1, 1, 1)],
            &[(2, 2, 0), (3, 2, 1)],
            &[(1, 3, 0), (2, 2, 1), (3, 3, 2)],
            &[(1, 0, 0)],
        ];
        for parts in broken {
            assert!(matches!(joined(parts), Some(Err(_))), "{parts:?}");
        }
        assert_eq!(joined(&[]), None);
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
