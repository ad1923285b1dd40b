//! The planes of a JPEG that `photo-jpeg` reads, at the size that is asked for, in the colors of the output.

use photo_jpeg::Planes;

use crate::formats::jpeg;
use crate::pixels::color;
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::task_graph;
use crate::{Orientation, Result, Size, Warning};

/// The planes that become a picture of the upright size `upright`.
pub(super) fn decoded(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8], upright: Size) -> Result<Planes> {
    let orientation = plan.info().orientation;
    let gray = plan.info().model == crate::ColorModel::Gray;
    let request = jpeg::decode_planes::Request {
        size: orientation.apply_to(upright),
        scale: pixels.scale,
        sampling: jpeg::decode_planes::factors(gray, pixels.sampling, orientation),
        // Pixels for a PNG are turned as pixels.
        orientation: if pixels.output == OutputRule::Png { Orientation::Upright } else { orientation },
        memory: plan.options().input_limits.memory,
        scans: plan.options().input_limits.scans,
    };
    jpeg::decode_planes::decode(bytes, &request)
}

/// As [`decoded`], in the colors that the plan wants.
pub(super) fn converted(
    plan: &Plan,
    pixels: &PixelsPlan,
    bytes: &[u8],
    profile: Option<&[u8]>,
    upright: Size,
) -> Result<Planes> {
    let mut planes = decoded(plan, pixels, bytes, upright)?;
    converted_in_place(plan, pixels, profile, &mut planes);
    Ok(planes)
}

/// Converts the colors as the plan wants; where they can't be converted, they are taken as sRGB with a
/// warning.
pub(super) fn converted_in_place(
    plan: &Plan,
    pixels: &PixelsPlan,
    profile: Option<&[u8]>,
    planes: &mut Planes,
) -> Option<Warning> {
    let (Some(profile), true) = (profile, pixels.to_srgb) else { return None };
    let converted = if plan.info().model == crate::ColorModel::Gray {
        color::gray_table(profile).map(|table| {
            for plane in planes.planes_mut() {
                color::apply(&table, plane.data_mut(), 1);
            }
        })
    } else {
        color::rgb_to_srgb(profile).and_then(|convert| {
            task_graph::did("color tables");
            planes.map_rgb(convert)
        })
    };
    converted.err().map(Warning::BrokenProfile)
}
