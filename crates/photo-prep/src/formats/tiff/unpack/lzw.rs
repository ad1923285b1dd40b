//! LZW (TIFF 6.0, section 13), and the kind that was written before 1990: lowest bit first, codes that grow
//! one later. What is broken or cut off, and the old kind, is left to `weezl`.

use weezl::decode::Configuration;
use weezl::{BitOrder, LzwStatus};

use crate::formats::lzw::{self, Kind};

/// At most `length` bytes; fewer where the data ends.
pub(super) fn unpack(data: &[u8], length: usize) -> Result<Vec<u8>, String> {
    // A new stream begins with the code 256 in nine bits; an old one has its low byte first, as libtiff tells
    // them.
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    if !old && let Some(whole) = lzw::expanded(Kind::Tiff, 8, data, length) {
        return Ok(whole.into_bytes());
    }
    let order = if old { BitOrder::Lsb } else { BitOrder::Msb };
    let configuration =
        if old { Configuration::new(order, 8) } else { Configuration::with_tiff_size_switch(order, 8) };
    let mut decoder = configuration.with_yield_on_full_buffer(true).build();
    let mut out = vec![0; length];
    let (mut read, mut made) = (0, 0);
    while made < length {
        let input = data.get(read..).unwrap_or_default();
        let result = decoder.decode_bytes(input, out.get_mut(made..).unwrap_or_default());
        (read, made) = (read + result.consumed_in, made + result.consumed_out);
        let stuck = result.consumed_in == 0 && result.consumed_out == 0;
        match result.status.map_err(|e| e.to_string())? {
            LzwStatus::Done => break,
            _ if stuck => break,
            _ => {}
        }
    }
    out.truncate(made);
    Ok(out)
}
