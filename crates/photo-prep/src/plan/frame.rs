//! From the size of a picture to the size that the requirements allow: what is cut off, scaled and added.

use super::size_bounds::{Shape, SizeBounds};
use crate::requirements::{Bound, Requirements, Side};
use crate::{Focus, Framing, Options, Rect, Size};

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

/// What becomes of a picture of an upright size, so that the requirements allow what comes out and sides are
/// never longer than `longest`: the largest output, of as much of the picture as can be. Where there is none,
/// an output that breaks some of them.
pub(super) fn frame(upright: Size, options: &Options, longest: u32) -> Frame {
    let bounds = SizeBounds { required: &options.requirements, longest };
    let whole = |size| Frame { crop: None, size, canvas: None };
    if bounds.allows(upright) {
        return whole(upright);
    }
    let within = upright.within_sides(bounds.max_pixels(), longest);
    if let Some(size) = scaled(upright, within, &bounds, options.enlarge) {
        return whole(size);
    }
    let framed = match options.framing {
        Framing::Keep => None,
        Framing::Crop(focus) => cropped(upright, &bounds, options.enlarge, focus),
        Framing::Pad(_) => padded(upright, &bounds, options.enlarge),
    };
    framed.unwrap_or_else(|| whole(within))
}

/// The smallest size to which an output may be reduced for the sake of its bytes.
pub(super) fn smallest(output: Size, required: &Requirements) -> Size {
    SizeBounds { required, longest: u32::MAX }.smallest(Shape::of(output)).unwrap_or(output)
}

/// The whole picture, scaled by one factor; `within` is the largest size that is within the number of pixels.
fn scaled(upright: Size, within: Size, bounds: &SizeBounds<'_>, enlarge: bool) -> Option<Size> {
    // Tiny pictures are of any aspect ratio, but for a pixel; that is no way to mend it.
    if bounds.required.missed_aspect_ratio(upright).is_some() {
        return None;
    }
    if bounds.allows(within) {
        return Some(within);
    }
    let shape = Shape::of(upright);
    bounds.reduced(shape).or_else(|| if enlarge { bounds.enlarged(shape) } else { None })
}

/// The part of the picture whose aspect ratio is the nearest to its own.
fn cropped(upright: Size, bounds: &SizeBounds<'_>, enlarge: bool, focus: Focus) -> Option<Frame> {
    let shape = Shape::of(upright);
    let ratio = bounds.nearest_ratio(shape, if enlarge { None } else { Some(upright) })?;
    let part = shape.inside(ratio);
    let size = bounds.reduced(part).or_else(|| if enlarge { bounds.enlarged(part) } else { None })?;
    let times = shape.factor_into(Shape::of(size));
    let side = |side: u32, whole: u32| ((f64::from(side) * times).round() as u32).clamp(1, whole);
    let part = Size::new(side(size.width, upright.width), side(size.height, upright.height));
    let crop = (part != upright).then(|| around_focus(upright, part, focus));
    Some(Frame { crop, size, canvas: None })
}

/// A part of a picture, with the focus as near to its middle as can be.
fn around_focus(whole: Size, size: Size, focus: Focus) -> Rect {
    let start = |whole: u32, part: u32, percent: u8| {
        let middle = u64::from(whole) * u64::from(percent.min(100));
        let start = middle.saturating_sub(50 * u64::from(part)) / 100;
        u32::try_from(start).unwrap_or(u32::MAX).min(whole - part)
    };
    let (x, y) = (start(whole.width, size.width, focus.x), start(whole.height, size.height, focus.y));
    Rect { x, y, size }
}

/// The picture in the middle of a canvas that is no larger than it has to be.
fn padded(upright: Size, bounds: &SizeBounds<'_>, enlarge: bool) -> Option<Frame> {
    let shape = Shape::of(upright);
    let room = if enlarge { shape } else { room_for(shape, bounds) };
    let room = room.around(bounds.nearest_ratio(room, None)?);
    let (canvas, most) = match bounds.reduced(room) {
        Some(canvas) => (canvas, 1.0),
        None => (bounds.enlarged(room)?, if enlarge { f64::INFINITY } else { 1.0 }),
    };
    let times = Shape::of(canvas).factor_into(shape).min(most);
    let side = |side: u32, most: u32| ((f64::from(side) * times).round() as u32).clamp(1, most.max(1));
    let size = Size::new(side(upright.width, canvas.width), side(upright.height, canvas.height));
    Some(Frame { crop: None, size, canvas: (canvas != size).then_some(canvas) })
}

/// The least room around a picture whose sides are as long as they must be.
fn room_for(shape: Shape, bounds: &SizeBounds<'_>) -> Shape {
    let least = |side| bounds.limit(side, Bound::AtLeast);
    let width = shape.width.max(least(Side::Width)).max(least(Side::Short));
    let height = shape.height.max(least(Side::Height)).max(least(Side::Short));
    if width >= height {
        Shape { width: width.max(least(Side::Long)), height }
    } else {
        Shape { width, height: height.max(least(Side::Long)) }
    }
}

#[cfg(test)]
mod tests;
