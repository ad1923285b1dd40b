//! The text of a table: what people's programs save as CSV, in UTF-8 or UTF-16.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a table's bytes.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| format!("{error}; check the path"))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("more than {MOST_BYTES} bytes: split it"));
    }
    Ok(bytes)
}

/// The text: UTF-8, or UTF-16 with a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(format!("it is a workbook, no CSV: {SAVE}"));
    }
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty()).ok_or(format!("broken UTF-16: {SAVE}"))
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    if bytes.contains(&0) {
        return Err(format!("it holds zero bytes, so it may be UTF-16 without a byte order mark: {SAVE}"));
    }
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8, perhaps Windows-1252: {SAVE}")
    })
}

const SAVE: &str = "save it as \"CSV UTF-8\"";
const MOST_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let wide = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain("ä,1\n".encode_utf16().flat_map(unit)).collect()
        };
        let cases: [(&[u8], Result<&str, &str>); 9] = [
            ("ä,1\n".as_bytes(), Ok("ä,1\n")),
            ("\u{feff}ä,1\n".as_bytes(), Ok("ä,1\n")),
            (&wide([0xFF, 0xFE], u16::to_le_bytes), Ok("ä,1\n")),
            (&wide([0xFE, 0xFF], u16::to_be_bytes), Ok("ä,1\n")),
            (b"\xFF\xFEa", Err("broken UTF-16")),
            (b"\xFF\xFE\x00\xD8", Err("broken UTF-16")),
            (b"a\0,\0", Err("UTF-16 without a byte order mark")),
            (b"a,1\n\xE4,2\n", Err("line 2 is not UTF-8")),
            (b"PK\x03\x04...", Err("it is a workbook")),
        ];
        for (bytes, want) in cases {
            match (decode(bytes), want) {
                (Ok(text), Ok(want)) => assert_eq!(text, want),
                (Err(error), Err(want)) => assert!(error.contains(want) && error.contains("CSV UTF-8")),
                other => panic!("{bytes:?}: {other:?}"),
            }
        }
    }
}
