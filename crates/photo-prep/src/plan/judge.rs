//! What a file breaks of the requirements and of what the options ask for, and the least that mends it.

use super::frame::Frame;
use crate::geometry::{MAX_PNG_SIDE, MAX_SIDE};
use crate::info::{ColorModel, ImageInfo, JpegProcess, ProfileSource};
use crate::requirements::{AcceptedFormats, AspectRatio, Bound, Side};
use crate::violation::{Violation, ViolationKind};
use crate::{ColorPolicy, Format, Framing, MetadataPolicy, Options, Orientation, OutputFormat};

/// The least that mends a violation, from the cheapest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remedy {
    /// Something is left out.
    Rewrite,
    /// A JPEG's coefficients are written anew.
    Coefficients,
    /// Pixels are made anew.
    Pixels,
}

/// The longest side that an output of these options may have for technical reasons.
pub(super) fn longest_side(info: &ImageInfo, options: &Options) -> u32 {
    if format_asked(info, options) == Format::Png { MAX_PNG_SIDE } else { MAX_SIDE }
}

fn format_asked(info: &ImageInfo, options: &Options) -> Format {
    match options.format {
        OutputFormat::Auto => info.format,
        OutputFormat::Jpeg => Format::Jpeg,
        OutputFormat::Png => Format::Png,
    }
}

/// All violations of a file, under options that are resolved; `frame` is what its size becomes.
pub(super) fn violations(info: &ImageInfo, options: &Options, frame: &Frame) -> Vec<Violation> {
    let mut found = Vec::new();
    format(&mut found, info, options);
    size(&mut found, info, options, frame);
    let kinds = coding(info, options).into_iter().chain(colors(info, options)).chain(content(info, options));
    found.extend(kinds.map(|kind| Violation { kind, fixable: true }));
    found
}

/// What has to be done at least to mend a violation.
pub(super) fn remedy(violation: &Violation, info: &ImageInfo, options: &Options) -> Remedy {
    match &violation.kind {
        ViolationKind::Bytes { allowed, .. } => {
            let fits = info.bytes - droppable(info, options).min(info.bytes) <= *allowed;
            if fits { Remedy::Rewrite } else { Remedy::Coefficients }
        }
        ViolationKind::Orientation(_) | ViolationKind::Progressive => Remedy::Coefficients,
        ViolationKind::PrivateMetadata(_)
        | ViolationKind::UnreferencedBytes(_)
        | ViolationKind::GainMap(_)
        | ViolationKind::FurtherFrames
        | ViolationKind::ColorSignaling
        | ViolationKind::UntrueMetadata => Remedy::Rewrite,
        _ => Remedy::Pixels,
    }
}

fn format(found: &mut Vec<Violation>, info: &ImageInfo, options: &Options) {
    let accepted = options.requirements.formats;
    let asked = match options.format {
        OutputFormat::Auto => accepted,
        OutputFormat::Jpeg => AcceptedFormats::Jpeg,
        OutputFormat::Png => AcceptedFormats::Png,
    };
    // A format that is asked for, but not accepted, can't come out.
    let contradiction = matches!(
        (asked, accepted),
        (AcceptedFormats::Jpeg, AcceptedFormats::Png) | (AcceptedFormats::Png, AcceptedFormats::Jpeg)
    );
    if !asked.contains(info.format) || contradiction {
        let allowed = if contradiction { accepted } else { asked };
        let kind = ViolationKind::Format { found: info.format, allowed };
        found.push(Violation { kind, fixable: !contradiction });
    }
}

fn size(found: &mut Vec<Violation>, info: &ImageInfo, options: &Options, frame: &Frame) {
    let (required, upright, output) = (&options.requirements, info.upright_size(), frame.output());
    let mut add = |kind, fixable| found.push(Violation { kind, fixable });
    if let Some(allowed) = required.max_pixels.filter(|limit| upright.pixels() > *limit) {
        let kind = ViolationKind::Pixels { found: upright.pixels(), allowed };
        add(kind, output.pixels() <= allowed);
    }
    let mut long_side = false;
    for (side, bound, allowed) in required.broken_side_bounds(upright) {
        let mended = required.broken_side_bounds(output).all(|(s, b, _)| (s, b) != (side, bound));
        add(ViolationKind::Side { side, bound, found: side.of(upright), allowed }, mended);
        long_side |= (side, bound) == (Side::Long, Bound::AtMost);
    }
    let (longest, allowed) = (Side::Long.of(upright), longest_side(info, options));
    if longest > allowed && !long_side {
        add(ViolationKind::Side { side: Side::Long, bound: Bound::AtMost, found: longest, allowed }, true);
    }
    if let Some((bound, allowed)) = required.missed_aspect_ratio(upright) {
        let kind = ViolationKind::AspectRatio { bound, found: AspectRatio::of(upright), allowed };
        add(kind, options.framing != Framing::Keep && required.missed_aspect_ratio(output).is_none());
    }
    // Bounds that the picture keeps as it is, but not once others are kept.
    if !required.allows_size(output) && found.iter().all(|violation| violation.fixable) {
        for (side, bound, allowed) in required.broken_side_bounds(output) {
            let kind = ViolationKind::Side { side, bound, found: side.of(output), allowed };
            found.push(Violation { kind, fixable: false });
        }
        if let Some((bound, allowed)) = required.missed_aspect_ratio(output) {
            let kind = ViolationKind::AspectRatio { bound, found: AspectRatio::of(output), allowed };
            found.push(Violation { kind, fixable: false });
        }
    }
}

