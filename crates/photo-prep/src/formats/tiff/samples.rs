//! Numbers of 1 to 64 bits to codes of 8 bits as they are, or to 16 bits, where the highest value is white.

use super::header::Header;

/// Appends `count` codes of at most 8 bits each, packed from the highest bit of each byte on.
pub(super) fn codes(row: &[u8], bits: u8, count: usize, out: &mut Vec<u8>) {
    let codes_in =
        |byte: u8, bits: u8| (0..8 / bits).map(move |i| byte >> (8 - bits - i * bits) & (0xFF >> (8 - bits)));
    match bits {
        8 => out.extend(row.iter().take(count)),
        1 | 2 | 4 => out.extend(row.iter().flat_map(|byte| codes_in(*byte, bits)).take(count)),
        _ => out.extend((0..count).map(|i| field(row, i, bits) as u8)),
    }
}

/// The most that a code of so many bits can be, which is white.
fn most(bits: u8) -> u64 {
    u64::MAX >> (64 - u32::from(bits.clamp(1, 64)))
}

/// What each code of so many bits is in 8 bits.
pub(super) fn scale(bits: u8, inverted: bool) -> [u8; 256] {
    let most = most(bits) as u32;
    std::array::from_fn(|code| {
        let code = (code as u32).min(most);
        let value = ((code * 255 + most / 2) / most.max(1)) as u8;
        if inverted { 255 - value } else { value }
    })
}

/// Appends `count` samples of more than 8 bits, or floating point; counts those that are far from 0..=1.
pub(super) fn deep(row: &[u8], header: &Header, count: usize, out: &mut Vec<u16>) -> usize {
    let (bits, little) = (header.bits, header.little);
    let number = |bytes: &[u8]| number(bytes, little);
    match (header.float, bits) {
        (false, 16) if little => {
            out.extend(row.as_chunks::<2>().0.iter().take(count).map(|b| u16::from_le_bytes(*b)))
        }
        (false, 16) => out.extend(row.as_chunks::<2>().0.iter().take(count).map(|b| u16::from_be_bytes(*b))),
        (false, 32) => {
            let round = |v: u64| {
                ((v * u64::from(u16::MAX) + (u64::from(u32::MAX) >> 1)) / u64::from(u32::MAX)) as u16
            };
            out.extend(row.chunks_exact(4).take(count).map(|b| round(number(b))));
        }
        (false, _) => {
            let most = most(bits);
            let scaled = |v: u64| ((v * u64::from(u16::MAX) + most / 2) / most) as u16;
            out.extend((0..count).map(|i| scaled(field(row, i, bits))));
        }
        (true, _) => return floats(row, bits, little, count, out),
    }
    0
}

/// Floating point of 16 to 64 bits; a hair outside of 0..=1 is rounding.
fn floats(row: &[u8], bits: u8, little: bool, count: usize, out: &mut Vec<u16>) -> usize {
    const HAIR: f64 = 1.0 / 256.0;
    let mut outside = 0;
    out.extend(row.chunks_exact(usize::from(bits / 8).max(1)).take(count).map(|bytes| {
        let bits_of = number(bytes, little);
        let value = match bits {
            16 => small_float(bits_of, 5, 10),
            24 => small_float(bits_of, 7, 16),
            32 => f32::from_bits(bits_of as u32).into(),
            _ => f64::from_bits(bits_of),
        };
        outside += usize::from(!(-HAIR..=1.0 + HAIR).contains(&value));
        (value.clamp(0.0, 1.0) * f64::from(u16::MAX) + 0.5) as u16
    }));
    outside
}

/// Floating point of a sign, some bits of exponent and some of fraction (IEEE 754's half; technical note 3's
/// 24 bits).
fn small_float(bits: u64, exponent_bits: u32, fraction_bits: u32) -> f64 {
    let fraction = bits & ((1 << fraction_bits) - 1);
    let exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    let negative = bits >> (fraction_bits + exponent_bits) & 1 == 1;
    let bias = (1i32 << (exponent_bits - 1)) - 1;
    let part = fraction as f64 / f64::from(1u32 << fraction_bits);
    let value = match exponent {
        0 => part * f64::from(2.0f32).powi(1 - bias),
        e if e == (1 << exponent_bits) - 1 => {
            if fraction == 0 {
                f64::INFINITY
            } else {
                f64::NAN
            }
        }
        e => (1.0 + part) * 2f64.powi(e as i32 - bias),
    };
    if negative { -value } else { value }
}

/// A number of up to 8 bytes.
fn number(bytes: &[u8], little: bool) -> u64 {
    let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    if little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) }
}

/// Number `index` of those that are packed in so many bits, at most 32, the highest first whatever the order
/// of bytes.
fn field(row: &[u8], index: usize, bits: u8) -> u64 {
    let start = index * usize::from(bits);
    let bytes = row.get(start / 8..).unwrap_or_default();
    let word = (0..5).fold(0u64, |sum, i| sum << 8 | u64::from(bytes.get(i).copied().unwrap_or(0)));
    word >> (40 - start % 8 - usize::from(bits)) & most(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unpacked_from_the_highest_bit() {
        let unpacked = |row: &[u8], bits, count| {
            let mut out = Vec::new();
            codes(row, bits, count, &mut out);
            out
        };
        assert_eq!(unpacked(&[0b1010_0000], 1, 5), [1, 0, 1, 0, 0]);
        assert_eq!(unpacked(&[0b1110_0100, 0b1100_0000], 2, 5), [3, 2, 1, 0, 3]);
        assert_eq!(unpacked(&[0x12, 0x34], 4, 3), [1, 2, 3]);
        assert_eq!(unpacked(&[0b1010_0111, 0b0000_0000], 3, 3), [5, 1, 6]);
        assert_eq!(field(&[0xFF, 0xF0, 0x0F], 1, 12), 0x00F);
        assert_eq!(field(&[0b0000_0000, 0b0011_1111, 0b1111_0000], 1, 10), 0x3FF);
    }

    #[test]
    fn scales_end_at_white() {
        for bits in 1..=8 {
            let (plain, inverted) = (scale(bits, false), scale(bits, true));
            let most = (1usize << bits) - 1;
            assert_eq!((plain[0], plain[most], inverted[0], inverted[most]), (0, 255, 255, 0));
        }
        assert_eq!(scale(4, false)[7], 119);
    }

    #[test]
    fn small_floats_are_those_of_their_standards() {
        for (bits, want) in [
            (0x3C00, 1.0),
            (0x3800, 0.5),
            (0x0001, 2f64.powi(-24)),
            (0xBC00, -1.0),
            (0x3555, 0.333_251_953_125),
        ] {
            assert!((small_float(bits, 5, 10) - want).abs() < 1e-12, "{bits:#x}");
        }
        assert!((small_float(0x3F_0000, 7, 16) - 1.0).abs() < 1e-12);
        assert!(small_float(0x7C00, 5, 10).is_infinite() && small_float(0x7C01, 5, 10).is_nan());
    }
}
