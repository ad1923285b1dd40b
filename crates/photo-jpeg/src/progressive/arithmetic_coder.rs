//! The blocks of a scan with arithmetic coding (ITU-T T.81, F.1.4, F.2.4 and G.1.3).

use super::block::{BEYOND, SpectralBand, place, set};
use super::fault::Fault;
use super::scan_kind::ScanKind;
use crate::arithmetic::{ArithmeticDecoder, Estimate, Restart};
use crate::header::{Conditioning, Scan};

/// The estimates for DC differences: five contexts of four, then those of magnitudes (T.81, table F.4).
type DcEstimates = [Estimate; 64];

/// The estimates for AC coefficients: three for each index, then those of magnitudes (T.81, table F.5).
type AcEstimates = [Estimate; 256];

/// The first estimate of magnitudes, X1 of DC, and X2 of AC for low and for high indices.
const DC_MAGNITUDES: usize = 20;
const LOW_MAGNITUDES: usize = 189;
const HIGH_MAGNITUDES: usize = 217;
/// How far the estimates of the bits of a magnitude lie behind those of its category.
const BITS: usize = 14;

/// The decoder of the blocks of a scan.
pub(super) struct ArithmeticCoder<'a> {
    kind: ScanKind,
    band: SpectralBand,
    decoder: ArithmeticDecoder<'a>,
    parts: Vec<ScanPart>,
    /// The estimates of each component, or of the first one that has the same table.
    dc: Vec<DcEstimates>,
    ac: Vec<AcEstimates>,
}

/// A component in a scan.
struct ScanPart {
    conditioning: Conditioning,
    /// The indices of its estimates.
    dc: usize,
    ac: usize,
    prediction: i16,
    /// The first estimate of the context that the last difference makes.
    context: usize,
}

impl<'a> ArithmeticCoder<'a> {
    pub(super) fn new(bytes: &'a [u8], kind: ScanKind, scan: &Scan) -> Self {
        let all = || scan.components.iter().map(|c| c.conditioning);
        let part = |conditioning: Conditioning| ScanPart {
            conditioning,
            dc: all().position(|c| c.dc_table == conditioning.dc_table).unwrap_or(0),
            ac: all().position(|c| c.ac_table == conditioning.ac_table).unwrap_or(0),
            prediction: 0,
            context: 0,
        };
        let count = scan.components.len();
        Self {
            kind,
            band: SpectralBand::of(scan),
            decoder: ArithmeticDecoder::new(bytes, scan.data_start),
            parts: all().map(part).collect(),
            dc: vec![[Estimate::default(); 64]; count],
            ac: vec![[Estimate::default(); 256]; count],
        }
    }

    /// Decodes blocks of one component without a restart marker between them, and counts them.
    pub(super) fn span<const N: usize>(
        &mut self,
        blocks: &mut [[i16; N]],
        masks: &mut [u64],
        decoded: &mut u64,
    ) -> Result<(), Fault> {
        for (block, mask) in blocks.iter_mut().zip(masks) {
            self.block(0, block, mask)?;
            *decoded += 1;
        }
        Ok(())
    }

    /// Decodes a block. `mask` tells which AC coefficients are not zero.
    pub(super) fn block<const N: usize>(
        &mut self,
        part: usize,
        block: &mut [i16; N],
        mask: &mut u64,
    ) -> Result<(), Fault> {
        match self.kind {
            ScanKind::Sequential => {
                block[0] = self.dc(part)?;
                self.ac_first(part, block, mask)?;
            }
            ScanKind::DcFirst => block[0] = self.dc(part)? << self.band.low,
            ScanKind::DcRefine => {
                let bit = self.decoder.decide(&mut Estimate::EVEN.clone());
                block[0] |= i16::from(bit) << self.band.low;
            }
            ScanKind::AcFirst => self.ac_first(part, block, mask)?,
            ScanKind::AcRefine => self.ac_refine(part, block, mask)?,
        }
        if self.decoder.overdrawn() { Err(Fault::End) } else { Ok(()) }
    }

    /// Decodes a DC coefficient by its difference from the one before (figures F.4 to F.9 and F.19 to F.24).
    fn dc(&mut self, part: usize) -> Result<i16, Fault> {
        let Some(part) = self.parts.get_mut(part) else { return Err(NO_PART) };
        let Some(estimates) = self.dc.get_mut(part.dc) else { return Err(NO_PART) };
        let decoder = &mut self.decoder;
        let context = part.context;
        part.context = 0;
        if !decoder.decide(&mut estimates[context & 63]) {
            return Ok(part.prediction);
        }
        let negative = decoder.decide(&mut estimates[(context + 1) & 63]);
        let mut category = (context + 2 + usize::from(negative)) & 63;
        let mut top = u32::from(decoder.decide(&mut estimates[category]));
        if top != 0 {
            category = DC_MAGNITUDES;
            top = category_top(decoder, estimates, &mut category, top)?;
        }
        let (low, high) = part.conditioning.small;
        part.context = match top {
            // The bounds are on the magnitude, which is one more than what has this top bit.
            _ if top < 1 << low >> 1 => 0,
            _ if top > 1 << high >> 1 => 12 + 4 * usize::from(negative),
            _ => 4 + 4 * usize::from(negative),
        };
        let difference = magnitude(decoder, estimates, category, top, negative);
        part.prediction = part.prediction.wrapping_add(difference);
        Ok(part.prediction)
    }

