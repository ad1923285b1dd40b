//! Color spaces told by numbers instead of an ICC profile: code points (ITU-T H.273), a gamma,
//! chromaticities.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics, XyY,
};

/// An ICC profile for RGB samples of these code points, or for `gray` ones of this transfer; `None` for what
/// has no profile: unknown codes, and PQ and HLG, whose light has no bounds that sRGB could show.
pub(crate) fn profile_of_codes(primaries: u8, transfer: u8, gray: bool) -> Option<Vec<u8>> {
    let transfer = TransferCharacteristics::try_from(transfer).ok()?;
    if matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg) {
        return None;
    }
    let codes = CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: transfer,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    let profile = ColorProfile::new_from_cicp(codes);
    // It notes the codes only where it knows their colors.
    profile.cicp?;
    encoded(profile, ToneReprCurve::try_from(transfer).ok()?, gray)
}

/// Adobe RGB (1998), 4.3.1: its primaries, the white of D65, a gamma of 2 + 51/256.
pub(crate) fn adobe_rgb() -> Option<Vec<u8>> {
    const PRIMARIES: Chromaticities = [(0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)];
    profile_of_numbers(Some(2.199_218_75), &PRIMARIES, false)
}

/// White, red, green and blue as CIE 1931 (x, y).
pub(crate) type Chromaticities = [(f64, f64); 4];

/// Those of sRGB (IEC 61966-2-1).
pub(crate) const SRGB: Chromaticities = [(0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06)];

/// An ICC profile for samples that are light to the power of `1 / gamma` (`None`: the curve of sRGB) of these
/// colors; `None` where they span no colors.
pub(crate) fn profile_of_numbers(gamma: Option<f64>, colors: &Chromaticities, gray: bool) -> Option<Vec<u8>> {
    let [(wx, wy), red, green, blue] = *colors;
    if colors.iter().any(|c| c.1 <= 0.0) || area(red, green, blue) < 1e-4 {
        return None;
    }
    let point = |c: (f64, f64)| Chromaticity::new(c.0 as f32, c.1 as f32);
    let primaries = ColorPrimaries { red: point(red), green: point(green), blue: point(blue) };
    // The curve of sRGB: IEC 61966-2-1 in the order g, a, b, c, d of ICC.1:2022, 10.18.
    let srgb = vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
    let curve = ToneReprCurve::Parametric(gamma.map_or(srgb, |gamma| vec![gamma as f32]));
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(XyY::new(wx, wy, 1.0), primaries);
    encoded(profile, curve, gray)
}

/// Twice the area of the triangle that three colors span.
fn area(a: (f64, f64), b: (f64, f64), c: (f64, f64)) -> f64 {
    ((b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1)).abs()
}

/// The bytes of an RGB profile with this curve, or of a gray one; the same each time.
fn encoded(mut profile: ColorProfile, curve: ToneReprCurve, gray: bool) -> Option<Vec<u8>> {
    if gray {
        profile = ColorProfile::new_gray_with_gamma(1.0);
        profile.gray_trc = Some(curve);
    } else {
        // The matrix and the curves alone shall speak.
        profile.cicp = None;
        profile.description = None;
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    let mut bytes = profile.encode().ok()?;
    // The time of writing, which `moxcms` puts there, would make each output another one.
    bytes.get_mut(24..36)?.fill(0);
    Some(bytes)
}
