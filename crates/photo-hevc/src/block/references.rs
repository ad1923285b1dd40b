//! Neighboring samples of a block (H.265 sections 8.4.4.2.2 and 8.4.4.2.3).

use super::segment::SegmentDecoder;
use crate::info::Chroma;

/// Samples around a block of a side of `size`, from below its left side up to the corner and on to the right
/// of its top: the corner is at `2 * size`, the last one at `4 * size`.
pub(super) type References = [u16; 129];

/// Which of the neighbors are decoded, in samples.
struct Available {
    below_left: usize,
    left: bool,
    corner: bool,
    above: bool,
    above_right: usize,
}

impl<B> SegmentDecoder<'_, B> {
    /// The neighbors of a block, those that are missing filled in from their own neighbors.
    pub(super) fn references(&self, component: usize, (x, y): (u32, u32), log2: u32) -> References {
        let size = 1usize << log2;
        let available = self.available(component, (x, y), log2);
        let mut samples: References = [0; 129];
        let plane = &self.frame.planes[component];
        let (stride, x, y) = (plane.width as usize, x as usize, y as usize);
        if available.left {
            let start = y * stride + x - 1;
            let column = plane.samples[start..].iter().step_by(stride);
            for (to, &from) in
                samples[..2 * size].iter_mut().rev().zip(column).take(size + available.below_left)
            {
                *to = from;
            }
        }
        if available.corner {
            samples[2 * size] = plane.samples[(y - 1) * stride + x - 1];
        }
        if available.above {
            let start = (y - 1) * stride + x;
            samples[2 * size + 1..][..size].copy_from_slice(&plane.samples[start..start + size]);
        }
        if available.above_right > 0 {
            let (start, count) = ((y - 1) * stride + x + size, available.above_right);
            samples[3 * size + 1..][..count].copy_from_slice(&plane.samples[start..start + count]);
        }
        fill_in(&mut samples, size, &available, 1 << (self.frame.bit_depth(component) - 1));
        samples
    }

    fn available(&self, component: usize, (x, y): (u32, u32), log2: u32) -> Available {
        let (shift_x, shift_y) = self.frame.shifts(component);
        let size = 1i32 << log2;
        let (x, y) = (x as i32, y as i32);
        let decoded =
            |x: i32, y: i32| x >= 0 && y >= 0 && self.frame.part(x << shift_x, y << shift_y) == self.part;
        let plane = &self.frame.planes[component];
        let (width, height) = (plane.width as i32, plane.height as i32);
        let left = decoded(x - 1, y);
        let below_left = if left && decoded(x - 1, y + size) { size.min(height - y - size) } else { 0 };
        let above_right = if decoded(x + size, y - 1) { size.min(width - x - size) } else { 0 };
        Available {
            below_left: below_left as usize,
            left,
            corner: decoded(x - 1, y - 1),
            above: decoded(x, y - 1),
            above_right: above_right as usize,
        }
    }

    /// Smooths neighbors where the mode wants it.
    pub(super) fn smooth(&self, component: usize, samples: &mut References, log2: u32, mode: u8) {
        let full = component == 0 || self.frame.info.chroma == Chroma::C444;
        if !full || log2 == 2 || mode == 1 || self.sps.range.intra_smoothing_disabled {
            return;
        }
        let distance = i32::from(mode).abs_diff(26).min(i32::from(mode).abs_diff(10));
        let most = [7, 1, 0][log2 as usize - 3];
        if distance <= most {
            return;
        }
        let size = 1usize << log2;
        if self.sps.strong_smoothing && component == 0 && log2 == 5 && self.is_flat(samples) {
            let (first, corner, last) = (samples[0], samples[64], samples[128]);
            for at in 1..64u32 {
                let mean =
                    |far: u16, near: u16| ((64 - at) * u32::from(far) + at * u32::from(near) + 32) >> 6;
                samples[at as usize] = mean(first, corner) as u16;
                samples[64 + at as usize] = mean(corner, last) as u16;
            }
            return;
        }
        let mut before = u32::from(samples[0]);
        for at in 1..4 * size {
            let here = u32::from(samples[at]);
            samples[at] = ((before + 2 * here + u32::from(samples[at + 1]) + 2) >> 2) as u16;
            before = here;
        }
    }

    /// Whether both sides of a block of 32x32 are so even that they are replaced by lines.
    fn is_flat(&self, samples: &References) -> bool {
        let [first, left, corner, above, last] = [0, 32, 64, 96, 128].map(|at: usize| i32::from(samples[at]));
        let threshold = 1 << (self.frame.bit_depth(0) - 5);
        (corner + last - 2 * above).abs() < threshold && (corner + first - 2 * left).abs() < threshold
    }
}

/// Fills missing neighbors in: each takes the one before it, the first ones take the first there is.
fn fill_in(samples: &mut References, size: usize, available: &Available, middle: u16) {
    let (left, corner) = (size - available.below_left, 2 * size);
    let (right, end) = (3 * size + 1, 4 * size + 1);
    let known = right + available.above_right;
    let stretches = [
        (0..left, false),
        (left..size, true),
        (size..corner, available.left),
        (corner..corner + 1, available.corner),
        (corner + 1..right, available.above),
        (right..known, true),
        (known..end, false),
    ];
    let Some(first) = stretches.iter().find(|(range, there)| *there && !range.is_empty()) else {
        samples[..end].fill(middle);
        return;
    };
    let first = first.0.start;
    let value = samples[first];
    samples[..first].fill(value);
    for (range, there) in stretches {
        if !there && range.start > first {
            let value = samples[range.start - 1];
            samples[range].fill(value);
        }
    }
}
