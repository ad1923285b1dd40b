//! The scans of a progressive file.

/// A scan (ITU-T T.81, G.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanSpec {
    /// All bits of the DCs of all components.
    Dc,
    /// Some AC coefficients of one component.
    Band(BandSpec),
}

/// The part of one component's AC coefficients that a scan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BandSpec {
    /// The index of the component.
    pub(crate) component: usize,
    /// The first and last coefficient, in zigzag order.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Whether the scan refines: it has the bit below those that earlier scans have.
    pub(crate) refines: bool,
    /// The number of bits that are still left out, 0 to 2.
    pub(crate) low: u32,
}

impl BandSpec {
    const fn first(component: usize, [first, last]: [u32; 2], low: u32) -> ScanSpec {
        ScanSpec::Band(Self { component, first, last, refines: false, low })
    }

    const fn next(component: usize, low: u32) -> ScanSpec {
        ScanSpec::Band(Self { component, first: 1, last: 63, refines: true, low })
    }

    /// The last byte of the scan header: the number of bits that earlier scans have left out, and the number
    /// that this one leaves out.
    pub(crate) fn approximation(&self) -> u8 {
        let before = if self.refines { self.low + 1 } else { 0 };
        (before << 4 | self.low) as u8
    }
}

/// The scans of a picture of one or three components.
///
/// The script is libjpeg's, except that DCs are not refined. Of eighteen photos, that made none larger, and
/// one 0.6 % smaller. Refining luma by two bits made files up to 1 % smaller than refining it by one.
/// Refining it by three, and other bands, made files up to 0.7 % smaller or larger.
pub(crate) fn script(components: usize) -> &'static [ScanSpec] {
    const COLOR: [ScanSpec; 9] = [
        ScanSpec::Dc,
        BandSpec::first(0, [1, 5], 2),
        BandSpec::first(2, [1, 63], 1),
        BandSpec::first(1, [1, 63], 1),
        BandSpec::first(0, [6, 63], 2),
        BandSpec::next(0, 1),
        BandSpec::next(2, 0),
        BandSpec::next(1, 0),
        BandSpec::next(0, 0),
    ];
    const GRAY: [ScanSpec; 5] = [
        ScanSpec::Dc,
        BandSpec::first(0, [1, 5], 2),
        BandSpec::first(0, [6, 63], 2),
        BandSpec::next(0, 1),
        BandSpec::next(0, 0),
    ];
    if components == 1 { &GRAY } else { &COLOR }
}
