//! One folder for each format: its container, its facts, its samples. Knows no limits but what it is told to allocate.

#[cfg(feature = "heic")]
pub(crate) mod heic;
pub(crate) mod tiff;
