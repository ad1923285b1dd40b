//! Reducing a picture while it is still being decoded, band by band: one thread decodes, the others reduce
//! what is there, and the picture is never whole in memory.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use photo_resize::rows_for_band;

use super::resize::{self, LEAST_ROWS, Reducer, band_height, rows_of_a_strip};
use super::{Layout, Raster};
use crate::{Result, Size};

/// A decoder that gives rows from the top.
pub(crate) trait RowSource: Send {
    fn size(&self) -> Size;
    fn layout(&self) -> Layout;
    /// All samples, where they lie in memory as they are.
    fn in_memory(&self) -> Option<&[u8]> {
        None
    }
    /// Appends the samples of the next `count` rows to `out`. All rows are asked for exactly once.
    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()>;
}

/// The picture of `source` at the size `to`, within a step of 255 of what `resize` makes of the whole.
pub(crate) fn reduced(source: &mut dyn RowSource, to: Size) -> Result<Raster> {
    match width_first(source.size(), to) {
        Some(narrow) => Ok(resize::reduced(&in_bands(source, narrow)?, to)),
        None => match source.in_memory() {
            Some(samples) => Ok(resize::reduced_from(samples, source.size(), source.layout(), to)),
            None => in_bands(source, to),
        },
    }
}

/// The picture of `source`, whole.
pub(crate) fn whole(source: &mut dyn RowSource) -> Result<Raster> {
    let (size, layout) = (source.size(), source.layout());
    let mut data = Vec::with_capacity(Raster::bytes_for(size, layout));
    source.append(size.height as usize, &mut data)?;
    debug_assert_eq!(data.len(), Raster::bytes_for(size, layout));
    Ok(Raster { size, layout, data })
}

/// Reads all rows for what their source learns from them, and keeps none.
pub(crate) fn scan(source: &mut dyn RowSource) -> Result<()> {
    const ROWS: u32 = 64;
    let (mut left, mut strip) = (source.size().height, Vec::new());
    while left > 0 {
        let count = left.min(ROWS);
        strip.clear();
        source.append(count as usize, &mut strip)?;
        left -= count;
    }
    Ok(())
}

/// The size at which a picture stands in memory before it is reduced in height too; `None` if it is reduced
/// in both at once. Each row of a very small result is made from hundreds of rows, mostly those of the row
/// before.
fn width_first(from: Size, to: Size) -> Option<Size> {
    // By sizes alone: an estimate may reckon with more channels than there are, and no sample may depend on
    // the threads.
    const CHANNELS: u64 = 4;
    let narrow = Size::new(to.width, from.height);
    let less = memory_width_first(narrow, CHANNELS) < memory_in_bands(from, to, CHANNELS, 1);
    (rows_of_a_strip(from, to, CHANNELS) < LEAST_ROWS && less).then_some(narrow)
}

fn in_bands(source: &mut dyn RowSource, to: Size) -> Result<Raster> {
    let job = Job { to, layout: source.layout(), reducer: Reducer::new(source.size(), to, source.layout()) };
    let mut data = vec![0; Raster::bytes_for(to, job.layout)];
    let (free, running) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let at_once = strips_waiting(rayon::current_num_threads());
    rayon::scope(|scope| -> Result<()> {
        let mut strip = Strip::default();
        let out_row = to.width as usize * job.layout.channels();
        for (band, out) in job.bands().zip(data.chunks_mut(out_row * job.band_height() as usize)) {
            strip.read(source, job.needed(&band))?;
            let next = strip.followed_by(job.needed(&job.next(&band)).start, job.row_bytes(), taken(&free));
            let (job, free, running, samples) =
                (&job, &free, &running, std::mem::replace(&mut strip, next).samples);
            let reduce = move || {
                job.reducer.reduce(&samples, band, out);
                free.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(samples);
            };
            // Instead of waiting for the others, this thread lends a hand.
            if running.load(Ordering::Relaxed) >= at_once {
                reduce();
                continue;
            }
            running.fetch_add(1, Ordering::Relaxed);
            scope.spawn(move |_| {
                reduce();
                running.fetch_sub(1, Ordering::Relaxed);
            });
        }
        Ok(())
    })?;
    Ok(Raster { size: to, layout: job.layout, data })
}

