//! Decodes files of every DCT process with any number of scans to coefficients (ITU-T T.81, annexes F and G), on
//! all cores.

mod arithmetic_coder;
mod bit_reader;
mod block;
mod fault;
mod frame;
mod huffman_coder;
mod one_scan;
mod plan;
mod scan;
mod scan_kind;
mod schedule;
mod strip;
#[cfg(test)]
mod tests;

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::{Error, Result};
use crate::header::Header;
pub(crate) use bit_reader::StuffedBitReader;
pub(crate) use fault::Fault;
use frame::FrameGeometry;
pub(crate) use one_scan::{OneScan, one_scan_memory};

/// What to do about a damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Refuse the file.
    Refuse,
    /// Keep what is readable.
    Keep,
}

/// Reads all scans of a file, and keeps `N` coefficients of each block: all 64, the 16 lowest, or only the
/// DC. With [`Damage::Keep`] the error beside the coefficients says what is wrong with the file; with
/// [`Damage::Refuse`] there is none.
pub(crate) fn read<const N: usize>(
    bytes: &[u8],
    options: &ReadOptions,
    damage: Damage,
) -> Result<(Coefficients, Option<Error>)> {
    let (header, state) = Header::read_any(bytes)?;
    let frame = FrameGeometry::new(&header);
    if damage == Damage::Refuse {
        frame.check_length(bytes, &header)?;
    }
    let (mut picture, mut masks) = Coefficients::zeroed::<N>(&header, options)?;
    let plan = plan::ScanPlan::new(bytes, &header, state, options, &mut picture);
    if let (Damage::Refuse, Some(fault)) = (damage, &plan.fault) {
        return Err(fault.clone());
    }
    let decoders = plan.scans.iter().map(|scan| scan::ScanDecoder::new(bytes, &frame, scan)).collect();
    let strips = strip::divide::<N>(&mut picture, &mut masks, header.mcus_high as usize);
    let done = schedule::run(
        &mut schedule::line_up(decoders, &plan.lengths(bytes)),
        &strips,
        damage == Damage::Keep,
    );
    drop(strips);
    match (damage, done) {
        (Damage::Refuse, Err(error)) => Err(error),
        (_, done) => Ok((picture, done.err().or(plan.fault))),
    }
}
