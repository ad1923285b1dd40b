//! Parameter sets: what holds for a sequence (SPS) and for a picture (PPS).

mod hrd;
mod pps;
mod profile;
mod ref_pics;
mod scaling;
mod sps;
mod vui;

pub(crate) use pps::{Deblocking, Pps};
pub(crate) use ref_pics::RefPics;
pub(crate) use scaling::ScalingFactors;
pub(crate) use sps::Sps;

use crate::bits::unescape;
use crate::error::{Error, Result};

/// The parameter sets of a stream by their numbers; a later one replaces an earlier one.
#[derive(Default)]
pub(crate) struct ParameterSets {
    pub(crate) sps: Vec<Sps>,
    pub(crate) pps: Vec<Pps>,
}

const SPS: u8 = 33;
const PPS: u8 = 34;

impl ParameterSets {
    /// Takes up a NAL unit if it is a parameter set of the base layer.
    pub(crate) fn take(&mut self, nal: &[u8]) -> Result<()> {
        match nal_type(nal) {
            Some(SPS) => {
                let sps = Sps::read(&unescape(nal))?;
                self.sps.retain(|known| known.id != sps.id);
                self.sps.push(sps);
            }
            Some(PPS) => {
                let pps = Pps::read(&unescape(nal))?;
                self.pps.retain(|known| known.id != pps.id);
                self.pps.push(pps);
            }
            _ => {}
        }
        Ok(())
    }

    /// The parameter sets that a slice names.
    pub(crate) fn active(&self, pps: u32) -> Result<(&Pps, &Sps)> {
        let pps = self.pps.iter().find(|known| known.id == pps);
        let pps = pps.ok_or(Error::Malformed("a slice names a PPS that is not there"))?;
        let sps = self.sps.iter().find(|known| known.id == pps.sps);
        Ok((pps, sps.ok_or(Error::Malformed("a PPS names an SPS that is not there"))?))
    }
}

/// The type of a NAL unit of the base layer.
pub(crate) fn nal_type(nal: &[u8]) -> Option<u8> {
    let (&first, &second) = (nal.first()?, nal.get(1)?);
    let layer = (first & 1) << 5 | second >> 3;
    (first & 0x80 == 0 && layer == 0).then_some(first >> 1 & 0x3f)
}
