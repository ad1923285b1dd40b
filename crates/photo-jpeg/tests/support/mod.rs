//! Files of another encoder, and their coefficients.

use libjpeg_turbo_rs::{Encoder, PixelFormat};
use photo_jpeg::{Coefficients, ReadOptions};
use photo_testkit::{Layout, photo_like};

/// Sampling factors of three components.
pub(crate) type Factors = [(u8, u8); 3];

/// The common ones first, which all decoders read.
pub(crate) const SAMPLINGS: [Factors; 6] = [
    [(2, 2), (1, 1), (1, 1)],
    [(2, 1), (1, 1), (1, 1)],
    [(1, 2), (1, 1), (1, 1)],
    [(1, 1), (1, 1), (1, 1)],
    [(2, 2), (2, 1), (1, 2)],
    [(1, 1), (2, 2), (1, 2)],
];

pub(crate) fn jpeg(width: u32, height: u32, factors: Factors, quality: u8, progressive: bool) -> Vec<u8> {
    let picture = photo_like(width, height, u64::from(width * 100 + height)).convert(Layout::Rgb);
    let encoder = Encoder::new(picture.data(), width as usize, height as usize, PixelFormat::Rgb);
    encoder.sampling_factors(factors.to_vec()).quality(quality).progressive(progressive).encode().unwrap()
}

pub(crate) fn read(bytes: &[u8]) -> Coefficients {
    Coefficients::read(bytes, &ReadOptions::default()).unwrap()
}
