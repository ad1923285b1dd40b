//! The planes of a JPEG that `photo-jpeg` reads, at the size that is asked for, in the colors of the output.

use photo_jpeg::Planes;

use crate::formats::jpeg;
use crate::pixels::color::{self, RgbConversion};
use crate::plan::{OutputRule, PixelsPlan, Plan};
use crate::task_graph;
use crate::{Orientation, Result, Size, Warning};

/// The planes that become a picture of the upright size `upright`.
fn decoded(plan: &Plan, pixels: &PixelsPlan, bytes: &[u8], upright: Size) -> Result<Planes> {
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

/// As [`decoded`], with what converting its colors needs, which is made meanwhile.
pub(super) fn decoded_to_convert(
    plan: &Plan,
    pixels: &PixelsPlan,
    bytes: &[u8],
    profile: Option<&[u8]>,
    upright: Size,
) -> Result<(Planes, Option<Conversion>)> {
    let decode = || decoded(plan, pixels, bytes, upright);
    let Some(profile) = profile.filter(|_| pixels.to_srgb) else { return Ok((decode()?, None)) };
    let (planes, conversion) = task_graph::join("color tables", decode, || Conversion::new(plan, profile));
    Ok((planes?, Some(conversion)))
}

/// As [`decoded`], in the colors that the plan wants.
pub(super) fn converted(
    plan: &Plan,
    pixels: &PixelsPlan,
    bytes: &[u8],
    profile: Option<&[u8]>,
    upright: Size,
) -> Result<Planes> {
    let (mut planes, conversion) = decoded_to_convert(plan, pixels, bytes, profile, upright)?;
    conversion.and_then(|conversion| conversion.run(&mut planes));
    Ok(planes)
}

/// How the colors of planes become sRGB, or why they can't.
pub(super) enum Conversion {
    Gray(Box<[u8; 256]>),
    Rgb(RgbConversion),
    Broken(String),
}

impl Conversion {
    fn new(plan: &Plan, profile: &[u8]) -> Self {
        let conversion = if plan.info().model == crate::ColorModel::Gray {
            color::gray_table(profile).map(|table| Self::Gray(Box::new(table)))
        } else {
            color::rgb_to_srgb(profile).map(Self::Rgb)
        };
        conversion.unwrap_or_else(Self::Broken)
    }

    /// Converts; where colors can't be converted, they are taken as sRGB with a warning.
    pub(super) fn run(self, planes: &mut Planes) -> Option<Warning> {
        let converted = match self {
            Self::Gray(table) => {
                for plane in planes.planes_mut() {
                    color::apply(&table, plane.data_mut(), 1);
                }
                Ok(())
            }
            Self::Rgb(convert) => planes.map_rgb(convert),
            Self::Broken(reason) => Err(reason),
        };
        converted.err().map(Warning::BrokenProfile)
    }
}
