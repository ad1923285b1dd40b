//! Turns pictures without loss, and requantizes them.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, i16x8};
use rayon::prelude::*;

use crate::coefficients::{CodedComponent, Coefficients};
use crate::dct::transpose::transpose_i16;
use crate::error::{Error, Result};
use crate::header::Component;
use crate::orientation::Orientation;
use crate::quant::QuantTable;
use crate::syntax::MaxSampling;

/// What to do about partial MCUs: those at the right or lower border that reach beyond the picture. If
/// turning would bring them to the left or upper border, they can't stay, since a JPEG can have no partial
/// MCUs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Edges {
    /// Refuse to turn such a picture.
    #[default]
    Keep,
    /// Cut the partial MCUs off, which takes at most 15 columns or rows of the picture.
    Trim,
}

/// The part of a stored picture that is kept when it is turned, which is its upper left part.
#[derive(Debug)]
pub(crate) struct KeptArea {
    width: u32,
    height: u32,
    max: MaxSampling,
}

/// How to turn blocks: where the stored block of an upright one is, and how its coefficients change.
#[derive(Debug)]
pub(crate) struct BlockTurn {
    /// For each upright coefficient, the index of the stored one.
    from: [u8; 64],
    /// For each upright coefficient, 0 to keep the sign and -1 to change it.
    sign: [i16; 64],
    /// The same, column by column.
    column_sign: [i16; 64],
    flip_x: bool,
    flip_y: bool,
    swap: bool,
}

impl Coefficients {
    /// Turns the picture upright without loss. Blocks change places, and in them coefficients change places
    /// and signs. The sampling factors and quantization tables are turned too. The result takes as much
    /// memory as the picture.
    ///
    /// `None` if `edges` is [`Edges::Keep`] and turning would bring partial MCUs to the left or upper border
    /// (see [`needs_trim`](Self::needs_trim)), or if trimming would leave nothing.
    #[must_use]
    pub fn turned(&self, orientation: Orientation, edges: Edges) -> Option<Self> {
        let kept = self.kept(orientation, edges)?;
        let turn = BlockTurn::new(orientation);
        let component = |c: &CodedComponent| c.turned(kept.facts(&c.facts), &turn);
        let components = self.components.iter().map(component).collect();
        let (width, height) = kept.upright(orientation);
        Some(Self { width, height, color: self.color, components })
    }

    /// The part that is kept when the picture is turned; `None` as for [`turned`](Self::turned).
    pub(crate) fn kept(&self, orientation: Orientation, edges: Edges) -> Option<KeptArea> {
        if edges == Edges::Keep && self.needs_trim(orientation) {
            return None;
        }
        let (flip_x, flip_y) = orientation.flips();
        let max = self.max_sampling();
        let mcu = max.mcu_size();
        let side = |size: u32, mcu: u32, flip: bool| if flip { size / mcu * mcu } else { size };
        let (width, height) = (side(self.width, mcu.0, flip_x), side(self.height, mcu.1, flip_y));
        (width > 0 && height > 0).then_some(KeptArea { width, height, max })
    }

    /// Whether turning the picture upright requires [`Edges::Trim`].
    #[must_use]
    pub fn needs_trim(&self, orientation: Orientation) -> bool {
        let (flip_x, flip_y) = orientation.flips();
        let mcu = self.max_sampling().mcu_size();
        flip_x && !self.width.is_multiple_of(mcu.0) || flip_y && !self.height.is_multiple_of(mcu.1)
    }

    /// Changes the quantization tables to `tables`, one for each component, and the coefficients with them.
    /// Each coefficient becomes the nearest multiple of its new divisor, clamped to what can be coded for
    /// 8-bit samples: -1,023 to 1,023, and for the DC down to -1,024. Halves go to zero: where a divisor is
    /// doubled, every odd coefficient is a half, loses as much either way, and takes fewer bytes as a zero.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are not as many tables as components.
    pub fn requantize(&mut self, tables: &[QuantTable]) -> Result<()> {
        if tables.len() != self.components.len() {
            return Err(Error::Argument("as many quantization tables as components are needed"));
        }
        for (component, table) in self.components.iter_mut().zip(tables) {
            let (from, to) = (*component.facts.quant.values(), *table.values());
            if from != to {
                component.blocks_mut().par_chunks_mut(BLOCKS_AT_ONCE).for_each(|blocks| {
                    blocks.iter_mut().for_each(|block| requantize_block(block, &from, &to));
                });
                component.facts.quant = table.clone();
            }
        }
        Ok(())
    }

    fn max_sampling(&self) -> MaxSampling {
        MaxSampling::of(self.components.iter().map(|c| (c.facts.h, c.facts.v)))
    }
}

impl KeptArea {
    /// The component with its sizes in the kept part.
    pub(crate) fn facts(&self, component: &Component) -> Component {
        let (h, v) = (component.h, component.v);
        let (width, height) = self.max.component_size(self.width, self.height, (h, v));
        let (mcus_wide, mcus_high) = self.max.mcus(self.width, self.height);
        let (blocks_wide, blocks_high) = (mcus_wide * u32::from(h), mcus_high * u32::from(v));
        Component { width, height, blocks_wide, blocks_high, ..component.clone() }
    }

