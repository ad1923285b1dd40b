//! A photo cut out of its ground.

use rayon::prelude::*;

use crate::photo::Photo;
use crate::photo::noise::add_octave;
use crate::picture::{Layout, Picture};

/// A photo whose ground was made transparent, RGBA: a wavy outline with an edge of a few pixels, a soft shadow below it where
/// asked for, and, as background removers leave it, the photo's own colors under what is transparent. `share`, of 100, is about how
/// much of the picture the subject covers, 5 to 70.
pub fn cutout(width: u32, height: u32, share: u32, shadow: bool, seed: u64) -> Picture {
    let photo = Photo::new(width, height, seed).picture();
    let shape = Shape::new(width, height, share, seed);
    let mut data = vec![0; width as usize * height as usize * 4];
    let rows = data
        .par_chunks_exact_mut((width as usize * 4).max(4))
        .zip(photo.data().par_chunks_exact((width as usize * 3).max(3)));
    rows.zip(0..height).for_each(|((out, colors), y)| {
        let subject = shape.inside(y);
        // The shadow lies to the right of the subject and below it.
        let behind = shape.inside(y.saturating_sub(height / 40));
        let aside = width as usize / 60;
        for (x, (pixel, rgb)) in out.chunks_exact_mut(4).zip(colors.chunks_exact(3)).enumerate() {
            let a = alpha(subject[x], shape.edge);
            let s = if shadow { alpha(behind[x.saturating_sub(aside)], shape.blur) * 9 / 20 } else { 0 };
            let below = s * (255 - a);
            let total = a * 255 + below;
            let shown = (total + 127) / 255;
            for (to, from) in pixel.iter_mut().zip(rgb) {
                let dark = (u32::from(*from) * a * 255 + total / 2).checked_div(total);
                *to = if shown == 0 { *from } else { dark.unwrap_or(0) as u8 };
            }
            pixel[3] = shown as u8;
        }
    });
    Picture::new(width, height, Layout::Rgba, data)
}

/// Where the subject is: an ellipse made wavy by noise.
struct Shape {
    width: u32,
    height: u32,
    /// The square of the ellipse's size against the picture's half, in 1/4096.
    size: i64,
    seed: u32,
    /// How wide the edges of subject and shadow are, in the units of [`Shape::inside`].
    edge: i64,
    blur: i64,
}

impl Shape {
    fn new(width: u32, height: u32, share: u32, seed: u64) -> Self {
        // An ellipse of half axes r covers pi / 4 of r², against the whole.
        let size = i64::from(share.min(78)) * 4096 * 4 / 314;
        let pixel = 2 * 4096 / i64::from(width.min(height).max(1)) + 1;
        Self { width, height, size, seed: seed as u32 ^ 0xC0DE, edge: pixel * 3, blur: 700 }
    }

    /// How far inside the subject each pixel of a row lies, negative outside; steps of about `edge / 3` a pixel at the outline.
    fn inside(&self, y: u32) -> Vec<i64> {
        let mut waves = vec![0_i32; self.width as usize];
        let largest = self.width.min(self.height).max(32).ilog2();
        for (step, amplitude) in [(2, 900), (3, 400), (4, 180), (6, 60)] {
            add_octave(&mut waves, y, largest.saturating_sub(step).max(1), self.seed ^ step, amplitude);
        }
        let across =
            |at: u32, side: u32| (i64::from(at) * 2 - i64::from(side)) * 4096 / i64::from(side.max(1));
        let dy = across(y, self.height);
        let row = waves.iter().zip(0..);
        row.map(|(wave, x)| {
            let dx = across(x, self.width);
            self.size + i64::from(*wave) - (dx * dx + dy * dy) / 4096
        })
        .collect()
    }
}

fn alpha(inside: i64, edge: i64) -> u32 {
    (128 + inside * 255 / edge.max(1)).clamp(0, 255) as u32
}
