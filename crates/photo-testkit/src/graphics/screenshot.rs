//! A window: title bar with a gradient, side bar, text, a table, buttons, and a photo.

use super::canvas::{Canvas, Color};
use super::text;
use crate::photo::noise::Random;
use crate::photo::photo_like;
use crate::picture::{Layout, Picture};

/// A screenshot of a window, RGB, at `scale` pixels a point (2 as on dense displays), with a photo in it where asked for. Sides
/// of 300 x 200 points and more make sense.
pub fn screenshot(width: u32, height: u32, scale: u32, photo: bool, seed: u64) -> Picture {
    let dark = seed % 3 == 2;
    let colors = if dark { DARK } else { LIGHT };
    let s = scale.max(1) as f32;
    let mut window = Window {
        canvas: Canvas::new(width, height, Some(colors.ground)),
        random: Random::new(seed),
        colors,
        s,
        width: width as f32,
        height: height as f32,
    };
    window.frame();
    let top = if photo { window.photo(seed) } else { 40.0 * s };
    let end = window.paragraphs(top);
    window.table(end);
    window.canvas.into_picture(Layout::Rgb)
}

#[derive(Clone, Copy)]
struct Colors {
    ground: Color,
    text: Color,
    side: Color,
    line: Color,
}

const LIGHT: Colors =
    Colors { ground: [255, 255, 255], text: [36, 36, 40], side: [240, 241, 245], line: [222, 224, 230] };
const DARK: Colors =
    Colors { ground: [30, 30, 36], text: [212, 212, 212], side: [42, 42, 52], line: [60, 62, 70] };
const ACCENT: Color = [0, 110, 220];
/// Points that the side bar and the title bar take.
const SIDE: f32 = 110.0;
const TITLE: f32 = 28.0;

struct Window {
    canvas: Canvas,
    random: Random,
    colors: Colors,
    s: f32,
    width: f32,
    height: f32,
}

impl Window {
    fn frame(&mut self) {
        let (s, Colors { text: ink, side, .. }) = (self.s, self.colors);
        let shade = |by: u8| side.map(|v| v.saturating_sub(by));
        self.canvas.gradient([0.0, 0.0, self.width, TITLE * s], shade(4), shade(30));
        for (i, color) in [[255, 95, 86], [255, 189, 46], [39, 201, 63]].into_iter().enumerate() {
            self.canvas.ring(((14.0 + 20.0 * i as f32) * s, 14.0 * s), 6.0 * s, 0.0, color);
        }
        self.canvas.rect([0.0, TITLE * s, SIDE * s, self.height], 0.0, side);
        let rows = (self.height / s - TITLE) / 22.0;
        for row in 0..rows as usize {
            let y = (TITLE + 6.0 + 22.0 * row as f32) * s;
            if row == 2 {
                self.canvas.rect([4.0 * s, y - 3.0 * s, (SIDE - 8.0) * s, 18.0 * s], 4.0 * s, ACCENT);
            }
            let icon = std::array::from_fn(|_| 70 + self.random.below(170) as u8);
            self.canvas.rect([8.0 * s, y, 12.0 * s, 12.0 * s], 3.0 * s, icon);
            let label = text::words(&mut self.random, 11);
            text::draw(&mut self.canvas, &label, (26.0 * s, y), 12.0 * s, ink);
        }
    }

    /// A photo at the right; gives where the text goes on.
    fn photo(&mut self, seed: u64) -> f32 {
        let (w, h) = (self.width * 0.36, self.height * 0.36);
        let (x, y) = (self.width - w - 12.0 * self.s, 40.0 * self.s);
        let photo = photo_like(w as u32, h as u32, seed ^ 0x51);
        self.canvas.paste(&photo, (x as usize, y as usize));
        y
    }

    fn paragraphs(&mut self, top: f32) -> f32 {
        let (s, left) = (self.s, (SIDE + 14.0) * self.s);
        let letters = (self.width * 0.6 - left) / (13.0 * s * 0.6);
        let rows = (self.height * 0.4 / (18.0 * s)) as usize;
        for row in 0..rows {
            let line = text::words(&mut self.random, letters.max(6.0) as usize);
            text::draw(
                &mut self.canvas,
                &line,
                (left, top + 18.0 * s * row as f32),
                13.0 * s,
                self.colors.text,
            );
        }
        top + 18.0 * s * rows as f32 + 10.0 * s
    }

    fn table(&mut self, top: f32) {
        let (s, left) = (self.s, (SIDE + 14.0) * self.s);
        let width = self.width - left - 12.0 * s;
        let rows = ((self.height - top - 40.0 * s) / (20.0 * s)).max(0.0) as usize;
        for row in 0..rows {
            let y = top + 20.0 * s * row as f32;
            if row % 2 == 1 {
                self.canvas.rect([left, y, width, 20.0 * s], 0.0, self.colors.side);
            }
            self.canvas.rect([left, y, width, s], 0.0, self.colors.line);
            for column in 0..(width / (90.0 * s)) as usize {
                let cell = self.random.below(100_000).to_string();
                let at = (left + (6.0 + 90.0 * column as f32) * s, y + 4.0 * s);
                text::draw(&mut self.canvas, &cell, at, 12.0 * s, self.colors.text);
            }
        }
        let y = self.height - 32.0 * s;
        self.canvas.rect([self.width - 90.0 * s, y, 78.0 * s, 24.0 * s], 6.0 * s, ACCENT);
        text::draw(&mut self.canvas, "save", (self.width - 68.0 * s, y + 6.0 * s), 13.0 * s, [255; 3]);
    }
}
