//! High dynamic range (PQ and HLG, ITU-R BT.2100-2) to sRGB.
//!
//! Reference white, 203 cd/m² (ITU-R BT.2408-7), becomes sRGB's white where the picture has nothing brighter.
//! What is brighter is rolled off by the curve of ITU-R BT.2390-11, 5.4.1, from the peak that the picture
//! really has, so that a picture without highlights stays as bright as it was made. (BT.2446, method A, would
//! bring reference white to 41 % of the light of white: gray to the eye.) The brightest of the three colors
//! decides, so hues stay.

use moxcms::{CicpColorPrimaries, ColorProfile};

use super::Layout;
use crate::info::Hdr;

/// Light of reference white, in cd/m².
const WHITE: f32 = 203.0;
/// The brightest light of a display that HLG is made for, in cd/m².
const HLG_PEAK: f32 = 1000.0;

/// Pixels of 16 bits to sRGB of 8.
pub(crate) struct ToneMap {
    hdr: Hdr,
    /// Light in cd/m² (PQ), or a share of the scene's (HLG), of each of the 65,536 values.
    light: Vec<f32>,
    /// The share of each color in luminance.
    luminance: [f32; 3],
    /// The colors of the source to those of sRGB.
    matrix: [[f32; 3]; 3],
    /// What light is multiplied with, by the square root of its share of the peak.
    gain: Vec<f32>,
    peak: f32,
    /// sRGB of each of 65,536 shares of light.
    encoded: Vec<u8>,
}

/// Steps of the gain's table.
const STEPS: usize = 4096;

impl ToneMap {
    /// For a picture whose brightest light is `peak` cd/m²; `None` for primaries that are not known.
    pub(crate) fn new(hdr: Hdr, primaries: u8, peak: f32) -> Option<Self> {
        let to_xyz = colors(primaries)?.rgb_to_xyz_matrix();
        let to_srgb = ColorProfile::new_srgb().rgb_to_xyz_matrix().inverse();
        let matrix = to_srgb.mat_mul(to_xyz).v.map(|row| row.map(|v| v as f32));
        let luminance = to_xyz.v.get(1)?.map(|v| v as f32);
        let peak = peak.clamp(WHITE, 10_000.0);
        let decode = match hdr {
            Hdr::Pq => pq_light,
            Hdr::Hlg => hlg_light,
        };
        let gain = |step: usize| {
            let light = (step.max(1) as f32 / (STEPS - 1) as f32).powi(2) * peak;
            rolled_off(light, peak) / light / WHITE
        };
        let srgb = |v: f32| if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        Some(Self {
            hdr,
            light: (0..=u16::MAX).map(|v| decode(f32::from(v) / 65_535.0)).collect(),
            luminance,
            matrix,
            gain: (0..STEPS).map(gain).collect(),
            peak,
            encoded: (0..=u16::MAX).map(|v| (srgb(f32::from(v) / 65_535.0) * 255.0 + 0.5) as u8).collect(),
        })
    }

    /// Appends whole pixels to `out`, alpha rounded.
    pub(crate) fn append(&self, layout: Layout, samples: &[u16], out: &mut Vec<u8>) {
        let n = layout.channels();
        let colors = if n < 3 { 1 } else { 3 };
        for pixel in samples.chunks_exact(n) {
            let color = |i: usize| pixel.get(if colors == 1 { 0 } else { i }).copied().unwrap_or(0);
            let mapped = self.mapped([color(0), color(1), color(2)]);
            out.extend(mapped.iter().take(colors));
            out.extend(pixel.get(colors..).unwrap_or_default().iter().map(|&a| super::rounding::round(a)));
        }
    }

    fn mapped(&self, samples: [u16; 3]) -> [u8; 3] {
        let light = self.displayed(samples);
        let brightest = light.iter().fold(0.0f32, |m, v| m.max(*v));
        let step = ((brightest / self.peak).sqrt().min(1.0) * (STEPS - 1) as f32 + 0.5) as usize;
        let gain = self.gain.get(step).copied().unwrap_or(1.0 / WHITE);
        let light = light.map(|v| v * gain);
        self.matrix.map(|[r, g, b]| {
            let linear = r * light[0] + g * light[1] + b * light[2];
            self.encoded.get((linear.clamp(0.0, 1.0) * 65_535.0 + 0.5) as usize).copied().unwrap_or(u8::MAX)
        })
    }

