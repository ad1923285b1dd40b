//! Words that options have for values, the same as on the command line.

use photo_prep::{ColorPolicy, EdgePolicy, MetadataPolicy, OutputFormat, Subsampling, Tolerance, Verify};

pub(crate) const FORMATS: &[(&str, OutputFormat)] =
    &[("auto", OutputFormat::Auto), ("jpeg", OutputFormat::Jpeg), ("png", OutputFormat::Png)];
pub(crate) const SUBSAMPLINGS: &[(&str, Subsampling)] =
    &[("auto", Subsampling::Auto), ("420", Subsampling::S420), ("444", Subsampling::S444)];
pub(crate) const METADATA: &[(&str, MetadataPolicy)] = &[
    ("strip", MetadataPolicy::Strip),
    ("keep-non-private", MetadataPolicy::KeepNonPrivate),
    ("keep", MetadataPolicy::Keep),
];
pub(crate) const COLORS: &[(&str, ColorPolicy)] =
    &[("auto", ColorPolicy::Auto), ("preserve", ColorPolicy::Preserve), ("srgb", ColorPolicy::Srgb)];
pub(crate) const EDGES: &[(&str, EdgePolicy)] = &[("exact", EdgePolicy::Exact), ("trim", EdgePolicy::Trim)];
pub(crate) const TOLERANCES: &[(&str, Tolerance)] =
    &[("strict", Tolerance::Strict), ("truncated", Tolerance::Truncated)];
pub(crate) const DEPTHS: &[(&str, Verify)] = &[("full", Verify::Full), ("structure", Verify::Structure)];
