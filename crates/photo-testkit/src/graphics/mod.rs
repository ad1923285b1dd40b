//! Pictures that are no photographs, and photographs cut out of their ground: what people upload besides photos.
//!
//! All are seeded, of any size, and the same on every machine.

mod canvas;
mod chart;
mod cutout;
mod logo;
mod scan;
mod screenshot;
mod text;

pub use chart::chart;
pub use cutout::cutout;
pub use logo::logo;
pub use scan::{ScanKind, scan};
pub use screenshot::screenshot;

use crate::picture::Picture;

/// One of the kinds of pictures that people upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A made-up photograph; see [`photo_like`](crate::photo_like).
    Photo,
    /// A photo on transparent ground, every second one with a soft shadow.
    Cutout,
    /// A window, every second one with a photo in it.
    Screenshot,
    /// A chart on white.
    Chart,
    /// Flat shapes on transparent ground.
    Logo,
    /// A page of text: clean, noisy and bilevel in turn.
    Scan,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Photo, Self::Cutout, Self::Screenshot, Self::Chart, Self::Logo, Self::Scan];

    /// Its name, in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Cutout => "cutout",
            Self::Screenshot => "screenshot",
            Self::Chart => "chart",
            Self::Logo => "logo",
            Self::Scan => "scan",
        }
    }

    /// The `number`-th picture of this kind.
    pub fn picture(self, width: u32, height: u32, number: u64) -> Picture {
        let seed = number * 6 + 1;
        match self {
            Self::Photo => crate::photo_like(width, height, seed),
            Self::Cutout => cutout(width, height, [30, 55, 42][number as usize % 3], number % 2 == 1, seed),
            Self::Screenshot => {
                screenshot(width, height, 1 + width / 2500, number.is_multiple_of(2), seed + number)
            }
            Self::Chart => chart(width, height, seed),
            Self::Logo => logo(width, height, seed),
            Self::Scan => {
                let kinds = [ScanKind::Clean, ScanKind::Noisy, ScanKind::Bilevel];
                scan(width, height, kinds[number as usize % 3], seed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// How much of what can be seen has one of the 16 most frequent colors.
    fn flat_share(picture: &Picture) -> f64 {
        let mut counts = HashMap::new();
        for y in 0..picture.height() {
            for x in 0..picture.width() {
                let pixel = picture.rgba(x, y);
                if pixel[3] > 0 {
                    *counts.entry(pixel).or_insert(0_u32) += 1;
                }
            }
        }
        let mut counts: Vec<u32> = counts.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let all: u32 = counts.iter().sum();
        f64::from(counts.iter().take(16).sum::<u32>()) / f64::from(all)
    }

    #[test]
    fn graphics_are_flat_and_photos_are_not() {
        for kind in Kind::ALL {
            for number in 0..3 {
                let share = flat_share(&kind.picture(640, 480, number));
                let noisy = kind == Kind::Scan && number == 1;
                let photographic = matches!(kind, Kind::Photo | Kind::Cutout);
                println!("{} {number}: {share:.2}", kind.name());
                assert!(noisy || photographic == (share < 0.2), "{} {number}: {share:.2}", kind.name());
                assert!(noisy || photographic || share > 0.5, "{} {number}: {share:.2}", kind.name());
            }
        }
    }

    #[test]
    fn a_cutout_covers_its_share_and_keeps_hidden_colors() {
        for (share, shadow, seed) in [(30, false, 1), (55, true, 2), (42, false, 3)] {
            let picture = cutout(400, 300, share, shadow, seed);
            let photo = crate::photo_like(400, 300, seed);
            let (mut clear, mut soft) = (0, 0);
            for (pixel, rgb) in picture.data().chunks_exact(4).zip(photo.data().chunks_exact(3)) {
                match pixel[3] {
                    0 => {
                        clear += 1;
                        assert_eq!(&pixel[..3], rgb);
                    }
                    255 => {}
                    _ => soft += 1,
                }
            }
            let covered = 100 - clear * 100 / (400 * 300);
            assert!((share as i32 - covered).abs() < 22, "{share} % asked for, {covered} % covered");
            assert!(soft > if shadow { 3000 } else { 300 }, "{soft} soft pixels");
        }
    }

    #[test]
    fn the_same_pictures_on_every_machine() {
        // The checksums were taken on x86-64.
        let sums = Kind::ALL.map(|kind| crc32fast::hash(kind.picture(320, 200, 1).data()));
        assert_eq!(sums, SUMS, "{sums:#010x?}");
    }

    const SUMS: [u32; 6] = [0xB7FE_D21B, 0x5039_6A0D, 0xB40A_23D7, 0xC63B_36A7, 0xED64_57C2, 0xABFF_2411];
}
