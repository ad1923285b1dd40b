//! What is known of a coding unit (H.265 section 7.4.9.5).

/// A coding unit.
#[derive(Clone, Copy)]
pub(super) struct CodingUnit {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) log2: u32,
    pub(super) depth: u8,
    /// Samples are coded without loss, as differences.
    pub(super) bypass: bool,
    /// Whether it is predicted in four parts.
    pub(super) parts: bool,
    pub(super) luma_modes: [u8; 4],
    pub(super) chroma_modes: [u8; 4],
    /// Whether each chroma mode was coded as that of luma.
    pub(super) chroma_from_luma: [bool; 4],
}

/// INTRA_DC.
pub(super) const DC: u8 = 1;
