//! BMP: zeros for the rest, which is the first colour or black.

use super::{There, within};
use crate::codec::bmp::{Coding, Header, rows_there, stride};
use crate::{InputLimits, Result};

pub(super) fn there(bytes: &[u8]) -> Option<There> {
    let header = Header::parse(bytes).ok()?;
    Some(There::rows(rows_there(bytes, &header), header.size.height.into())).filter(|there| !there.is_all())
}

pub(super) fn mended(bytes: &[u8], limits: &InputLimits) -> Result<Option<(Vec<u8>, There)>> {
    let header = Header::parse(bytes)?;
    let Some(there) = there(bytes) else { return Ok(None) };
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
