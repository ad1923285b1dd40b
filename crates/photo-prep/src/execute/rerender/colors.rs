//! What becomes of the colors of pixels.

use crate::execute::preserved_metadata::PreservedMetadata;
use crate::info::{ColorModel, IccSpace, ImageInfo};
use crate::pixels::depth::DepthConversion;
use crate::pixels::{Layout, Raster, color};
use crate::{Format, Warning};

/// What becomes of the colors.
pub(super) struct Colors {
    pub(super) profile: Option<Vec<u8>>,
    pub(super) to_srgb: bool,
}

impl Colors {
    /// The way of samples of more than 8 bits, which are converted before they are rounded; nothing is left
    /// to convert then.
    pub(super) fn depth(&mut self, info: &ImageInfo, preserved: &mut PreservedMetadata) -> DepthConversion {
        // Inks are rounded first: there, a step of 255 is nowhere more than one of what is seen.
        let has_wide = match info.format {
            Format::Png => info.bit_depth == 16,
            Format::Tiff => info.bit_depth > 8 && info.model != ColorModel::Cmyk,
            Format::Heic => info.bit_depth > 8,
            _ => false,
        };
        let (Some(profile), Some(icc), true) = (&self.profile, info.icc, has_wide && self.to_srgb) else {
            return DepthConversion::Rounded;
        };
        let depth = DepthConversion::to_srgb(profile, icc.space == IccSpace::Gray);
        self.profile = None;
        depth.unwrap_or_else(|why| {
            preserved.warnings.push(Warning::BrokenProfile(why));
            DepthConversion::Rounded
        })
    }

    /// Colors as the plan wants them; where they can't be converted, they are taken as sRGB with a warning.
    pub(super) fn converted(
        self,
        info: &ImageInfo,
        raster: Raster,
        preserved: &mut PreservedMetadata,
    ) -> Raster {
        let inks = raster.layout() == Layout::Cmyk;
        let raster = match (self.profile, self.to_srgb) {
            (Some(profile), true) => match color::to_srgb(&raster, &profile) {
                Ok(done) => done,
                Err(why) => {
                    preserved.warnings.push(Warning::BrokenProfile(why));
                    raster
                }
            },
            // sRGB needs no profile, and a profile for inks is of no use to RGB.
            (profile @ Some(_), false) if !inks && !info.icc.is_some_and(|i| i.is_srgb) => {
                preserved.icc = profile;
                raster
            }
            _ => raster,
        };
        if raster.layout() == Layout::Cmyk { color::inks_to_rgb(&raster) } else { raster }
    }
}
