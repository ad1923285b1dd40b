//! Orientation and colors from what a file tells in EXIF and XMP: one rule for all formats.

use crate::info::{ColorModel, ImageInfo, ProfileSource};
use crate::metadata::embedded::EmbeddedMetadata;
use crate::metadata::{Truth, cicp, exif, icc, xmp};
use crate::{Error, InputLimits, LimitKind, Orientation, Result, Warning};

/// Takes the orientation: that of the first EXIF block that has one; that of the XMP packet where no block
/// has.
///
/// # Errors
/// [`Error::LimitExceeded`] where a block is too long.
pub(crate) fn take(info: &mut ImageInfo, told: &EmbeddedMetadata<'_>, limits: &InputLimits) -> Result<()> {
    let mut first: Option<Orientation> = None;
    let mut adobe_rgb = None;
    for raw in &told.exif {
        let (actual, limit) = (raw.len() as u64, limits.exif_bytes);
        if actual > limit {
            return Err(Error::LimitExceeded { what: LimitKind::ExifBytes, actual, limit });
        }
        let facts = exif::facts(raw);
        if first.is_none() {
            info.warnings.extend(facts.warning.filter(|w| !info.warnings.contains(w)));
        }
        conflict(info, first, facts.orientation, "an EXIF block", "a later one");
        first = first.or(facts.orientation);
        adobe_rgb = adobe_rgb.or(facts.adobe_rgb);
    }
    settle(info, first, told.xmp.as_deref(), "EXIF");
    info.has_gain_map |= told.xmp.as_deref().is_some_and(xmp::tells_of_gain_map);
    info.untrue = !told.is_true(&Truth { size: info.size, srgb: false, same: true });
    if let Some(how) = adobe_rgb {
        take_adobe_rgb(info, how);
    }
    Ok(())
}

/// Takes the orientation that `named` tells, or that of an XMP packet where it tells none.
pub(crate) fn settle(info: &mut ImageInfo, first: Option<Orientation>, xmp: Option<&[u8]>, named: &str) {
    let by_xmp = xmp.and_then(xmp::orientation);
    conflict(info, first, by_xmp, named, "XMP");
    info.orientation = first.or(by_xmp).unwrap_or_default();
}

fn conflict(
    info: &mut ImageInfo,
    one: Option<Orientation>,
    other: Option<Orientation>,
    named: &str,
    against: &str,
) {
    if let (Some(one), Some(other)) = (one, other)
        && one != other
    {
        let (a, b) = (one.to_exif(), other.to_exif());
        let why = format!("{named} says {a}, {against} {b}; {a} is used");
        info.warnings.push(Warning::OrientationConflict(why));
    }
}

/// Colors that EXIF alone tells count where nothing else tells them: `info` has no profile yet, and
/// [`icc_told`] forgets this one.
fn take_adobe_rgb(info: &mut ImageInfo, how: &str) {
    if !matches!(info.model, ColorModel::YCbCr | ColorModel::Rgb | ColorModel::Palette) {
        return;
    }
    let facts = cicp::adobe_rgb().and_then(|profile| icc::facts(&profile, info.model).ok());
    if let Some(facts) = facts {
        info.icc = Some(facts);
        info.profile = ProfileSource::Exif;
        info.warnings.push(Warning::ColorAssumed(format!("Adobe RGB (1998), told by {how} alone")));
    }
}

/// Forgets colors that EXIF told, because the file tells them in a place of its own.
pub(crate) fn icc_told(info: &mut ImageInfo) {
    if info.profile == ProfileSource::Exif {
        info.icc = None;
        info.profile = ProfileSource::Proper;
        info.warnings.retain(|warning| !matches!(warning, Warning::ColorAssumed(_)));
    }
}
