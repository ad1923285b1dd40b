//! Samples of 16 bits to 8: converted to sRGB first, where they have to be, and rounded last. Rounded first,
//! the dark parts of a linear or strongly curved space would fall into steps that can be seen.

use std::sync::{Arc, Mutex, PoisonError};

use moxcms::{ColorProfile, Layout as Channels, Transform16BitExecutor};

use super::rounding::round;
use super::tone::{PeakMeter, ToneMap};
use super::{Layout, color};
use crate::metadata::icc;

/// Pixels that are converted at a time.
const CHUNK: usize = 1 << 14;

/// The way from 16 bits to 8.
pub(crate) enum DepthConversion {
    /// Rounding is all there is to do.
    Rounded,
    /// What each of the 65,536 values of gray becomes.
    Gray(Vec<u8>),
    /// For RGB and for RGBA.
    Rgb([Arc<Transform16BitExecutor>; 2]),
    /// From a high dynamic range.
    Tone(ToneMap),
    /// Nothing is made but a measurement of light; what comes out is black.
    Measuring(Mutex<PeakMeter>),
}

impl DepthConversion {
    /// To sRGB from `profile`; the error says why that can't be.
    pub(crate) fn to_srgb(profile: &[u8], gray: bool) -> Result<Self, String> {
        let source = icc::parsed(profile)?;
        let make = |from, to| {
            source
                .create_transform_16bit(from, &ColorProfile::new_srgb(), to, color::options())
                .map_err(|e| e.to_string())
        };
        if !gray {
            let (rgb, rgba) = (make(Channels::Rgb, Channels::Rgb)?, make(Channels::Rgba, Channels::Rgba)?);
            return Ok(Self::Rgb([rgb, rgba]));
        }
        let values: Vec<u16> = (0..=u16::MAX).collect();
        let mut rgb = vec![0; values.len() * 3];
        make(Channels::Gray, Channels::Rgb)?.transform(&values, &mut rgb).map_err(|e| e.to_string())?;
        Ok(Self::Gray(rgb.iter().skip(1).step_by(3).map(|&v| round(v)).collect()))
    }

    /// The meter of [`Self::Measuring`].
    pub(crate) fn into_meter(self) -> Option<PeakMeter> {
        match self {
            Self::Measuring(meter) => Some(meter.into_inner().unwrap_or_else(PoisonError::into_inner)),
            _ => None,
        }
    }

    /// Whether samples of 8 bits go this way too.
    pub(crate) fn is_for_all_depths(&self) -> bool {
        matches!(self, Self::Tone(_) | Self::Measuring(_))
    }

    /// Appends whole pixels of this layout to `out`, 8 bits a sample.
    pub(crate) fn append(&self, layout: Layout, samples: &[u16], out: &mut Vec<u8>) -> Result<(), String> {
        match (self, layout) {
            (Self::Gray(table), Layout::Gray | Layout::GrayAlpha) => {
                let n = layout.channels();
                out.extend(samples.iter().enumerate().map(|(i, &v)| {
                    let gray = table.get(usize::from(v)).filter(|_| i % n == 0);
                    gray.copied().unwrap_or_else(|| round(v))
                }));
            }
            (Self::Tone(map), _) => map.append(layout, samples, out),
            (Self::Measuring(meter), _) => {
                meter.lock().unwrap_or_else(PoisonError::into_inner).add(layout, samples);
                out.resize(out.len() + samples.len(), 0);
            }
            (Self::Rgb([rgb, rgba]), Layout::Rgb | Layout::Rgba) => {
                let transform = if layout == Layout::Rgb { rgb } else { rgba };
                let mut converted = vec![0; samples.len().min(layout.channels() * CHUNK)];
                for part in samples.chunks(layout.channels() * CHUNK) {
                    let converted = converted.get_mut(..part.len()).unwrap_or_default();
                    transform.transform(part, converted).map_err(|e| e.to_string())?;
                    out.extend(converted.iter().map(|&v| round(v)));
                }
            }
            _ => out.extend(samples.iter().map(|&v| round(v))),
        }
        Ok(())
    }
}
