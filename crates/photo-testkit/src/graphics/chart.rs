//! A chart: axes, a grid, lines, bars and a legend on white.

use super::canvas::{Canvas, Color};
use super::text;
use crate::photo::noise::Random;
use crate::picture::{Layout, Picture};

/// A chart of lines over bars, RGB. Sides of 200 x 120 and more make sense.
pub fn chart(width: u32, height: u32, seed: u64) -> Picture {
    let mut random = Random::new(seed);
    let mut canvas = Canvas::new(width, height, Some([255; 3]));
    let unit = width.min(height) as f32 / 50.0;
    let area = [unit * 5.0, unit * 3.0, width as f32 - unit * 7.0, height as f32 - unit * 7.0];
    bars(&mut canvas, area, &mut random);
    grid(&mut canvas, area, unit);
    for series in SERIES {
        curve(&mut canvas, area, &mut random, unit, series);
    }
    legend(&mut canvas, area, &mut random, unit);
    canvas.into_picture(Layout::Rgb)
}

const SERIES: [Color; 5] = [[31, 119, 180], [255, 127, 14], [44, 160, 44], [214, 39, 40], [148, 103, 189]];
const INK: Color = [30, 30, 30];

fn bars(canvas: &mut Canvas, [x, y, w, h]: [f32; 4], random: &mut Random) {
    for i in 0..12 {
        let tall = h * (0.1 + random.below(400) as f32 / 1000.0);
        let step = w / 12.0;
        let color = [190, 205 + 3 * i as u8, 235 - 4 * i as u8];
        canvas.rect([x + step * (i as f32 + 0.15), y + h - tall, step * 0.7, tall], 0.0, color);
    }
}

fn grid(canvas: &mut Canvas, [x, y, w, h]: [f32; 4], unit: f32) {
    let thin = (unit / 14.0).max(0.7);
    for i in 0..=6 {
        let at = y + h * i as f32 / 6.0;
        canvas.rect([x, at, w, thin], 0.0, [176; 3]);
        let label = format!("{}", (6 - i) * 25);
        text::draw(canvas, &label, (unit * 0.6, at - unit), unit * 2.0, INK);
    }
    for i in 0..=8 {
        let at = x + w * i as f32 / 8.0;
        canvas.rect([at, y, thin, h], 0.0, [176; 3]);
        text::draw(canvas, &format!("{}", 2010 + i), (at - unit * 2.0, y + h + unit * 0.8), unit * 1.6, INK);
    }
    canvas.line(&[(x, y), (x, y + h), (x + w, y + h)], thin * 2.0, INK);
}

fn curve(canvas: &mut Canvas, [x, y, w, h]: [f32; 4], random: &mut Random, unit: f32, color: Color) {
    let mut level = 0.3 + random.below(400) as f32 / 1000.0;
    let mut before = None;
    for i in 0..=200 {
        level = (level + (random.below(2001) as f32 - 1000.0) / 30_000.0).clamp(0.03, 0.97);
        let point = (x + w * i as f32 / 200.0, y + h * (1.0 - level));
        if let Some(last) = before {
            canvas.line(&[last, point], (unit / 5.0).max(1.0), color);
        }
        before = Some(point);
    }
}

fn legend(canvas: &mut Canvas, [x, y, ..]: [f32; 4], random: &mut Random, unit: f32) {
    let (left, top) = (x + unit * 2.0, y + unit);
    canvas.rect([left - 1.0, top - 1.0, unit * 16.0 + 2.0, unit * 14.0 + 2.0], unit / 2.0, [204; 3]);
    canvas.rect([left, top, unit * 16.0, unit * 14.0], unit / 2.0, [250; 3]);
    for (i, color) in SERIES.into_iter().enumerate() {
        let at = top + unit * (1.0 + 2.6 * i as f32);
        canvas.rect([left + unit, at + unit * 0.8, unit * 3.0, unit / 3.0], 0.0, color);
        text::draw(canvas, &text::words(random, 8), (left + unit * 5.0, at), unit * 2.0, INK);
    }
}
