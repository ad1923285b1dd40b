//! BMP: zeros for the rest, which is the first color or black.

use super::decode::{rows_there, stride};
use super::header::{Coding, Header};
use crate::formats::coverage::{Coverage, within};
use crate::{InputLimits, Result};

pub(crate) fn coverage(bytes: &[u8]) -> Option<Coverage> {
    let header = Header::parse(bytes).ok()?;
    Some(Coverage::rows(rows_there(bytes, &header), header.size.height.into()))
        .filter(|there| !there.is_all())
}

pub(crate) fn recovered(bytes: &[u8], limits: &InputLimits) -> Result<Option<(Vec<u8>, Coverage)>> {
    let header = Header::parse(bytes)?;
    let Some(there) = coverage(bytes) else { return Ok(None) };
    let needed = match header.coding {
        Coding::Plain => header.data as u64 + stride(&header) * u64::from(header.size.height),
        // Zeros end a run of literals and then rows; codes are pairs of bytes.
        Coding::RunLengths => {
            let length = bytes.len().saturating_sub(header.data).next_multiple_of(2);
            (header.data + length) as u64 + 256
        }
    };
    within(needed, limits)?;
    let mut out = bytes.to_vec();
    out.resize(usize::try_from(needed).unwrap_or(usize::MAX), 0);
    if header.coding == Coding::RunLengths {
        out.extend_from_slice(&[0, 1]);
    }
    Ok(Some((out, there)))
}
