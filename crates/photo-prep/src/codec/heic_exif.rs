//! The EXIF block of a HEIC.

use std::borrow::Cow;

use heic_rs::context::Context;

/// That of the primary item.
pub(crate) fn block(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let context = Context::open(bytes).ok()?;
    context.exif(heic_rs::probe(bytes).ok()?.primary_item).ok()?.map(Cow::Borrowed)
}
