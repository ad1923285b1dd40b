//! Whole JPEGs of one quality: drafted, and written where they fit.

use super::outcome::{File, Step, Target, smaller_of};
use crate::formats::jpeg::encode::OrientedPlanes;
use crate::{Format, Result};

/// Drafts whole JPEGs, writes those that fit, and remembers what they gave.
pub(super) struct Drafts<'a> {
    target: &'a Target,
    pub(super) written: u32,
    pub(super) transforms: u32,
    best: Option<u64>,
}

impl<'a> Drafts<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self { target, written: 0, transforms: 0, best: None }
    }

    pub(super) fn attempt(&mut self, picture: &OrientedPlanes<'_>, quality: u8) -> Result<Step> {
        let draft = picture.draft(&self.target.settings.at(quality))?;
        self.transforms += 1;
        // How long it will be is known but for a thousandth; it need not be written for that.
        let mut bytes = draft.expected_len();
        if bytes <= self.target.max_bytes {
            let file = draft.write();
            self.written += 1;
            bytes = file.len() as u64;
            if bytes <= self.target.max_bytes {
                let (format, size) = (Format::Jpeg, picture.size());
                return Ok(Step::Fits(File { bytes: file, format, size, quality: Some(quality) }));
            }
        }
        self.best = smaller_of(self.best, bytes);
        Ok(Step::TooLarge(self.best))
    }
}
