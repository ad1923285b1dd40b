//! The quantized DCT coefficients of a whole picture.

use crate::error::{Error, Result};
use crate::header::{ColorModel, Component, Header};
use crate::scan::ChunkLayout;
use crate::syntax::MaxSampling;

/// The quantized DCT coefficients of a picture, with all that is needed to make samples or another JPEG from
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coefficients {
    /// Samples in a row of the picture.
    pub(crate) width: u32,
    /// Rows of the picture.
    pub(crate) height: u32,
    /// What the components mean.
    pub(crate) color: ColorModel,
    /// One or three components.
    pub(crate) components: Vec<CodedComponent>,
}

/// A component with its coefficients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedComponent {
    pub(crate) facts: Component,
    pub(crate) data: Vec<i16>,
}

/// Limits for reading a file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The most bytes of memory that the coefficients may take; see [`Coefficients::bytes_needed`]. The
    /// default of 1 GiB is enough for 340 million pixels in 4:2:0.
    pub memory_limit: u64,
    /// The most scans that a file may have. Each scan visits every block, however few bytes it has. The
    /// default is 100; common encoders write up to 18.
    pub scan_limit: u32,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { memory_limit: 1 << 30, scan_limit: 100 }
    }
}

impl ReadOptions {
    /// The default limits, except that the coefficients may take `memory_limit` bytes.
    #[must_use]
    pub fn with_memory_limit(memory_limit: u64) -> Self {
        Self { memory_limit, ..Self::default() }
    }
}

impl Coefficients {
    /// The width of the picture in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The height of the picture in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What the components mean.
    #[must_use]
    pub fn color(&self) -> ColorModel {
        self.color
    }

    /// One or three components.
    #[must_use]
    pub fn components(&self) -> &[CodedComponent] {
        &self.components
    }

    /// The components, whose coefficients can be changed, but neither their sizes nor their number.
    #[must_use]
    pub fn components_mut(&mut self) -> &mut [CodedComponent] {
        &mut self.components
    }

    /// The most bytes of memory that reading takes on the threads of the current rayon pool. A few kilobytes
    /// per scan are not counted.
    #[must_use]
    pub fn bytes_needed(header: &Header) -> u64 {
        let sampling: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
        Self::memory_for(
            header.width,
            header.height,
            &sampling,
            header.is_one_scan(),
            rayon::current_num_threads(),
        )
    }

    /// The same number as [`bytes_needed`](Self::bytes_needed), without a header. `width` and `height` are in
    /// pixels, `sampling` holds the sampling factors of each component, and `one_scan` tells whether one
    /// sequential scan holds the whole picture.
    #[must_use]
    pub fn memory_for(width: u32, height: u32, sampling: &[(u8, u8)], one_scan: bool, threads: usize) -> u64 {
        let (row, rows) = Self::blocks_for(width, height, sampling);
        if one_scan {
            128 * row * rows + ChunkLayout::new(threads, row as usize).max_memory(row, rows)
        } else {
            bytes_per_block(64) * row * rows
        }
    }

    /// The number of blocks in a row of MCUs, and the number of rows of MCUs.
    pub(crate) fn blocks_for(width: u32, height: u32, sampling: &[(u8, u8)]) -> (u64, u64) {
        // The sampling factors of a single component have no meaning.
        let sampling = if sampling.len() == 1 { &[(1, 1)] } else { sampling };
        let (across, rows) = MaxSampling::of(sampling.iter().copied()).mcus(width, height);
        let (across, rows) = (u64::from(across), u64::from(rows));
        (across * sampling.iter().map(|&(h, v)| u64::from(h) * u64::from(v)).sum::<u64>(), rows)
    }

    /// A picture whose coefficients are all zero, with `N` coefficients per block, and a mask of 64 bits for
    /// each block. Fails if the memory limit forbids it.
    pub(crate) fn zeroed<const N: usize>(
        header: &Header,
        options: &ReadOptions,
    ) -> Result<(Self, Vec<Vec<u64>>)> {
        let needed = header.components.iter().map(|c| blocks(c) * bytes_per_block(N as u64)).sum();
        let picture = Self::empty::<N>(header, needed, options)?;
        let masks = picture.components.iter().map(|c| vec![0; c.data.len() / N]).collect();
        Ok((picture, masks))
    }

