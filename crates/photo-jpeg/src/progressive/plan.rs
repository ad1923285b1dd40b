//! Finds and checks the scans of a file before any of them is decoded.

use crate::coefficients::{Coefficients, ReadOptions};
use crate::error::{Error, Result};
use crate::header::{Header, Process, Scan, TableState, next_scan};

/// All scans that can be decoded, in order.
#[derive(Debug)]
pub(super) struct ScanPlan {
    pub(super) scans: Vec<Scan>,
    /// Why there are no more scans, if something is wrong.
    pub(super) fault: Option<Error>,
}

/// For each component and each coefficient in zigzag order, the bit position down to which it is known.
type Known = Vec<[Option<u8>; 64]>;

impl ScanPlan {
    /// Finds the scans of a file. Gives each component of `picture` the quantization table that applies where
    /// its first scan begins.
    pub(super) fn new(
        bytes: &[u8],
        header: &Header,
        mut state: TableState,
        options: &ReadOptions,
        picture: &mut Coefficients,
    ) -> Self {
        let mut known = vec![[None; 64]; header.components.len()];
        let mut plan = Self { scans: Vec::new(), fault: None };
        let mut next = Ok(Some(header.scan.clone()));
        while let Ok(Some(scan)) = next {
            if plan.scans.len() as u64 == u64::from(options.scan_limit) {
                plan.fault = Some(Error::Unsupported("more scans than the limit"));
                return plan;
            }
            if let Err(error) = begin(header.process, &scan, &mut known, &state, picture) {
                plan.fault = Some(error);
                return plan;
            }
            next = next_scan(bytes, &mut state, scan.data_start);
            plan.scans.push(scan);
        }
        plan.fault = next.err().or_else(|| missing(bytes, header, &plan.scans, &known));
        plan
    }

    /// For each scan, the number of bytes from the start of its data to that of the next scan, or to the end
    /// of the file.
    pub(super) fn lengths(&self, bytes: &[u8]) -> Vec<usize> {
        let starts = || self.scans.iter().map(|scan| scan.data_start);
        let ends = starts().skip(1).chain([bytes.len()]);
        starts().zip(ends).map(|(start, end)| end.saturating_sub(start)).collect()
    }
}

/// Records what a scan adds, after checking that it continues what is there (T.81, G.1.1.1.1).
fn begin(
    process: Process,
    scan: &Scan,
    known: &mut Known,
    state: &TableState,
    picture: &mut Coefficients,
) -> Result<()> {
    let refines = process == Process::Progressive && scan.approx_high > 0;
    let before = refines.then_some(scan.approx_high);
    let band = usize::from(scan.spectral_start)..=usize::from(scan.spectral_end);
    for part in &scan.components {
        let (Some(known), Some(component)) =
            (known.get_mut(part.index), picture.components.get_mut(part.index))
        else {
            return Err(Error::malformed(scan.data_start, "a scan names a component that isn't there"));
        };
        if known.iter().all(Option::is_none) {
            component.facts.quant = state.quant(part.index)?;
        }
        for known in known.get_mut(band.clone()).unwrap_or_default() {
            if *known != before {
                return Err(Error::malformed(scan.data_start, "a scan doesn't follow on those before it"));
            }
            *known = Some(scan.approx_low);
        }
    }
    Ok(())
}

/// The error for missing scans. No component may be missing. Refinements may, if the file has an end-of-image
/// marker.
fn missing(bytes: &[u8], header: &Header, scans: &[Scan], known: &Known) -> Option<Error> {
    let last = scans.last().map_or(0, |scan| scan.data_start);
    let tail = bytes.get(last..).unwrap_or_default();
    let ended = memchr::memmem::rfind(tail, b"\xFF\xD9").is_some();
    let complete = |known: &[Option<u8>; 64]| {
        known.first().is_some_and(Option::is_some) && (ended || known.iter().all(|&low| low == Some(0)))
    };
    let total = u64::from(header.mcus_wide) * u64::from(header.mcus_high);
    let missing = Error::Truncated { offset: bytes.len(), decoded: 0, total };
    (!known.iter().all(complete)).then_some(missing)
}
