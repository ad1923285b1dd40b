//! From the size of a picture to the size that the requirements allow: what is cut off, scaled and added.

use crate::requirements::{AspectRatio, Bound, Requirements, Side};
use crate::{Focus, Framing, Options, Size};

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

/// What becomes of a picture's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// The part of the upright picture that stays, if not all of it does.
    pub(super) crop: Option<Rect>,
    /// The size to which what stays is scaled.
    pub(super) size: Size,
    /// The size of the output, where color is added around the picture.
    pub(super) canvas: Option<Size>,
}

impl Frame {
    /// The size of the output.
    pub(super) fn output(&self) -> Size {
        self.canvas.unwrap_or(self.size)
    }
}

/// The largest output that the requirements allow for a picture of an upright size; sides are never longer
/// than `longest`. Where there is none, an output that breaks some of them.
pub(super) fn frame(upright: Size, options: &Options, longest: u32) -> Frame {
    let required = &options.requirements;
    let whole = Frame { crop: None, size: upright, canvas: None };
    if required.allows_size(upright) && Side::Long.of(upright) <= longest {
        return whole;
    }
    let bounds = Bounds { required, longest, enlarge: options.enlarge };
    match (options.framing, bounds.missed_aspect_ratio(upright)) {
        (Framing::Crop(focus), Some(ratio)) => {
            let rect = cropped(upright, ratio.inside(upright), focus);
            Frame { crop: Some(rect), size: bounds.scaled(rect.size), canvas: None }
        }
        (Framing::Pad(_), ratio) => padded(upright, ratio, &bounds),
        _ => Frame { size: bounds.scaled(upright), ..whole },
    }
}

/// The smallest size to which an output may be reduced for the sake of its bytes.
pub(super) fn smallest(output: Size, required: &Requirements) -> Size {
    let needed = required
        .side_bounds()
        .filter(|(_, bound, _)| *bound == Bound::AtLeast)
        .map(|(side, _, limit)| f64::from(limit) / f64::from(side.of(output).max(1)))
        .fold(0.0, f64::max);
    let side = |side: u32| ((f64::from(side) * needed.min(1.0)).ceil() as u32).max(1);
    Size::new(side(output.width), side(output.height))
}

fn cropped(whole: Size, size: Size, focus: Focus) -> Rect {
    let start = |whole: u32, part: u32, percent: u8| {
        let middle = u64::from(whole) * u64::from(percent.min(100)) / 100;
        let start = middle.saturating_sub(u64::from(part) / 2);
        u32::try_from(start).unwrap_or(u32::MAX).min(whole - part)
    };
    let (x, y) = (start(whole.width, size.width, focus.x), start(whole.height, size.height, focus.y));
    Rect { x, y, size }
}

/// The picture on a canvas of an allowed aspect ratio, which is no smaller than is required.
fn padded(upright: Size, ratio: Option<AspectRatio>, bounds: &Bounds<'_>) -> Frame {
    let at_least = |side: Side| bounds.limit(side, Bound::AtLeast).unwrap_or(1);
    let short = at_least(Side::Short);
    let room = Size::new(
        upright.width.max(at_least(Side::Width)).max(short),
        upright.height.max(at_least(Side::Height)).max(short),
    );
    let ratio = bounds.missed_aspect_ratio(room).or(ratio.filter(|_| room == upright));
    let room = ratio.map_or(room, |ratio| ratio.around(room));
    let mut canvas = bounds.scaled(room);
    canvas = Size::new(canvas.width.max(at_least(Side::Width)), canvas.height.max(at_least(Side::Height)));
    let scale = f64::min(
        f64::from(canvas.width) / f64::from(room.width.max(1)),
        f64::from(canvas.height) / f64::from(room.height.max(1)),
    );
    let side = |side: u32, most: u32| ((f64::from(side) * scale + 1e-6) as u32).clamp(1, most.max(1));
    let size = if scale < 1.0 {
        Size::new(side(upright.width, canvas.width), side(upright.height, canvas.height))
    } else {
        upright
    };
    Frame { crop: None, size, canvas: (canvas != size).then_some(canvas) }
}

/// The bounds that a size has to keep.
struct Bounds<'a> {
    required: &'a Requirements,
    longest: u32,
    enlarge: bool,
}

