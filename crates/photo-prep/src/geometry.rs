//! Sizes, and the largest size within a number of pixels.

/// Width and height in pixels, both at least 1 in everything this crate hands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// The longest side of any output: libjpeg, and so most decoders, take no more.
pub(crate) const MAX_SIDE: u32 = 65_500;

/// The longest side of a PNG that comes out: what other programs hold a side in has 16 bits, if it has not
/// 31.
pub(crate) const MAX_PNG_SIDE: u32 = 65_535;

/// A part of a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rect {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// Columns and rows.
    pub size: Size,
}

impl Rect {
    /// The same part of the picture once it is decoded at the size `to` instead of `from`, in whole pixels.
    pub(crate) fn rescaled(self, from: Size, to: Size) -> Self {
        let axis = |start: u32, side: u32, from: u32, to: u32| {
            let at = |pixel: u64| (pixel * u64::from(to) + u64::from(from) / 2) / u64::from(from.max(1));
            let at = |pixel: u64| u32::try_from(at(pixel)).unwrap_or(to).min(to);
            let first = at(start.into()).min(to.saturating_sub(1));
            (first, at(u64::from(start) + u64::from(side)).saturating_sub(first).max(1))
        };
        let (x, width) = axis(self.x, self.size.width, from.width, to.width);
        let (y, height) = axis(self.y, self.size.height, from.height, to.height);
        Self { x, y, size: Size { width, height } }
    }
}

impl Size {
    /// A size of `width` columns and `height` rows.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The number of pixels; can't overflow.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// Width and height exchanged.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    /// The largest size of the same aspect with at most `max_pixels` pixels and sides of at most 65,500;
    /// never larger than `self`, never less than 1x1.
    ///
    /// Both sides are scaled by the same factor and rounded down, so that the product holds the limit.
    ///
    /// ```
    /// # use photo_prep::Size;
    /// assert_eq!(Size::new(4032, 3024).within(10_000_000), Size::new(3651, 2738));
    /// assert_eq!(Size::new(640, 480).within(10_000_000), Size::new(640, 480));
    /// ```
    #[must_use]
    pub fn within(self, max_pixels: u64) -> Self {
        self.within_sides(max_pixels, MAX_SIDE)
    }

    /// As [`within`](Self::within), for sides of at most `max_side`.
    pub(crate) fn within_sides(self, max_pixels: u64, max_side: u32) -> Self {
        let longest = self.width.max(self.height);
        let by_side = f64::from(max_side) / f64::from(longest.max(1));
        let by_area = (max_pixels.max(1) as f64 / self.pixels().max(1) as f64).sqrt();
        let scale = by_side.min(by_area);
        if scale >= 1.0 {
            return self;
        }
        self.scaled(scale).clamp_pixels(max_pixels.max(1))
    }

    /// Both sides times `scale`, rounded down, at least 1.
    pub(crate) fn scaled(self, scale: f64) -> Self {
        let side = |s: u32| ((f64::from(s) * scale) as u32).clamp(1, MAX_PNG_SIDE);
        Self { width: side(self.width), height: side(self.height) }
    }

    /// A 1-pixel side can't shrink further, so the other has to give way.
    fn clamp_pixels(self, max_pixels: u64) -> Self {
        if self.pixels() <= max_pixels {
            return self;
        }
        let most = |other: u32| (max_pixels / u64::from(other)).clamp(1, u64::from(MAX_PNG_SIDE)) as u32;
        if self.width >= self.height {
            Self { width: most(self.height).min(self.width), ..self }
        } else {
            Self { height: most(self.width).min(self.height), ..self }
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn within_holds_the_limit_and_the_aspect(w in 1u32..70_000, h in 1u32..70_000, max in 1u64..20_000_000) {
            let size = Size::new(w, h);
            let fit = size.within(max);
            prop_assert!(fit.pixels() <= max && fit.width >= 1 && fit.height >= 1);
            prop_assert!(fit.width <= w.min(MAX_SIDE) && fit.height <= h.min(MAX_SIDE));
            if fit != size && fit.width > 1 && fit.height > 1 {
                let k = f64::max(f64::from(fit.width) / f64::from(w), f64::from(fit.height) / f64::from(h));
                prop_assert!((f64::from(w) * k - f64::from(fit.width)).abs() <= 1.01);
                prop_assert!((f64::from(h) * k - f64::from(fit.height)).abs() <= 1.01);
            }
        }

        #[test]
        fn within_is_the_largest(w in 2u32..5_000, h in 2u32..5_000, max in 100u64..1_000_000) {
            let (size, fit) = (Size::new(w, h), Size::new(w, h).within(max));
            prop_assume!(fit != size && fit.width > 1 && fit.height > 1);
            prop_assert!(u64::from(fit.width + 1) * u64::from(fit.height + 1) > max);
        }
    }
}
