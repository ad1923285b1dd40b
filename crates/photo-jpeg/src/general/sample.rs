//! The types of samples in planes.

/// A sample of up to 8 or up to 16 bits.
pub(super) trait Sample: Copy + Default + Send + Sync {
    /// From a number that fits.
    fn of(value: u16) -> Self;

    /// The number.
    fn value(self) -> u32;
}

impl Sample for u8 {
    #[inline(always)]
    fn of(value: u16) -> Self {
        value as u8
    }

    #[inline(always)]
    fn value(self) -> u32 {
        self.into()
    }
}

impl Sample for u16 {
    #[inline(always)]
    fn of(value: u16) -> Self {
        value
    }

    #[inline(always)]
    fn value(self) -> u32 {
        self.into()
    }
}
