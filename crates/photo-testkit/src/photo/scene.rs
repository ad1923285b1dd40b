//! What a made-up photograph shows. Colors are RGB in 1/16 of an 8-bit step, heights and distances in pixels.

use super::noise::{Random, add_octave};

/// Two skylines and the things in front of them.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    height: u32,
    /// Top of the hills and of the ground, per column, in 1/16 pixel from the top.
    hills: Vec<i32>,
    ground: Vec<i32>,
    things: Vec<Thing>,
}

#[derive(Debug, Clone)]
struct Thing {
    shape: Shape,
    /// Center and half size.
    x: i64,
    y: i64,
    half_width: i64,
    half_height: i64,
    color: [i32; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Ball,
    Building,
    Sign,
}

impl Scene {
    pub(super) fn new(width: u32, height: u32, random: &mut Random) -> Self {
        let hills = skyline(width, height, 6, random.next() as u32);
        let ground = skyline(width, height, 9, random.next() as u32);
        let count = if width.min(height) < 16 { 0 } else { THINGS };
        let things = (0..count).map(|i| Thing::new(i, width, height, random)).collect();
        Self { height, hills, ground, things }
    }

    /// Paints row `y`; `broad`, `fine` and `tint` are its noise.
    pub(super) fn paint(&self, y: u32, broad: &[i32], fine: &[i32], tint: &[i32], out: &mut [[i32; 3]]) {
        let depth = (u64::from(y) * 4096 / u64::from(self.height.max(1))) as i32;
        let line = y.min(1 << 26) as i32 * 16 + 8;
        let columns = self.hills.iter().zip(&self.ground);
        for (((out, (hills, ground)), (broad, fine)), tint) in
            out.iter_mut().zip(columns).zip(broad.iter().zip(fine)).zip(tint)
        {
            let far = cover(line - hills);
            let near = cover(line - ground);
            let mut color = [0; 3];
            if far < 16 {
                color = sky(depth, *broad);
            }
            if far > 0 && near < 16 {
                color = mix(color, hill(*broad, *fine, *tint), far);
            }
            if near > 0 {
                color = mix(color, meadow(depth, *broad, *fine, *tint), near);
            }
            *out = color;
        }
        for thing in &self.things {
            thing.paint(i64::from(y), broad, fine, out);
        }
    }
}

impl Thing {
    fn new(index: u64, width: u32, height: u32, random: &mut Random) -> Self {
        let (w, h) = (u64::from(width), u64::from(height));
        let shape = match index % 5 {
            0 | 3 => Shape::Building,
            4 => Shape::Sign,
            _ => Shape::Ball,
        };
        let side = (w.min(h) / 40 + random.below(w.min(h) / 9)) as i64;
        let (half_width, half_height) = match shape {
            Shape::Ball => (side, side),
            Shape::Building => (side, side + random.below(h / 8) as i64),
            Shape::Sign => (side * 2, side),
        };
        let x = random.below(w) as i64;
        let y = (h * 2 / 5 + random.below(h / 2)) as i64;
        let gray = 900 + random.below(1900) as i32;
        let mut channel = || gray - 500 + random.below(1000) as i32;
        Self { shape, x, y, half_width, half_height, color: [channel(), channel(), channel()] }
    }

    fn paint(&self, y: i64, broad: &[i32], fine: &[i32], out: &mut [[i32; 3]]) {
        let dy = y - self.y;
        if dy.abs() > self.half_height {
            return;
        }
        let reach = if self.shape == Shape::Ball {
            (self.half_width.pow(2) - dy * dy).isqrt()
        } else {
            self.half_width
        };
        let from = (self.x - reach).clamp(0, out.len() as i64) as usize;
        let to = (self.x + reach).clamp(0, out.len() as i64) as usize;
        let noise = broad[from..to].iter().zip(&fine[from..to]);
        for ((out, (broad, fine)), x) in out[from..to].iter_mut().zip(noise).zip(from as i64..) {
            *out = self.color_at(x - self.x, dy, *broad, *fine);
        }
    }

    fn color_at(&self, dx: i64, dy: i64, broad: i32, fine: i32) -> [i32; 3] {
        let (w, h) = (self.half_width.max(1), self.half_height.max(1));
        match self.shape {
            Shape::Ball => {
                // Light falls from the upper left.
                let light = 4096 - ((dx + w / 3).pow(2) + (dy + h / 3).pow(2)) * 2400 / (w * h);
                self.color.map(|c| (i64::from(c) * light.max(500) / 3000) as i32 + fine / 16)
            }
            Shape::Building => {
                let window = (dx + w) * 12 / w % 4 >= 2 && (dy + h) * 18 / h % 4 >= 2;
                self.color.map(|c| if window { c / 4 + broad / 4 } else { c + (fine + broad) / 3 })
            }
            Shape::Sign => {
                let letter =
                    super::noise::hash((dx * 24 / w) as u32, (dy * 16 / h) as u32, self.color[0] as u32) & 3
                        == 0;
                self.color.map(|c| if letter { c / 4 } else { c })
            }
        }
    }
}

fn skyline(width: u32, height: u32, fifteenths: u32, seed: u32) -> Vec<i32> {
    let mut noise = vec![0; width as usize];
    let largest = width.next_power_of_two().trailing_zeros().clamp(4, 16) - 2;
    for (cell_log2, step) in (2..=largest).rev().zip(0..9) {
        add_octave(&mut noise, 0, cell_log2, seed ^ cell_log2, 1000 >> step);
    }
    let (height, base) = (i64::from(height), i64::from(height) * 16 * i64::from(fifteenths) / 15);
    noise
        .iter()
        .map(|n| (base + i64::from(*n) * height * 16 / 9000).clamp(0, i64::from(i32::MAX)) as i32)
        .collect()
}

/// How much of a pixel lies below an edge, 0 to 16, softened to about two pixels as a lens does.
fn cover(below: i32) -> i32 {
    ((below + 16) / 2).clamp(0, 16)
}

fn mix(a: [i32; 3], b: [i32; 3], part: i32) -> [i32; 3] {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * part / 16)
}

fn sky(depth: i32, broad: i32) -> [i32; 3] {
    let cloud = (broad - 100).clamp(0, 1000);
    [1300 + depth / 2, 2050 + depth / 3, 3250 + depth / 8].map(|c| c + (3950 - c).max(0) * cloud / 1100)
}

fn hill(broad: i32, fine: i32, tint: i32) -> [i32; 3] {
    let light = broad / 2 + fine / 2;
    [1150 + light + tint / 2, 1450 + light, 1500 + light - tint / 2]
}

fn meadow(depth: i32, broad: i32, fine: i32, tint: i32) -> [i32; 3] {
    // Patches of strong texture beside calm ones, as focus and material make them.
    let texture = fine * (broad + 500).clamp(120, 900) / 480;
    let light = broad / 2 + texture + (depth - 2000) / 6;
    [1500 + light + tint, 1600 + light, 800 + light * 2 / 3 - tint / 2]
}

const THINGS: u64 = 30;
