//! A scanned page of text.

use super::canvas::Canvas;
use super::text;
use crate::photo::noise::{Random, hash};
use crate::picture::{Layout, Picture};

/// What a scanner makes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanKind {
    /// 256 grays, as sharp and clean as a rendered page.
    Clean,
    /// 256 grays with the noise of the sensor and paper that is not white.
    Noisy,
    /// Black and white only.
    Bilevel,
}

/// A page of text that lies a little askew, gray. `width` x `height` of 200 x 280 and more make sense.
pub fn scan(width: u32, height: u32, kind: ScanKind, seed: u64) -> Picture {
    let mut random = Random::new(seed);
    let mut canvas = Canvas::new(width, height, Some([255; 3]));
    let (w, h) = (width as f32, height as f32);
    let size = (w / 52.0).max(9.0);
    let rows = (h * 0.84 / (size * 1.5)) as usize;
    for row in 0..rows {
        let letters = if row % 7 == 6 { 30 } else { 74 };
        let (mut x, y) = (w * 0.07, h * 0.07 + row as f32 * size * 1.5);
        let fits = (w * 0.86 / (size * 0.6)) as usize;
        for word in text::words(&mut random, letters.min(fits)).split_inclusive(' ') {
            x = text::draw(&mut canvas, word, (x, y + (w - x) / 150.0), size, [0; 3]);
        }
    }
    let page = canvas.into_picture(Layout::Gray);
    Picture::from_fn(width, height, Layout::Gray, |x, y| {
        let v = i32::from(page.pixel(x, y)[0]);
        let v = match kind {
            ScanKind::Clean => v,
            ScanKind::Bilevel => 255 * i32::from(v > 140),
            ScanKind::Noisy => {
                let n = hash(x, y, seed as u32);
                14 + v * 9 / 10
                    + ((n & 7) as i32 + (n >> 3 & 7) as i32 - 7) * 2 / 3
                    + (x * 8 / width.max(1)) as i32
                    - 4
            }
        };
        [v.clamp(0, 255) as u8; 4]
    })
}
