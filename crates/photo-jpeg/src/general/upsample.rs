//! Stretches rows of subsampled components to the width of the picture, as libjpeg does by default.

use super::planes::SamplePlane;
use super::sample::Sample;

/// A component, and how its rows become rows of pixels.
pub(super) struct Upsampler<'a, S> {
    plane: &'a SamplePlane<S>,
    filter: Filter,
}

/// How rows are stretched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// Not at all.
    None,
    /// By the triangle filter, where there are two pixels for a sample in a row, in a column, or in both.
    Triangle { across: bool, down: bool },
    /// Each pixel gets the sample that it lies in.
    Repeat,
}

impl<'a, S: Sample> Upsampler<'a, S> {
    /// An upsampler for a plane in a picture whose blocks have so many points.
    pub(super) fn new(plane: &'a SamplePlane<S>, points: usize) -> Self {
        let times =
            |(pixels, samples): (usize, usize)| pixels.is_multiple_of(samples).then_some(pixels / samples);
        // libjpeg has no triangle filter for rows of one or two samples, nor for blocks of one.
        let (fits, fine) = (plane.width > 2, points > 1);
        let filter = match (times(plane.ratio[0]), times(plane.ratio[1])) {
            (Some(1), Some(1)) => Filter::None,
            (Some(2), Some(1)) if fits && fine => Filter::Triangle { across: true, down: false },
            (Some(2), Some(2)) if fits && fine => Filter::Triangle { across: true, down: true },
            (Some(1), Some(2)) if fine => Filter::Triangle { across: false, down: true },
            _ => Filter::Repeat,
        };
        Self { plane, filter }
    }

    /// Makes row `y` of the pixels.
    pub(super) fn row(&self, y: usize, out: &mut [S]) {
        let [(across, of_columns), (down, of_rows)] = self.plane.ratio;
        let near = self.plane.row(y * of_rows / down);
        match self.filter {
            Filter::None => out.copy_from_slice(&near[..out.len()]),
            Filter::Triangle { across, down } => self.triangle(y, near, (across, down), out),
            Filter::Repeat => {
                for (x, out) in out.iter_mut().enumerate() {
                    *out = near[(x * of_columns / across).min(near.len() - 1)];
                }
            }
        }
    }

    /// In each direction, a pixel is 3/4 of the sample that it lies in plus 1/4 of the next nearest one. Sums
    /// are rounded once, up and down in turn.
    fn triangle(&self, y: usize, near: &[S], (across, down): (bool, bool), out: &mut [S]) {
        let lower = y % 2;
        let far = match (down, lower) {
            (false, _) => near,
            (true, 0) => self.plane.row((y / 2).saturating_sub(1)),
            (true, _) => self.plane.row(y / 2 + 1),
        };
        // Four times a sample where there is but one direction across.
        let sum = |x: usize| 3 * near[x].value() + far[x].value();
        if !across {
            let bias = 1 + lower as u32;
            for (x, out) in out.iter_mut().enumerate() {
                *out = S::of(((sum(x) + bias) >> 2) as u16);
            }
            return;
        }
        let biases = if down { [8, 7] } else { [4, 8] };
        let last = near.len() - 1;
        for (x, out) in out.iter_mut().enumerate() {
            let at = x / 2;
            let beside = if x % 2 == 0 { at.saturating_sub(1) } else { (at + 1).min(last) };
            *out = S::of(((3 * sum(at) + sum(beside) + biases[x % 2]) >> 4) as u16);
        }
    }
}
