//! ICC profiles that tell their colors by tables of points instead of a matrix (ICC.1:2022, 10.11 and 10.12;
//! ICC.1:2001-04).

use crate::icc::{D50, assembled, description, lab_of_linear};

/// The power of the curves before the table. The table's own steps are even to the eye, as those of real
/// profiles are: else each way to interpolate gives other colors.
const CURVE: f64 = 1.25;
/// Points on each side of the tables.
const GRID: usize = 9;

/// RGB of version 2: a 16-bit table (`lut16Type`) with curved inputs, to Lab.
pub fn rgb_v2() -> Vec<u8> {
    let mut table = b"mft2\0\0\0\0\x03\x03".to_vec();
    table.extend([GRID as u8, 0]);
    identity(&mut table);
    table.extend(256_u16.to_be_bytes());
    table.extend(2_u16.to_be_bytes());
    for _ in 0..3 {
        (0..256).for_each(|i| table.extend(word((f64::from(i) / 255.0).powf(CURVE)).to_be_bytes()));
    }
    // Version 2 puts L* = 100 at 0xFF00 and a* = b* = 0 at 0x8000.
    for lab in points(3).map(|p| muted([p[0], p[1], p[2]])) {
        let [l, a, b] = lab;
        for v in [l / 100.0 * 65_280.0, (a + 128.0) * 256.0, (b + 128.0) * 256.0] {
            table.extend((v.round().clamp(0.0, 65_535.0) as u16).to_be_bytes());
        }
    }
    (0..3).for_each(|_| table.extend([0, 0, 0xFF, 0xFF]));
    whole(b"\x02\x40\0\0", b"scnrRGB Lab ", table)
}

/// RGB of version 4: `lutAToBType` with curves before and behind a 16-bit table, to Lab.
pub fn rgb_v4() -> Vec<u8> {
    lut_a_to_b(3, b"scnrRGB Lab ", |p| muted([p[0], p[1], p[2]]))
}

/// CMYK of version 4: as [`rgb_v4`], for inks.
pub fn cmyk_v4() -> Vec<u8> {
    lut_a_to_b(4, b"prtrCMYKLab ", |p| {
        let light = |ink: f64| (1.0 - ink * 0.9) * (1.0 - p[3] * 0.97);
        lab_of_linear([light(p[0]), light(p[1]), light(p[2])])
    })
}

/// A color with a fifth of its saturation gone: something that no matrix gives. All in all a gamma of 2.
fn muted(rgb: [f64; 3]) -> [f64; 3] {
    let [l, a, b] = lab_of_linear(rgb.map(|v| v.powf(2.0 / CURVE)));
    [l, a * 0.8, b * 0.8]
}

fn lut_a_to_b(inputs: usize, kind: &[u8; 12], color: impl Fn([f64; 4]) -> [f64; 3]) -> Vec<u8> {
    let mut clut = vec![0; 16];
    clut[..inputs].fill(GRID as u8);
    clut.extend([2, 0, 0, 0]);
    // Version 4 puts L* = 100 at 0xFFFF and a* = b* = 0 at 0x8080.
    for [l, a, b] in points(inputs).map(color) {
        for v in [l / 100.0, (a + 128.0) / 255.0, (b + 128.0) / 255.0] {
            clut.extend(word(v).to_be_bytes());
        }
    }
    // A curve (inks: none) before the table, nothing behind it.
    let before = parametric(if inputs == 3 { CURVE } else { 1.0 }).repeat(inputs);
    let behind = parametric(1.0).repeat(3);
    let (b_at, clut_at) = (32, 32 + behind.len());
    let a_at = (clut_at + clut.len()).next_multiple_of(4);
    let mut table = b"mAB \0\0\0\0".to_vec();
    table.extend([inputs as u8, 3, 0, 0]);
    for at in [b_at, 0, 0, clut_at, a_at] {
        table.extend((at as u32).to_be_bytes());
    }
    table.extend(behind);
    table.extend(clut);
    table.resize(a_at, 0);
    table.extend(before);
    whole(b"\x04\x30\0\0", kind, table)
}

/// `parametricCurveType` of the simplest kind.
fn parametric(gamma: f64) -> Vec<u8> {
    let mut out = b"para\0\0\0\0\0\0\0\0".to_vec();
    out.extend(((gamma * 65_536.0) as u32).to_be_bytes());
    out
}

/// All points of a table of so many inputs, the last running fastest; each from 0 to 1.
fn points(inputs: usize) -> impl Iterator<Item = [f64; 4]> {
    (0..GRID.pow(inputs as u32)).map(move |i| {
        let mut point = [0.0; 4];
        let mut rest = i;
        for v in point[..inputs].iter_mut().rev() {
            *v = (rest % GRID) as f64 / (GRID - 1) as f64;
            rest /= GRID;
        }
        point
    })
}

fn identity(out: &mut Vec<u8>) {
    (0..9).for_each(|i| out.extend((if i % 4 == 0 { 65_536_u32 } else { 0 }).to_be_bytes()));
}

fn word(v: f64) -> u16 {
    (v * 65_535.0).round().clamp(0.0, 65_535.0) as u16
}

fn whole(version: &[u8; 4], kind: &[u8; 12], table: Vec<u8>) -> Vec<u8> {
    let tags = [
        (b"desc", text(version, "Testkit table")),
        (b"cprt", text(version, "CC0")),
        (b"wtpt", [b"XYZ \0\0\0\0".as_slice(), &D50].concat()),
        (b"A2B0", table),
    ];
    assembled(version, kind, &tags)
}

/// Version 4 has its texts in Unicode.
fn text(version: &[u8; 4], text: &str) -> Vec<u8> {
    if version[0] < 4 {
        return description(text);
    }
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut out = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    out.extend((units.len() as u32).to_be_bytes());
    out.extend(28_u32.to_be_bytes());
    out.extend(units);
    out
}
