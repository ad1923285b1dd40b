//! Which files of a folder are worth preparing.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::Format;

/// Whether a path leads to a file that is a picture by its extension or by its first bytes, to choose from a
/// folder what a [`Batch`](crate::Batch) is given. What can be prepared is told by [`probe`](crate::probe).
///
/// ```no_run
/// # fn main() -> std::io::Result<()> {
/// use photo_prep::{Batch, Options, is_picture_file};
///
/// let entries = std::fs::read_dir("photos")?.collect::<Result<Vec<_>, _>>()?;
/// let pictures = entries.iter().map(|entry| entry.path()).filter(|path| is_picture_file(path));
/// let named = pictures.map(|path| (path.clone(), path));
/// Batch::new(Options::default()).run_keyed(named, |path, result| {
///     println!("{}: {}", path.display(), if result.is_ok() { "ready" } else { "refused" });
/// });
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn is_picture_file(path: impl AsRef<Path>) -> bool {
    let path = path.as_ref();
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    let by_extension = || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()));
    path.is_file() && (by_extension() || has_magic(path))
}

fn has_magic(path: &Path) -> bool {
    let mut head = Vec::with_capacity(HEAD);
    let read = File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    read.is_ok() && Format::sniff(&head).is_some()
}

const EXTENSIONS: [&str; 18] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "bmp", "dib", "webp", "tif", "tiff", "heic", "heif",
    "hif", "avif", "jxl", "jp2",
];

/// Enough for every format's first bytes, and the brands of HEIC and AVIF.
const HEAD: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_or_content_tells() {
        let folder = tempfile::tempdir().unwrap();
        let cases: [(&str, &[u8], bool); 6] = [
            ("a.JPG", b"", true),
            ("b.jxl", b"text", true),
            ("c", b"GIF89a", true),
            ("d.txt", b"\x89PNG\r\n\x1a\n", true),
            ("e.txt", b"text", false),
            ("f", b"", false),
        ];
        for (name, content, want) in cases {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            assert_eq!(is_picture_file(&path), want, "{name}");
        }
        std::fs::create_dir(folder.path().join("g.png")).unwrap();
        assert!(!is_picture_file(folder.path().join("g.png")) && !is_picture_file("no/such.png"));
    }
}
