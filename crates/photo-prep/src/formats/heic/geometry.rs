//! Cropping, turning and mirroring as the container says, in its order, told as a part of the stored picture
//! and the orientation of that part (ISO/IEC 23008-12, 6.5.9, 6.5.10 and 6.5.12).

use super::container::unsupported;
use super::properties::{CleanAperture, Property};
use crate::{Error, Format, Orientation, Result, Size};

/// Which part of a stored picture is shown, and how it must be turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    /// The first column and row.
    pub(super) left: u32,
    pub(super) top: u32,
    /// Size of the part as stored.
    pub(super) size: Size,
    pub(super) orientation: Orientation,
}

impl View {
    pub(super) fn whole(size: Size) -> Self {
        Self { left: 0, top: 0, size, orientation: Orientation::Upright }
    }

    /// This view after the transforming ones among some properties.
    pub(super) fn transformed<'a>(
        mut self,
        properties: impl IntoIterator<Item = &'a &'a Property<'a>>,
    ) -> Result<Self> {
        for property in properties {
            match property {
                Property::Rotation(turns) => {
                    let turn =
                        [1, 8, 3, 6].get(usize::from(*turns)).copied().and_then(Orientation::from_exif);
                    self.orientation = self.orientation.followed_by(turn.unwrap_or_default());
                }
                Property::Mirror { horizontal: true } => {
                    self.orientation = self.orientation.followed_by(Orientation::FlipHorizontal);
                }
                Property::Mirror { horizontal: false } => {
                    self.orientation = self.orientation.followed_by(Orientation::FlipVertical);
                }
                Property::Crop(aperture) => self = self.cropped(aperture)?,
                _ => {}
            }
        }
        Ok(self)
    }

    /// The part that a clean aperture shows; it speaks of the picture as turned so far.
    fn cropped(self, aperture: &CleanAperture) -> Result<Self> {
        let shown = self.orientation.apply_to(self.size);
        let (left, width) = span(aperture.width, aperture.x, shown.width)?;
        let (top, height) = span(aperture.height, aperture.y, shown.height)?;
        let (right, bottom) = (shown.width - left - width, shown.height - top - height);
        // What is cut off at the four sides of the turned picture, told for the stored one.
        let (swaps, flip_x, flip_y) = self.orientation.stored_steps();
        let (across, down) =
            if swaps { ((top, bottom), (left, right)) } else { ((left, right), (top, bottom)) };
        let begin = |(first, last): (u32, u32), flip: bool| if flip { last } else { first };
        let size = if swaps { Size::new(height, width) } else { Size::new(width, height) };
        Ok(Self {
            left: self.left + begin(across, flip_x),
            top: self.top + begin(down, flip_y),
            size,
            ..self
        })
    }
}

/// First pixel and number of pixels of an aperture in a side of `whole` pixels. Fractions are rounded, as
/// other readers do.
fn span(length: (u32, u32), offset: (i32, u32), whole: u32) -> Result<(u32, u32)> {
    if length.1 == 0 || offset.1 == 0 || offset.1 > i32::MAX as u32 {
        return Err(Error::malformed(Format::Heic, None, "the clean aperture has a fraction of zero"));
    }
    let count = (f64::from(length.0) / f64::from(length.1)).round();
    let center = (f64::from(whole) - 1.0) / 2.0 + f64::from(offset.0) / f64::from(offset.1);
    let first = (center - (count - 1.0) / 2.0).round();
    if count < 1.0 || first < 0.0 || first + count > f64::from(whole) {
        return Err(unsupported("a clean aperture that reaches beyond the picture"));
    }
    Ok((first as u32, count as u32))
}

impl Orientation {
    /// What must be done with the stored picture: whether rows and columns are exchanged at the end, and
    /// which flips of the stored columns and rows come before that.
    fn stored_steps(self) -> (bool, bool, bool) {
        let (flip_x, flip_y) = match self {
            Self::Upright | Self::Transpose => (false, false),
            Self::FlipHorizontal | Self::Rotate270 => (true, false),
            Self::Rotate180 | Self::Transverse => (true, true),
            Self::FlipVertical | Self::Rotate90 => (false, true),
        };
        (self.swaps_sides(), flip_x, flip_y)
    }

