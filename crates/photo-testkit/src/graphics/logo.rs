//! A logo: flat shapes with soft edges on transparent ground.

use super::canvas::Canvas;
use super::text;
use crate::photo::noise::Random;
use crate::picture::{Layout, Picture};

/// A mark of rings over a plate, with a name below, RGBA.
pub fn logo(width: u32, height: u32, seed: u64) -> Picture {
    let mut random = Random::new(seed);
    let mut canvas = Canvas::new(width, height, None);
    let side = width.min(height) as f32;
    let (left, top) = ((width as f32 - side) / 2.0, (height as f32 - side) / 2.0);
    let color = |random: &mut Random| std::array::from_fn(|_| 20 + 30 * random.below(8) as u8);
    let plate = color(&mut random);
    canvas.rect([left + side * 0.1, top + side * 0.1, side * 0.8, side * 0.6], side * 0.08, plate);
    for i in 0..4 {
        let center = (left + side * (0.26 + 0.16 * i as f32), top + side * 0.4);
        canvas.ring(center, side * 0.14, side * 0.09, color(&mut random));
    }
    let name = text::words(&mut random, 9);
    text::draw(&mut canvas, &name, (left + side * 0.1, top + side * 0.76), side * 0.16, plate);
    canvas.into_picture(Layout::Rgba)
}