    /// Width and height of the kept part in pixels, after turning.
    pub(crate) fn upright(&self, orientation: Orientation) -> (u32, u32) {
        if orientation.swaps_sides() { (self.height, self.width) } else { (self.width, self.height) }
    }
}

impl CodedComponent {
    /// Turns the component. `kept` describes the part of it that is kept.
    fn turned(&self, kept: Component, turn: &BlockTurn) -> Self {
        let (wide, high) = (kept.blocks_wide as usize, kept.blocks_high as usize);
        let stride = self.facts.blocks_wide as usize;
        let facts = if turn.swap { transposed(kept) } else { kept };
        let mut data = vec![0; wide * high * 64];
        let row_length = if turn.swap { high } else { wide };
        let stored = self.blocks();
        data.par_chunks_mut((row_length * 64).max(1)).enumerate().for_each(|(y, row)| {
            for (x, block) in row.as_chunks_mut().0.iter_mut().enumerate() {
                let (x, y) = turn.stored(x, y, [wide, high]);
                if let Some(from) = stored.get(y * stride + x) {
                    turn.apply(from, block);
                }
            }
        });
        Self { facts, data }
    }
}

impl BlockTurn {
    pub(crate) fn new(orientation: Orientation) -> Self {
        let ((flip_x, flip_y), swap) = (orientation.flips(), orientation.swaps_sides());
        let stored = |i: usize| if swap { (i / 8, i % 8) } else { (i % 8, i / 8) };
        // Mirroring changes the sign of a cosine of odd frequency, and keeps that of an even one.
        let negative = |(u, v): (usize, usize)| (flip_x && u % 2 == 1) != (flip_y && v % 2 == 1);
        let sign = |i: usize| if negative(stored(i)) { -1 } else { 0 };
        Self {
            from: std::array::from_fn(|i| (stored(i).1 * 8 + stored(i).0) as u8),
            sign: std::array::from_fn(sign),
            column_sign: std::array::from_fn(|i| sign(i % 8 * 8 + i / 8)),
            flip_x,
            flip_y,
            swap,
        }
    }

    /// The stored column and row of the block at an upright column and row. `kept` holds the numbers of
    /// columns and rows of stored blocks that are kept.
    #[inline(always)]
    pub(crate) fn stored(&self, x: usize, y: usize, kept: [usize; 2]) -> (usize, usize) {
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        let flipped =
            |flip: bool, at: usize, size: usize| if flip { (size - 1).wrapping_sub(at) } else { at };
        (flipped(self.flip_x, x, kept[0]), flipped(self.flip_y, y, kept[1]))
    }

    fn apply(&self, from: &[i16; 64], to: &mut [i16; 64]) {
        for ((to, &place), &sign) in to.iter_mut().zip(&self.from).zip(&self.sign) {
            *to = (from[usize::from(place & 63)] ^ sign).wrapping_sub(sign);
        }
    }

    /// Turns a stored block upright, column by column. Must be inlined into the code of its SIMD level.
    #[inline(always)]
    pub(crate) fn columns<S: Simd>(&self, simd: S, from: &[i16; 64], to: &mut [i16; 64]) {
        let rows = from.as_chunks::<8>().0;
        let row = [load(simd, rows, 0), load(simd, rows, 1), load(simd, rows, 2), load(simd, rows, 3)];
        let more = [load(simd, rows, 4), load(simd, rows, 5), load(simd, rows, 6), load(simd, rows, 7)];
        let mut columns = [row[0], row[1], row[2], row[3], more[0], more[1], more[2], more[3]];
        // If the sides change places, the rows are columns already.
        if !self.swap {
            columns = transpose_i16(columns);
        }
        let signs = self.column_sign.as_chunks::<8>().0;
        for (index, to) in to.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let sign = load(simd, signs, index);
            *to = ((columns[index] ^ sign) - sign).into();
        }
    }
}

#[inline(always)]
fn load<S: Simd>(simd: S, rows: &[[i16; 8]], index: usize) -> i16x8<S> {
    i16x8::simd_from(simd, rows.get(index).copied().unwrap_or_default())
}

/// The transposed component.
fn transposed(c: Component) -> Component {
    Component {
        id: c.id,
        h: c.v,
        v: c.h,
        width: c.height,
        height: c.width,
        blocks_wide: c.blocks_high,
        blocks_high: c.blocks_wide,
        quant: c.quant.transposed(),
    }
}

fn requantize_block(block: &mut [i16; 64], from: &[u16; 64], to: &[u16; 64]) {
    let divisors = from.iter().zip(to);
    for (value, (&from, &to)) in block.iter_mut().zip(divisors).filter(|(value, _)| **value != 0) {
        // At most 2^15 * 65,535 + 32,767, which fits into 32 bits.
        let product = u32::from(value.unsigned_abs()) * u32::from(from);
        let size = ((product + u32::from(to.saturating_sub(1) / 2)) / u32::from(to.max(1))).min(1024) as i16;
        *value = if *value < 0 { -size } else { size };
    }
    let (dc, ac) = block.split_at_mut(1);
    dc.iter_mut().for_each(|value| *value = (*value).clamp(-1024, 1023));
    ac.iter_mut().for_each(|value| *value = (*value).clamp(-1023, 1023));
}

