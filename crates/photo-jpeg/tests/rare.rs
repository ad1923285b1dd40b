//! Rare kinds of JPEG against the C library: `tests/data` holds files made by libjpeg-turbo's cjpeg 2.1.5, and
//! beside each what its djpeg makes of it. Files without such a picture are of kinds that djpeg 2.1.5 does not
//! read; they were made by `libjpeg-turbo-rs`.

use std::path::{Path, PathBuf};

use photo_jpeg::{InterleavedOptions, ReadOptions, decode_interleaved, verify};

/// The JPEGs, in the order of their names.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "jpg")).collect();
    files.sort();
    files
}

/// Width, height and samples of a binary PGM or PPM of 8 bits without remarks.
fn netpbm(bytes: &[u8]) -> (u32, u32, &[u8]) {
    let mut rest = bytes;
    let mut words = Vec::new();
    while words.len() < 4 {
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap();
        words.push(std::str::from_utf8(&rest[..end]).unwrap());
        rest = &rest[end + 1..];
    }
    (words[1].parse().unwrap(), words[2].parse().unwrap(), rest)
}

#[test]
fn rare_kinds_are_as_djpeg_decodes_them() {
    let mut compared = 0;
    for path in files() {
        let name = path.display();
        let bytes = std::fs::read(&path).unwrap();
        let picture = decode_interleaved(&bytes, &InterleavedOptions::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(verify(&bytes, &ReadOptions::default()), Ok(()), "{name}");
        let Ok(theirs) = std::fs::read(path.with_extension("pnm")) else { continue };
        let (width, height, samples) = netpbm(&theirs);
        assert_eq!(
            (picture.width, picture.height, picture.data.len()),
            (width, height, samples.len()),
            "{name}"
        );
        let most = picture.data.iter().zip(samples).map(|(a, b)| a.abs_diff(*b)).max();
        // The inverse DCTs differ by 1 at most, the colors made of them by 3.
        assert!(most <= Some(3), "{name}: {most:?}");
        compared += 1;
    }
    assert!(compared >= 9, "only {compared} files");
}

#[test]
fn cut_off_rare_files_are_refused() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let start = bytes.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
        for end in (start..bytes.len() - 2).step_by(7) {
            let cut = &bytes[..end];
            let decoded = decode_interleaved(cut, &InterleavedOptions::default());
            assert!(decoded.is_err(), "{}: {end} of {}", path.display(), bytes.len());
            assert!(verify(cut, &ReadOptions::default()).is_err(), "{}: {end}", path.display());
        }
    }
}
