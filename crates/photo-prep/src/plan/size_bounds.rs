//! Which sizes the requirements allow, and the nearest of them to a shape.

use crate::Size;
use crate::requirements::{AspectRatio, Bound, Requirements, Side};

/// Width and height, not in whole pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What a size has to keep.
pub(super) struct SizeBounds<'a> {
    pub(super) required: &'a Requirements,
    /// The longest side that can be written.
    pub(super) longest: u32,
}

/// Products and quotients of bounds are equal but for so much.
const ROUNDING: f64 = 1e-9;

impl Shape {
    pub(super) fn of(size: Size) -> Self {
        Self { width: size.width.max(1).into(), height: size.height.max(1).into() }
    }

    fn ratio(self) -> f64 {
        self.width / self.height
    }

    fn side(self, side: Side) -> f64 {
        match side {
            Side::Width => self.width,
            Side::Height => self.height,
            Side::Long => self.width.max(self.height),
            Side::Short => self.width.min(self.height),
        }
    }

    /// The largest shape of an aspect ratio within it.
    pub(super) fn inside(self, ratio: f64) -> Self {
        if ratio >= self.ratio() {
            Self { height: self.width / ratio, ..self }
        } else {
            Self { width: self.height * ratio, ..self }
        }
    }

    /// The smallest shape of an aspect ratio around it.
    pub(super) fn around(self, ratio: f64) -> Self {
        if ratio >= self.ratio() {
            Self { width: self.height * ratio, ..self }
        } else {
            Self { height: self.width / ratio, ..self }
        }
    }

    /// The largest factor by which another shape can be scaled to lie within it.
    pub(super) fn factor_into(self, other: Self) -> f64 {
        (self.width / other.width).min(self.height / other.height)
    }

    /// Whether it is no larger than another, in whole pixels.
    fn is_within(self, other: Self) -> bool {
        self.width <= other.width.ceil() && self.height <= other.height.ceil()
    }

    /// By how many pixels rounding may move the long side, at most, to find an allowed size: by one, or by as
    /// many as belong to one of the short side where there is no other.
    fn slacks(self) -> [f64; 2] {
        [1.0, 1.0 + self.side(Side::Long) / self.side(Side::Short)]
    }

    /// The two sizes of a long side that are nearest to the shape, the nearer one first.
    fn of_long_side(self, long: u32) -> [Size; 2] {
        let short = f64::from(long) * self.side(Side::Short) / self.side(Side::Long);
        let (nearest, below) = (short.round(), short.floor());
        let other = if nearest > below { below } else { below + 1.0 };
        [nearest, other].map(|short| {
            let short = (short as u32).clamp(1, long.max(1));
            if self.width >= self.height { Size::new(long, short) } else { Size::new(short, long) }
        })
    }
}

