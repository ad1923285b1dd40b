//! How much two pictures differ. All functions take 8-bit interleaved samples and never panic: buffers that
//! don't fit the size are an error.

/// Why two pictures can't be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// A buffer doesn't have the length that the size asks for; pass buffers of the same picture size.
    #[error(
        "buffer {which} has {actual} bytes, but {width}x{height} pixels of {samples} samples need {expected}"
    )]
    Length {
        /// Which argument: "a" or "b".
        which: &'static str,
        /// Its length in bytes.
        actual: usize,
        /// The length needed; `usize::MAX` where it can't be expressed.
        expected: usize,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Samples per pixel.
        samples: usize,
    },
    /// The picture has no pixel, or pixels of a number of samples other than 1 to 4.
    #[error("nothing to compare: {width}x{height} pixels of {samples} samples")]
    Empty {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Samples per pixel.
        samples: usize,
    },
}

/// The differences between two pictures of the same size; made by [`compare`].
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Largest absolute difference of any sample, 0 to 255.
    pub max_abs: u8,
    /// Mean absolute difference over all samples, 0 to 255.
    pub mean_abs: f64,
    /// Peak signal-to-noise ratio over all samples in dB; infinite for equal pictures.
    pub psnr: f64,
    /// The same for each channel.
    pub psnr_channels: Vec<f64>,
    /// The same for the luma of RGB and RGBA (BT.601), and for the gray channel of one and two channels.
    pub psnr_luma: f64,
    /// Structural similarity of the luma: mean over 8x8 windows every 4 pixels; 1 for equal pictures.
    pub ssim_luma: f64,
}

/// Compares two pictures of `width` x `height` pixels with `samples` (1 gray, 2 gray+alpha, 3 RGB, 4 RGBA)
/// bytes each.
///
/// # Errors
/// [`MetricError`] if the picture is empty or a buffer has another length.
pub fn compare(
    a: &[u8],
    b: &[u8],
    width: u32,
    height: u32,
    samples: usize,
) -> Result<Difference, MetricError> {
    check(a, b, width, height, samples)?;
    let mut squares = [0_u64; 4];
    let (mut total, mut max_abs) = (0_u64, 0_u8);
    for (pa, pb) in a.chunks_exact(samples).zip(b.chunks_exact(samples)) {
        for ((va, vb), square) in pa.iter().zip(pb).zip(&mut squares) {
            let d = va.abs_diff(*vb);
            max_abs = max_abs.max(d);
            total += u64::from(d);
            *square += u64::from(d) * u64::from(d);
        }
    }
    let pixels = a.len() as f64 / samples as f64;
    let (la, lb) = (luma_of(a, samples), luma_of(b, samples));
    let luma_square = la.iter().zip(&lb).map(|(x, y)| u64::from(x.abs_diff(*y)).pow(2)).sum();
    Ok(Difference {
        max_abs,
        mean_abs: total as f64 / a.len() as f64,
        psnr: psnr_of(squares.iter().sum(), a.len() as f64),
        psnr_channels: squares.iter().take(samples).map(|s| psnr_of(*s, pixels)).collect(),
        psnr_luma: psnr_of(luma_square, pixels),
        ssim_luma: ssim(&la, &lb, width as usize, height as usize),
    })
}

/// Only the PSNR over all samples, in dB; see [`compare`].
///
/// # Errors
/// As [`compare`].
pub fn psnr(a: &[u8], b: &[u8], width: u32, height: u32, samples: usize) -> Result<f64, MetricError> {
    compare(a, b, width, height, samples).map(|d| d.psnr)
}

/// Compares two [`Picture`](crate::Picture)s; the second is converted to the layout of the first.
///
/// # Errors
/// [`MetricError`] if they differ in size or are empty.
pub fn compare_pictures(a: &crate::Picture, b: &crate::Picture) -> Result<Difference, MetricError> {
    let b = b.convert(a.layout());
    compare(a.data(), b.data(), a.width(), a.height(), a.layout().samples())
}

fn check(a: &[u8], b: &[u8], width: u32, height: u32, samples: usize) -> Result<(), MetricError> {
    if width == 0 || height == 0 || !(1..=4).contains(&samples) {
        return Err(MetricError::Empty { width, height, samples });
    }
    let expected = (width as usize).checked_mul(height as usize).and_then(|n| n.checked_mul(samples));
    let expected = expected.unwrap_or(usize::MAX);
    for (which, buffer) in [("a", a), ("b", b)] {
        if buffer.len() != expected {
            return Err(MetricError::Length {
                which,
                actual: buffer.len(),
                expected,
                width,
                height,
                samples,
            });
        }
    }
    Ok(())
}