    /// The light of a display, in cd/m².
    fn displayed(&self, samples: [u16; 3]) -> [f32; 3] {
        let light = samples.map(|v| self.light.get(usize::from(v)).copied().unwrap_or(0.0));
        match self.hdr {
            Hdr::Pq => light,
            // The system gamma of 1.2 (BT.2100-2, table 5).
            Hdr::Hlg => {
                let luminance: f32 = light.iter().zip(self.luminance).map(|(v, share)| v * share).sum();
                light.map(|v| HLG_PEAK * luminance.max(0.0).powf(0.2) * v)
            }
        }
    }
}

/// Finds the brightest light of a picture, a few stray pixels left out.
pub(crate) struct PeakMeter {
    hdr: Hdr,
    luminance: [f32; 3],
    /// Pixels by the upper 12 bits of their brightest sample, or of what HLG's is on a display.
    counts: Vec<u64>,
    pixels: u64,
}

impl PeakMeter {
    pub(crate) fn new(hdr: Hdr, primaries: u8) -> Option<Self> {
        let luminance = colors(primaries)?.rgb_to_xyz_matrix().v.get(1)?.map(|v| v as f32);
        Some(Self { hdr, luminance, counts: vec![0; 4096], pixels: 0 })
    }

    /// Looks at whole pixels of 16 bits.
    pub(crate) fn add(&mut self, layout: Layout, samples: &[u16]) {
        let colors = if layout.channels() < 3 { 1 } else { 3 };
        for pixel in samples.chunks_exact(layout.channels()) {
            let brightest = pixel.iter().take(colors).copied().max().unwrap_or(0);
            if let Some(count) = self.counts.get_mut(usize::from(brightest >> 4)) {
                *count += 1;
            }
            self.pixels += 1;
        }
    }

    /// The light, in cd/m², that but one in ten thousand pixels stays below.
    pub(crate) fn peak(&self) -> f32 {
        let mut left = self.pixels / 10_000;
        let brightest = self.counts.iter().enumerate().rev().find(|(_, count)| {
            let found = **count > left;
            left = left.saturating_sub(**count);
            found
        });
        let signal = brightest.map_or(0.0, |(bin, _)| (bin as f32 + 1.0) / 4096.0);
        match self.hdr {
            Hdr::Pq => pq_light(signal),
            Hdr::Hlg => {
                // As bright as it can be: where all three colors are.
                let white: f32 = self.luminance.iter().sum();
                let light = hlg_light(signal);
                HLG_PEAK * (light * white).powf(0.2) * light
            }
        }
    }
}

/// The profile of RGB colors by their number (ITU-T H.273, table 2).
fn colors(primaries: u8) -> Option<ColorProfile> {
    let known = CicpColorPrimaries::try_from(primaries).ok()?;
    let primaries = moxcms::ColorPrimaries::try_from(known).ok()?;
    let mut profile = ColorProfile::new_srgb();
    profile.update_rgb_colorimetry(moxcms::XyY::new(0.3127, 0.3290, 1.0), primaries);
    Some(profile)
}

/// PQ's light of a signal of 0..=1, in cd/m² (BT.2100-2, table 4).
fn pq_light(signal: f32) -> f32 {
    let root = f64::from(signal).powf(1.0 / PQ_M2);
    let light = ((root - PQ_C1).max(0.0) / (PQ_C2 - PQ_C3 * root)).powf(1.0 / PQ_M1);
    (light * 10_000.0) as f32
}

/// The other way round.
fn pq_signal(light: f32) -> f32 {
    let y = (f64::from(light) / 10_000.0).powf(PQ_M1);
    ((PQ_C1 + PQ_C2 * y) / (1.0 + PQ_C3 * y)).powf(PQ_M2) as f32
}

const PQ_M1: f64 = 2610.0 / 16_384.0;
const PQ_M2: f64 = 2523.0 / 4096.0 * 128.0;
const PQ_C1: f64 = 3424.0 / 4096.0;
const PQ_C2: f64 = 2413.0 / 4096.0 * 32.0;
const PQ_C3: f64 = 2392.0 / 4096.0 * 32.0;

