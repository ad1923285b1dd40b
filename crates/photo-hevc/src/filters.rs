//! In-loop filters (H.265 section 8.7), on all cores once the blocks are decoded.

mod deblock;
mod edge;
mod sao;

use crate::frame::Frame;
use crate::layout::Layout;
use crate::params::Pps;

/// Deblocks a picture and adds the sample adaptive offsets.
pub(crate) fn apply(frame: &mut Frame, layout: &Layout, pps: &Pps) {
    deblock::apply(frame, layout, pps);
    sao::apply(frame, layout, pps);
}
