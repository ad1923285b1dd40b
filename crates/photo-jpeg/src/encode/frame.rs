//! The picture as the encoder sees it: upright, cut into MCUs.

use crate::encode::tiles::Source;
use crate::error::{Error, Result};
use crate::geometry::component_side;
use crate::{ColorModel, Orientation, Planes};

/// A picture that can be encoded.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// Pixels in a row, upright.
    pub(crate) width: u32,
    /// Rows of pixels, upright.
    pub(crate) height: u32,
    pub(crate) color: ColorModel,
    /// MCUs in a row.
    pub(crate) mcus_wide: u32,
    /// Rows of MCUs.
    pub(crate) mcus_high: u32,
    /// One or three components.
    pub(crate) components: Vec<FrameComponent<'a>>,
}

#[derive(Debug)]
pub(crate) struct FrameComponent<'a> {
    pub(crate) id: u8,
    /// Blocks of an MCU in a row, 1 or 2.
    pub(crate) h: u8,
    /// Rows of blocks of an MCU, 1 or 2.
    pub(crate) v: u8,
    /// The tables it's coded with: 0 for luma's, 1 for chroma's.
    pub(crate) class: usize,
    pub(crate) source: Source<'a>,
}

impl<'a> Frame<'a> {
    /// Checks a picture, which will be turned upright.
    pub(crate) fn new(planes: &'a Planes, orientation: Orientation) -> Result<Self> {
        check(planes)?;
        let ids: &[u8] = if planes.color == ColorModel::Rgb { b"RGB" } else { &[1, 2, 3] };
        let factors = upright_factors(&planes.sampling, orientation);
        let one_class = planes.color == ColorModel::Rgb;
        let components: Vec<_> = planes
            .planes
            .iter()
            .zip(&factors)
            .zip(ids)
            .enumerate()
            .map(|(index, ((plane, &(h, v)), &id))| {
                let class = usize::from(index > 0 && !one_class);
                FrameComponent { id, h, v, class, source: Source::new(plane, orientation) }
            })
            .collect();
        let swap = orientation.swaps_sides();
        let (width, height) =
            if swap { (planes.height, planes.width) } else { (planes.width, planes.height) };
        let (h_max, v_max) = largest(&factors);
        Ok(Self {
            width,
            height,
            color: planes.color,
            mcus_wide: width.div_ceil(8 * u32::from(h_max)),
            mcus_high: height.div_ceil(8 * u32::from(v_max)),
            components,
        })
    }

    /// MCUs of the picture.
    pub(crate) fn mcus(&self) -> u32 {
        self.mcus_wide * self.mcus_high
    }
}

fn check(planes: &Planes) -> Result<()> {
    let sides = 1..=LONGEST_SIDE;
    if !sides.contains(&planes.width) || !sides.contains(&planes.height) {
        return Err(Error::Argument("a JPEG to be written must have sides of 1 to 65,500 pixels"));
    }
    let count = if planes.color == ColorModel::Gray { 1 } else { 3 };
    if planes.planes.len() != count || planes.sampling.len() != count {
        return Err(Error::Argument(
            "a picture must have one plane if it's gray, else three, each with its sampling",
        ));
    }
    if planes.sampling.iter().any(|(h, v)| !(1..=2).contains(h) || !(1..=2).contains(v)) {
        return Err(Error::Argument("sampling factors must be 1 or 2"));
    }
    let (h_max, v_max) = largest(&planes.sampling);
    let fits = planes.planes.iter().zip(&planes.sampling).all(|(plane, &(h, v))| {
        plane.width() == component_side(planes.width, h, h_max)
            && plane.height() == component_side(planes.height, v, v_max)
    });
    if fits {
        Ok(())
    } else {
        Err(Error::Argument("a plane's size doesn't fit the picture's size and its sampling"))
    }
}

/// The sampling factors after turning, the smallest that say the same: factors that are equal for all components are 1,
/// so that MCUs are no larger than they need be, and never of more than the ten blocks that the standard allows.
fn upright_factors(sampling: &[(u8, u8)], orientation: Orientation) -> Vec<(u8, u8)> {
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

fn largest(factors: &[(u8, u8)]) -> (u8, u8) {
    factors.iter().fold((1, 1), |(h_max, v_max), &(h, v)| (h_max.max(h), v_max.max(v)))
}

/// As in libjpeg; the format itself allows 65,535.
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
