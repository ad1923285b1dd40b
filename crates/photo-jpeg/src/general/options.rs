//! Options of the general decoder, and the memory that it takes.

use crate::coefficients::{Coefficients, ReadOptions, bytes_per_block};
use crate::decode::Scale;
use crate::header::{Header, Process};
use crate::progressive::one_scan_memory;
use crate::syntax::MaxSampling;

use super::planes::points_of;

/// How [`decode_interleaved`](crate::decode_interleaved) decodes a file.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct InterleavedOptions {
    /// The scale of the inverse DCT. [`Scale::Full`] by default; lossless files always come at full size.
    pub scale: Scale,
    /// The most bytes of memory that decoding may take, not counting the file. 512 MiB by default.
    pub memory_limit: u64,
    /// The most scans that a file may have; see [`ReadOptions::scan_limit`](crate::ReadOptions::scan_limit).
    /// 100 by default.
    pub scan_limit: u32,
}

impl Default for InterleavedOptions {
    fn default() -> Self {
        Self { scale: Scale::Full, memory_limit: 512 << 20, scan_limit: ReadOptions::default().scan_limit }
    }
}

impl InterleavedOptions {
    /// Sets [`scale`](Self::scale).
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
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

    pub(super) fn memory_needed(&self, header: &Header) -> u64 {
        let sampling: Vec<_> = header.components.iter().map(|c| (c.h, c.v)).collect();
        let all = header.scan.components.len() == header.components.len();
        let one_scan = header.process != Process::Progressive && all;
        let (width, height, lossless) = (header.width, header.height, header.process == Process::Lossless);
        self.memory_for(
            width,
            height,
            &sampling,
            &InterleavedKind { bits: header.precision, one_scan, lossless },
        )
    }

    /// The most bytes of memory that decoding takes for a picture of this size in pixels, whose components
    /// have these sampling factors. A few kilobytes for each thread and scan are not counted.
    #[must_use]
    pub fn memory_for(&self, width: u32, height: u32, sampling: &[(u8, u8)], kind: &InterleavedKind) -> u64 {
        let sampling = if sampling.len() == 1 { &[(1, 1)] } else { sampling };
        let max = MaxSampling::of(sampling.iter().copied());
        let points = if kind.lossless { 8 } else { self.scale.points() };
        let samples: u64 = sampling
            .iter()
            .map(|&factors| {
                let (wide, high) = max.component_size(width, height, factors);
                let points = points_of(max, factors, points) as u64;
                (u64::from(wide) * points).div_ceil(8) * (u64::from(high) * points).div_ceil(8)
            })
            .sum();
        let planes = samples * if kind.bits > 8 { 2 } else { 1 };
        let (row, rows) = Coefficients::blocks_for(width, height, sampling);
        let coefficients = match kind {
            InterleavedKind { lossless: true, .. } => 0,
            InterleavedKind { one_scan: true, .. } => one_scan_memory(row, rows),
            _ => bytes_per_block(if points == 8 { 64 } else { 16 }) * row * rows,
        };
        let side = |pixels: u32| (u64::from(pixels) * points as u64).div_ceil(8);
        let channels = if sampling.len() == 2 { 1 } else { sampling.len() as u64 };
        planes + coefficients.max(side(width) * side(height) * channels)
    }
}

/// What the memory of the general decoder depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterleavedKind {
    /// Bits of a sample.
    pub bits: u8,
    /// Whether one sequential scan holds the whole picture.
    pub one_scan: bool,
    /// Whether the file is lossless.
    pub lossless: bool,
}
