//! Deflate, in a zlib stream.

use flate2::{Decompress, FlushDecompress, Status};

/// At most `length` bytes; fewer where the data ends.
pub(super) fn unpack(data: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let mut out = vec![0; length];
    let mut inflate = Decompress::new(true);
    loop {
        let (read, made) = (inflate.total_in() as usize, inflate.total_out() as usize);
        let input = data.get(read..).unwrap_or_default();
        let room = out.get_mut(made..).unwrap_or_default();
        if room.is_empty() {
            break;
        }
        let status = inflate.decompress(input, room, FlushDecompress::None).map_err(|e| e.to_string())?;
        let still = (read, made) == (inflate.total_in() as usize, inflate.total_out() as usize);
        if status == Status::StreamEnd || still {
            break;
        }
    }
    out.truncate(inflate.total_out() as usize);
    Ok(out)
}
