//! Color maps (TIFF 6.0, section 5): all reds, then all greens, then all blues.

use super::color_model::Color;
use super::directory::Directory;
use super::tag;
use crate::pixels::rounding;
use crate::{Error, Format, Result};

/// The map of a picture of so many bits. Indices beyond it are black.
pub(super) fn read(d: &Directory<'_>, bits: u8) -> Result<Color> {
    if bits > 8 {
        let what = format!("palette with {bits} bits a sample is not read; save it as 8-bit RGB");
        return Err(Error::unsupported(Format::Tiff, what));
    }
    let count = 1usize << bits;
    let values: Vec<u64> = d.numbers(tag::COLOR_MAP).take(3 * count).collect();
    if values.len() < 3 * count {
        let reason = format!("the color map has {} values instead of {}", values.len(), 3 * count);
        return Err(Error::malformed(Format::Tiff, d.at(), reason));
    }
    // Old programs wrote values of 8 bits: nothing else is so dark.
    let old = values.iter().all(|v| *v < 256);
    let to_8 = |v: u64| {
        let v = u16::try_from(v).unwrap_or(u16::MAX);
        if old { v as u8 } else { rounding::round(v) }
    };
    let mut colors = [[0; 3]; 256];
    for (i, color) in colors.iter_mut().take(count).enumerate() {
        *color = [0, 1, 2].map(|c| values.get(c * count + i).map_or(0, |v| to_8(*v)));
    }
    Ok(Color::Palette(Box::new(colors)))
}
