//! A small picture that compresses like the whole one.

use super::Raster;
use crate::Size;

/// Side of the tiles that are taken, in pixels: whole MCUs of every sampling.
const TILE: u32 = 64;

/// Fewer tiles tell nothing.
const FEWEST: u32 = 16;

/// About one in eight tiles of the picture, put side by side in rows of tiles; `None` where the picture is
/// too small to be worth sampling.
pub(crate) fn tiles(raster: &Raster) -> Option<Raster> {
    one_in(raster, 8)
}

/// As [`tiles`], but hardly more than 16 of them.
pub(crate) fn few_tiles(raster: &Raster) -> Option<Raster> {
    one_in(raster, ((raster.size.width / TILE) * (raster.size.height / TILE) / (FEWEST + 4)).max(8))
}

/// Rows of a run in [`bands`].
const RUN: u32 = 64;

/// Columns of a run at most.
const WIDE: u32 = 512;

/// Runs of rows, one below the other, some 400,000 pixels in at least four runs; `None` where the picture has
/// less than two million. It is filtered and deflated as the whole is, but for a row in 64. Of wide pictures,
/// each run has other columns.
pub(crate) fn bands(raster: &Raster) -> Option<Raster> {
    const PIXELS: u64 = 400_000;
    const LARGE: u64 = 2_000_000;
    let Size { width, height } = raster.size;
    let (wide, high) = (width.min(WIDE), height.min(RUN));
    let wanted = PIXELS.div_ceil(u64::from(wide) * u64::from(high)).max(4) as u32;
    if raster.size.pixels() < LARGE {
        return None;
    }
    let n = raster.layout.channels();
    let size = Size::new(wide, wanted * high);
    let mut data = Vec::with_capacity(Raster::bytes_for(size, raster.layout));
    for run in 0..wanted {
        // In the middle of as many parts.
        let from = u64::from(height - high) * u64::from(2 * run + 1) / u64::from(2 * wanted);
        let column = (f64::from(width - wide) * scattered(run)) as usize;
        for row in from as usize..from as usize + high as usize {
            let at = row * raster.row_bytes() + column * n;
            data.extend_from_slice(raster.data.get(at..at + wide as usize * n)?);
        }
    }
    Raster::new(size, raster.layout, data)
}

/// From 0 to 1, spread by the golden ratio, so that the first few of any number lie apart.
fn scattered(n: u32) -> f64 {
    (0.5 + f64::from(n) * 0.618_034).fract()
}

/// Parts of this side or, where the picture is narrower, of its own, spread over the picture and whole in
/// themselves as [`bands`] are not; those of which nothing can be seen are left out.
pub(crate) fn parts(raster: &Raster, side: u32, count: u32) -> Vec<Raster> {
    let Size { width, height } = raster.size;
    let size = Size::new(side.min(width), side.min(height));
    let place = |n: u32| {
        let across = scattered(n);
        let down = (f64::from(n) + 0.5) / f64::from(count.max(1));
        let at = |share: f64, room: u32| (share * f64::from(room)) as u32;
        (at(across, width - size.width), at(down, height - size.height))
    };
    let parts = (0..count).filter_map(|n| part(raster, place(n), size));
    parts.filter(|part| !super::alpha::is_invisible(part)).collect()
}

fn part(raster: &Raster, (x, y): (u32, u32), size: Size) -> Option<Raster> {
    let n = raster.layout.channels();
    let mut data = Vec::with_capacity(Raster::bytes_for(size, raster.layout));
    for row in y..y + size.height {
        let from = row as usize * raster.row_bytes() + x as usize * n;
        data.extend_from_slice(raster.data.get(from..from + size.width as usize * n)?);
    }
    Raster::new(size, raster.layout, data)
}

