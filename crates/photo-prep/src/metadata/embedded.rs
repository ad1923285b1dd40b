//! What a file tells of its picture in EXIF blocks and XMP packets, wherever its format has a place for them.

use std::borrow::Cow;

use super::truth::Truth;
use super::{exif_truth, xmp_truth};

/// As many EXIF blocks are looked at: the first that has what is sought counts.
pub(crate) const BLOCKS: usize = 16;

/// EXIF blocks in the order of the file, and the first XMP packet.
#[derive(Debug, Default)]
pub(crate) struct EmbeddedMetadata<'a> {
    pub(crate) exif: Vec<Cow<'a, [u8]>>,
    pub(crate) xmp: Option<Cow<'a, [u8]>>,
    /// The packet in which the first one goes on, where it is whole.
    pub(crate) extended: Option<Vec<u8>>,
}

impl EmbeddedMetadata<'_> {
    /// Whether all of it would be true of the picture that came out, were it left in place.
    pub(crate) fn is_true(&self, truth: &Truth) -> bool {
        let blocks = self.exif.len() <= 1 && self.exif.iter().all(|raw| exif_truth::is_true(raw, truth));
        let extended = self.extended.as_deref().filter(|packet| xmp_truth::is_true(packet, truth, None));
        let whole = |xmp: &Cow<'_, [u8]>| {
            let name = extended.and_then(|_| xmp_truth::extension(xmp));
            xmp_truth::is_true(xmp, truth, name)
        };
        blocks && self.xmp.as_ref().is_none_or(whole)
    }
}