impl Bounds<'_> {
    fn limit(&self, side: Side, bound: Bound) -> Option<u32> {
        let mut bounds = self.required.side_bounds();
        bounds.find(|(s, b, _)| (*s, *b) == (side, bound)).map(|(_, _, limit)| limit)
    }

    /// The aspect ratio to which a picture must be brought, if it is too wide or too narrow: for what is
    /// required of its aspect ratio, and for what its sides may have together.
    fn missed_aspect_ratio(&self, size: Size) -> Option<AspectRatio> {
        let most = |side| self.limit(side, Bound::AtMost);
        let least = |side| self.limit(side, Bound::AtLeast);
        let long = most(Side::Long).map_or(self.longest, |limit| limit.min(self.longest));
        let short = least(Side::Short).unwrap_or(1);
        let highest = most(Side::Height).map_or(long, |limit| limit.min(long));
        let broadest = most(Side::Width).map_or(long, |limit| limit.min(long));
        let narrowest = AspectRatio::new(least(Side::Width).unwrap_or(1).max(short), highest);
        let widest = AspectRatio::new(broadest, least(Side::Height).unwrap_or(1).max(short));
        let required = self.required;
        let too_narrow = [required.min_aspect_ratio, narrowest].into_iter().flatten();
        let too_wide = [required.max_aspect_ratio, widest].into_iter().flatten();
        too_narrow
            .filter(|ratio| !ratio.is_reached_by(size))
            .max_by(AspectRatio::by_width)
            .or(too_wide.filter(|ratio| !ratio.holds(size)).min_by(AspectRatio::by_width))
    }

    /// A size scaled until it keeps the bounds, as far as one factor can do that.
    fn scaled(&self, size: Size) -> Size {
        let reduced = self.reduced(size);
        if !self.enlarge {
            return reduced;
        }
        let up = self.factor(reduced, Bound::AtLeast).unwrap_or(1.0);
        if up <= 1.0 {
            return reduced;
        }
        let side = |side: u32| ((f64::from(side) * up - 1e-6).ceil() as u32).clamp(1, self.longest);
        let enlarged = Size::new(side(reduced.width), side(reduced.height));
        self.nudged(enlarged)
    }

    fn reduced(&self, size: Size) -> Size {
        let most = self.required.max_pixels.unwrap_or(u64::MAX);
        let by_sides = self.factor(size, Bound::AtMost).unwrap_or(1.0);
        let by_area = (most.max(1) as f64 / size.pixels().max(1) as f64).sqrt();
        if by_sides >= by_area.min(f64::from(self.longest) / f64::from(Side::Long.of(size).max(1)))
            || by_sides >= 1.0
        {
            return self.nudged(size.within_sides(most, self.longest));
        }
        let side = |side: u32| ((f64::from(side) * by_sides + 1e-6) as u32).max(1);
        self.nudged(Size::new(side(size.width), side(size.height)).within_sides(most, self.longest))
    }

    /// The factor that brings the sides of a picture to their bounds of one kind: the smallest for those that
    /// they may not exceed, the largest for those that they must reach.
    fn factor(&self, size: Size, bound: Bound) -> Option<f64> {
        let bounds = self.required.side_bounds().filter(|(_, b, _)| *b == bound);
        let factors = bounds.map(|(side, _, limit)| f64::from(limit) / f64::from(side.of(size).max(1)));
        match bound {
            Bound::AtMost => factors.reduce(f64::min),
            Bound::AtLeast => factors.reduce(f64::max),
        }
    }

    /// Rounding may have cost a pixel that an aspect ratio or a bound needs.
    fn nudged(&self, size: Size) -> Size {
        let mut nudged = size;
        for (side, bound, limit) in self.required.broken_side_bounds(size) {
            let pixel = side.of(size).abs_diff(limit) == 1;
            let side = match side {
                Side::Long if size.width >= size.height => Side::Width,
                Side::Short if size.width <= size.height => Side::Width,
                Side::Long | Side::Short => Side::Height,
                side => side,
            };
            match (pixel && bound == Bound::AtLeast || pixel && bound == Bound::AtMost, side) {
                (true, Side::Width) => nudged.width = limit,
                (true, _) => nudged.height = limit,
                _ => {}
            }
        }
        match self.required.missed_aspect_ratio(nudged) {
            Some((_, ratio)) => {
                let inside = ratio.inside(nudged);
                let near =
                    inside.width.abs_diff(nudged.width) <= 1 && inside.height.abs_diff(nudged.height) <= 1;
                if near { inside } else { nudged }
            }
            None => nudged,
        }
    }
}
