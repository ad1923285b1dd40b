//! From luma and chroma to red, green and blue, by the numbers of ITU-T H.273.

use photo_hevc::Info;

use super::container::{Container, unsupported};
use super::properties::Nclx;
use crate::Result;

/// "Unspecified" for all three numbers.
const UNSPECIFIED: u8 = 2;

/// As [`signal`], but with the range of the coded picture where a Sony camera wrote it: its boxes say
/// "limited" of samples that use all values, as the JPEG that it puts beside them shows (a HIF of an
/// ILCE-7M4: mean difference 4 by the coded picture's word, 10 by the box's).
pub(super) fn signal_of(container: &Container<'_>, boxes: Option<Nclx>, info: &Info) -> Nclx {
    let signal = signal(boxes, info);
    match info.signal {
        Some(coded) if container.is_sony => Nclx { full_range: coded.full_range, ..signal },
        _ => signal,
    }
}

/// Whether the boxes and the coded picture tell different ranges.
pub(super) fn ranges_differ(boxes: Option<Nclx>, info: &Info) -> bool {
    boxes.zip(info.signal).is_some_and(|(boxes, coded)| boxes.full_range != coded.full_range)
}

/// What the boxes tell; where they are silent, what the coded picture tells (VUI); where both are, what the
/// standards fall back to: the primaries and the curve of sRGB, the matrix of BT.601 (ISO/IEC 23000-22,
/// 7.3.6.4), and the limited range (ITU-T H.265, E.3.1).
fn signal(boxes: Option<Nclx>, info: &Info) -> Nclx {
    let coded = info.signal.map(|s| Nclx {
        primaries: s.primaries,
        transfer: s.transfer,
        matrix: s.matrix,
        full_range: s.full_range,
    });
    let told = |field: fn(&Nclx) -> u8, fallback| {
        [boxes, coded].iter().flatten().map(field).find(|code| *code != UNSPECIFIED).unwrap_or(fallback)
    };
    Nclx {
        primaries: told(|n| n.primaries, 1),
        transfer: told(|n| n.transfer, 13),
        matrix: told(|n| n.matrix, 6),
        full_range: boxes.or(coded).is_some_and(|n| n.full_range),
    }
}

/// How three samples become red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// By the shares of red and blue in luma.
    Matrix,
    /// They are green, blue and red.
    Identity,
    /// H.273, equations 50 to 53.
    YCgCo,
}

/// Turns rows of samples into red, green and blue of 8 or 16 bits.
#[derive(Debug, Clone)]
pub(super) struct Converter {
    rule: Rule,
    /// Zero of luma, and of chroma.
    zero: [i32; 2],
    /// One step of luma, and of chroma for another as large, with [`Self::fraction`] bits behind the point.
    luma: i32,
    chroma: i32,
    red_cr: i32,
    green_cb: i32,
    green_cr: i32,
    blue_cb: i32,
    fraction: u32,
    most: i32,
}

impl Converter {
    /// For samples of these depths to `bits` (8 or 16) bits.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for matrices that are no matrices (constant luminance, ICtCp).
    pub(super) fn new(signal: Nclx, info: &Info, bits: u32) -> Result<Self> {
        let (luma_bits, chroma_bits) = (info.bit_depth_luma.into(), info.bit_depth_chroma.into());
        // The largest products stay below 2^30.
        let fraction = if bits == 8 { 16 } else { 12 };
        let most = (1u32 << bits) - 1;
        let fixed = |v: f64| (v * f64::from(most) * f64::from(1u32 << fraction)).round() as i32;
        let span = |bits: u32, limited: u32| {
            f64::from(if signal.full_range { (1u32 << bits) - 1 } else { limited << (bits - 8) })
        };
        let (rule, [kr, kb]) = match signal.matrix {
            0 => (Rule::Identity, [0.0, 0.0]),
            8 => (Rule::YCgCo, [0.0, 0.0]),
            matrix => (Rule::Matrix, shares(matrix, signal.primaries)?),
        };
        let kg = 1.0 - kr - kb;
        let chroma = 1.0 / span(chroma_bits, if rule == Rule::Identity { 219 } else { 224 });
        let foot = if signal.full_range { 0 } else { 16 };
        let middle = if rule == Rule::Identity { foot << (chroma_bits - 8) } else { 1 << (chroma_bits - 1) };
        Ok(Self {
            rule,
            zero: [foot << (luma_bits - 8), middle],
            luma: fixed(1.0 / span(luma_bits, 219)),
            chroma: fixed(chroma),
            red_cr: fixed(2.0 * (1.0 - kr) * chroma),
            green_cb: fixed(-2.0 * (1.0 - kb) * kb / kg * chroma),
            green_cr: fixed(-2.0 * (1.0 - kr) * kr / kg * chroma),
            blue_cb: fixed(2.0 * (1.0 - kb) * chroma),
            fraction,
            most: most as i32,
        })
    }

    /// Luma alone.
    pub(super) fn gray<'s>(&'s self, luma: &'s [u16]) -> impl Iterator<Item = u16> + 's {
        luma.iter().map(|&y| self.rounded((i32::from(y) - self.zero[0]) * self.luma))
    }

