//! What samples mean: rows of them to gray, RGB or inks of 8 bits a sample, with or without alpha.

use super::color_model::Color;
use super::header::{Alpha, Header};
use super::{lab, samples};
use crate::pixels::Layout;
use crate::pixels::depth::DepthConversion;
use crate::{Error, Format, Result};

/// Makes rows of one picture.
pub(super) struct Painter<'a> {
    header: &'a Header,
    depth: &'a DepthConversion,
    layout: Layout,
    /// The planes that are looked at, where each sample has one.
    pub(super) planes: Vec<usize>,
    /// Samples of a pixel that are looked at, and which of them is alpha.
    stride: usize,
    alpha: Option<Alpha>,
    /// What codes of up to 8 bits are as colors, and as alpha.
    colors: [u8; 256],
    opacities: [u8; 256],
    /// Whether codes of 8 bits are the samples of the result.
    pub(super) as_they_are: bool,
}

/// Memory that rows need while they are made.
#[derive(Default)]
pub(super) struct Scratch {
    codes: Vec<u8>,
    plane: Vec<u8>,
    deep: Vec<u16>,
    deep_plane: Vec<u16>,
    pixels: Vec<u16>,
    done: Vec<u8>,
}

impl<'a> Painter<'a> {
    pub(super) fn new(header: &'a Header, depth: &'a DepthConversion) -> Self {
        let colors = header.color.samples();
        let planes: Vec<usize> = if header.separate {
            (0..colors).chain(header.alpha.map(|a| a.index)).collect()
        } else {
            vec![0]
        };
        let alpha =
            header.alpha.map(|a| Alpha { index: if header.separate { colors } else { a.index }, ..a });
        let inverted = matches!(header.color, Color::Gray { white_is_zero: true });
        let stride = if header.separate { planes.len() } else { header.samples };
        let plain = match header.color {
            Color::Gray { white_is_zero } => !white_is_zero,
            Color::Rgb | Color::Cmyk => true,
            _ => false,
        };
        Self {
            header,
            depth,
            layout: header.layout(),
            stride,
            as_they_are: plain && header.bits == 8 && alpha.is_none() && stride == colors,
            planes,
            alpha,
            colors: samples::scale(header.bits, inverted),
            opacities: samples::scale(header.bits, false),
        }
    }

