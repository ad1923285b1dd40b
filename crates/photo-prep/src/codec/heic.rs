//! HEIC to samples, by `heic-rs`, which turns the picture as the container says.

use heic_rs::context::Context;
use heic_rs::{DecodeOptions, PixelLayout};

use crate::geometry::Size;
use crate::info::ImageInfo;
use crate::metadata::cicp;
use crate::pixels::{Layout, Raster};
use crate::{Error, Format, LimitKind, Result};

pub(super) fn decode(bytes: &[u8], info: &ImageInfo, memory: u64) -> Result<Raster> {
    let (pixels, layout) =
        if info.alpha { (PixelLayout::Rgba8, Layout::Rgba) } else { (PixelLayout::Rgb8, Layout::Rgb) };
    // The decoder holds YCbCr planes beside the result: twice the result bounds both.
    let most = memory / (2 * layout.channels() as u64);
    let options = DecodeOptions::default().with_layout(pixels).with_max_pixels(Some(most));
    let picture = heic_rs::decode(bytes, &options).map_err(|e| error(&e))?;
    Raster::new(Size::new(picture.width, picture.height), layout, picture.data)
        .ok_or_else(|| Error::malformed(Format::Heic, None, "samples are missing"))
}

/// The colour profile of the primary item: its ICC profile, or one made of its `nclx` code points.
pub(crate) fn icc_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let context = Context::open(bytes).ok()?;
    let props = context.props(heic_rs::probe(bytes).ok()?.primary_item).ok()?;
    if let Some(icc) = context.icc(&props) {
        return Some(icc.to_vec());
    }
    let nclx = props.nclx?;
    let code = |v: u16| u8::try_from(v).ok();
    cicp::profile_of_codes(code(nclx.primaries)?, code(nclx.transfer)?, false)
}

pub(crate) fn error(error: &heic_rs::Error) -> Error {
    match error {
        heic_rs::Error::Unsupported(what) => Error::unsupported(Format::Heic, *what),
        heic_rs::Error::PixelLimit { pixels, max_pixels } => {
            Error::LimitExceeded { what: LimitKind::Memory, actual: *pixels, limit: *max_pixels }
        }
        other => Error::malformed(Format::Heic, None, other.to_string()),
    }
}
