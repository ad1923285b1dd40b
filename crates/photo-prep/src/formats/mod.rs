//! One folder for each format: its container, its facts, its samples. Beside them what all of them share, and
//! the doors that lead to the right one. Nothing here knows a limit but on what it may allocate.

pub(crate) mod bmp;
pub(crate) mod catch_panic;
pub(crate) mod coverage;
pub(crate) mod decode;
pub(crate) mod decode_request;
pub(crate) mod embedded;
pub(crate) mod embedded_facts;
pub(crate) mod gif;
#[cfg(feature = "heic")]
pub(crate) mod heic;
pub(crate) mod jpeg;
pub(crate) mod lzw;
pub(crate) mod opened;
pub(crate) mod png;
pub(crate) mod probe;
pub(crate) mod probe_support;
pub(crate) mod profile;
pub(crate) mod recover;
#[cfg(feature = "tiff")]
pub(crate) mod tiff;
#[cfg(feature = "webp")]
pub(crate) mod webp;
pub(crate) mod work_ahead;
