//! Made-up pictures that compress like camera files: sky, hills, ground, buildings and balls, with soft
//! gradients, edges, texture and sensor noise. All arithmetic is in integers and every row depends on its
//! number alone, so the picture is the same on every machine and with any number of threads.

pub(crate) mod noise;
mod scene;

use rayon::prelude::*;

use crate::picture::{Layout, Picture};
use noise::{Random, add_octave, hash};
use scene::Scene;

/// A made-up photograph of any size that gives its rows on demand, so that 200 MP can be streamed in little
/// memory (about 24 bytes per column and thread).
///
/// ```
/// let photo = photo_testkit::Photo::new(320, 240, 7);
/// let mut band = vec![0; 320 * 16 * 3];
/// photo.fill_rows(100, 16, &mut band);
/// assert_eq!(band[..], photo.picture().data()[100 * 320 * 3..116 * 320 * 3]);
/// ```
#[derive(Debug, Clone)]
pub struct Photo {
    width: u32,
    height: u32,
    seed: u32,
    scene: Scene,
}

impl Photo {
    /// Lays out the scene for a picture of `width` x `height` pixels; another `seed`, another picture.
    pub fn new(width: u32, height: u32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let scene = Scene::new(width, height, &mut random);
        Self { width, height, seed: random.next() as u32, scene }
    }

    /// Width in pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Writes `rows` rows from row `y0` on as RGB, on the current rayon pool.
    ///
    /// # Panics
    /// If `out` isn't exactly `rows * width * 3` bytes long, or the rows lie outside the picture.
    pub fn fill_rows(&self, y0: u32, rows: u32, out: &mut [u8]) {
        let stride = self.width as usize * 3;
        assert_eq!(out.len(), stride * rows as usize, "the buffer for {rows} rows of {} pixels", self.width);
        assert!(
            y0.checked_add(rows).is_some_and(|end| end <= self.height),
            "rows {y0}+{rows} of {}",
            self.height
        );
        if stride == 0 {
            return;
        }
        out.par_chunks_mut(stride * ROWS_PER_TASK).enumerate().for_each(|(task, band)| {
            let mut scratch = Scratch::new(self.width as usize);
            let first = y0 + (task * ROWS_PER_TASK) as u32;
            for (row, y) in band.chunks_exact_mut(stride).zip(first..) {
                self.row(y, row, &mut scratch);
            }
        });
    }

    /// The whole picture as RGB.
    pub fn picture(&self) -> Picture {
        let mut data = vec![0; self.width as usize * self.height as usize * 3];
        self.fill_rows(0, self.height, &mut data);
        Picture::new(self.width, self.height, Layout::Rgb, data)
    }

    fn row(&self, y: u32, out: &mut [u8], scratch: &mut Scratch) {
        scratch.clear();
        let Scratch { broad, fine, tint, color } = scratch;
        let largest = self.width.max(self.height).next_power_of_two().trailing_zeros().clamp(6, 16) - 2;
        let mut amplitude = BROAD_AMPLITUDE;
        for cell_log2 in (4..=largest).rev() {
            add_octave(broad, y, cell_log2, self.seed ^ (cell_log2 << 8), amplitude);
            amplitude = amplitude * 5 / 8;
        }
        for (cell_log2, amplitude) in FINE_OCTAVES {
            add_octave(fine, y, cell_log2, self.seed ^ (cell_log2 << 16), amplitude);
        }
        add_octave(tint, y, largest, self.seed ^ 0x51, TINT_AMPLITUDE);
        add_octave(tint, y, largest.saturating_sub(3).max(2), self.seed ^ 0x52, TINT_AMPLITUDE / 2);
        self.scene.paint(y, broad, fine, tint, color);
        self.develop(y, color, out);
    }

    /// Adds sensor noise (stronger in the light, mostly common to the channels) and rounds to 8 bits.
    fn develop(&self, y: u32, color: &[[i32; 3]], out: &mut [u8]) {
        for ((pixel, rgb), x) in out.chunks_exact_mut(3).zip(color).zip(0..) {
            let h = hash(x, y, self.seed);
            let grain = (h & 255) as i32 + (h >> 8 & 255) as i32 - 255;
            let (red, blue) = ((h >> 16 & 255) as i32 - 128, (h >> 24) as i32 - 128);
            let strength = NOISE_FLOOR + (rgb[1].clamp(0, 4095) >> 7);
            let common = grain * strength;
            let [r, g, b] = *rgb;
            pixel[0] = round(r, common + red * strength / 3);
            pixel[1] = round(g, common);
            pixel[2] = round(b, common + blue * strength / 3);
        }
    }
}