    /// A picture whose components have no blocks.
    pub(crate) fn outline(header: &Header) -> Self {
        let empty = |facts: &Component| CodedComponent { facts: facts.clone(), data: Vec::new() };
        let components = header.components.iter().map(empty).collect();
        Self { width: header.width, height: header.height, color: header.color, components }
    }

    /// A picture whose coefficients are all zero, with `N` coefficients per block. Fails if `needed`, in
    /// bytes, is above the memory limit.
    pub(crate) fn empty<const N: usize>(header: &Header, needed: u64, options: &ReadOptions) -> Result<Self> {
        let too_much = Error::Memory { needed, limit: options.memory_limit };
        if needed > options.memory_limit {
            return Err(too_much);
        }
        let mut components = Vec::new();
        for facts in &header.components {
            let count = usize::try_from(blocks(facts)).map_err(|_| too_much.clone())?;
            let length = count.checked_mul(N).ok_or_else(|| too_much.clone())?;
            components.push(CodedComponent { facts: facts.clone(), data: vec![0; length] });
        }
        Ok(Self { width: header.width, height: header.height, color: header.color, components })
    }
}

impl CodedComponent {
    /// The component's size, sampling factors and quantization table.
    #[must_use]
    pub fn facts(&self) -> &Component {
        &self.facts
    }

    /// The `blocks_wide * blocks_high` blocks, row by row. The coefficients of a block are in natural order,
    /// that is row by row of vertical frequency. They range from -32,768 to 32,767 and are not yet multiplied
    /// by the divisors of the quantization table.
    #[must_use]
    pub fn blocks(&self) -> &[[i16; 64]] {
        self.data.as_chunks().0
    }

    /// The blocks as [`blocks`](Self::blocks) has them, to be changed.
    pub fn blocks_mut(&mut self) -> &mut [[i16; 64]] {
        self.data.as_chunks_mut().0
    }

    /// The block in column `x` and row `y`, both counted in blocks. `None` outside the component.
    #[must_use]
    pub fn block(&self, x: u32, y: u32) -> Option<&[i16; 64]> {
        let wide = self.facts.blocks_wide;
        let at = (x < wide).then(|| y as usize * wide as usize + x as usize)?;
        self.blocks().get(at)
    }
}

/// The bytes that a block takes while it is read: two for each of its `coefficients`, and a mask of 64 bits.
pub(crate) fn bytes_per_block(coefficients: u64) -> u64 {
    2 * coefficients + 8
}

fn blocks(component: &Component) -> u64 {
    u64::from(component.blocks_wide) * u64::from(component.blocks_high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::samples::Sample;

    #[test]
    fn memory_is_refused_before_it_is_taken() {
        let bytes = Sample::new(50, 20).encode();
        let needed = Coefficients::bytes_needed(&Header::read(&bytes).unwrap());
        // The blocks, and two batches that are no larger than these.
        assert_eq!(needed, 3 * 4 * 2 * 6 * 128);
        assert!(Coefficients::read(&bytes, &ReadOptions::with_memory_limit(needed)).is_ok());
        let refused = Coefficients::read(&bytes, &ReadOptions::with_memory_limit(needed - 1));
        assert_eq!(refused, Err(Error::Memory { needed, limit: needed - 1 }));
        // A header that claims the largest picture, in front of little data.
        let huge = photo_testkit::mutate::with_dimensions(&bytes, 65_535, 65_535).unwrap();
        let refused = Coefficients::read_lenient(&huge, &ReadOptions::default());
        assert!(matches!(refused, Err(Error::Memory { needed: 13_690_208_256, .. })), "{refused:?}");
    }

    #[test]
    fn blocks_are_found_by_place() {
        let bytes = Sample::new(50, 20).encode();
        let coefficients = Coefficients::read(&bytes, &ReadOptions::default()).unwrap();
        let chroma = &coefficients.components[1];
        assert_eq!(chroma.blocks().len(), 8);
        assert_eq!(chroma.block(3, 1), chroma.blocks().last());
        assert_eq!((chroma.block(4, 0), chroma.block(0, 2)), (None, None));
    }
}