    /// Decodes the AC coefficients of a block in a first scan (figures F.5 and F.20, G.1.3.2).
    fn ac_first<const N: usize>(
        &mut self,
        part: usize,
        block: &mut [i16; N],
        mask: &mut u64,
    ) -> Result<(), Fault> {
        let Some(part) = self.parts.get(part) else { return Err(NO_PART) };
        let Some(estimates) = self.ac.get_mut(part.ac) else { return Err(NO_PART) };
        let (decoder, band) = (&mut self.decoder, self.band);
        let mut k = band.start;
        while k <= band.end {
            if decoder.decide(&mut estimates[of_index(k)]) {
                break;
            }
            while !decoder.decide(&mut estimates[of_index(k) + 1]) {
                k += 1;
                if k > band.end {
                    return Err(BEYOND);
                }
            }
            let negative = decoder.decide(&mut Estimate::EVEN.clone());
            let mut category = of_index(k) + 2;
            let mut top = u32::from(decoder.decide(&mut estimates[category]));
            if top != 0 && decoder.decide(&mut estimates[category]) {
                let low = k <= u32::from(part.conditioning.last_low);
                category = if low { LOW_MAGNITUDES } else { HIGH_MAGNITUDES };
                top = category_top(decoder, estimates, &mut category, 2)?;
            }
            let value = magnitude(decoder, estimates, category, top, negative) << band.low;
            set(block, k, value);
            *mask |= u64::from(value != 0) << k;
            k += 1;
        }
        Ok(())
    }

    /// Decodes the AC coefficients of a block in a refining scan (figure G.10).
    fn ac_refine<const N: usize>(
        &mut self,
        part: usize,
        block: &mut [i16; N],
        mask: &mut u64,
    ) -> Result<(), Fault> {
        let Some(part) = self.parts.get(part) else { return Err(NO_PART) };
        let Some(estimates) = self.ac.get_mut(part.ac) else { return Err(NO_PART) };
        let (decoder, band) = (&mut self.decoder, self.band);
        // Up to the last coefficient that is there already, no block can end.
        let before = *mask & u64::MAX >> (63 - (band.end & 63));
        let last = 63u32.saturating_sub(before.leading_zeros());
        let mut k = band.start;
        while k <= band.end {
            if k > last && decoder.decide(&mut estimates[of_index(k)]) {
                break;
            }
            loop {
                if before >> k & 1 != 0 {
                    let away = decoder.decide(&mut estimates[of_index(k) + 2]);
                    if let Some(value) = block.get_mut(place::<N>(k)).filter(|_| N > 1 && away) {
                        *value = value.wrapping_add((*value >> 15 | 1) << band.low);
                    }
                    break;
                }
                if decoder.decide(&mut estimates[of_index(k) + 1]) {
                    let negative = decoder.decide(&mut Estimate::EVEN.clone());
                    set(block, k, if negative { -1 } else { 1 } << band.low);
                    *mask |= 1 << k;
                    break;
                }
                k += 1;
                if k > band.end {
                    return Err(BEYOND);
                }
            }
            k += 1;
        }
        Ok(())
    }

    /// Passes over the restart marker with this number, which must come next, and forgets everything else.
    pub(super) fn restart(&mut self, number: u32) -> Result<(), Fault> {
        match self.decoder.restart(number) {
            Restart::Found => {}
            Restart::Wrong => return Err(Fault::Bad("a wrong restart marker")),
            Restart::End => return Err(Fault::End),
        }
        self.parts.iter_mut().for_each(|part| (part.prediction, part.context) = (0, 0));
        self.dc.iter_mut().for_each(|estimates| estimates.fill(Estimate::default()));
        self.ac.iter_mut().for_each(|estimates| estimates.fill(Estimate::default()));
        Ok(())
    }

    /// The byte offset of the data not yet used, for reporting errors.
    pub(super) fn offset(&self) -> usize {
        self.decoder.offset()
    }
}

/// The first of the three estimates of coefficient `k`, 1 to 63.
#[inline(always)]
fn of_index(k: u32) -> usize {
    3 * (k as usize & 63).saturating_sub(1)
}

/// Decodes the category of a magnitude (figure F.23): the top bit of what is one less than the magnitude, `top`
/// or higher. `estimate` is the index of the first estimate, and becomes that of the last one.
#[inline(always)]
fn category_top<const N: usize>(
    decoder: &mut ArithmeticDecoder<'_>,
    estimates: &mut [Estimate; N],
    estimate: &mut usize,
    mut top: u32,
) -> Result<u32, Fault> {
    while decoder.decide(&mut estimates[*estimate & (N - 1)]) {
        top <<= 1;
        *estimate += 1;
        if top == 0x8000 {
            return Err(Fault::Bad("a coefficient of more than fifteen bits"));
        }
    }
    Ok(top)
}

/// Decodes the bits of a magnitude below its top bit (figure F.24), and applies the sign.
#[inline(always)]
fn magnitude<const N: usize>(
    decoder: &mut ArithmeticDecoder<'_>,
    estimates: &mut [Estimate; N],
    category: usize,
    top: u32,
    negative: bool,
) -> i16 {
    let (mut value, mut bit) = (top, top >> 1);
    let estimate = &mut estimates[(category + BITS) & (N - 1)];
    while bit != 0 {
        if decoder.decide(estimate) {
            value |= bit;
        }
        bit >>= 1;
    }
    let value = (value + 1) as i16;
    if negative { value.wrapping_neg() } else { value }
}

/// The scan's own components are asked for, so that this can't happen.
const NO_PART: Fault = Fault::Bad("a scan without its component");
