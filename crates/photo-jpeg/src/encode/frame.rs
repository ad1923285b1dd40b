//! The picture as the encoder sees it: upright and divided into MCUs.

use crate::encode::sample_source::SampleSource;
use crate::error::{Error, Result};
use crate::header::ColorModel;
use crate::orientation::Orientation;
use crate::planes::Planes;
use crate::quant::QuantTable;
use crate::syntax::MaxSampling;

/// A picture to be encoded, whose blocks come from `S`.
#[derive(Debug)]
pub(crate) struct Frame<S> {
    /// Width of the upright picture in pixels.
    pub(crate) width: u32,
    /// Height of the upright picture in pixels.
    pub(crate) height: u32,
    pub(crate) color: ColorModel,
    /// The number of MCUs in a row.
    pub(crate) mcus_wide: u32,
    /// The number of rows of MCUs.
    pub(crate) mcus_high: u32,
    /// One or three components.
    pub(crate) components: Vec<FrameComponent<S>>,
    /// One to four quantization tables.
    pub(crate) quant: Vec<QuantTable>,
}

#[derive(Debug)]
pub(crate) struct FrameComponent<S> {
    pub(crate) id: u8,
    /// The number of columns of blocks in an MCU, 1 or 2.
    pub(crate) h: u8,
    /// The number of rows of blocks in an MCU, 1 or 2.
    pub(crate) v: u8,
    /// The class of its Huffman tables: 0 for luma's, 1 for chroma's.
    pub(crate) class: usize,
    /// The index of its quantization table.
    pub(crate) quant: usize,
    pub(crate) source: S,
}

impl<'a> Frame<SampleSource<'a>> {
    /// Checks a picture and makes its frame. `orientation` is how the picture must be turned to be upright.
    pub(crate) fn new(planes: &'a Planes, orientation: Orientation, tables: [QuantTable; 3]) -> Result<Self> {
        check(planes)?;
        let same_chroma = tables[1] == tables[2];
        let ids = ids(planes.color);
        let factors = upright_factors(&planes.sampling, orientation);
        let components: Vec<_> = planes
            .planes
            .iter()
            .zip(&factors)
            .zip(ids)
            .enumerate()
            .map(|(index, ((plane, &(h, v)), id))| {
                let class = class(planes.color, index);
                let quant = if same_chroma || class == 0 { class } else { index };
                let source = SampleSource::new(plane, orientation, &tables[quant]);
                FrameComponent { id, h, v, class, quant, source }
            })
            .collect();
        let swap = orientation.swaps_sides();
        let (width, height) =
            if swap { (planes.height, planes.width) } else { (planes.width, planes.height) };
        Ok(Self::laid_out((width, height), planes.color, components, tables.into()))
    }
}

impl<S> Frame<S> {
    /// Makes a frame of this upright size. Quantization tables that no component uses are left out.
    pub(crate) fn laid_out(
        (width, height): (u32, u32),
        color: ColorModel,
        components: Vec<FrameComponent<S>>,
        mut quant: Vec<QuantTable>,
    ) -> Self {
        let max = MaxSampling::of(components.iter().map(|c| (c.h, c.v)));
        let (mcus_wide, mcus_high) = max.mcus(width, height);
        quant.truncate(1 + components.iter().map(|c| c.quant).max().unwrap_or_default());
        Self { width, height, color, mcus_wide, mcus_high, components, quant }
    }

    /// The number of MCUs in the picture.
    pub(crate) fn mcus(&self) -> u32 {
        self.mcus_wide * self.mcus_high
    }
}

/// The ids of the components.
pub(crate) fn ids(color: ColorModel) -> [u8; 3] {
    if color == ColorModel::Rgb { *b"RGB" } else { [1, 2, 3] }
}

/// The class of a component's Huffman tables: 0 for luma's, 1 for chroma's.
pub(crate) fn class(color: ColorModel, index: usize) -> usize {
    usize::from(index > 0 && color != ColorModel::Rgb)
}

/// Checks that a picture of this size can be written.
pub(crate) fn check_size(width: u32, height: u32) -> Result<()> {
    let sides = 1..=LONGEST_SIDE;
    if sides.contains(&width) && sides.contains(&height) {
        Ok(())
    } else {
        Err(Error::Argument("a JPEG to be written must have sides of 1 to 65,500 pixels"))
    }
}

fn check(planes: &Planes) -> Result<()> {
    check_size(planes.width, planes.height)?;
    if planes.color.channels() == 4 {
        return Err(Error::Unsupported("writing a picture of inks"));
    }
    planes.check()
}

/// The sampling factors after turning, reduced to the smallest with the same meaning: factors of 2 in all
/// components become 1. So MCUs are no larger than necessary, and never have more than the ten blocks that
/// the standard allows.
pub(crate) fn upright_factors(sampling: &[(u8, u8)], orientation: Orientation) -> Vec<(u8, u8)> {
    let swap = orientation.swaps_sides();
    let mut factors: Vec<_> = sampling.iter().map(|&(h, v)| if swap { (v, h) } else { (h, v) }).collect();
    let equal_h = factors.iter().all(|&(h, _)| h == 2);
    let equal_v = factors.iter().all(|&(_, v)| v == 2);
    for (h, v) in &mut factors {
        *h = if equal_h { 1 } else { *h };
        *v = if equal_v { 1 } else { *v };
    }
    factors
}

/// The longest side in pixels, as in libjpeg. The format itself allows 65,535.
const LONGEST_SIDE: u32 = 65_500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_reduced_and_turned() {
        let of = |factors: &[(u8, u8)], orientation| upright_factors(factors, orientation);
        assert_eq!(of(&[(2, 2); 3], Orientation::Upright), [(1, 1); 3]);
        assert_eq!(of(&[(2, 2)], Orientation::Upright), [(1, 1)]);
        assert_eq!(of(&[(2, 2), (1, 2), (1, 2)], Orientation::Upright), [(2, 1), (1, 1), (1, 1)]);
        assert_eq!(of(&[(2, 1), (1, 1), (1, 1)], Orientation::Rotate90), [(1, 2), (1, 1), (1, 1)]);
    }
}
