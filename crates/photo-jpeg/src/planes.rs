//! Pictures as planes of 8-bit samples, each component at its own sampling.

use crate::header::ColorModel;

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

/// A picture as planes: one plane for [`ColorModel::Gray`], three for the other color models.
///
/// In a picture of `width * height` pixels, plane `i` has `ceil(width * h / h_max)` times `ceil(height * v /
/// v_max)` samples, where `(h, v)` is `sampling[i]`, and `h_max` and `v_max` are the largest factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// How the planes describe colors.
    pub color: ColorModel,
    /// The horizontal and vertical sampling factor of each plane, 1 or 2.
    pub sampling: Vec<(u8, u8)>,
    /// The planes.
    pub planes: Vec<Plane>,
}
