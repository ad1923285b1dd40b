//! Sizes of components and MCUs.

/// `ceil(size * factor / max)`: samples of a component along one axis (ITU-T T.81, A.1.1).
pub(crate) fn component_side(size: u32, factor: u8, max: u8) -> u32 {
    (size * u32::from(factor)).div_ceil(u32::from(max.max(1)))
}
