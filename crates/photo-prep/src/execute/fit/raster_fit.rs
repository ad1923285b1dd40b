//! Pixels as a PNG or a JPEG: which of both they become, and the attempts of each.

use super::jpeg::{JpegFit, Source};
use super::outcome::{Counts, Step, Target};
use super::png::PngFit;
use super::png_or_jpeg;
use super::size_search::Remade;
use crate::formats::jpeg::encode::{self, OrientedPlanes};
use crate::pixels::{Raster, quantize};
use crate::plan::{Attempt, PngMargin};
use crate::{Error, Result, Size};

/// The attempts to write one picture.
pub(super) struct RasterFit<'a> {
    raster: &'a Raster,
    target: &'a Target,
    remade: &'a Remade<'a>,
    png: PngFit<'a>,
    /// Once it is tried.
    jpeg: Option<JpegFit<'a>>,
    graphic: bool,
    /// Whether it is better kept without loss, by the margin of the first attempt at it.
    judged: (Option<PngMargin>, bool),
    /// Its planes, where they were made meanwhile.
    planes: Option<OrientedPlanes<'static>>,
    /// Whether it can't be a JPEG.
    only_png: bool,
    /// Whether it is to be a PNG, as far as is known.
    as_png: bool,
}

impl<'a> RasterFit<'a> {
    pub(super) fn new(
        raster: &'a Raster,
        attempts: &[Attempt],
        target: &'a Target,
        remade: &'a Remade<'a>,
    ) -> Result<Self> {
        let jpeg_allowed = attempts.iter().any(|attempt| matches!(attempt, Attempt::Jpeg { .. }));
        let only_png = raster.layout().has_alpha() || !jpeg_allowed;
        let png = attempts.iter().find_map(|attempt| match attempt {
            Attempt::LosslessPng { unless_larger, .. } => Some(unless_larger.filter(|_| !only_png)),
            _ => None,
        });
        let margin = png.flatten();
        let judge = || {
            let graphic = png.is_some() && quantize::is_graphic(raster);
            let small = png_or_jpeg::is_small_enough(raster, &target.settings, margin, graphic)?;
            Ok::<_, Error>((graphic, small))
        };
        // Most pictures that may become either are photos. Judging them is hardly work for more than one thread.
        // The planes come first, so that this thread makes them, in the memory that decoding has freed.
        let (planes, judged) = if margin.is_some() && rayon::current_num_threads() > 1 {
            rayon::join(|| encode::planes(raster, target.settings.sampling).ok(), judge)
        } else {
            (None, judge())
        };
        let (graphic, small) = judged?;
        let planes = planes.filter(|_| !small);
        let (png, judged) = (PngFit::new(raster, target, graphic), (margin, small));
        Ok(Self {
            raster,
            target,
            remade,
            png,
            jpeg: None,
            graphic,
            judged,
            planes,
            only_png,
            as_png: only_png,
        })
    }

    pub(super) fn attempt(&mut self, attempt: &Attempt) -> Result<Step> {
        match attempt {
            Attempt::LosslessPng { unless_larger, .. } => {
                let margin = unless_larger.filter(|_| !self.only_png);
                let is_small = self.is_small(margin)?;
                // Edges of graphics are better kept in fewer colors than blurred by a JPEG.
                self.as_png |= is_small && self.graphic;
                if is_small { self.png.lossless() } else { Ok(Step::Skipped) }
            }
            Attempt::FewerColors(how) if self.as_png => {
                self.as_png = self.only_png || !self.png.is_better_as_jpeg(*how)?;
                if self.as_png { self.png.fewer_colors(*how) } else { Ok(Step::Skipped) }
            }
            Attempt::NearLossless { max_error } if self.as_png => self.png.near_lossless(*max_error),
            Attempt::SmallerPng(how) if self.as_png => self.png.smaller(*how),
            Attempt::NearLossless { .. } | Attempt::FewerColors(_) | Attempt::SmallerPng(_) => {
                Ok(Step::Skipped)
            }
            _ if self.as_png => Ok(Step::Skipped),
            _ => self.as_jpeg(attempt),
        }
    }

    fn is_small(&self, margin: Option<PngMargin>) -> Result<bool> {
        match self.judged {
            (judged, is_small) if judged == margin => Ok(is_small),
            _ => png_or_jpeg::is_small_enough(self.raster, &self.target.settings, margin, self.graphic),
        }
    }

    fn as_jpeg(&mut self, attempt: &Attempt) -> Result<Step> {
        if self.jpeg.is_none() {
            let picture = match self.planes.take() {
                Some(planes) => planes,
                None => encode::planes(self.raster, self.target.settings.sampling)?,
            };
            self.jpeg = Some(JpegFit::new(Source { picture, remade: self.remade }, self.target));
        }
        self.jpeg.as_mut().map_or(Ok(Step::Skipped), |jpeg| jpeg.attempt(attempt))
    }

    /// How many points more a JPEG on a background would have than the last PNG, where that is much.
    pub(super) fn alpha_cost(&mut self, size: Size) -> Result<Option<u8>> {
        self.png.alpha_cost(size)
    }

    pub(super) fn counts(&self) -> Counts {
        let counts = self.jpeg.as_ref().map_or_else(Counts::default, JpegFit::counts);
        Counts { encodes: counts.encodes + self.png.encodes(), ..counts }
    }
}
