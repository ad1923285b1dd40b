//! Small ICC profiles, the same bytes each time.

use moxcms::{ColorProfile, ToneReprCurve};

/// sRGB (version 4, matrix and curves).
pub fn srgb() -> Vec<u8> {
    encode(ColorProfile::new_srgb())
}

/// Display P3, as phones embed it (version 4).
pub fn display_p3() -> Vec<u8> {
    encode(ColorProfile::new_display_p3())
}

/// Adobe RGB (1998) primaries with gamma 2.2 (version 4).
pub fn adobe_rgb() -> Vec<u8> {
    encode(ColorProfile::new_adobe_rgb())
}

/// ProPhoto RGB (ROMM, gamma 1.8), wider than anything that can be seen (version 4).
pub fn prophoto() -> Vec<u8> {
    encode(ColorProfile::new_pro_photo_rgb())
}

/// sRGB's colors, linear (version 4).
pub fn linear() -> Vec<u8> {
    let mut profile = ColorProfile::new_srgb();
    let curve = ToneReprCurve::Parametric(vec![1.0]);
    profile.cicp = None;
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    encode(profile)
}

/// Gray with gamma 2.2.
pub fn gray_gamma_22() -> Vec<u8> {
    encode(ColorProfile::new_gray_with_gamma(2.2))
}

/// A CMYK printer profile of version 2: an 8-bit table of 5⁴ points in which each ink takes its part of the
/// light, to Lab. Enough for reading; it has no table for the other direction.
pub fn cmyk() -> Vec<u8> {
    let white = [b"XYZ \0\0\0\0".as_slice(), &D50].concat();
    let tags = [
        (b"desc", description("Testkit CMYK")),
        (b"cprt", b"text\0\0\0\0CC0\0".to_vec()),
        (b"wtpt", white),
        (b"A2B0", cmyk_table()),
    ];
    assembled(b"\x02\x10\0\0", b"prtrCMYKLab ", &tags)
}

/// A profile of this version, class, color space and connection space from its tags.
pub(crate) fn assembled(version: &[u8; 4], kind: &[u8; 12], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut directory = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = HEADER + 4 + tags.len() * 12;
    for (tag, payload) in tags {
        directory.extend(*tag);
        directory.extend(((start + data.len()) as u32).to_be_bytes());
        directory.extend((payload.len() as u32).to_be_bytes());
        data.extend(payload);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut out = ((start + data.len()) as u32).to_be_bytes().to_vec();
    out.extend([0; 4]);
    out.extend(version);
    out.extend(kind);
    out.extend(DATE);
    out.extend(b"acsp");
    out.resize(68, 0);
    out.extend(D50);
    out.resize(HEADER, 0);
    out.extend(directory);
    out.extend(data);
    out
}

fn encode(profile: ColorProfile) -> Vec<u8> {
    let encoded = profile.encode();
    let mut bytes = encoded.unwrap_or_else(|error| panic!("moxcms can't write its own profile: {error}"));
    // moxcms puts the time of writing into the header, whatever the profile says.
    if let Some(date) = bytes.get_mut(24..36) {
        date.copy_from_slice(&DATE);
    }
    bytes
}

pub(crate) fn description(text: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend((text.len() as u32 + 1).to_be_bytes());
    out.extend(text.bytes());
    // No Unicode and no Macintosh name.
    out.resize(out.len() + 1 + 8 + 3 + 67, 0);
    out
}

/// `mft1` with straight curves.
fn cmyk_table() -> Vec<u8> {
    let mut out = b"mft1\0\0\0\0\x04\x03\x05\0".to_vec();
    for i in 0..9 {
        out.extend((if i % 4 == 0 { 65_536_u32 } else { 0 }).to_be_bytes());
    }
    (0..4).for_each(|_| out.extend(0..=255_u8));
    for point in 0..625_u32 {
        let [c, m, y, k] =
            [point / 125, point / 25 % 5, point / 5 % 5, point % 5].map(|v| f64::from(v) / 4.0);
        out.extend(lab([c, m, y].map(|ink| (1.0 - ink * 0.92) * (1.0 - k * 0.95))));
    }
    (0..3).for_each(|_| out.extend(0..=255_u8));
    out
}

/// Linear RGB with sRGB's primaries (adapted to D50) as 8-bit Lab.
fn lab(rgb: [f64; 3]) -> [u8; 3] {
    let [l, a, b] = lab_of_linear(rgb);
    let byte = |v: f64| v.round().clamp(0.0, 255.0) as u8;
    [byte(l * 2.55), byte(a + 128.0), byte(b + 128.0)]
}

/// Linear RGB with sRGB's primaries (adapted to D50) as Lab.
pub(crate) fn lab_of_linear([r, g, b]: [f64; 3]) -> [f64; 3] {
    let x = (0.4361 * r + 0.3851 * g + 0.1431 * b) / 0.9642;
    let y = 0.2225 * r + 0.7169 * g + 0.0606 * b;
    let z = (0.0139 * r + 0.0971 * g + 0.7141 * b) / 0.8249;
    let f = |t: f64| {
        if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 }
    };
    [116.0 * f(y) - 16.0, 500.0 * (f(x) - f(y)), 200.0 * (f(y) - f(z))]
}

const HEADER: usize = 128;
/// The first of January 2024.
const DATE: [u8; 12] = [0x07, 0xE8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
/// The white of the profile connection space in 1/65536.
pub(crate) const D50: [u8; 12] = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];

#[cfg(test)]
mod tests {
    use super::*;
    use moxcms::{DataColorSpace, Layout, TransformOptions};

    #[test]
    fn profiles_read_back_and_are_the_same_each_time() {
        type Make = fn() -> Vec<u8>;
        let table: [(Make, DataColorSpace); 5] = [
            (srgb, DataColorSpace::Rgb),
            (display_p3, DataColorSpace::Rgb),
            (adobe_rgb, DataColorSpace::Rgb),
            (gray_gamma_22, DataColorSpace::Gray),
            (cmyk, DataColorSpace::Cmyk),
        ];
        for (make, space) in table {
            let bytes = make();
            assert_eq!(bytes, make());
            assert_eq!(bytes[24..36], DATE);
            assert!(bytes.len() < 4096, "{space:?}: {} bytes", bytes.len());
            assert_eq!(
                u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize,
                bytes.len(),
                "{space:?}"
            );
            assert_eq!(ColorProfile::new_from_slice(&bytes).unwrap().color_space, space);
        }
    }

    #[test]
    fn the_cmyk_profile_turns_inks_into_their_colors() {
        let profile = ColorProfile::new_from_slice(&cmyk()).unwrap();
        let transform = profile
            .create_transform_8bit(
                Layout::Rgba,
                &ColorProfile::new_srgb(),
                Layout::Rgb,
                TransformOptions::default(),
            )
            .unwrap();
        let inks = [[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 255_u8]];
        let mut colors = [0_u8; 15];
        transform.transform(&inks.concat(), &mut colors).unwrap();
        let dark: Vec<bool> = colors.iter().map(|v| *v < 128).collect();
        let cyan_magenta_yellow = [true, false, false, false, true, false, false, false, true];
        assert_eq!(dark[..3], [false; 3], "white: {colors:?}");
        assert_eq!(dark[3..12], cyan_magenta_yellow, "{colors:?}");
        assert_eq!(dark[12..], [true; 3], "black: {colors:?}");
    }
}
