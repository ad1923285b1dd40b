//! Which colors a picture has, and how often.

use rayon::prelude::*;

use crate::pixels::{Raster, rgba};

/// A color and its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) color: [u8; 4],
    pub(super) count: u32,
}

/// Pixels that are looked at, about.
const SEEN: usize = 600_000;
/// Colors that are told apart; rarer ones are counted with their neighbors.
const EXACT: usize = 4096;

/// The colors of the picture by their frequency.
pub(super) fn of(raster: &Raster) -> Vec<Entry> {
    let mut all = counted(raster, SEEN);
    all.sort_unstable_by_key(|entry| (u32::MAX - entry.count, entry.color));
    if all.len() > EXACT {
        let rare = all.split_off(EXACT);
        all.extend(merged(rare));
    }
    all
}

/// Whether few colors make up the picture, as they do in screenshots, charts, logos and scans: the 16 most
/// frequent ones cover three tenths of what is visible. Photos and cut-outs have 0.15 at most; graphics have
/// 0.48 (a logo of soft shades, a desktop of photos) to 0.97.
pub(crate) fn is_graphic(raster: &Raster) -> bool {
    const BOUND: f64 = 0.3;
    // Few pixels settle it for most pictures: 40,000 tell a share to within a hundredth.
    let share = share_of_the_most_frequent(raster, SEEN / 15);
    if (share - BOUND).abs() > 0.1 {
        return share > BOUND;
    }
    share_of_the_most_frequent(raster, SEEN) >= BOUND
}

/// The share of the 16 most frequent colors among what is visible of about `seen` pixels; 1 if nothing is.
fn share_of_the_most_frequent(raster: &Raster, seen: usize) -> f64 {
    let mut all = counted(raster, seen);
    all.retain(|entry| entry.color[3] > 0);
    all.sort_unstable_by_key(|entry| u32::MAX - entry.count);
    let count = |entries: &[Entry]| entries.iter().map(|entry| f64::from(entry.count)).sum::<f64>();
    let most = count(all.get(..16).unwrap_or(&all));
    if most > 0.0 { most / count(&all) } else { 1.0 }
}

/// The colors of about `seen` pixels in their order. All wholly transparent pixels are of one color.
fn counted(raster: &Raster, seen: usize) -> Vec<Entry> {
    let n = raster.layout().channels();
    // An odd step, so that patterns are not seen at one phase alone.
    let step = (raster.size().pixels() as usize / seen).max(1) | 1;
    let seen = raster.data().chunks_exact(n).step_by(step).map(rgba);
    let mut colors: Vec<u32> = seen.map(|c| if c[3] == 0 { 0 } else { u32::from_be_bytes(c) }).collect();
    colors.par_sort_unstable();
    colors
        .chunk_by(|a, b| a == b)
        .map(|run| Entry { color: run.first().copied().unwrap_or(0).to_be_bytes(), count: run.len() as u32 })
        .collect()
}

/// Neighbors of five bits a sample as one color in their middle.
fn merged(mut rare: Vec<Entry>) -> Vec<Entry> {
    let cell = |entry: &Entry| entry.color.map(|value| value >> 3);
    rare.sort_unstable_by_key(|entry| (cell(entry), entry.color));
    rare.chunk_by(|a, b| cell(a) == cell(b))
        .map(|group| {
            let count: u32 = group.iter().map(|entry| entry.count).sum();
            let sum =
                |k: usize| -> u64 { group.iter().map(|e| u64::from(e.color[k]) * u64::from(e.count)).sum() };
            let half = u64::from(count / 2);
            let mean = |k| ((sum(k) + half) / u64::from(count.max(1))) as u8;
            Entry { color: [mean(0), mean(1), mean(2), mean(3)], count }
        })
        .collect()
}
