//! The sizes of components.

/// The number of samples of a component along one axis: `ceil(size * factor / max)` (ITU-T T.81, A.1.1).
/// `size` is the picture's side in pixels, `factor` the component's sampling factor and `max` the largest
/// one.
pub(crate) fn component_side(size: u32, factor: u8, max: u8) -> u32 {
    (size * u32::from(factor)).div_ceil(u32::from(max.max(1)))
}
