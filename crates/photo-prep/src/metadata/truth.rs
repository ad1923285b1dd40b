//! What metadata that stay must agree with.

/// What comes out, which metadata that stay must agree with. The picture stands upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) size: crate::Size,
    /// Whether the colors were made sRGB.
    pub(crate) srgb: bool,
    /// Whether it is the very picture that came in, so that its thumbnails are still right.
    pub(crate) same: bool,
}
