//! vui_parameters() (H.265 section E.2.1): what the samples mean.

use super::hrd::skip_hrd;
use crate::bits::BitReader;
use crate::error::{Result, malformed};
use crate::info::VideoSignal;

/// What is kept of the video usability information.
#[derive(Clone, Copy, Default)]
pub(crate) struct Vui {
    pub(crate) signal: Option<VideoSignal>,
    pub(crate) chroma_location: Option<u8>,
}

const EXTENDED_SAMPLE_ASPECT_RATIO: u32 = 255;

impl Vui {
    pub(super) fn read(bits: &mut BitReader<'_>, max_sub_layers_minus1: u32) -> Result<Self> {
        if bits.flag()? && bits.bits(8)? == EXTENDED_SAMPLE_ASPECT_RATIO {
            bits.skip(32)?;
        }
        if bits.flag()? {
            bits.skip(1)?;
        }
        let signal = if bits.flag()? { Some(read_signal(bits)?) } else { None };
        let chroma_location = if bits.flag()? { Some(read_location(bits)?) } else { None };
        bits.skip(3)?;
        skip_rest(bits, max_sub_layers_minus1)?;
        Ok(Self { signal, chroma_location })
    }
}

fn read_signal(bits: &mut BitReader<'_>) -> Result<VideoSignal> {
    bits.skip(3)?;
    let full_range = bits.flag()?;
    let mut points = [2u8; 3];
    if bits.flag()? {
        for point in &mut points {
            *point = bits.bits(8)? as u8;
        }
    }
    let [primaries, transfer, matrix] = points;
    Ok(VideoSignal { full_range, primaries, transfer, matrix })
}

fn read_location(bits: &mut BitReader<'_>) -> Result<u8> {
    let top = bits.ue()?;
    let bottom = bits.ue()?;
    if top > 5 || bottom > 5 {
        return malformed("a chroma location over 5");
    }
    Ok(top as u8)
}

/// Default display window, timing and restrictions.
fn skip_rest(bits: &mut BitReader<'_>, max_sub_layers_minus1: u32) -> Result<()> {
    if bits.flag()? {
        for _ in 0..4 {
            bits.ue()?;
        }
    }
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.ue()?;
        }
        if bits.flag()? {
            skip_hrd(bits, max_sub_layers_minus1)?;
        }
    }
    if bits.flag()? {
        bits.skip(3)?;
        for _ in 0..5 {
            bits.ue()?;
        }
    }
    Ok(())
}
