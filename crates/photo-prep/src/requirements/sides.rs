//! What requirements say of a picture's sides.

use super::aspect_ratio::AspectRatio;
use super::definition::Requirements;
use crate::Size;

/// A side of an upright picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Side {
    /// Pixels across.
    Width,
    /// Pixels down.
    Height,
    /// The longer of both.
    Long,
    /// The shorter of both.
    Short,
}

/// Which way something is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Bound {
    /// It may be no more.
    AtMost,
    /// It may be no less.
    AtLeast,
}

impl Bound {
    /// `at most` or `at least`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }
}

impl Side {
    /// Its pixels in a picture.
    pub(crate) fn of(self, size: Size) -> u32 {
        match self {
            Self::Width => size.width,
            Self::Height => size.height,
            Self::Long => size.width.max(size.height),
            Self::Short => size.width.min(size.height),
        }
    }

    /// `width`, `height`, `long side` or `short side`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Width => "width",
            Self::Height => "height",
            Self::Long => "long side",
            Self::Short => "short side",
        }
    }
}

impl Requirements {
    /// All bounds on sides that are set.
    pub(crate) fn side_bounds(&self) -> impl Iterator<Item = (Side, Bound, u32)> + use<> {
        [
            (Side::Width, Bound::AtMost, self.max_width),
            (Side::Height, Bound::AtMost, self.max_height),
            (Side::Long, Bound::AtMost, self.max_long_side),
            (Side::Short, Bound::AtMost, self.max_short_side),
            (Side::Width, Bound::AtLeast, self.min_width),
            (Side::Height, Bound::AtLeast, self.min_height),
            (Side::Long, Bound::AtLeast, self.min_long_side),
            (Side::Short, Bound::AtLeast, self.min_short_side),
        ]
        .into_iter()
        .filter_map(|(side, bound, limit)| limit.map(|limit| (side, bound, limit)))
    }

    /// Whether there are pictures that keep all bounds on their size; else two that contradict each other.
    #[cfg(feature = "requirement-files")]
    pub(super) fn are_possible(&self) -> Result<(), String> {
        let most = |a: Option<u32>, b: Option<u32>| a.into_iter().chain(b).min();
        let least = |a: Option<u32>, b: Option<u32>| a.into_iter().chain(b).max();
        let sides = [
            ("width", least(self.min_width, self.min_short_side), most(self.max_width, self.max_long_side)),
            (
                "height",
                least(self.min_height, self.min_short_side),
                most(self.max_height, self.max_long_side),
            ),
            ("long side", least(self.min_long_side, self.min_short_side), self.max_long_side),
            ("short side", self.min_short_side, most(self.max_short_side, self.max_long_side)),
        ];
        for (name, least, most) in sides {
            if let (Some(least), Some(most)) = (least, most)
                && least > most.max(1)
            {
                return Err(format!("no {name} is at least {least} and at most {most} pixels"));
            }
        }
        let zero = [("max_pixels", self.max_pixels), ("max_bytes", self.max_bytes)];
        if let Some((name, _)) = zero.into_iter().find(|(_, limit)| *limit == Some(0)) {
            return Err(format!("{name}: 0 leaves nothing"));
        }
        if let Some((_, bound, _)) =
            self.side_bounds().find(|(_, b, limit)| *b == Bound::AtMost && *limit == 0)
        {
            return Err(format!("a side of {} 0 pixels leaves nothing", bound.words()));
        }
        match (self.min_aspect_ratio, self.max_aspect_ratio) {
            (Some(least), Some(most)) if least > most => {
                Err(format!("no aspect ratio is at least {least} and at most {most}"))
            }
            _ => Ok(()),
        }
    }

    /// The bounds on sides that a picture breaks.
    pub(crate) fn broken_side_bounds(&self, size: Size) -> impl Iterator<Item = (Side, Bound, u32)> + use<> {
        self.side_bounds().filter(move |(side, bound, limit)| match bound {
            Bound::AtMost => side.of(size) > *limit,
            Bound::AtLeast => side.of(size) < *limit,
        })
    }

    /// The aspect ratio that a picture misses.
    pub(crate) fn missed_aspect_ratio(&self, size: Size) -> Option<(Bound, AspectRatio)> {
        let narrowest = self.min_aspect_ratio.filter(|ratio| !ratio.is_reached_by(size));
        let widest = self.max_aspect_ratio.filter(|ratio| !ratio.holds(size));
        narrowest.map(|ratio| (Bound::AtLeast, ratio)).or(widest.map(|ratio| (Bound::AtMost, ratio)))
    }

    /// Whether a picture keeps every bound on its size.
    pub(crate) fn allows_size(&self, size: Size) -> bool {
        self.max_pixels.is_none_or(|limit| size.pixels() <= limit)
            && self.broken_side_bounds(size).next().is_none()
            && self.missed_aspect_ratio(size).is_none()
    }
}
