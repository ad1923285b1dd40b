//! The pictures of a folder.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use photo_prep::Format;

use crate::console::Console;
use crate::failure::Failure;

/// The files of a folder that are pictures by extension or content, sorted by name. Files whose name starts
/// with a dot and sub-folders are left out.
pub(crate) fn pictures(folder: &Path, console: &Console) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::io("read the folder", folder, &error);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    paths.sort();
    paths.retain(|path| {
        let taken = is_visible(path) && path.is_file() && (has_picture_extension(path) || has_magic(path));
        if !taken {
            console.detail(&format!("skipped {}: no picture", path.display()));
        }
        taken
    });
    if paths.is_empty() {
        let message = format!(
            "no pictures in the folder {} (sub-folders are not looked into); name the files, or another folder",
            folder.display()
        );
        return Err(Failure::refused("no_pictures", message));
    }
    Ok(paths)
}

fn is_visible(path: &Path) -> bool {
    path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
}

fn has_picture_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
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