/// Bytes that [`reduced`] needs beside its result, on so many threads.
pub(crate) fn memory_for(from: Size, to: Size, channels: u64, threads: usize) -> u64 {
    let Some(narrow) = width_first(from, to) else {
        return memory_in_bands(from, to, channels, threads);
    };
    memory_width_first(narrow, channels) + memory_in_bands(from, narrow, channels, threads)
}

/// With a copy multiplied with its alpha.
fn memory_width_first(narrow: Size, channels: u64) -> u64 {
    2 * narrow.pixels() * channels
}

fn memory_in_bands(from: Size, to: Size, channels: u64, threads: usize) -> u64 {
    let rows = band_height(from, to, channels);
    let strip =
        u64::from(from.width) * channels * rows_for_band(from.height, to.height, 0..rows).len() as u64;
    // Beside what waits: the strip that is read, the one that this thread reduces, and what an inner band has
    // more rows above it; then the rows that were reduced in width only, and copies multiplied with their
    // alpha.
    let strips = strips_waiting(threads) as u64 + 2;
    2 * strips * (strip + strip / 2)
}

/// Strips that may wait for another thread or be at work there. One thread decodes, and it can hardly keep up
/// with four.
fn strips_waiting(threads: usize) -> usize {
    if threads < 2 { 0 } else { threads.min(4) }
}

/// What is to be done.
struct Job {
    to: Size,
    layout: Layout,
    reducer: Reducer,
}

impl Job {
    fn band_height(&self) -> u32 {
        band_height(self.reducer.from, self.to, self.layout.channels() as u64)
    }

    fn row_bytes(&self) -> usize {
        self.reducer.from.width as usize * self.layout.channels()
    }

    fn bands(&self) -> impl Iterator<Item = Range<u32>> {
        std::iter::successors(Some(self.next(&(0..0))), move |band| Some(self.next(band)))
            .take_while(|band| !band.is_empty())
    }

    /// The band below; empty after the last one.
    fn next(&self, band: &Range<u32>) -> Range<u32> {
        band.end..(band.end + self.band_height()).min(self.to.height)
    }

    /// The rows of the source that a band is made from.
    fn needed(&self, band: &Range<u32>) -> Range<usize> {
        let height = self.reducer.from.height;
        if band.is_empty() {
            return height as usize..height as usize;
        }
        let rows = self.reducer.rows_needed(band.clone());
        // The last band reads to the end, so that the source's end is seen.
        let end = if band.end == self.to.height { height } else { rows.end };
        rows.start as usize..end as usize
    }
}

/// Rows of the source in a row, from `start`.
#[derive(Default)]
struct Strip {
    samples: Vec<u8>,
    /// The number of the first row, and the one after the last.
    start: usize,
    end: usize,
}

impl Strip {
    /// Reads on until the rows `needed` are there.
    fn read(&mut self, source: &mut dyn RowSource, needed: Range<usize>) -> Result<()> {
        source.append(needed.end.saturating_sub(self.end), &mut self.samples)?;
        self.end = self.end.max(needed.end);
        Ok(())
    }

    /// The strip that begins at row `start`, with those rows of it that are in this one, in the memory of
    /// `samples`.
    fn followed_by(&self, start: usize, row_bytes: usize, mut samples: Vec<u8>) -> Self {
        let start = start.clamp(self.start, self.end);
        samples.clear();
        samples.extend_from_slice(self.samples.get((start - self.start) * row_bytes..).unwrap_or_default());
        Self { samples, start, end: self.end }
    }
}

