//! PackBits (TIFF 6.0, section 9): literal runs and repeated bytes.

/// At most `length` bytes.
pub(super) fn unpack(data: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length.min(data.len().saturating_mul(64)));
    let mut rest = data;
    while let (Some((&code, tail)), true) = (rest.split_first(), out.len() < length) {
        let room = length - out.len();
        rest = match code {
            0..=127 => {
                let run = usize::from(code) + 1;
                out.extend(tail.iter().take(run.min(room)));
                tail.get(run..).unwrap_or_default()
            }
            128 => tail,
            129..=255 => {
                let Some((&byte, tail)) = tail.split_first() else { break };
                out.extend(std::iter::repeat_n(byte, (257 - usize::from(code)).min(room)));
                tail
            }
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn the_example_of_the_specification() {
        let packed =
            [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let want =
            [&[0xAA; 3][..], &[0x80, 0, 0x2A], &[0xAA; 4], &[0x80, 0, 0x2A, 0x22], &[0xAA; 10]].concat();
        assert_eq!(unpack(&packed, 24), want);
        assert_eq!(unpack(&packed, 5), want[..5]);
        assert_eq!(unpack(&packed[..3], 24), [0xAA; 3]);
    }
}
