//! Where outputs go, so that none replaces another or an input.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use photo_prep::Prepared;

use crate::failure::{Failure, UsageError};
use crate::inputs::Input;

/// What the outputs of all inputs have in common. Each input has the path of its own.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// Whether the format decides the extension.
    by_format: bool,
    inputs: HashSet<Identity>,
}

impl Outputs {
    /// What `--out` means for these inputs; `single` if the command line names one file.
    pub(crate) fn new(out: &Path, single: bool, inputs: &mut [Input]) -> Result<Self, UsageError> {
        if out.is_dir() {
            return Ok(Self::in_folder(out, inputs));
        }
        let refused = |why: &str| Err(UsageError(format!("--out {}{why}", out.display())));
        let looks_like_folder = out.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
        if !single {
            return refused(" must be an existing folder for several inputs: create it first");
        } else if looks_like_folder {
            return refused(" must be an existing folder: create it first");
        } else if out.file_name().is_none() || out == Path::new("-") {
            return refused(" is no file name: give one, or an existing folder");
        }
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return refused(&format!(": there is no folder {}: create it first", folder.display()));
        }
        inputs.iter_mut().for_each(|input| input.out = out.to_path_buf());
        Ok(Self { by_format: out.extension().is_none(), inputs: identities(inputs) })
    }

    /// Into this folder, under the inputs' names.
    pub(crate) fn in_folder(folder: &Path, inputs: &mut [Input]) -> Self {
        let mut taken = HashSet::new();
        inputs.iter_mut().for_each(|input| input.out = folder.join(unused(&input.stem, &mut taken)));
        Self { by_format: true, inputs: identities(inputs) }
    }

    /// Writes an input's output, whole or not at all, and returns where it is.
    pub(crate) fn write(&self, mut path: PathBuf, prepared: &Prepared<'_>) -> Result<PathBuf, Failure> {
        if self.by_format {
            // Added even if the name has a dot.
            let mut name = path.into_os_string();
            name.push(format!(".{}", prepared.format().extension()));
            path = name.into();
        }
        if identity(&path).is_some_and(|identity| self.inputs.contains(&identity)) {
            let shown = path.display();
            let text = format!("{shown} is one of the inputs, which are never overwritten; write elsewhere");
            return Err(Failure::refused("would_overwrite", text));
        }
        prepared.write_to(&path).map_err(|error| Failure::io("write", &path, &error))
    }
}

/// What tells whether two paths are the same file, whatever links lead there: device and inode.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = PathBuf;

/// `None` where there is no file.
fn identity(path: &Path) -> Option<Identity> {
    #[cfg(unix)]
    return std::fs::metadata(path).ok().map(|about| (about.dev(), about.ino()));
    #[cfg(not(unix))]
    return std::fs::canonicalize(path).ok();
}

fn identities(inputs: &[Input]) -> HashSet<Identity> {
    inputs.iter().filter_map(|input| identity(input.path()?)).collect()
}

/// The stem, or the first of `stem-2`, `stem-3`, … that is not taken. Some file systems take upper and lower
/// case for the same.
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