/// The number of blocks in a parallel task.
const BLOCKS_AT_ONCE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;
    use crate::reference::exact_idct;
    use crate::reference::samples::{Sample, any_sample};
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Coefficients {
        Coefficients::read(bytes, &ReadOptions::default()).unwrap()
    }

    fn samples(c: &CodedComponent) -> Vec<u8> {
        let (width, height) = (c.facts.width as usize, c.facts.height as usize);
        let mut out = vec![0; width * height];
        for (i, block) in c.blocks().iter().enumerate() {
            let quant = c.facts.quant.values();
            let block = exact_idct(&std::array::from_fn(|k| i32::from(block[k]) * i32::from(quant[k])));
            let (left, top) = (i % c.facts.blocks_wide as usize * 8, i / c.facts.blocks_wide as usize * 8);
            for (k, sample) in block.into_iter().enumerate() {
                let (x, y) = (left + k % 8, top + k / 8);
                if x < width && y < height {
                    out[y * width + x] = sample;
                }
            }
        }
        out
    }

    /// Whether the turned picture shows the samples of the stored one where they belong.
    fn check(stored: &Coefficients, turned: &Coefficients, orientation: Orientation) {
        let ((flip_x, flip_y), swap) = (orientation.flips(), orientation.swaps_sides());
        for (a, b) in stored.components.iter().zip(&turned.components) {
            let (from, to) = (samples(a), samples(b));
            let (width, height) = (b.facts.width as usize, b.facts.height as usize);
            let (wide, high) = if swap { (height, width) } else { (width, height) };
            for (i, &sample) in to.iter().enumerate() {
                let (x, y) = if swap { (i / width, i % width) } else { (i % width, i / width) };
                let (x, y) = (if flip_x { wide - 1 - x } else { x }, if flip_y { high - 1 - y } else { y });
                let difference = from[y * a.facts.width as usize + x].abs_diff(sample);
                assert!(difference <= 1, "{orientation:?}: {difference} at {x} {y}");
            }
        }
    }

    #[test]
    fn partial_mcus_are_kept_where_they_may_stay() {
        let picture = read(&Sample::new(40, 32).encode());
        for orientation in Orientation::ALL {
            // 40 is two and a half MCUs: only the x axis can't be mirrored.
            let (flip_x, _) = orientation.flips();
            assert_eq!(picture.needs_trim(orientation), flip_x, "{orientation:?}");
            let kept = picture.turned(orientation, Edges::Keep);
            assert_eq!(kept.is_none(), flip_x, "{orientation:?}");
            let trimmed = picture.turned(orientation, Edges::Trim).unwrap();
            let size = (if flip_x { 32 } else { 40 }, 32);
            let size = if orientation.swaps_sides() { (size.1, size.0) } else { size };
            assert_eq!((trimmed.width, trimmed.height), size);
            check(&picture, &trimmed, orientation);
        }
        assert_eq!(read(&Sample::new(15, 64).encode()).turned(Orientation::Rotate180, Edges::Trim), None);
    }

    #[test]
    fn requantizing_rounds_to_the_nearest() {
        let mut block = [0; 64];
        (block[0], block[1], block[2], block[3], block[4]) = (3, -3, 1023, -1, i16::MIN);
        let mut to = [2; 64];
        (to[2], to[3]) = (1, 65_535);
        requantize_block(&mut block, &[5; 64], &to);
        assert_eq!(block[..6], [7, -7, 1023, 0, -1023, 0]);
        let mut picture = read(&Sample::new(20, 20).encode());
        assert!(matches!(picture.requantize(&[]), Err(Error::Argument(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn turned_pictures_show_the_same_samples(sample in any_sample(), which in 0..8usize) {
            let picture = read(&sample.encode());
            let orientation = Orientation::ALL[which];
            if let Some(turned) = picture.turned(orientation, Edges::Trim) {
                check(&picture, &turned, orientation);
            }
        }

        #[test]
        fn finer_tables_lose_nothing(sample in any_sample()) {
            let picture = read(&sample.encode());
            let coarse: Vec<_> = picture.components.iter().map(|c| c.facts.quant.clone()).collect();
            let half = |q: u16| if q.is_multiple_of(2) { q / 2 } else { q };
            let halves = |t: &QuantTable| QuantTable::new(t.values().map(half)).unwrap();
            let fine: Vec<_> = coarse.iter().map(halves).collect();
            let mut other = picture.clone();
            other.requantize(&fine).unwrap();
            prop_assert_eq!(other.components[0].facts().quant.values(), fine[0].values());
            other.requantize(&coarse).unwrap();
            prop_assert_eq!(other, picture);
        }
    }
}