    /// Makes a row of `width` pixels from a row of each plane. Gives the number of samples that are far from
    /// 0..=1.
    pub(super) fn row(
        &self,
        planes: &[&[u8]],
        width: usize,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<usize> {
        if self.header.is_wide() {
            return self.deep_row(planes, width, out, scratch);
        }
        match planes {
            [row] if self.header.bits == 8 => self.narrow(row.get(..width * self.stride).unwrap_or(row), out),
            _ => {
                let Scratch { codes, plane, .. } = scratch;
                let together = self.header.samples_together();
                gathered(planes, codes, plane, |row, out| {
                    samples::codes(row, self.header.bits, width * together, out)
                });
                self.narrow(codes, out);
            }
        }
        Ok(0)
    }

    /// Pixels of codes of at most 8 bits.
    fn narrow(&self, codes: &[u8], out: &mut [u8]) {
        if self.as_they_are {
            out.iter_mut().zip(codes).for_each(|(to, code)| *to = *code);
            return;
        }
        let pixels = codes.chunks_exact(self.stride);
        match (&self.header.color, self.layout) {
            (Color::Palette(map), _) => {
                self.mapped(pixels, out, |p| map.get(usize::from(p[0])).copied().unwrap_or_default());
            }
            (Color::Lab(kind), _) => self.mapped(pixels, out, |p| match p {
                [l, a, b, ..] => lab::to_srgb(lab::of_8(*kind, [*l, *a, *b])),
                _ => [0; 3],
            }),
            (Color::YCbCr(ycbcr), _) => self.mapped(pixels, out, |p| match p {
                [y, b, r, ..] => ycbcr.rgb([*y, *b, *r]),
                _ => [0; 3],
            }),
            (_, Layout::Gray) => self.scaled::<1, 1>(pixels, out),
            (_, Layout::GrayAlpha) => self.scaled::<1, 2>(pixels, out),
            (_, Layout::Rgb) => self.scaled::<3, 3>(pixels, out),
            (_, Layout::Rgba) => self.scaled::<3, 4>(pixels, out),
            (_, Layout::Cmyk) => self.scaled::<4, 4>(pixels, out),
        }
    }

    /// Colors of `COLORS` samples that lie in `ALL`.
    fn scaled<const COLORS: usize, const ALL: usize>(
        &self,
        pixels: std::slice::ChunksExact<'_, u8>,
        out: &mut [u8],
    ) {
        for (to, from) in out.as_chunks_mut::<ALL>().0.iter_mut().zip(pixels) {
            for (to, code) in to.iter_mut().zip(&from[..COLORS]) {
                *to = self.colors[usize::from(*code)];
            }
            if ALL > COLORS
                && let Some(alpha) = self.alpha
            {
                self.with_alpha(to, from, alpha);
            }
        }
    }

    /// Colors that are worked out from the samples of a pixel together.
    fn mapped(
        &self,
        pixels: std::slice::ChunksExact<'_, u8>,
        out: &mut [u8],
        rgb: impl Fn(&[u8]) -> [u8; 3],
    ) {
        for (to, from) in out.chunks_exact_mut(self.layout.channels()).zip(pixels) {
            to[..3].copy_from_slice(&rgb(from));
            if let Some(alpha) = self.alpha {
                self.with_alpha(to, from, alpha);
            }
        }
    }

    /// Sets the last sample, and divides the others by it where they were multiplied with it.
    fn with_alpha(&self, to: &mut [u8], from: &[u8], alpha: Alpha) {
        let opacity = self.opacities[usize::from(from.get(alpha.index).copied().unwrap_or(255))];
        let Some((last, colors)) = to.split_last_mut() else { return };
        *last = opacity;
        if alpha.associated && !matches!(opacity, 0 | 255) {
            let opacity = u32::from(opacity);
            for color in colors {
                *color = ((u32::from(*color) * 255 + opacity / 2) / opacity).min(255) as u8;
            }
        }
    }

    /// Pixels of more than 8 bits: converted first, rounded last.
    fn deep_row(
        &self,
        planes: &[&[u8]],
        width: usize,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<usize> {
        let Scratch { deep, deep_plane, pixels, done, .. } = scratch;
        let together = self.header.samples_together();
        let mut outside = 0;
        gathered(planes, deep, deep_plane, |row, out| {
            outside += samples::deep(row, self.header, width * together, out);
        });
        if let Color::Lab(kind) = self.header.color {
            self.deep_lab(kind, deep, out);
            return Ok(outside);
        }
        pixels.clear();
        let inverted = matches!(self.header.color, Color::Gray { white_is_zero: true });
        let colors = self.header.color.samples();
        for from in deep.chunks_exact(self.stride) {
            let start = pixels.len();
            pixels.extend(from.iter().take(colors).map(|v| if inverted { u16::MAX - v } else { *v }));
            if let Some(alpha) = self.alpha {
                let opacity = from.get(alpha.index).copied().unwrap_or(u16::MAX);
                if alpha.associated {
                    divide(pixels.get_mut(start..).unwrap_or_default(), opacity);
                }
                pixels.push(opacity);
            }
        }
        done.clear();
        self.depth.append(self.layout, pixels, done).map_err(|e| Error::malformed(Format::Tiff, None, e))?;
        out.iter_mut().zip(done.iter()).for_each(|(to, from)| *to = *from);
        Ok(outside)
    }

    fn deep_lab(&self, kind: lab::Kind, deep: &[u16], out: &mut [u8]) {
        for (to, from) in out.chunks_exact_mut(self.layout.channels()).zip(deep.chunks_exact(self.stride)) {
            if let [l, a, b, ..] = from {
                to[..3].copy_from_slice(&lab::to_srgb(lab::of_16(kind, [*l, *a, *b])));
            }
            if let (Some(alpha), Some(last)) = (self.alpha, to.get_mut(3)) {
                *last = crate::pixels::rounding::round(from.get(alpha.index).copied().unwrap_or(u16::MAX));
            }
        }
    }
}

fn divide(colors: &mut [u16], opacity: u16) {
    if matches!(opacity, 0 | u16::MAX) {
        return;
    }
    let (most, opacity) = (u64::from(u16::MAX), u64::from(opacity));
    for color in colors {
        *color = ((u64::from(*color) * most + opacity / 2) / opacity).min(most) as u16;
    }
}

/// The samples of all planes, side by side for each pixel.
fn gathered<T: Copy + Default>(
    planes: &[&[u8]],
    all: &mut Vec<T>,
    plane: &mut Vec<T>,
    mut unpack: impl FnMut(&[u8], &mut Vec<T>),
) {
    all.clear();
    if let [one] = planes {
        unpack(one, all);
        return;
    }
    for (i, row) in planes.iter().enumerate() {
        plane.clear();
        unpack(row, plane);
        all.resize(plane.len() * planes.len(), T::default());
        all.iter_mut().skip(i).step_by(planes.len()).zip(plane.iter()).for_each(|(to, from)| *to = *from);
    }
}