impl SizeBounds<'_> {
    pub(super) fn allows(&self, size: Size) -> bool {
        Side::Long.of(size) <= self.longest && self.required.allows_size(size)
    }

    pub(super) fn max_pixels(&self) -> u64 {
        self.required.max_pixels.unwrap_or(u64::MAX)
    }

    /// What a side may have at most, or must have at least; the longest that can be written, or 1, where
    /// nothing is required.
    pub(super) fn limit(&self, side: Side, bound: Bound) -> f64 {
        let mut bounds = self.required.side_bounds();
        let limit = bounds.find(|(s, b, _)| (*s, *b) == (side, bound)).map(|(_, _, limit)| limit);
        match bound {
            Bound::AtMost => limit.map_or(self.longest, |limit| limit.min(self.longest)).max(1).into(),
            Bound::AtLeast => limit.unwrap_or(1).max(1).into(),
        }
    }

    /// The largest allowed size that is the shape, or the shape reduced, but for rounding.
    pub(super) fn reduced(&self, shape: Shape) -> Option<Size> {
        let (least, most) = self.factors(shape);
        let long = shape.side(Side::Long);
        shape.slacks().into_iter().find_map(|slack| {
            let (first, last) = (long * least.min(1.0) - slack, long * most.min(1.0) + slack);
            let last = last.min(long.round());
            // A pixel more is no reduction.
            let fits = |size: &Size| Shape::of(*size).is_within(shape);
            (first.max(1.0) as u32..=last as u32).rev().find_map(|long| self.allowed(shape, long, fits))
        })
    }

    /// The smallest allowed size that is the shape enlarged, but for rounding.
    pub(super) fn enlarged(&self, shape: Shape) -> Option<Size> {
        let (least, most) = self.factors(shape);
        let long = shape.side(Side::Long);
        shape.slacks().into_iter().find_map(|slack| {
            let (first, last) = (long * least.max(1.0) - slack, long * most + slack);
            (first.max(long) as u32..=last as u32).find_map(|long| self.allowed(shape, long, |_| true))
        })
    }

    /// The smallest allowed size that is the shape reduced, but for rounding.
    pub(super) fn smallest(&self, shape: Shape) -> Option<Size> {
        let long = shape.side(Side::Long);
        let first = long * self.factors(shape).0.min(1.0) - 1.0;
        let fits = |size: &Size| Shape::of(*size).is_within(shape);
        (first.max(1.0) as u32..=long as u32).find_map(|long| self.allowed(shape, long, fits))
    }

    fn allowed(&self, shape: Shape, long: u32, fits: impl Fn(&Size) -> bool) -> Option<Size> {
        shape.of_long_side(long).into_iter().find(|size| fits(size) && self.allows(*size))
    }

    /// The factors by which a shape must be scaled at least, and at most, for its sides and pixels.
    fn factors(&self, shape: Shape) -> (f64, f64) {
        let by_area = (self.max_pixels() as f64 / (shape.width * shape.height)).sqrt();
        let by_longest = f64::from(self.longest) / shape.side(Side::Long);
        let (mut least, mut most) = (0.0, by_area.min(by_longest));
        for (side, bound, limit) in self.required.side_bounds() {
            let factor = f64::from(limit) / shape.side(side);
            match bound {
                Bound::AtLeast if limit > 1 => least = f64::max(least, factor),
                Bound::AtLeast => {}
                Bound::AtMost => most = f64::min(most, factor),
            }
        }
        (least, most)
    }

    /// The aspect ratio nearest to that of a shape of which there is an allowed size, no larger than `within`
    /// in any direction.
    pub(super) fn nearest_ratio(&self, shape: Shape, within: Option<Size>) -> Option<f64> {
        let own = shape.ratio();
        let share = |ratio: f64| (ratio / own).min(own / ratio);
        let nearest = |wide: bool| {
            self.ratios(wide, within).map(|(least, most)| own.clamp(least.min(most), most.max(least)))
        };
        let lies = own >= 1.0;
        match (nearest(lies), nearest(!lies)) {
            (Some(same), Some(other)) if share(other) > share(same) => Some(other),
            (same, other) => same.or(other),
        }
    }

    /// The narrowest and the widest aspect ratio of allowed sizes, among those that are at least as wide as
    /// they are high, or else among those that are at least as high as they are wide. All between them are
    /// allowed, too: taken as logarithms, all bounds are straight lines.
    fn ratios(&self, wide: bool, within: Option<Size>) -> Option<(f64, f64)> {
        let within = within.map_or(Shape { width: f64::INFINITY, height: f64::INFINITY }, Shape::of);
        let (broad, high) = if wide { (Side::Long, Side::Short) } else { (Side::Short, Side::Long) };
        let least = |a, b| self.limit(a, Bound::AtLeast).max(self.limit(b, Bound::AtLeast));
        let most = |a, b| self.limit(a, Bound::AtMost).min(self.limit(b, Bound::AtMost));
        let (least_width, least_height) = (least(Side::Width, broad), least(Side::Height, high));
        let most_width = most(Side::Width, broad).min(within.width);
        let most_height = most(Side::Height, high).min(within.height);
        let pixels = self.max_pixels() as f64;
        let narrowest = least_width / most_height.min(pixels / least_width);
        let widest = most_width.min(pixels / least_height) / least_height;
        let required = |ratio: Option<AspectRatio>, none: f64| ratio.map_or(none, AspectRatio::value);
        let (least, most) = if wide { (1.0, f64::INFINITY) } else { (0.0, 1.0) };
        let narrowest = narrowest.max(required(self.required.min_aspect_ratio, 0.0)).max(least);
        let widest = widest.min(required(self.required.max_aspect_ratio, f64::INFINITY)).min(most);
        let possible = least_width <= most_width
            && least_height <= most_height
            && least_width * least_height <= pixels
            && narrowest <= widest * (1.0 + ROUNDING);
        possible.then_some((narrowest, widest))
    }
}
