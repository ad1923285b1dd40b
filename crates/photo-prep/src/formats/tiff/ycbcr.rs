//! YCbCr that is no JPEG (TIFF 6.0, section 21): data units of luma samples and a pair of chroma samples.

use super::directory::Directory;
use super::tag;
use crate::{Error, Format, Result};

#[derive(Debug, Clone)]
pub(super) struct YCbCr {
    /// Columns and rows of pixels that share a pair of chroma samples.
    pub(super) shared: (usize, usize),
    /// Whether the weights of red, green and blue in luma make no sense, so that those of video are taken.
    pub(super) assumed: bool,
    tables: Box<Tables>,
}

/// What each value of a sample adds to a color.
#[derive(Debug, Clone)]
struct Tables {
    luma: [f32; 256],
    red: [f32; 256],
    blue: [f32; 256],
    /// What red, blue and luma are of green.
    green: [f32; 3],
}

impl YCbCr {
    pub(super) fn read(d: &Directory<'_>) -> Result<Self> {
        let damaged = |reason: &str| Error::malformed(Format::Tiff, d.at(), reason);
        let shared = [0, 1].map(|i| d.number(tag::YCBCR_SUBSAMPLING, i).unwrap_or(2));
        let [1 | 2 | 4, 1 | 2 | 4] = shared else {
            return Err(damaged("chroma is subsampled by neither 1, 2 nor 4"));
        };
        let told = d.fractions(tag::YCBCR_COEFFICIENTS);
        let sound = |weights: &[f64; 3]| weights.iter().all(|w| (0.001..1.0).contains(w));
        let weights = told.first_chunk::<3>().copied().filter(sound);
        let assumed = weights.is_none() && !told.is_empty();
        let weights = weights.unwrap_or([0.299, 0.587, 0.114]);
        let levels = d.fractions(tag::REFERENCE_BLACK_WHITE);
        let levels = levels.first_chunk::<6>().copied().unwrap_or([0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
        if levels.iter().any(|l| !l.is_finite()) || levels.chunks_exact(2).any(|pair| pair[0] == pair[1]) {
            return Err(damaged("the levels of black and white are the same"));
        }
        let tables = Box::new(Tables::new(weights, levels));
        Ok(Self { shared: (shared[0] as usize, shared[1] as usize), assumed, tables })
    }

    pub(super) fn is_subsampled(&self) -> bool {
        self.shared != (1, 1)
    }

    /// Bytes of a data unit.
    pub(super) fn unit(&self) -> usize {
        self.shared.0 * self.shared.1 + 2
    }

    /// Row `y` of a strip or tile of so many units in a row.
    pub(super) fn row(&self, data: &[u8], units: usize, y: usize, out: &mut [u8]) {
        let ((across, down), unit) = (self.shared, self.unit());
        let start = y / down * units * unit;
        let row = data.get(start..).unwrap_or_default();
        for (pixels, unit) in out.chunks_mut(3 * across).zip(row.chunks_exact(unit)) {
            let (luma, chroma) = unit.split_at(across * down);
            let luma = luma.get(y % down * across..).unwrap_or_default();
            for (pixel, luma) in pixels.chunks_exact_mut(3).zip(luma) {
                pixel.copy_from_slice(&self.rgb([*luma, chroma[0], chroma[1]]));
            }
        }
    }

    pub(super) fn rgb(&self, [luma, blue, red]: [u8; 3]) -> [u8; 3] {
        let t = &self.tables;
        let y = t.luma[usize::from(luma)];
        let (r, b) = (y + t.red[usize::from(red)], y + t.blue[usize::from(blue)]);
        let g = t.green[2] * y - t.green[0] * r - t.green[1] * b;
        [r, g, b].map(|v| (v + 0.5).clamp(0.0, 255.0) as u8)
    }
}

impl Tables {
    fn new([red, green, blue]: [f64; 3], levels: [f64; 6]) -> Self {
        let scaled =
            |code: usize, black: f64, white: f64, full: f64| (code as f64 - black) * full / (white - black);
        let table = |black, white, full, by| {
            std::array::from_fn(|code| (scaled(code, black, white, full) * by) as f32)
        };
        Self {
            luma: table(levels[0], levels[1], 255.0, 1.0),
            blue: table(levels[2], levels[3], 127.0, 2.0 - 2.0 * blue),
            red: table(levels[4], levels[5], 127.0, 2.0 - 2.0 * red),
            green: [red / green, blue / green, 1.0 / green].map(|v| v as f32),
        }
    }
}
