//! Anti-aliased drawing by signed distances: a shape is a function that tells how far outside of it a point lies. Only sums,
//! products, quotients and square roots, which are the same on every machine.

use crate::picture::{Layout, Picture};

/// Red, green and blue.
pub(super) type Color = [u8; 3];

/// An RGBA picture that is drawn on.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 4]>,
}

impl Canvas {
    /// Transparent black, or opaque in one color.
    pub(super) fn new(width: u32, height: u32, ground: Option<Color>) -> Self {
        let (width, height) = (width as usize, height as usize);
        let pixel = ground.map_or([0; 4], |[r, g, b]| [r, g, b, 255]);
        Self { width, height, pixels: vec![pixel; width * height] }
    }

    pub(super) fn into_picture(self, layout: Layout) -> Picture {
        let width = self.width;
        let pixel = |x: u32, y: u32| self.pixels[y as usize * width + x as usize];
        Picture::from_fn(width as u32, self.height as u32, layout, pixel)
    }

    /// Covers what lies within `distance(x, y) <= 0`, of the pixels in the box from (x0, y0) to (x1, y1).
    pub(super) fn fill(
        &mut self,
        [x0, y0, x1, y1]: [f32; 4],
        color: Color,
        distance: impl Fn(f32, f32) -> f32,
    ) {
        let clip = |v: f32, end: usize| (v.max(0.0) as usize).min(end);
        let columns = clip(x0 - 1.0, self.width)..clip(x1 + 2.0, self.width);
        for y in clip(y0 - 1.0, self.height)..clip(y1 + 2.0, self.height) {
            for x in columns.clone() {
                let coverage = (0.5 - distance(x as f32 + 0.5, y as f32 + 0.5)).clamp(0.0, 1.0);
                let pixel = &mut self.pixels[y * self.width + x];
                *pixel = over(*pixel, color, (coverage * 255.0 + 0.5) as u32);
            }
        }
    }

    /// A rectangle from (x, y), `w` x `h`, with corners of the given radius.
    pub(super) fn rect(&mut self, [x, y, w, h]: [f32; 4], radius: f32, color: Color) {
        let (cx, cy, hw, hh) = (x + w / 2.0, y + h / 2.0, w / 2.0 - radius, h / 2.0 - radius);
        self.fill([x, y, x + w, y + h], color, |px, py| {
            let (dx, dy) = ((px - cx).abs() - hw, (py - cy).abs() - hh);
            let (ox, oy) = (dx.max(0.0), dy.max(0.0));
            (ox * ox + oy * oy).sqrt() + dx.max(dy).min(0.0) - radius
        });
    }

    /// A ring, or a disc where `inner` is 0.
    pub(super) fn ring(&mut self, (cx, cy): (f32, f32), outer: f32, inner: f32, color: Color) {
        self.fill([cx - outer, cy - outer, cx + outer, cy + outer], color, |x, y| {
            let r = ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt();
            if inner > 0.0 { (r - outer).max(inner - r) } else { r - outer }
        });
    }

    /// A line of the given width through the points, with round joints.
    pub(super) fn line(&mut self, points: &[(f32, f32)], width: f32, color: Color) {
        let fold = |pick: fn(f32, f32) -> f32, start: (f32, f32)| {
            points.iter().fold(start, |a, p| (pick(a.0, p.0), pick(a.1, p.1)))
        };
        let (low, high) = (fold(f32::min, (f32::MAX, f32::MAX)), fold(f32::max, (f32::MIN, f32::MIN)));
        let area = [low.0 - width, low.1 - width, high.0 + width, high.1 + width];
        self.fill(area, color, |x, y| {
            let nearest = points.windows(2).map(|s| to_segment((x, y), s[0], s[1])).fold(f32::MAX, f32::min);
            nearest.sqrt() - width / 2.0
        });
    }

    /// Rows that go from one color to another.
    pub(super) fn gradient(&mut self, [x, y, w, h]: [f32; 4], top: Color, bottom: Color) {
        for row in 0..h as usize {
            let color = std::array::from_fn(|k| {
                let (a, b) = (i32::from(top[k]), i32::from(bottom[k]));
                (a + (b - a) * row as i32 / (h as i32).max(1)) as u8
            });
            self.rect([x, y + row as f32, w, 1.0], 0.0, color);
        }
    }

    /// Another picture's pixels, from (x, y) on.
    pub(super) fn paste(&mut self, picture: &Picture, (left, top): (usize, usize)) {
        for y in 0..(picture.height() as usize).min(self.height.saturating_sub(top)) {
            for x in 0..(picture.width() as usize).min(self.width.saturating_sub(left)) {
                self.pixels[(top + y) * self.width + left + x] = picture.rgba(x as u32, y as u32);
            }
        }
    }
}

/// The square of a point's distance to a segment.
fn to_segment((x, y): (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { (((x - a.0) * dx + (y - a.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (x - a.0 - t * dx, y - a.1 - t * dy);
    ex * ex + ey * ey
}

/// `color` with the given coverage (of 255) over a pixel.
fn over([r, g, b, a]: [u8; 4], color: Color, coverage: u32) -> [u8; 4] {
    let below = u32::from(a) * (255 - coverage);
    let total = coverage * 255 + below;
    let mix = |under: u8, k: usize| {
        (u32::from(under) * below + u32::from(color[k]) * coverage * 255 + total / 2).checked_div(total)
    };
    match (mix(r, 0), mix(g, 1), mix(b, 2)) {
        (Some(r), Some(g), Some(b)) => [r as u8, g as u8, b as u8, ((total + 127) / 255) as u8],
        _ => [r, g, b, a],
    }
}