/// How the picture is coded, and how it lies.
fn coding(info: &ImageInfo, options: &Options) -> Vec<ViolationKind> {
    let required = &options.requirements;
    let mut found = Vec::new();
    let mut add = |when: bool, kind: ViolationKind| {
        if when {
            found.push(kind);
        }
    };
    let (bytes, allowed) = (info.bytes, required.byte_limit());
    add(is_known(info) && bytes > allowed, ViolationKind::Bytes { found: bytes, allowed });
    let turned = info.orientation != Orientation::Upright;
    add(turned && required.require_upright, ViolationKind::Orientation(info.orientation));
    if let Some(jpeg) = &info.jpeg {
        let progressive = jpeg.process == JpegProcess::Progressive;
        add(progressive && !required.allow_progressive, ViolationKind::Progressive);
        let common =
            progressive || matches!(jpeg.process, JpegProcess::Baseline | JpegProcess::ExtendedSequential);
        add(!common, ViolationKind::Coding(jpeg.process));
        add(info.bit_depth != 8, ViolationKind::BitDepth(info.bit_depth));
    }
    let has_tables = info.jpeg.as_ref().is_none_or(|jpeg| jpeg.has_tables);
    add(is_known(info) && !(info.well_formed && has_tables), ViolationKind::Structure);
    found
}

fn colors(info: &ImageInfo, options: &Options) -> Vec<ViolationKind> {
    let mut found = Vec::new();
    let mut add = |when: bool, kind: ViolationKind| {
        if when {
            found.push(kind);
        }
    };
    let known = is_known(info);
    add(known && info.alpha && !options.requirements.allow_alpha, ViolationKind::Alpha);
    let inks = matches!(info.model, ColorModel::Cmyk | ColorModel::Ycck);
    add(inks, ViolationKind::ColorModel(info.model));
    let foreign = info.icc.is_some_and(|icc| !icc.is_srgb);
    let (proper, policy) = (info.profile == ProfileSource::Proper, options.color);
    // A profile that is told in an unusual way is converted, since that is what every program shows alike.
    let converted = foreign && (policy == ColorPolicy::Srgb || !proper && policy == ColorPolicy::Auto);
    add(known && converted, ViolationKind::ColorProfile);
    // Most viewers show such light gray, as if it were sRGB.
    add(known && info.hdr.is_some() && policy != ColorPolicy::Preserve, ViolationKind::HighDynamicRange);
    add(!proper && !converted, ViolationKind::ColorSignaling);
    found
}

/// What is in the file beside the picture.
fn content(info: &ImageInfo, options: &Options) -> Vec<ViolationKind> {
    let keeps = options.metadata == MetadataPolicy::Keep;
    let behind = match info.unreferenced_bytes {
        bytes if info.has_gain_map => ViolationKind::GainMap(bytes),
        bytes => ViolationKind::UnreferencedBytes(bytes),
    };
    let kinds = [
        (info.private_bytes > 0 && !keeps, ViolationKind::PrivateMetadata(info.private_bytes)),
        (info.unreferenced_bytes > 0, behind),
        (info.animated && !options.requirements.allow_further_frames, ViolationKind::FurtherFrames),
        (info.untrue && keeps, ViolationKind::UntrueMetadata),
    ];
    kinds.into_iter().filter(|(when, _)| *when).map(|(_, kind)| kind).collect()
}

/// Whether it is a format whose every byte is accounted for.
fn is_known(info: &ImageInfo) -> bool {
    AcceptedFormats::JpegAndPng.contains(info.format)
}

/// Bytes that a rewrite would leave out.
fn droppable(info: &ImageInfo, options: &Options) -> u64 {
    let private = if options.metadata == MetadataPolicy::Strip { info.private_bytes } else { 0 };
    private + info.unreferenced_bytes
}