    /// Pixels of a row, each through `put`.
    pub(super) fn row(&self, luma: &[u16], cb: &[u16], cr: &[u16], put: impl FnMut([u16; 3])) {
        let centered = luma.iter().zip(cb.iter().zip(cr)).map(|(&y, (&b, &r))| {
            (i32::from(y) - self.zero[0], i32::from(b) - self.zero[1], i32::from(r) - self.zero[1])
        });
        match self.rule {
            Rule::Matrix => centered
                .map(|(y, b, r)| {
                    let y = y * self.luma;
                    [y + r * self.red_cr, y + b * self.green_cb + r * self.green_cr, y + b * self.blue_cb]
                })
                .map(|rgb| rgb.map(|v| self.rounded(v)))
                .for_each(put),
            Rule::Identity => centered
                .map(|(g, b, r)| [r * self.chroma, g * self.luma, b * self.chroma].map(|v| self.rounded(v)))
                .for_each(put),
            Rule::YCgCo => centered
                .map(|(y, cg, co)| {
                    let (y, cg, co) = (y * self.luma, cg * self.chroma, co * self.chroma);
                    [y - cg + co, y + cg, y - cg - co].map(|v| self.rounded(v))
                })
                .for_each(put),
        }
    }

    fn rounded(&self, v: i32) -> u16 {
        ((v + (1 << (self.fraction - 1))) >> self.fraction).clamp(0, self.most) as u16
    }
}

/// The shares of red and blue in luma (H.273, table 4).
fn shares(matrix: u8, primaries: u8) -> Result<[f64; 2]> {
    Ok(match matrix {
        1 => [0.2126, 0.0722],
        4 => [0.30, 0.11],
        5 | 6 => [0.299, 0.114],
        7 => [0.212, 0.087],
        9 => [0.2627, 0.0593],
        // Derived from the primaries (equations 32 to 37): of those that are in use.
        12 => match primaries {
            1 => [0.2126, 0.0722],
            9 => [0.2627, 0.0593],
            11 | 12 => [0.228_97, 0.079_29],
            _ => return Err(unsupported("luma by the primaries of its colors, where those are rare ones")),
        },
        10 | 13 => return Err(unsupported("constant luminance; save the picture as JPEG")),
        14 => return Err(unsupported("colors as ICtCp; save the picture as JPEG")),
        other => {
            return Err(unsupported(format!("colors by matrix number {other}; save the picture as JPEG")));
        }
    })
}

#[cfg(test)]
mod tests {
    use photo_hevc::{Chroma, VideoSignal};

    use super::*;

    fn info(depth: u8, signal: Option<VideoSignal>) -> Info {
        Info {
            width: 1,
            height: 1,
            bit_depth_luma: depth,
            bit_depth_chroma: depth,
            chroma: Chroma::C444,
            signal,
            coded_width: 8,
            coded_height: 8,
            chroma_location: None,
        }
    }

    fn nclx(primaries: u8, transfer: u8, matrix: u8, full_range: bool) -> Nclx {
        Nclx { primaries, transfer, matrix, full_range }
    }

    #[test]
    fn boxes_count_first_then_the_coded_picture_then_the_standard() {
        let vui = VideoSignal { full_range: true, primaries: 12, transfer: 2, matrix: 1 };
        let coded = info(8, Some(vui));
        assert_eq!(signal(None, &coded), nclx(12, 13, 1, true));
        assert_eq!(signal(Some(nclx(2, 16, 2, false)), &coded), nclx(12, 16, 1, false));
        assert_eq!(signal(None, &info(8, None)), nclx(1, 13, 6, false));
    }

    #[test]
    fn pixels_follow_the_definition_at_every_depth_range_and_matrix() {
        let mut state = 7u32;
        let mut next = |most: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % (most + 1)
        };
        for (matrix, kr, kb) in [(1, 0.2126, 0.0722), (6, 0.299, 0.114), (9, 0.2627, 0.0593)] {
            for (depth, bits, full) in
                (8..=16).flat_map(|d| [(d, 8, true), (d, 16, true), (d, 8, false), (d, 16, false)])
            {
                let converter = Converter::new(nclx(1, 13, matrix, full), &info(depth, None), bits).unwrap();
                let most = (1u32 << depth) - 1;
                for _ in 0..50 {
                    let [y, b, r] = [next(most), next(most), next(most)].map(|v| v as u16);
                    let mut got = [0; 3];
                    converter.row(&[y], &[b], &[r], |rgb| got = rgb);
                    let unit = f64::from(1u32 << (depth - 8));
                    let (foot, luma, chroma) = if full {
                        (0.0, f64::from(most), f64::from(most))
                    } else {
                        (16.0 * unit, 219.0 * unit, 224.0 * unit)
                    };
                    let e = (f64::from(y) - foot) / luma;
                    let [pb, pr] = [b, r].map(|v| (f64::from(v) - 128.0 * unit) / chroma);
                    let red = e + 2.0 * (1.0 - kr) * pr;
                    let blue = e + 2.0 * (1.0 - kb) * pb;
                    let green = (e - kr * red - kb * blue) / (1.0 - kr - kb);
                    let want = [red, green, blue]
                        .map(|v| (v.clamp(0.0, 1.0) * f64::from((1u32 << bits) - 1)).round());
                    for (got, want) in got.iter().zip(want) {
                        let allowed = if bits == 8 { 1.0 } else { 24.0 };
                        assert!(
                            (f64::from(*got) - want).abs() <= allowed,
                            "{matrix} {depth} {bits} {full}: {got} {want}"
                        );
                    }
                }
            }
        }
    }
}
