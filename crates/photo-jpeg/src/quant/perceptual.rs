//! Quantization tables that suit the eye better than the standard's.

use super::QuantTable;

impl QuantTable {
    /// The table at `percent` for a component of YCbCr: 0 for luma, 1 and 2 for the differences of blue and
    /// red. The divisors are 1 to 255, and a larger percentage never makes one smaller.
    ///
    /// `share` is the chroma samples' share of the luma samples: 1 in 4:4:4, 1/4 in 4:2:0. Where there are
    /// fewer, their divisors are smaller.
    ///
    /// The tables are those that jpegli publishes (`lib/jpegli/quant.cc`), where divisors of low frequencies
    /// grow slower than the others from some point on; chroma's are scaled by what scored best on photos. For
    /// photos of 0.7 to 4 bits a pixel, files of coefficients that were chosen by rate and distortion
    /// ([`TranscodeOptions::rate_distortion`](crate::TranscodeOptions::rate_distortion)) are about as large
    /// as with the standard's tables at the same percentage, others larger by a quarter to two thirds. It is
    /// 200 - 2 * quality from quality 50 up, and 5000 / quality below.
    #[must_use]
    pub fn perceptual(component: usize, share: f64, percent: f64) -> Self {
        let base = BASES[component.min(2)];
        let scale = percent / ONE;
        Self(std::array::from_fn(|k| {
            let exponent = f64::from(EXPONENTS[k]) / 100.0;
            let slower = (BEND.powf(1.0 - exponent) * scale.powf(exponent)).max(0.5 * scale);
            let scale = if scale > BEND { slower } else { scale };
            let chroma = if component > 0 { CHROMA * fewer_samples(k, share) } else { 1.0 };
            (f64::from(base[k]) / 100.0 * scale * chroma).round().clamp(1.0, 255.0) as u16
        }))
    }

    /// The coarser of two divisors everywhere.
    #[must_use]
    pub fn coarser(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k].max(other.0[k])))
    }
}

/// The factor for a divisor of chroma with this share of samples: that of 4:2:0, or between that and none.
fn fewer_samples(k: usize, share: f64) -> f64 {
    let halvings = -share.clamp(0.25, 1.0).log2();
    (f64::from(QUARTER[k]) / 10_000.0).powf(halvings / 2.0)
}

/// The percentage at which the divisors are those of the bases.
const ONE: f64 = 11.3;
/// The scale from which on divisors grow with their own exponents.
const BEND: f64 = 3.18;
const CHROMA: f64 = 0.7;

/// The divisors in hundredths: of luma, and of the differences of blue and of red.
#[rustfmt::skip]
const BASES: [[u16; 64]; 3] = [[
    124, 172, 292, 281, 334, 346, 384, 387,
    172, 209, 285, 270, 344, 317, 403, 404,
    292, 285, 296, 339, 362, 390, 376, 424,
    281, 270, 339, 338, 417, 481, 478, 461,
    334, 344, 362, 417, 458, 492, 557, 549,
    346, 317, 390, 481, 492, 544, 509, 609,
    384, 403, 376, 478, 557, 509, 544, 540,
    387, 404, 424, 461, 549, 609, 540, 438,
], [
    282, 650, 931, 1065, 1107, 1715, 1846, 2909,
    650, 889, 898, 1367, 1655, 1664, 2678, 2133,
    931, 898, 1109, 1821, 1975, 2399, 10265, 2445,
    1065, 1367, 1821, 1863, 1604, 2505, 2502, 3580,
    1107, 1655, 1975, 1604, 1937, 1468, 1995, 5109,
    1715, 1664, 2399, 2505, 1468, 3132, 4636, 6748,
    1846, 2678, 10265, 2502, 1995, 4636, 6132, 8835,
    2909, 2133, 2445, 3580, 5109, 6748, 8835, 11216,
], [
    292, 450, 736, 658, 854, 880, 919, 948,
    450, 631, 702, 716, 805, 701, 671, 838,
    736, 702, 689, 688, 878, 688, 789, 868,
    658, 716, 688, 700, 772, 796, 747, 836,
    854, 805, 878, 772, 678, 948, 904, 805,
    880, 701, 688, 796, 948, 861, 992, 6425,
    919, 671, 789, 747, 904, 992, 6318, 8335,
    948, 838, 868, 836, 805, 6425, 8335, 11489,
]];

/// In ten-thousandths, the factors of chroma's divisors in 4:2:0.
#[rustfmt::skip]
const QUARTER: [u16; 64] = [
    4093, 3209, 3477, 3333, 3144, 2823, 3214, 3354,
    3209, 3111, 3489, 2801, 3059, 3119, 4135, 3445,
    3477, 3489, 3586, 3257, 2727, 3754, 3369, 3484,
    3333, 2801, 3257, 3020, 3515, 3410, 3971, 3839,
    3144, 3059, 2727, 3515, 3105, 3397, 2716, 3836,
    2823, 3119, 3754, 3410, 3397, 3212, 3203, 726,
    3214, 4135, 3369, 3971, 2716, 3203, 798, 553,
    3354, 3445, 3484, 3839, 3836, 726, 553, 3368,
];

/// In hundredths, the power of the scale with which each divisor grows beyond the bend.
#[rustfmt::skip]
const EXPONENTS: [u8; 64] = [
    100, 51, 67, 74, 100, 100, 100, 100,
    51, 66, 69, 87, 100, 100, 100, 100,
    67, 69, 84, 83, 96, 100, 100, 100,
    74, 87, 83, 100, 100, 91, 91, 100,
    100, 100, 96, 100, 100, 100, 100, 100,
    100, 100, 100, 91, 100, 100, 100, 100,
    100, 100, 100, 91, 100, 100, 100, 100,
    100, 100, 100, 100, 100, 100, 100, 100,
];
