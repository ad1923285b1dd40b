//! Zstandard (RFC 8878), in one frame.

use std::io::Read;

use ruzstd::decoding::StreamingDecoder;

/// At most `length` bytes; fewer where the data ends.
pub(super) fn unpack(data: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let (head, rest) = data.split_at_checked(6).ok_or("its frame ends within its header")?;
    let mut head = <[u8; 6]>::try_from(head).map_err(|e| e.to_string())?;
    let flags = head[4];
    if flags & SINGLE_SEGMENT == 0 {
        // The decoder takes memory for the whole window, which encoders don't fit to what is little.
        head[5] = head[5].min(window_for(length));
    } else if content_size(data).is_none_or(|size| size > length.saturating_mul(2).max(1 << 20) as u64) {
        return Err("its frame claims far more than the strip has".into());
    }
    let decoder = StreamingDecoder::new(head.chain(rest)).map_err(|e| e.to_string())?;
    let mut out = Vec::with_capacity(length);
    decoder.take(length as u64).read_to_end(&mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

/// A flag of the frame header: the window is as large as the content, whose size stands there instead.
const SINGLE_SEGMENT: u8 = 0x20;

/// The window descriptor (3.1.1.1.2) of a window of at least so many bytes, and of a block (128 KB).
fn window_for(length: usize) -> u8 {
    let power = length.max(1 << 17).next_power_of_two().trailing_zeros();
    (power.saturating_sub(10).min(31) as u8) << 3
}

/// Frame_Content_Size (3.1.1.1.4) of a single segment.
fn content_size(data: &[u8]) -> Option<u64> {
    let flags = *data.get(4)?;
    let dictionary = [0, 1, 2, 4].get(usize::from(flags & 3))?;
    let at = 5 + dictionary;
    let number = |bytes: usize| {
        let field = data.get(at..at + bytes)?;
        Some(field.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    match flags >> 6 {
        0 => number(1),
        1 => number(2).map(|n| n + 256),
        2 => number(4),
        _ => number(8),
    }
}
