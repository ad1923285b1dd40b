//! Converts rows of components to interleaved samples of 8 bits.
//!
//! YCbCr is BT.601 at full range, as in JFIF: `R = Y + 1.402 Cr`, `G = Y - 0.344136 Cb - 0.714136 Cr` and
//! `B = Y + 1.772 Cb`, with the middle of the range subtracted from chroma. YCCK is CMYK whose first three inks
//! are the complements of such red, green and blue.

use super::sample::Sample;
use crate::header::{ColorModel, Header};

/// What is done to the samples of a pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversion {
    color: ColorModel,
    inverted: bool,
    /// The largest sample.
    max: i32,
}

/// The number of fraction bits in the weights, as in libjpeg.
const FRACTION: u32 = 16;

const fn weight(value: f64) -> i32 {
    (value * (1 << FRACTION) as f64 + 0.5) as i32
}

impl Conversion {
    pub(super) fn new(header: &Header) -> Self {
        let max = (1i32 << header.precision) - 1;
        Self { color: header.color, inverted: header.inverted, max }
    }

    /// Makes a row of pixels from a row of each component.
    pub(super) fn pixels<S: Sample>(&self, rows: &[Vec<S>], out: &mut [u8]) {
        let sample = |row: &[S], x: usize| row[x].value() as i32;
        match rows {
            [one] => {
                out.iter_mut().enumerate().for_each(|(x, out)| *out = self.eight_bits(sample(one, x)));
            }
            [a, b, c] => {
                for (x, out) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                    let pixel = [sample(a, x), sample(b, x), sample(c, x)];
                    let rgb = if self.color == ColorModel::YCbCr { self.rgb(pixel) } else { pixel };
                    *out = rgb.map(|value| self.eight_bits(value));
                }
            }
            [a, b, c, k] => {
                for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    let mut inks = [sample(a, x), sample(b, x), sample(c, x)];
                    if self.color == ColorModel::Ycck {
                        inks = self.rgb(inks).map(|value| self.max - value);
                    }
                    let inks = [inks[0], inks[1], inks[2], sample(k, x)];
                    let coverage = |ink: i32| if self.inverted { self.max - ink } else { ink };
                    *out = inks.map(|ink| self.eight_bits(coverage(ink)));
                }
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn rgb(&self, [y, cb, cr]: [i32; 3]) -> [i32; 3] {
        const HALF: i32 = 1 << (FRACTION - 1);
        let middle = (self.max + 1) / 2;
        let (cb, cr) = (cb - middle, cr - middle);
        let red = y + ((weight(1.402) * cr + HALF) >> FRACTION);
        let green = y + ((HALF - weight(0.344_136) * cb - weight(0.714_136) * cr) >> FRACTION);
        let blue = y + ((weight(1.772) * cb + HALF) >> FRACTION);
        [red, green, blue].map(|value| value.clamp(0, self.max))
    }

    /// A sample rounded to 8 bits.
    #[inline(always)]
    fn eight_bits(&self, value: i32) -> u8 {
        if self.max == 255 { value as u8 } else { ((value * 255 + self.max / 2) / self.max) as u8 }
    }
}
