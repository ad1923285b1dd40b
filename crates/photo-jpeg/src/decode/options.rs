//! Options of the decoder.

use crate::coefficients::{ReadOptions, bytes_per_block};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::orientation::Orientation;
use crate::scan::ChunkLayout;
use crate::syntax::MaxSampling;

use super::channel::DecodeTarget;

/// The rows of MCUs in one phase, where all coefficients are in memory already.
pub(super) const MCU_ROWS_PER_PHASE: usize = 16;

/// The scale of the inverse DCT. With fewer than 8 points it leaves out the higher frequencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scale {
    /// 8 points per block side: full size.
    #[default]
    Full,
    /// 4 points per block side: half the size in each direction.
    Half,
    /// 2 points per block side: a quarter of the size in each direction.
    Quarter,
    /// 1 point per block side: an eighth of the size in each direction. Can't be combined with a target size.
    Eighth,
}

impl Scale {
    /// The number of samples along a side of a block: 8, 4, 2 or 1.
    pub(crate) fn points(self) -> usize {
        match self {
            Self::Full => 8,
            Self::Half => 4,
            Self::Quarter => 2,
            Self::Eighth => 1,
        }
    }

    /// The factor by which the size is divided: 1, 2, 4 or 8.
    #[must_use]
    pub fn denominator(self) -> u32 {
        8 / self.points() as u32
    }
}

/// How [`decode`](crate::decode) decodes a file.
///
/// ```
/// use photo_jpeg::{DecodeOptions, Scale};
/// let options = DecodeOptions::default().scale(Scale::Half).memory_limit(64 << 20);
/// assert_eq!(options.scale.denominator(), 2);
/// ```
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct DecodeOptions {
    /// The scale of the inverse DCT. [`Scale::Full`] by default.
    pub scale: Scale,
    /// Width and height of the result in pixels, 1 to 65,535. A Lanczos3 filter behind the inverse DCT
    /// reduces to this size. `None`, the default, for the size that the inverse DCT gives.
    pub size: Option<(u32, u32)>,
    /// Horizontal and vertical sampling factors of each plane in the result, 1 or 2. `None`, the default, for
    /// those of the file.
    pub sampling: Option<Vec<(u8, u8)>>,
    /// How the planes will be turned afterward; [`Orientation::Upright`] by default. The decoder does not
    /// turn them. But where an axis of a subsampled component will be mirrored and its length is not a whole
    /// number of samples, the samples are shifted by up to half a sample, so that they are at the right place
    /// after turning.
    pub orientation: Orientation,
    /// The most bytes of memory that decoding may take, not counting the file. 512 MiB by default.
    pub memory_limit: u64,
    /// The most scans that a file may have; see [`ReadOptions::scan_limit`](crate::ReadOptions::scan_limit).
    /// 100 by default.
    pub scan_limit: u32,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            scale: Scale::Full,
            size: None,
            sampling: None,
            orientation: Orientation::Upright,
            memory_limit: 512 << 20,
            scan_limit: ReadOptions::default().scan_limit,
        }
    }
}

impl DecodeOptions {
    /// Sets [`scale`](Self::scale).
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// Sets [`size`](Self::size).
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width, height));
        self
    }

    /// Sets [`sampling`](Self::sampling).
    #[must_use]
    pub fn sampling(mut self, sampling: Vec<(u8, u8)>) -> Self {
        self.sampling = Some(sampling);
        self
    }

    /// Sets [`orientation`](Self::orientation).
    #[must_use]
    pub fn orientation(mut self, orientation: Orientation) -> Self {
        self.orientation = orientation;
        self
    }

    /// Sets [`memory_limit`](Self::memory_limit).
    #[must_use]
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Sets [`scan_limit`](Self::scan_limit).
    #[must_use]
    pub fn scan_limit(mut self, scans: u32) -> Self {
        self.scan_limit = scans;
        self
    }

    pub(super) fn target(&self, width: u32, height: u32, sampling: &[(u8, u8)]) -> Result<DecodeTarget> {
        let denominator = self.scale.denominator();
        let decoded = (width.div_ceil(denominator), height.div_ceil(denominator));
        let size = self.size.unwrap_or(decoded);
        let exact = |side: u32| f64::from(side) / f64::from(denominator);
        let extent = self.size.map_or((exact(width), exact(height)), |(w, h)| (w.into(), h.into()));
        if size.0 == 0 || size.1 == 0 || size.0 > 65_535 || size.1 > 65_535 {
            return Err(Error::Argument("the target must have sides of 1 to 65,535"));
        }
        if self.scale == Scale::Eighth && self.size.is_some() {
            return Err(Error::Argument("a target size goes with a scale of at least a quarter"));
        }
        let components = sampling.len();
        let sampling = self.sampling.clone().unwrap_or_else(|| sampling.to_vec());
        let in_range = |f: &(u8, u8)| (1..=2).contains(&f.0) && (1..=2).contains(&f.1);
        if sampling.len() != components || !sampling.iter().all(in_range) {
            return Err(Error::Argument("each component needs sampling factors of 1 or 2"));
        }
        Ok(DecodeTarget { size, extent, flips: self.orientation.flips(), sampling })
    }

    /// The most bytes of memory that [`decode`](crate::decode) takes on `threads` threads, not counting the
    /// file.
    ///
    /// For a sequential picture this grows with its width and with the size of the result, but not with its
    /// height.
    ///
    /// # Errors
    /// Returns [`Error::Argument`] for options that don't fit the file, as [`decode`](crate::decode) does.
    pub fn memory_needed(&self, header: &Header, threads: usize) -> Result<u64> {
        let sampling: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
        self.memory_for(header.width, header.height, &sampling, header.is_one_scan(), threads)
    }

    /// The same number as [`memory_needed`](Self::memory_needed), without a header. `width` and `height` are
    /// in pixels, `sampling` holds the sampling factors of each component, and `one_scan` tells whether one
    /// sequential scan holds the whole picture.
    ///
    /// # Errors
    /// Returns [`Error::Argument`] for options that don't fit the picture, as [`decode`](crate::decode) does.
    pub fn memory_for(
        &self,
        width: u32,
        height: u32,
        sampling: &[(u8, u8)],
        one_scan: bool,
        threads: usize,
    ) -> Result<u64> {
        let target = self.target(width, height, sampling)?;
        let single = sampling.len() == 1;
        let (mcus_wide, mcus_high) = MaxSampling::of_frame(sampling.iter().copied()).mcus(width, height);
        let (mcus_wide, mcus_high) = (u64::from(mcus_wide), u64::from(mcus_high).max(1));
        let per_mcu: u64 = if single { 1 } else { sampling.iter().map(|(h, v)| u64::from(h * v)).sum() };
        // The blocks of a row of MCUs, and the rows that a phase holds.
        let row = mcus_wide * per_mcu;
        let layout = ChunkLayout::new(threads, row as usize);
        let rows = if one_scan {
            layout.max_batch_blocks() as u64 / row.max(1) + 2
        } else {
            MCU_ROWS_PER_PHASE as u64
        };
        let planes = target.bytes();
        // Each thread has strips of 16-bit samples. The rows that are reduced in width are those of two
        // phases and of the window between them.
        let strips = row * 128 * threads as u64;
        let reduced = if self.size.is_some() { 3 * 2 * planes * rows.min(mcus_high) / mcus_high } else { 0 };
        let blocks = if one_scan {
            layout.max_memory(row, mcus_high)
        } else {
            bytes_per_block(if self.scale == Scale::Full { 64 } else { 16 }) * row * mcus_high
        };
        Ok(planes + strips + reduced + blocks + (1 << 20))
    }
}