fn luma_of(data: &[u8], samples: usize) -> Vec<u8> {
    let luma = |pixel: &[u8]| match *pixel {
        [r, g, b] | [r, g, b, _] => crate::picture::luma(r, g, b),
        [v, ..] => v,
        [] => 0,
    };
    data.chunks_exact(samples).map(luma).collect()
}

fn psnr_of(square_sum: u64, count: f64) -> f64 {
    if square_sum == 0 { f64::INFINITY } else { 10.0 * (255.0 * 255.0 * count / square_sum as f64).log10() }
}

fn ssim(a: &[u8], b: &[u8], width: usize, height: usize) -> f64 {
    let (window_w, window_h) = (WINDOW.min(width), WINDOW.min(height));
    let (mut sum, mut windows) = (0.0, 0_u32);
    for y in (0..=height - window_h).step_by(WINDOW / 2) {
        for x in (0..=width - window_w).step_by(WINDOW / 2) {
            let rows = (y..y + window_h).flat_map(|row| row * width + x..row * width + x + window_w);
            sum += window_ssim(rows.filter_map(|i| Some((*a.get(i)?, *b.get(i)?))));
            windows += 1;
        }
    }
    sum / f64::from(windows)
}

/// SSIM of one window, from exact integer sums.
fn window_ssim(pairs: impl Iterator<Item = (u8, u8)>) -> f64 {
    let (mut n, mut sa, mut sb, mut saa, mut sbb, mut sab) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    for (a, b) in pairs {
        let (a, b) = (u32::from(a), u32::from(b));
        n += 1;
        sa += a;
        sb += b;
        saa += a * a;
        sbb += b * b;
        sab += a * b;
    }
    let n = f64::from(n.max(1));
    let (ma, mb) = (f64::from(sa) / n, f64::from(sb) / n);
    let (va, vb) = (f64::from(saa) / n - ma * ma, f64::from(sbb) / n - mb * mb);
    let covariance = f64::from(sab) / n - ma * mb;
    ((2.0 * ma * mb + C1) * (2.0 * covariance + C2)) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
}

/// Side of an SSIM window in pixels.
const WINDOW: usize = 8;
/// The usual constants (0.01 * 255)² and (0.03 * 255)².
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_differences_give_known_figures() {
        let a = vec![100_u8; 16 * 16 * 3];
        let mut b = a.clone();
        b.iter_mut().step_by(3).for_each(|v| *v += 10);
        let d = compare(&a, &b, 16, 16, 3).unwrap();
        assert_eq!(d.max_abs, 10);
        assert!((d.mean_abs - 10.0 / 3.0).abs() < 1e-9);
        assert!((d.psnr_channels[0] - 28.1308).abs() < 1e-3, "{d:?}");
        assert!(d.psnr_channels[1].is_infinite());
        assert!((d.psnr - 32.9020).abs() < 1e-3, "{d:?}");
        // luma moves by 0.299 * 10, rounded to 3.
        assert!((d.psnr_luma - 38.5884).abs() < 1e-3, "{d:?}");
    }

    #[test]
    fn equal_pictures_are_perfect_and_noise_is_not() {
        for samples in 1..=4_usize {
            let a: Vec<u8> = (0..20 * 9 * samples).map(|i| (i * 37 % 251) as u8).collect();
            let same = compare(&a, &a, 20, 9, samples).unwrap();
            assert!(same.psnr.is_infinite() && (same.ssim_luma - 1.0).abs() < 1e-12);
            let b: Vec<u8> = a.iter().rev().copied().collect();
            assert!(compare(&a, &b, 20, 9, samples).unwrap().ssim_luma < 0.9);
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_errors() {
        let table: [(usize, usize, u32, u32, usize); 5] = [
            (12, 11, 2, 2, 3),
            (11, 12, 2, 2, 3),
            (0, 0, 0, 2, 3),
            (5, 5, 1, 1, 5),
            (1, 1, u32::MAX, u32::MAX, 4),
        ];
        for (a, b, w, h, samples) in table {
            assert!(compare(&vec![0; a], &vec![0; b], w, h, samples).is_err(), "{a} {b} {w}x{h} {samples}");
        }
        assert!(compare(&[1], &[2], 1, 1, 1).is_ok());
    }
}
