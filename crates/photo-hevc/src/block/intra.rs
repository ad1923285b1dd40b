//! Intra prediction (H.265 section 8.4.4.2).

use super::references::References;
use super::segment::SegmentDecoder;
use crate::picture::Plane;
use crate::slice::cabac::Bins;

/// intraPredAngle from mode 2 on (Table 8-5).
const ANGLES: [i32; 33] = [
    32, 26, 21, 17, 13, 9, 5, 2, 0, -2, -5, -9, -13, -17, -21, -26, -32, -26, -21, -17, -13, -9, -5, -2, 0,
    2, 5, 9, 13, 17, 21, 26, 32,
];

/// invAngle from mode 11 to 25 (Table 8-6).
const INVERSE_ANGLES: [i32; 15] =
    [-4096, -1638, -910, -630, -482, -390, -315, -256, -315, -390, -482, -630, -910, -1638, -4096];

impl<B: Bins> SegmentDecoder<'_, B> {
    /// Predicts a block from its neighbors.
    pub(super) fn predict(&mut self, component: usize, at: (u32, u32), log2: u32, mode: u8, bypass: bool) {
        let mut references = self.references(component, at, log2);
        self.smooth(component, &mut references, log2, mode);
        let edges = component == 0 && log2 < 5;
        let most = ((1u32 << self.frame.bit_depth(component)) - 1) as u16;
        let mut target = Target::new(&mut self.frame.planes[component], at, log2);
        match mode {
            0 => target.planar(&references),
            1 => target.dc(&references, edges),
            2..18 => target.angular_from_left(&references, mode),
            _ => target.angular_from_above(&references, mode),
        }
        // Without loss, differences already follow the direction of prediction.
        if edges && !(self.sps.range.implicit_rdpcm && bypass) {
            match mode {
                10 => target.smooth_first_row(&references, most),
                26 => target.smooth_first_column(&references, most),
                _ => {}
            }
        }
    }
}

/// A block of a plane.
struct Target<'a> {
    samples: &'a mut [u16],
    stride: usize,
    size: usize,
    log2: u32,
}

impl<'a> Target<'a> {
    fn new(plane: &'a mut Plane, (x, y): (u32, u32), log2: u32) -> Self {
        let stride = plane.width as usize;
        let samples = &mut plane.samples[y as usize * stride + x as usize..];
        Self { samples, stride, size: 1 << log2, log2 }
    }

    fn rows(&mut self) -> impl Iterator<Item = &mut [u16]> {
        let size = self.size;
        self.samples.chunks_mut(self.stride).take(size).map(move |row| &mut row[..size])
    }

    fn planar(&mut self, references: &References) {
        let (size, log2) = (self.size, self.log2);
        let top: &[u16] = &references[2 * size + 1..][..size];
        let right = u32::from(references[3 * size + 1]);
        let below = u32::from(references[size - 1]);
        for (y, row) in self.rows().enumerate() {
            let left = u32::from(references[2 * size - 1 - y]);
            let (down, up) = (y as u32 + 1, (size - 1 - y) as u32);
            let constant = down * below + size as u32;
            for (x, (to, &above)) in row.iter_mut().zip(top).enumerate() {
                let x = x as u32;
                let sum = (size as u32 - 1 - x) * left + (x + 1) * right + up * u32::from(above) + constant;
                *to = (sum >> (log2 + 1)) as u16;
            }
        }
    }

    fn dc(&mut self, references: &References, edges: bool) {
        let (size, log2) = (self.size, self.log2);
        let (left, above) = (&references[size..2 * size], &references[2 * size + 1..][..size]);
        let sum: u32 = left.iter().chain(above).map(|&sample| u32::from(sample)).sum();
        let dc = (sum + size as u32) >> (log2 + 1);
        self.rows().for_each(|row| row.fill(dc as u16));
        if !edges {
            return;
        }
        let corner = (u32::from(left[size - 1]) + 2 * dc + u32::from(above[0]) + 2) >> 2;
        let near = |sample: u16| ((u32::from(sample) + 3 * dc + 2) >> 2) as u16;
        for (y, row) in self.rows().enumerate() {
            row[0] = near(left[size - 1 - y]);
            if y == 0 {
                row.iter_mut().zip(above).for_each(|(to, &above)| *to = near(above));
                row[0] = corner as u16;
            }
        }
    }

    fn angular_from_above(&mut self, references: &References, mode: u8) {
        let size = self.size;
        let line = Line::new(references, size, mode, true);
        for (y, row) in self.rows().enumerate() {
            line.predict(y, row);
        }
    }

    /// As from above, with columns and rows swapped.
    fn angular_from_left(&mut self, references: &References, mode: u8) {
        let size = self.size;
        let line = Line::new(references, size, mode, false);
        let mut turned = [0u16; 1024];
        for (x, column) in turned[..size * size].chunks_exact_mut(size).enumerate() {
            line.predict(x, column);
        }
        for (y, row) in self.rows().enumerate() {
            for (to, column) in row.iter_mut().zip(turned.chunks_exact(size)) {
                *to = column[y];
            }
        }
    }

    fn smooth_first_row(&mut self, references: &References, most: u16) {
        let size = self.size;
        let corner = i32::from(references[2 * size]);
        let left = i32::from(references[2 * size - 1]);
        if let Some(row) = self.rows().next() {
            for (to, &above) in row.iter_mut().zip(&references[2 * size + 1..]) {
                *to = (left + ((i32::from(above) - corner) >> 1)).clamp(0, i32::from(most)) as u16;
            }
        }
    }

    fn smooth_first_column(&mut self, references: &References, most: u16) {
        let size = self.size;
        let corner = i32::from(references[2 * size]);
        let above = i32::from(references[2 * size + 1]);
        for (row, &left) in self.rows().zip(references[..2 * size].iter().rev()) {
            row[0] = (above + ((i32::from(left) - corner) >> 1)).clamp(0, i32::from(most)) as u16;
        }
    }
}

/// The samples that an angular mode projects, the corner at `ZERO`.
struct Line {
    samples: [u16; 97],
    angle: i32,
}

const ZERO: usize = 32;

impl Line {
    fn new(references: &References, size: usize, mode: u8, above: bool) -> Self {
        let angle = ANGLES[mode as usize - 2];
        let mut samples = [0; 97];
        // Up to the end of the side that is projected; the other side follows in the other direction.
        let side = |k: usize| if above { references[2 * size + k] } else { references[2 * size - k] };
        let other = |k: usize| if above { references[2 * size - k] } else { references[2 * size + k] };
        for k in 0..=2 * size {
            samples[ZERO + k] = side(k);
        }
        if angle < 0 {
            let inverse = INVERSE_ANGLES[mode as usize - 11];
            let last = (size as i32 * -angle) >> 5;
            for k in 1..=last {
                samples[ZERO - k as usize] = other(((-k * inverse + 128) >> 8) as usize);
            }
        }
        Self { samples, angle }
    }

    /// The samples at a distance of `row` from the side, less one.
    fn predict(&self, row: usize, to: &mut [u16]) {
        let position = (row as i32 + 1) * self.angle;
        let (whole, part) = (position >> 5, (position & 31) as u32);
        let start = (ZERO as i32 + whole + 1) as usize;
        let from = &self.samples[start..];
        if part == 0 {
            to.copy_from_slice(&from[..to.len()]);
            return;
        }
        for (to, pair) in to.iter_mut().zip(from.windows(2)) {
            *to = (((32 - part) * u32::from(pair[0]) + part * u32::from(pair[1]) + 16) >> 5) as u16;
        }
    }
}
