//! CIE L*a*b* (TIFF 6.0, section 23; Adobe's Photoshop TIFF technical notes for the kind of ICC) to sRGB, for
//! the white of D50, relative colorimetric.

use std::sync::OnceLock;

/// How L*, a* and b* are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// a* and b* are signed.
    Cie,
    /// a* and b* have 128 added; in 16 bits, an L* of 100 is 0xFF00.
    Icc,
}

/// L*, a* and b* of samples of 8 bits.
pub(super) fn of_8(kind: Kind, [l, a, b]: [u8; 3]) -> [f32; 3] {
    let signed = |v: u8| match kind {
        Kind::Cie => f32::from(v as i8),
        Kind::Icc => f32::from(v) - 128.0,
    };
    [f32::from(l) * 100.0 / 255.0, signed(a), signed(b)]
}

/// L*, a* and b* of samples of 16 bits.
pub(super) fn of_16(kind: Kind, [l, a, b]: [u16; 3]) -> [f32; 3] {
    match kind {
        Kind::Cie => {
            [f32::from(l) * 100.0 / 65_535.0, f32::from(a as i16) / 256.0, f32::from(b as i16) / 256.0]
        }
        Kind::Icc => {
            let signed = |v: u16| f32::from(v) / 256.0 - 128.0;
            [f32::from(l) * 100.0 / 65_280.0, signed(a), signed(b)]
        }
    }
}

/// The color in sRGB, each channel cut at what sRGB can show.
pub(super) fn to_srgb([l, a, b]: [f32; 3]) -> [u8; 3] {
    // CIE 15: the inverse of f(t), by its threshold 6/29.
    let inverse =
        |f: f32| if f > 6.0 / 29.0 { f * f * f } else { 3.0 * (6.0f32 / 29.0).powi(2) * (f - 4.0 / 29.0) };
    let fy = (l + 16.0) / 116.0;
    let x = 0.964_22 * inverse(fy + a / 500.0);
    let y = inverse(fy);
    let z = 0.825_21 * inverse(fy - b / 200.0);
    // sRGB's primaries, adapted to D50 (Bradford).
    let linear = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_768 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    linear.map(encoded)
}

/// IEC 61966-2-1's curve of linear light, to 8 bits.
fn encoded(linear: f32) -> u8 {
    static CURVE: OnceLock<Vec<u8>> = OnceLock::new();
    let curve = CURVE.get_or_init(|| {
        let value = |i: u32| f64::from(i) / f64::from(u16::MAX);
        let curve = |v: f64| if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        (0..=u32::from(u16::MAX)).map(|i| (curve(value(i)) * 255.0 + 0.5) as u8).collect()
    });
    let index = (linear.clamp(0.0, 1.0) * f32::from(u16::MAX) + 0.5) as usize;
    curve.get(index).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_those_of_littlecms() {
        // By LittleCMS 2 (Lab D50 to sRGB, relative colorimetric, 8 bits).
        for (lab, want) in [
            ([100.0, 0.0, 0.0], [255, 255, 255]),
            ([0.0, 0.0, 0.0], [0, 0, 0]),
            ([50.0, 0.0, 0.0], [119, 119, 119]),
            ([54.29, 80.81, 69.89], [255, 0, 0]),
            ([29.57, 68.3, -112.03], [0, 0, 255]),
        ] {
            let got = to_srgb(lab);
            assert!(got.iter().zip(want).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 2), "{lab:?}: {got:?}");
        }
    }

    #[test]
    fn both_kinds_tell_the_same() {
        assert_eq!(of_8(Kind::Cie, [255, 0xF0, 16]), of_8(Kind::Icc, [255, 112, 144]));
        assert_eq!(of_16(Kind::Cie, [65_535, 0xF000, 0x1000]), of_16(Kind::Icc, [65_280, 0x7000, 0x9000]));
    }
}