/// HLG's light of the scene, 0..=1, of a signal of 0..=1 (BT.2100-2, table 5).
fn hlg_light(signal: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 0.284_668_92;
    const C: f32 = 0.559_910_7;
    if signal <= 0.5 { signal * signal / 3.0 } else { (((signal - C) / A).exp() + B) / 12.0 }
}

/// Light of a display of `peak` on one of reference white (BT.2390-11, 5.4.1, with black at 0).
fn rolled_off(light: f32, peak: f32) -> f32 {
    let whole = pq_signal(peak);
    let most = pq_signal(WHITE) / whole;
    let knee = 1.5 * most - 0.5;
    let e = pq_signal(light) / whole;
    if e < knee || peak <= WHITE {
        return light;
    }
    let t = (e - knee) / (1.0 - knee);
    let (t2, t3) = (t * t, t * t * t);
    let curve = (2.0 * t3 - 3.0 * t2 + 1.0) * knee
        + (t3 - 2.0 * t2 + t) * (1.0 - knee)
        + (3.0 * t2 - 2.0 * t3) * most;
    pq_light(curve * whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_have_their_published_values() {
        // BT.2408-7, table 1: 203 cd/m² are 58 % of PQ; 75 % of HLG. BT.2100: 100 cd/m² are 50.8 %.
        assert!((pq_signal(203.0) - 0.58).abs() < 0.001, "{}", pq_signal(203.0));
        assert!((pq_signal(100.0) - 0.508).abs() < 0.001);
        assert!((pq_light(1.0) - 10_000.0).abs() < 1.0 && pq_light(0.0).abs() < 1e-6);
        assert!((hlg_light(0.75) - 0.265).abs() < 0.001 && (hlg_light(1.0) - 1.0).abs() < 1e-4);
        let white = HLG_PEAK * hlg_light(0.75).powf(1.2);
        assert!((white - 203.0).abs() < 1.0, "{white}");
    }

    fn gray(map: &ToneMap, light: f32) -> u8 {
        let signal = (pq_signal(light) * 65_535.0).round() as u16;
        let mut out = Vec::new();
        map.append(Layout::Rgb, &[signal; 3], &mut out);
        assert!(out.iter().all(|v| v.abs_diff(out[0]) <= 1), "{out:?}");
        out[0]
    }

    #[test]
    fn reference_white_is_white_and_highlights_roll_off() {
        let plain = ToneMap::new(Hdr::Pq, 9, 203.0).unwrap();
        assert_eq!((gray(&plain, 203.0), gray(&plain, 0.0)), (255, 0));
        // 18 % of white, as in any picture: 118 of sRGB.
        assert!(gray(&plain, 0.18 * 203.0).abs_diff(118) <= 1);
        let bright = ToneMap::new(Hdr::Pq, 9, 1000.0).unwrap();
        assert!(gray(&bright, 203.0) >= 225, "{}", gray(&bright, 203.0));
        assert_eq!(gray(&bright, 1000.0), 255);
        assert!(gray(&bright, 0.18 * 203.0).abs_diff(118) <= 1);
        let steps: Vec<u8> = (0..100).map(|i| gray(&bright, i as f32 * 10.0)).collect();
        assert!(steps.is_sorted());
    }

    #[test]
    fn hlg_white_is_white_too() {
        let map = ToneMap::new(Hdr::Hlg, 9, 203.0).unwrap();
        let mut out = Vec::new();
        map.append(Layout::Rgba, &[49_151, 49_151, 49_151, 65_535], &mut out);
        assert!(out.iter().all(|v| *v >= 253), "{out:?}");
    }

    #[test]
    fn the_peak_leaves_strays_out() {
        let mut meter = PeakMeter::new(Hdr::Pq, 9).unwrap();
        let white = (pq_signal(203.0) * 65_535.0) as u16;
        meter.add(Layout::Rgb, &[white; 3 * 20_000]);
        meter.add(Layout::Rgb, &[65_535; 3]);
        assert!((203.0..206.0).contains(&meter.peak()), "{}", meter.peak());
    }
}