/// A made-up photograph as RGB samples in memory; see [`Photo`].
pub fn photo_like(width: u32, height: u32, seed: u64) -> Picture {
    Photo::new(width, height, seed).picture()
}

/// `value` in 1/16 and `noise` in 1/4096 of an 8-bit step.
fn round(value: i32, noise: i32) -> u8 {
    ((value * 256 + noise + 2048) >> 12).clamp(0, 255) as u8
}

/// Working rows of one task; values in 1/16 of an 8-bit step.
struct Scratch {
    broad: Vec<i32>,
    fine: Vec<i32>,
    tint: Vec<i32>,
    color: Vec<[i32; 3]>,
}

impl Scratch {
    fn new(width: usize) -> Self {
        Self { broad: vec![0; width], fine: vec![0; width], tint: vec![0; width], color: vec![[0; 3]; width] }
    }

    fn clear(&mut self) {
        self.broad.fill(0);
        self.fine.fill(0);
        self.tint.fill(0);
    }
}

const ROWS_PER_TASK: usize = 16;
/// Largest swing of the slow brightness changes, in 1/16 steps; each octave has 5/8 of the one before.
const BROAD_AMPLITUDE: i32 = 560;
/// Texture of a few pixels' size: (log2 of the size, swing in 1/16 steps).
const FINE_OCTAVES: [(u32, i32); 3] = [(3, 280), (2, 270), (1, 240)];
const TINT_AMPLITUDE: i32 = 360;
/// Noise strength in the dark; chosen so that a picture takes 2 to 3 bits a pixel as a JPEG of quality 92
/// with 4:2:0.
const NOISE_FLOOR: i32 = 140;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::jpeg::{JpegOptions, Sampling, encode};

    #[test]
    fn it_compresses_like_a_camera_file() {
        for (width, height, seed) in [(1280, 960, 1), (1000, 1500, 2), (1600, 1200, 3), (1024, 1024, 99)] {
            let options = JpegOptions { quality: 92, sampling: Sampling::S420, ..JpegOptions::default() };
            let bytes = encode(&photo_like(width, height, seed), &options);
            let bpp = bytes.len() as f64 * 8.0 / f64::from(width * height);
            println!("{width}x{height} seed {seed}: {bpp:.2} bits a pixel");
            assert!((1.8..3.2).contains(&bpp), "{width}x{height} seed {seed}: {bpp:.2} bits a pixel");
        }
    }

    #[test]
    fn threads_and_bands_make_no_difference() {
        let photo = Photo::new(333, 100, 4);
        let whole = photo.picture();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| photo.picture()), whole);
        }
        let mut joined = Vec::new();
        for (y, rows) in [(0, 17), (17, 1), (18, 0), (18, 40), (58, 42)] {
            let mut band = vec![0; 333 * 3 * rows as usize];
            photo.fill_rows(y, rows, &mut band);
            joined.extend(band);
        }
        assert_eq!(joined, whole.data());
    }

    #[test]
    fn the_same_picture_on_every_machine() {
        // The checksum was taken on x86-64; a change of the generator must change it, and fixtures/ with it.
        assert_eq!(
            crc32fast::hash(photo_like(257, 129, 42).data()),
            CHECKSUM,
            "the generator's output has changed"
        );
        assert_ne!(photo_like(64, 64, 1), photo_like(64, 64, 2));
    }

    #[test]
    fn any_size_has_a_picture() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (7, 5), (0, 4), (4, 0)] {
            assert_eq!(photo_like(width, height, 1).data().len(), (width * height * 3) as usize);
        }
        let mut row = vec![0; 20_000 * 3];
        Photo::new(20_000, 10_000, 1).fill_rows(9_999, 1, &mut row);
        assert!(row.iter().any(|v| *v != row[0]));
    }

    const CHECKSUM: u32 = 827_043_142;
}
