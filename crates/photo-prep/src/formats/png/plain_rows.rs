//! Rows of the PNGs that are large in practice: not interlaced, with 8 or 16 bits a sample, without a palette
//! or a transparent color. One thread inflates, another undoes the filters, and others use the rows.

use rayon::Scope;

use super::container::{Header, PngLayout, SIGNATURE, chunk, header};
use super::deep::Deep;
use super::inflate::{FilteredRows, Inflater};
use super::inflate_ahead::{InflatedRows, MAX_ROW, inflate_ahead};
use super::unfilter::{SLACK, unfilter};
use crate::formats::work_ahead::WorkAhead;
use crate::geometry::Size;
use crate::metadata::bytes::array;
use crate::pixels::Layout;
use crate::pixels::bands::RowSource;
use crate::pixels::depth::DepthConversion;
use crate::{Error, Format, Result};

/// What `run` makes of the rows. `None` for another kind of PNG; an error, of which only that it is one
/// matters, if the data are not as they should be.
pub(super) fn with<T: Send>(
    bytes: &[u8],
    depth: &DepthConversion,
    run: &(impl Fn(&mut dyn RowSource) -> Result<T> + Sync),
) -> Option<Result<T>> {
    let kind = PlainKind::of(bytes).filter(|_| !depth.is_for_all_depths())?;
    let inflater = Inflater::new(bytes, kind.data_at, kind.row_bytes(), kind.size.height as usize);
    let ahead = inflate_ahead(inflater, kind.row_bytes());
    Some(rayon::scope(|scope| {
        let row = vec![0; kind.row_bytes() + SLACK];
        let (above, deep) = (row.clone(), (kind.sample_bytes == 2).then(|| Deep::new(depth, true)));
        run(&mut PlainRows { kind, ahead: &ahead, scope, rows: None, used: 0, above, row, deep })
    }))
}

/// What such a PNG's header says, and where its data begin.
#[derive(Debug, Clone, Copy)]
struct PlainKind {
    size: Size,
    layout: Layout,
    sample_bytes: usize,
    /// The first IDAT chunk.
    data_at: usize,
}

impl PlainKind {
    fn of(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(&SIGNATURE) {
            return None;
        }
        let first = chunk(bytes, 8).ok().filter(|chunk| chunk.sound)?;
        let mut at = first.whole.end;
        let alone = PngLayout { chunks: vec![first], end: None, fault: None, unlisted: 0, cut_off: false };
        let Header { width, height, depth, color, interlace } = header(bytes, &alone).ok()?;
        let layout = match color {
            0 => Layout::Gray,
            2 => Layout::Rgb,
            4 => Layout::GrayAlpha,
            6 => Layout::Rgba,
            _ => return None,
        };
        loop {
            match &array::<4>(bytes, at + 4)? {
                // The checksums of these are looked at when they are inflated.
                b"IDAT" => {
                    let sample_bytes = usize::from(depth / 8);
                    let kind = Self { size: Size::new(width, height), layout, sample_bytes, data_at: at };
                    let fits = (2..=MAX_ROW).contains(&kind.row_bytes()) && interlace == 0;
                    return (fits && sample_bytes > 0).then_some(kind);
                }
                // What they say of the first picture is left to the `png` crate.
                b"tRNS" | b"acTL" | b"fcTL" | b"fdAT" => return None,
                _ => at = chunk(bytes, at).ok().filter(|chunk| chunk.sound)?.whole.end,
            }
        }
    }

    fn pixel_bytes(&self) -> usize {
        self.layout.channels() * self.sample_bytes
    }

    /// With the filter type.
    fn row_bytes(&self) -> usize {
        (self.size.width as usize).saturating_mul(self.pixel_bytes()).saturating_add(1)
    }
}

struct PlainRows<'s, 'a, 'r> {
    kind: PlainKind,
    ahead: &'s WorkAhead<InflatedRows<'a>>,
    scope: &'r Scope<'s>,
    /// The rows at hand, and how many of them are used.
    rows: Option<FilteredRows>,
    used: usize,
    /// The row that was finished last, and memory for the next.
    above: Vec<u8>,
    row: Vec<u8>,
    deep: Option<Deep<'a>>,
}

impl PlainRows<'_, '_, '_> {
    fn append_row(&mut self, out: &mut Vec<u8>) -> Option<()> {
        if self.rows.is_none() {
            self.rows = Some(self.ahead.next(self.scope)?);
            self.used = 0;
        }
        let rows = self.rows.as_mut()?;
        let (filter, row) = rows.get(self.used)?.split_first()?;
        let length = self.kind.row_bytes() - 1;
        unfilter(*filter, self.kind.pixel_bytes(), length, &self.above, row, &mut self.row)?;
        std::mem::swap(&mut self.above, &mut self.row);
        let row = self.above.get(..length)?;
        match &mut self.deep {
            Some(deep) => deep.append(self.kind.layout, row, out).ok()?,
            None => out.extend_from_slice(row),
        }
        self.used += 1;
        if self.used == rows.count() {
            self.ahead.give_back(self.rows.take()?);
        }
        Some(())
    }
}