/// A strip's memory that is no longer used, if there is any.
fn taken(free: &Mutex<Vec<Vec<u8>>>) -> Vec<u8> {
    free.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::resize;
    use super::*;

    struct Whole(Raster, usize);

    impl RowSource for Whole {
        fn size(&self) -> Size {
            self.0.size
        }

        fn layout(&self) -> Layout {
            self.0.layout
        }

        fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
            let row = self.0.row_bytes();
            out.extend_from_slice(&self.0.data[self.1 * row..(self.1 + count) * row]);
            self.1 += count;
            Ok(())
        }
    }

    fn in_bands_as_whole(raster: Raster, to: Size, threads: usize) {
        let whole = resize::reduced(&raster, to);
        let mut source = Whole(raster, 0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bands = pool.install(|| reduced(&mut source, to)).unwrap();
        assert_eq!(source.1, source.0.size.height as usize, "rows read");
        assert_eq!((bands.size, bands.layout), (whole.size, whole.layout));
        let most = seen(&bands).zip(seen(&whole)).map(|(a, b)| a.abs_diff(b)).max();
        // Dividing by alpha and multiplying with it rounds once more.
        let allowed = if whole.layout.has_alpha() { 2 } else { 1 };
        assert!(most <= Some(allowed), "{most:?}");
    }

    /// The samples, colors multiplied with their alpha: where that is low, one step of it is many of the
    /// color's.
    fn seen(raster: &Raster) -> impl Iterator<Item = u8> {
        let (n, alpha) = (raster.layout.channels(), raster.layout.has_alpha());
        raster.data.chunks_exact(n).flat_map(move |pixel| {
            let opacity = if alpha { u32::from(pixel[n - 1]) } else { 255 };
            let color = move |i: usize| ((u32::from(pixel[i]) * opacity + 127) / 255) as u8;
            (0..n).map(move |i| if alpha && i == n - 1 { pixel[i] } else { color(i) })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn bands_are_the_whole(
            w in 1u32..60, h in 1u32..700, percent in 1u32..100, layout in 0usize..5, seed in any::<u32>(),
            threads in 1usize..4
        ) {
            let layout = [Layout::Gray, Layout::GrayAlpha, Layout::Rgb, Layout::Rgba, Layout::Cmyk][layout];
            let noise = |i: u32| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
            let data: Vec<u8> = (0..w * h * layout.channels() as u32)
                .map(|i| if layout == Layout::Rgba && i % 4 == 3 { 255 } else { noise(i) })
                .collect();
            let to = Size::new((w * percent / 100).max(1), (h * percent / 100).max(1));
            in_bands_as_whole(Raster::new(Size::new(w, h), layout, data).unwrap(), to, threads);
        }
    }

    #[test]
    fn thumbnails_are_the_whole() {
        let (from, noise) = (Size::new(1500, 2600), |i: u32| (i.wrapping_mul(2_654_435_761) >> 13) as u8);
        for (layout, to, threads) in [
            (Layout::Rgba, Size::new(30, 50), 1),
            (Layout::Rgba, Size::new(1, 1), 2),
            (Layout::Rgb, Size::new(31, 40), 3),
            (Layout::Cmyk, Size::new(9, 7), 2),
        ] {
            let channels = layout.channels() as u32;
            assert!(width_first(from, to).is_some(), "{to}");
            let data = (0..from.width * from.height * channels)
                .map(|i| if layout == Layout::Rgba && i % 4 == 3 { (i / 9000) as u8 | 1 } else { noise(i) })
                .collect();
            in_bands_as_whole(Raster::new(from, layout, data).unwrap(), to, threads);
        }
    }

    #[test]
    fn no_reduction_needs_more_than_most_of_the_picture() {
        for (width, height) in [(8064, 6048), (12_000, 9000), (20_000, 20_000), (1500, 60_000)] {
            for part in [1, 2, 3, 5, 10, 20, 50, 200, 1000] {
                let (from, to) =
                    (Size::new(width, height), Size::new(width.div_ceil(part), height / (part + 1)));
                for threads in [1, 2, 8] {
                    let (needed, whole) = (memory_for(from, to, 3, threads), from.pixels() * 3);
                    assert!(needed < whole, "{from} to {to}: {needed} of {whole}");
                }
            }
        }
    }

    #[test]
    fn what_is_opaque_stays_opaque() {
        let data: Vec<u8> =
            (0..700u32 * 300).flat_map(|i| [(i * 7) as u8, (i >> 3) as u8, 90, 255]).collect();
        let mut source = Whole(Raster::new(Size::new(300, 700), Layout::Rgba, data).unwrap(), 0);
        let small = reduced(&mut source, Size::new(271, 633)).unwrap();
        assert!(small.data.as_chunks::<4>().0.iter().all(|p| p[3] == 255));
    }
}