/// Tiles are taken on a diagonal grid, so that no part of the picture is left out.
fn one_in(raster: &Raster, every: u32) -> Option<Raster> {
    let (across, down) = (raster.size.width / TILE, raster.size.height / TILE);
    let chosen: Vec<(u32, u32)> = (0..down)
        .flat_map(|y| (0..across).map(move |x| (x, y)))
        .filter(|(x, y)| (x + 3 * y) % every == 0)
        .collect();
    if chosen.len() < FEWEST as usize {
        return None;
    }
    let columns = (chosen.len() as f64).sqrt().ceil() as usize;
    let rows = chosen.len() / columns;
    let size = Size::new(columns as u32 * TILE, rows as u32 * TILE);
    let n = raster.layout.channels();
    let mut data = Vec::with_capacity(size.pixels() as usize * n);
    for band in chosen.chunks_exact(columns) {
        for line in 0..TILE as usize {
            for &(x, y) in band {
                let at = (y * TILE) as usize * raster.row_bytes()
                    + line * raster.row_bytes()
                    + (x * TILE) as usize * n;
                data.extend_from_slice(raster.data.get(at..at + TILE as usize * n)?);
            }
        }
    }
    Raster::new(size, raster.layout, data)
}

#[cfg(test)]
mod tests {
    use super::super::Layout;
    use super::*;

    #[test]
    fn bands_are_runs_of_the_picture_or_nothing() {
        let make = |w: u32, h: u32| {
            let row = |y: u32| (0..w).map(move |_| (y / 64) as u8);
            Raster::new(Size::new(w, h), Layout::Gray, (0..h).flat_map(row).collect()).unwrap()
        };
        assert!(bands(&make(1000, 1000)).is_none());
        for (w, h) in [(3651, 2738), (1000, 10_000), (10_000, 1000), (20_000, 600)] {
            let sample = bands(&make(w, h)).unwrap();
            assert!(2 * sample.size().pixels() <= u64::from(w) * u64::from(h) && sample.size().width <= 512);
            assert!(sample.size().pixels() < 500_000, "{}", sample.size());
            let rows = (sample.size().width * 64) as usize;
            let runs: Vec<u8> = sample.data().chunks(rows).map(|run| run[0]).collect();
            assert!(runs.len() >= 4 && runs.is_sorted() && runs[0] < runs[runs.len() - 1], "{runs:?}");
        }
        for (w, h) in [(20_000, 100), (65_500, 40), (3, 900_000)] {
            let sample = bands(&make(w, h)).unwrap();
            assert!((390_000..500_000).contains(&sample.size().pixels()), "{}", sample.size());
        }
    }

    #[test]
    fn parts_lie_in_the_picture_and_show_something() {
        let size = Size::new(900, 700);
        let pixel = |i: u32| if i % 900 < 450 { [0, 0, 0, 0] } else { [(i / 900 / 4) as u8, 1, 2, 255] };
        let half = Raster::new(size, Layout::Rgba, (0..900 * 700).flat_map(pixel).collect()).unwrap();
        let seen = parts(&half, 256, 8);
        assert!((3..8).contains(&seen.len()), "{}", seen.len());
        assert!(seen.iter().all(|part| part.size() == Size::new(256, 256)));
        assert_eq!(parts(&half, 1000, 2)[0].size(), size);
    }

    #[test]
    fn a_sample_is_an_eighth_or_nothing() {
        let make = |w: u32, h: u32| {
            Raster::new(Size::new(w, h), Layout::Rgb, vec![5; (w * h * 3) as usize]).unwrap()
        };
        assert!(tiles(&make(300, 200)).is_none());
        let sample = tiles(&make(1600, 1200)).unwrap();
        let share = sample.size().pixels() as f64 / (1600.0 * 1200.0);
        assert!((0.08..0.16).contains(&share), "{share}");
        for (w, h) in [(1632, 1224), (3651, 2738), (1000, 10_000), (10_000, 1000), (4096, 2048)] {
            let few = few_tiles(&make(w, h)).unwrap();
            assert!((15..=25).contains(&(few.size().pixels() / 4096)), "{w}x{h}: {}", few.size());
        }
    }
}