impl RowSource for PlainRows<'_, '_, '_> {
    fn size(&self) -> Size {
        self.kind.size
    }

    fn layout(&self) -> Layout {
        self.kind.layout
    }

    fn append(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        for _ in 0..count {
            self.append_row(out).ok_or_else(|| Error::malformed(Format::Png, None, "the data are broken"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pixels::Raster;

    /// A PNG by the `png` crate, its data in chunks of `chunk` bytes.
    fn file(size: (u32, u32), kind: (png::ColorType, png::BitDepth), noise: u32, chunk: usize) -> Vec<u8> {
        let row = size.0 as usize * kind.0.samples() * if kind.1 == png::BitDepth::Sixteen { 2 } else { 1 };
        // Smooth here and noisy there, so that all filters are chosen.
        let value = |i: usize| {
            let wild = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(noise) >> 24;
            let smooth = (i % row / 3 + i / row * 2) as u32;
            (smooth + if i / row % 5 < 2 { wild } else { wild % 8 }) as u8
        };
        let data: Vec<u8> = (0..row * size.1 as usize).map(value).collect();
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
        encoder.set_color(kind.0);
        encoder.set_depth(kind.1);
        encoder.set_filter(png::Filter::Adaptive);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header().unwrap();
        let mut stream = writer.stream_writer_with_size(chunk).unwrap();
        std::io::Write::write_all(&mut stream, &data).unwrap();
        stream.finish().unwrap();
        drop(writer);
        out
    }

    fn whole(rows: &mut dyn RowSource) -> Result<Raster> {
        let (size, layout, mut data) = (rows.size(), rows.layout(), Vec::new());
        for y in 0..size.height {
            rows.append(1, &mut data)?;
            assert_eq!(data.len(), Raster::bytes_for(Size::new(size.width, y + 1), layout));
        }
        Ok(Raster::new(size, layout, data).unwrap())
    }

    fn by_the_crate(bytes: &[u8]) -> Option<Vec<u8>> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().ok()?;
        let mut data = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut data).ok()?;
        if reader.info().bit_depth == png::BitDepth::Sixteen {
            data = crate::pixels::rounding::be16(&data).collect();
        }
        Some(data)
    }

    fn ours(bytes: &[u8], threads: usize) -> Option<Result<Raster>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| with(bytes, &DepthConversion::Rounded, &whole))
    }

    const KINDS: [(png::ColorType, png::BitDepth); 8] = {
        use png::{BitDepth::*, ColorType::*};
        [
            (Grayscale, Eight),
            (GrayscaleAlpha, Eight),
            (Rgb, Eight),
            (Rgba, Eight),
            (Grayscale, Sixteen),
            (GrayscaleAlpha, Sixteen),
            (Rgb, Sixteen),
            (Rgba, Sixteen),
        ]
    };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn rows_are_those_of_the_png_crate(
            w in 1u32..900, h in 1u32..300, kind in 0usize..8, noise in any::<u32>(),
            chunk in prop_oneof![1usize..40, Just(8_192), Just(1 << 20)], threads in 1usize..4
        ) {
            let bytes = file((w, h), KINDS[kind], noise, chunk);
            let raster = ours(&bytes, threads).unwrap().unwrap();
            prop_assert!(Some(raster.data()) == by_the_crate(&bytes).as_deref());
        }

        /// What a changed file becomes is never another picture than the `png` crate sees.
        #[test]
        fn broken_files_are_left_to_the_png_crate(
            kind in 0usize..8, noise in any::<u32>(), at in any::<proptest::sample::Index>(), bit in 0u8..8,
            cut in any::<bool>(), threads in 1usize..4
        ) {
            let mut bytes = file((97, 61), KINDS[kind], noise, 500);
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
            if let Some(Ok(raster)) = ours(&bytes, threads) {
                prop_assert!(Some(raster.data()) == by_the_crate(&bytes).as_deref());
            }
        }
    }

    #[test]
    fn large_pictures_of_one_color_come_out() {
        // They inflate to a thousand times their length, much of it before it is asked for.
        let bytes = file((3_000, 4_000), KINDS[3], 0, 1 << 20);
        assert!(ours(&bytes, 3).unwrap().unwrap().data() == by_the_crate(&bytes).unwrap());
    }
}
