//! Doing what a plan says; nothing is decided here but which rung fits.

mod again;
mod as_png;
mod clock;
mod coefficients;
mod fit;
mod keep;
mod keep_source;
mod later_frame;
mod mending;
mod pixels;
mod planes;
mod tables;
mod tone;

use std::borrow::Cow;

use crate::codec::{jpeg_verify, profile};
use crate::info::{ProfileSource, fingerprint};
use crate::metadata::{jpeg, png};
use crate::plan::{Lane, Plan, Route, Rung};
use crate::prepared::Prepared;
use crate::report::{Report, Stage, keeps_every_bit};
use crate::{Error, Format, Result, Verify};
use clock::Clock;
use later_frame::Look;

impl Plan {
    /// Runs the plan on the bytes it was made for.
    ///
    /// Work inside a picture is spread over the rayon pool that the caller is in.
    ///
    /// # Errors
    /// [`Error::PlanMismatch`] for other bytes, [`Error::Malformed`] or [`Error::Unsupported`] where decoding
    /// finds what the header did not tell, [`Error::CannotFit`] where the byte limit can't be held.
    pub fn execute<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        if fingerprint(bytes) != self.info.fingerprint {
            return Err(Error::PlanMismatch);
        }
        match self.run(bytes) {
            Err(error @ Error::Malformed { .. }) => mending::run(self, bytes, error),
            done => done,
        }
    }

    fn run<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        match later_frame::of_png(self, bytes)? {
            Look::Shown => self.run_route(bytes),
            Look::Later(prepared) => Ok(*prepared),
            Look::Nothing(warning) => {
                let mut prepared = self.run_route(bytes)?;
                prepared.report_mut().warnings.push(warning);
                Ok(prepared)
            }
        }
    }

    fn run_route<'a>(&self, bytes: &'a [u8]) -> Result<Prepared<'a>> {
        match &self.route {
            Route::PassThrough => pass_through(self, bytes),
            Route::Rewrite => rewrite(self, bytes),
            Route::Coefficients(way) => coefficients::run(self, way, bytes),
            Route::Pixels(pixels) => match pixels.lane {
                Lane::Planes => planes::run(self, pixels, bytes),
                Lane::Raster => pixels::run(self, pixels, bytes),
            },
        }
    }
}

/// The very same bytes, once they are known to be whole.
fn pass_through<'a>(plan: &Plan, bytes: &'a [u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    verify(plan, bytes)?;
    clock.lap(Stage::Verify);
    Ok(unchanged(plan, Cow::Borrowed(bytes), Rung::AsIs, clock))
}

fn rewrite<'a>(plan: &Plan, bytes: &'a [u8]) -> Result<Prepared<'a>> {
    let mut clock = Clock::start();
    let mut kept = keep::kept(plan, bytes)?;
    let new_profile = plan.info.profile != ProfileSource::Proper;
    if new_profile {
        kept.icc = profile::of(bytes, &plan.info, plan.options.input_limits.icc_bytes)?;
    }
    let out = match plan.info.format {
        Format::Png => png::rewrite(bytes, &png::walk(bytes)?, &kept.png_chunks())?,
        _ => jpeg::rewrite(bytes, &jpeg::walk(bytes)?, &kept.jpeg_segments(), new_profile)?,
    };
    clock.lap(Stage::Rewrite);
    // Disorder in the source may keep decoders from it that read what was put in order.
    let in_order =
        plan.info.format == Format::Jpeg && plan.info.jpeg.as_ref().is_some_and(|jpeg| !jpeg.ordinary);
    verify(plan, if in_order { &out } else { bytes })?;
    clock.lap(Stage::Verify);
    let limit = plan.options.limits.max_bytes;
    if out.len() as u64 > limit {
        return Err(Error::CannotFit { best_bytes: Some(out.len() as u64), limit });
    }
    let mut prepared = unchanged(plan, Cow::Owned(out), Rung::Stripped, clock);
    prepared.report_mut().warnings.extend(kept.losses(plan.info.format));
    Ok(prepared)
}

/// The walk of the probe has shown the structure whole to its end, and the checksums of a PNG right. Beyond that, a JPEG's
/// codes are gone through, and a PNG's data is inflated and thrown away.
fn verify(plan: &Plan, bytes: &[u8]) -> Result<()> {
    match (plan.options.verify, plan.info.format) {
        (Verify::Structure, _) => Ok(()),
        (Verify::Full, Format::Png) => {
            let layout = png::walk(bytes)?;
            png::verify_data(bytes, &layout, png::header(bytes, &layout)?)
        }
        (Verify::Full, _) => jpeg_verify::verify(bytes, &plan.info, &plan.options.input_limits),
    }
}

fn unchanged<'a>(plan: &Plan, bytes: Cow<'a, [u8]>, rung: Rung, clock: Clock) -> Prepared<'a> {
    let (format, size) = (plan.info.format, plan.info.size);
    let mut report = Report::new(plan, rung, keeps_every_bit(&plan.route), format, size, bytes.len());
    report.stages = clock.laps();
    Prepared::new(bytes, format, size, report)
}
