//! From NAL units to a picture.

use crate::bits::unescape;
use crate::block::{Progress, SegmentDecoder};
use crate::error::{Result, malformed};
use crate::filters;
use crate::frame::Frame;
use crate::layout::Layout;
use crate::params::{ParameterSets, ScalingFactors, nal_type};
use crate::picture::Picture;
use crate::slice::SliceHeader;
use crate::slice::cabac::Cabac;

/// What slice segments of a picture have in common, from the first one on.
struct Open {
    layout: Layout,
    factors: Option<ScalingFactors>,
    frame: Frame,
    progress: Progress,
    /// The header of the last independent segment.
    slice: SliceHeader,
}

/// NAL units of slices; those from 22 to 31 are reserved.
const SLICES: [std::ops::RangeInclusive<u8>; 2] = [0..=9, 16..=21];

pub(crate) fn decode(parameter_sets: &[&[u8]], slices: &[&[u8]]) -> Result<Picture> {
    let mut sets = ParameterSets::default();
    for nal in parameter_sets {
        sets.take(nal)?;
    }
    let mut open = None;
    for nal in slices {
        match nal_type(nal) {
            Some(kind) if SLICES.iter().any(|range| range.contains(&kind)) => {
                open = take_segment(nal, kind, &sets, open)?;
            }
            // Those of a picture stand before its slices.
            _ if open.is_none() => sets.take(nal)?,
            _ => {}
        }
    }
    match open {
        Some(open) => open.finish(&sets),
        None => malformed("no slice"),
    }
}

/// Decodes a slice segment.
fn take_segment(nal: &[u8], kind: u8, sets: &ParameterSets, open: Option<Open>) -> Result<Option<Open>> {
    let payload = unescape(nal);
    let header = SliceHeader::read(&payload, kind, sets, open.as_ref().map(|open| &open.slice))?;
    let mut open = match (open, header.first) {
        (None, true) => Open::new(sets, &header)?,
        (None, false) => return malformed("the first slice of the picture is missing"),
        (Some(_), true) => return malformed("more than one picture"),
        (Some(open), false) => open,
    };
    if header.pps != open.slice.pps {
        return malformed("slices of a picture name different parameter sets");
    }
    let (pps, sps) = sets.active(header.pps)?;
    let cabac = Cabac::new(payload.get(header.data..).unwrap_or_default(), header.qp);
    let decoder =
        SegmentDecoder::new(cabac, (sps, pps), open.factors.as_ref(), &open.layout, &header, &mut open.frame);
    decoder.decode(&mut open.progress)?;
    if !header.dependent {
        open.slice = header;
    }
    Ok(Some(open))
}

impl Open {
    fn new(sets: &ParameterSets, header: &SliceHeader) -> Result<Self> {
        let (pps, sps) = sets.active(header.pps)?;
        let layout = Layout::new(sps, pps)?;
        let lists = sps.scaling.as_ref().map(|lists| pps.scaling.as_ref().unwrap_or(lists));
        Ok(Self {
            factors: lists.map(ScalingFactors::new),
            frame: Frame::new(sps.info, &layout)?,
            layout,
            progress: Progress::default(),
            slice: header.clone(),
        })
    }

    /// Filters the picture and cuts the conformance window out.
    fn finish(mut self, sets: &ParameterSets) -> Result<Picture> {
        let (pps, sps) = sets.active(self.slice.pps)?;
        if self.progress.next < self.layout.order.len() {
            return malformed("the last slices of the picture are missing");
        }
        filters::apply(&mut self.frame, &self.layout, pps);
        let info = sps.info;
        let (shift_x, shift_y) = info.chroma.shifts();
        let mut planes = self.frame.planes;
        for (component, plane) in planes.iter_mut().enumerate() {
            let (x, y) = if component == 0 { (0, 0) } else { (shift_x, shift_y) };
            plane.crop(sps.window.0 >> x, sps.window.1 >> y, info.width >> x, info.height >> y);
        }
        Ok(Picture { info, planes })
    }
}
