//! EXIF, XMP and ICC blocks, and numbers that tell colors, wherever a format has a place for them.

pub(crate) mod bytes;
pub(crate) mod cicp;
pub(crate) mod embedded;
pub(crate) mod exif;
pub(crate) mod exif_truth;
pub(crate) mod icc;
pub(crate) mod ifd;
pub(crate) mod md5;
pub(crate) mod truth;
pub(crate) mod xml;
pub(crate) mod xmp;
pub(crate) mod xmp_truth;

pub(crate) use truth::Truth;
