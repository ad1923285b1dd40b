//! Pictures as planes of 8-bit samples, each component at its own sampling.

use crate::error::{Error, Result};
use crate::header::ColorModel;
use crate::syntax::MaxSampling;

/// A plane of 8-bit samples, stored row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Plane {
    /// Makes a plane of `width * height` samples. `None` if `data` has another length, or if a side is 0 or
    /// above 65,535.
    #[must_use]
    pub fn new(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let sides = 1..=65_535;
        let fits = sides.contains(&width) && sides.contains(&height);
        (fits && data.len() == width as usize * height as usize).then_some(Self { width, height, data })
    }

    /// The number of samples in a row.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The number of rows.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All samples, row after row.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// All samples, row after row, to be changed.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// The samples of row `y`; empty below the plane.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let width = self.width as usize;
        self.data.get(y as usize * width..).and_then(|rest| rest.get(..width)).unwrap_or_default()
    }

    /// The samples, row after row.
    #[must_use]
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }
}

/// A picture as planes: one plane for [`ColorModel::Gray`], four for inks, and three for the other color models.
///
/// In a picture of `width * height` pixels, plane `i` has `ceil(width * h / h_max)` times `ceil(height * v /
/// v_max)` samples, where `(h, v)` is `sampling[i]`, and `h_max` and `v_max` are the largest factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// Width of the picture in pixels.
    pub(crate) width: u32,
    /// Height of the picture in pixels.
    pub(crate) height: u32,
    /// How the planes describe colors.
    pub(crate) color: ColorModel,
    /// The horizontal and vertical sampling factor of each plane, 1 or 2.
    pub(crate) sampling: Vec<(u8, u8)>,
    /// The planes.
    pub(crate) planes: Vec<Plane>,
}

impl Planes {
    /// Makes a picture of planes.
    ///
    /// # Errors
    /// [`Error::Argument`] unless there is a plane with its sampling factors for each channel of the color model
    /// ([`ColorModel::channels`]), all factors are 1 or 2, and each plane has the size that follows from them.
    pub fn new(
        width: u32,
        height: u32,
        color: ColorModel,
        sampling: Vec<(u8, u8)>,
        planes: Vec<Plane>,
    ) -> Result<Self> {
        let made = Self { width, height, color, sampling, planes };
        made.check().map(|()| made)
    }

    /// Checks that the planes make a picture.
    pub(crate) fn check(&self) -> Result<()> {
        let count = self.color.channels();
        if self.planes.len() != count || self.sampling.len() != count {
            return Err(Error::Argument(
                "a picture must have a plane for each channel of its color model, each with its sampling",
            ));
        }
        if self.sampling.iter().any(|(h, v)| !(1..=2).contains(h) || !(1..=2).contains(v)) {
            return Err(Error::Argument("sampling factors must be 1 or 2"));
        }
        let max = MaxSampling::of(self.sampling.iter().copied());
        let fits = self.planes.iter().zip(&self.sampling).all(|(plane, &factors)| {
            (plane.width(), plane.height()) == max.component_size(self.width, self.height, factors)
        });
        if fits {
            Ok(())
        } else {
            Err(Error::Argument("a plane's size doesn't fit the picture's size and its sampling"))
        }
    }

    /// The width of the picture in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height of the picture in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How the planes describe colors.
    #[must_use]
    pub fn color(&self) -> ColorModel {
        self.color
    }

    /// The horizontal and vertical sampling factor of each plane, 1 or 2.
    #[must_use]
    pub fn sampling(&self) -> &[(u8, u8)] {
        &self.sampling
    }

    /// The planes: one of gray, three of colors, or four of inks.
    #[must_use]
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// The planes, whose samples can be changed, but neither their sizes nor their number.
    #[must_use]
    pub fn planes_mut(&mut self) -> &mut [Plane] {
        &mut self.planes
    }
}