    /// The orientation that does this and then `next`.
    fn followed_by(self, next: Self) -> Self {
        let (swaps, x, y) = self.stored_steps();
        let (then_swaps, then_x, then_y) = next.stored_steps();
        // The flips of `next` are told for what `self` has turned.
        let (then_x, then_y) = if swaps { (then_y, then_x) } else { (then_x, then_y) };
        let wanted = (swaps != then_swaps, x != then_x, y != then_y);
        Self::ALL.into_iter().find(|o| o.stored_steps() == wanted).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{Layout, Raster, orient};

    /// A picture in which no two pixels are alike.
    fn picture() -> Raster {
        Raster::new(Size::new(5, 4), Layout::Gray, (0..20).collect()).unwrap()
    }

    #[test]
    fn orientations_follow_each_other_as_pixels_do() {
        for first in Orientation::ALL {
            for next in Orientation::ALL {
                let both = orient::upright(orient::upright(picture(), first), next);
                assert_eq!(orient::upright(picture(), first.followed_by(next)), both, "{first} then {next}");
            }
        }
    }

    #[test]
    fn rotations_are_counter_clockwise_and_axis_0_exchanges_top_and_bottom() {
        let view = |p: &Property<'_>| View::whole(Size::new(5, 4)).transformed([&p]).unwrap().orientation;
        let turned = |n| view(&Property::Rotation(n)).to_exif();
        assert_eq!([0, 1, 2, 3].map(turned), [1, 8, 3, 6]);
        assert_eq!(view(&Property::Mirror { horizontal: false }), Orientation::FlipVertical);
        assert_eq!(view(&Property::Mirror { horizontal: true }), Orientation::FlipHorizontal);
    }

    #[test]
    fn a_crop_speaks_of_the_picture_as_turned_so_far() {
        // Two columns and three rows, one column right of the center and half a row above it.
        let crop = |whole: Size| {
            let x = (2 - (whole.width as i32 % 2), 2);
            CleanAperture { width: (2, 1), height: (3, 1), x, y: (-((whole.height as i32 + 1) % 2), 2) }
        };
        for orientation in Orientation::ALL {
            let stored = picture();
            let upright = orient::upright(stored.clone(), orientation);
            let aperture = crop(upright.size());
            let view = View { orientation, ..View::whole(stored.size()) }.cropped(&aperture).unwrap();
            let cut = |raster: &Raster, left: u32, top: u32, size: Size| {
                let row = |y: u32| ((y * raster.size().width + left) as usize..).take(size.width as usize);
                let at = (top..top + size.height).flat_map(row);
                Raster::new(size, Layout::Gray, at.map(|i| raster.data()[i]).collect()).unwrap()
            };
            let part = cut(&stored, view.left, view.top, view.size);
            let (left, width) = span(aperture.width, aperture.x, upright.size().width).unwrap();
            let (top, height) = span(aperture.height, aperture.y, upright.size().height).unwrap();
            let want = cut(&upright, left, top, Size::new(width, height));
            assert_eq!(orient::upright(part, orientation), want, "{orientation}");
        }
    }

    #[test]
    fn impossible_apertures_are_refused() {
        let view = View::whole(Size::new(10, 10));
        let aperture = |width, x| CleanAperture { width, height: (10, 1), x, y: (0, 1) };
        assert!(view.cropped(&aperture((4, 0), (0, 1))).is_err());
        assert!(view.cropped(&aperture((11, 1), (0, 1))).is_err());
        assert!(view.cropped(&aperture((4, 1), (i32::MAX, 1))).is_err());
        assert!(view.cropped(&aperture((0, 1), (0, 1))).is_err());
        let whole = view.cropped(&aperture((10, 1), (0, 1))).unwrap();
        assert_eq!(whole, view);
    }
}
