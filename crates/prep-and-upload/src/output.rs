//! Where outputs go, so that none replaces another or an input.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use photo_prep::Prepared;

use crate::failure::{Failure, UsageError};
use crate::inputs::Input;

/// Where outputs go.
#[derive(Debug)]
pub(crate) enum Place {
    /// Into this folder, under the inputs' names.
    Folder(PathBuf),
    /// To this very file; the extension may still be missing.
    File(PathBuf),
}

/// The outputs of all inputs.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// For each input; without an extension where the format decides it.
    paths: Vec<PathBuf>,
    by_format: bool,
    inputs: HashSet<Identity>,
}

/// What tells whether two paths are the same file, whatever links lead there.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    #[cfg(not(unix))]
    Canonical(PathBuf),
}

impl Place {
    /// What `--out` means for one input (`single`) or several.
    pub(crate) fn from_out(out: &Path, single: bool) -> Result<Self, UsageError> {
        if out.is_dir() {
            return Ok(Self::Folder(out.to_path_buf()));
        }
        let shown = out.display();
        let looks_like_folder = out.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        if !single || looks_like_folder {
            let why = if single { "" } else { " for several inputs" };
            return Err(UsageError::new(format!(
                "--out {shown} must be an existing folder{why}: create it first"
            )));
        }
        if out.file_name().is_none() || out == Path::new("-") {
            return Err(UsageError::new(format!(
                "--out {shown} is no file name: give one, or an existing folder"
            )));
        }
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let folder = folder.display();
            return Err(UsageError::new(format!(
                "--out {shown}: there is no folder {folder}: create it first"
            )));
        }
        Ok(Self::File(out.to_path_buf()))
    }
}

impl Outputs {
    /// Settles the outputs of `inputs`, which are numbered in this order.
    pub(crate) fn settle<'a>(place: &Place, inputs: impl Iterator<Item = &'a Input> + Clone) -> Self {
        let identities = inputs.clone().filter_map(|input| Identity::of(input.path()?)).collect();
        let (paths, by_format) = match place {
            Place::Folder(folder) => {
                let mut taken = HashSet::new();
                let names = inputs.map(|input| folder.join(unused(&input.stem, &mut taken)));
                (names.collect(), true)
            }
            Place::File(file) => (inputs.map(|_| file.clone()).collect(), file.extension().is_none()),
        };
        Self { paths, by_format, inputs: identities }
    }

    /// Writes the output of an input, whole or not at all, and tells where it is.
    pub(crate) fn write(&self, number: usize, prepared: &Prepared<'_>) -> Result<PathBuf, Failure> {
        let mut path = self.paths.get(number).cloned().unwrap_or_default();
        if self.by_format {
            path = with_extension(path, prepared.format().extension());
        }
        if Identity::of(&path).is_some_and(|identity| self.inputs.contains(&identity)) {
            return Err(Failure::refused(
                "would_overwrite",
                format!(
                    "{} is one of the inputs, which are never overwritten; write elsewhere",
                    path.display()
                ),
            ));
        }
        prepared.write_to(&path).map_err(|error| Failure::io("write", &path, &error))
    }
}

impl Identity {
    /// `None` where there is no file.
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|about| Self::Inode(about.dev(), about.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        std::fs::canonicalize(path).ok().map(Self::Canonical)
    }
}

/// The stem, or the first of `stem-2`, `stem-3`, … that is not taken. Some file systems take upper and lower case for the
/// same.
fn unused(stem: &OsStr, taken: &mut HashSet<String>) -> OsString {
    let mut name = stem.to_os_string();
    let mut number = 2u64;
    while !taken.insert(name.to_string_lossy().to_lowercase()) {
        name = stem.to_os_string();
        name.push(format!("-{number}"));
        number += 1;
    }
    name
}

/// Adds an extension, even if the name has a dot.
fn with_extension(path: PathBuf, extension: &str) -> PathBuf {
    let mut name = path.into_os_string();
    name.push(".");
    name.push(extension);
    name.into()
}
