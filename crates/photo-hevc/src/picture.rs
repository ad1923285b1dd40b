//! A decoded picture.

use crate::info::Info;

/// One plane of samples, row by row without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Samples in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height` samples.
    pub samples: Vec<u16>,
}

/// A decoded picture: luma, or luma, Cb and Cr, as the stream has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What the parameter sets that were used tell about the picture.
    pub info: Info,
    /// One plane, or three.
    pub planes: Vec<Plane>,
}

impl Plane {
    /// Cuts a window out in place; it must lie inside.
    pub(crate) fn crop(&mut self, left: u32, top: u32, width: u32, height: u32) {
        if (left, top, width, height) == (0, 0, self.width, self.height) {
            return;
        }
        let (stride, w) = (self.width as usize, width as usize);
        for y in 0..height as usize {
            let from = (y + top as usize) * stride + left as usize;
            self.samples.copy_within(from..from + w, y * w);
        }
        self.samples.truncate(w * height as usize);
        (self.width, self.height) = (width, height);
    }
}
