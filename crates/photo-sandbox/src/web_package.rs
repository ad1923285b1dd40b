//! The npm package that the page prepares pictures with, read once so that no request reaches the file system.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use bytes::Bytes;

use crate::error::Error;

/// The files of a built npm package, `@photo-prep/web`, by which the sandbox's page prepares pictures before it
/// uploads them.
#[derive(Clone)]
pub struct WebPackage {
    files: BTreeMap<String, (&'static str, Bytes)>,
}

impl WebPackage {
    /// Reads the scripts and modules of a folder, such as `target/web/package`; folders in it and other files
    /// are left out.
    ///
    /// # Errors
    /// [`Error::WebPackage`] where it can't be read, lacks what the page begins with, or has more than 32 MiB.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let wrong = |why: String| Error::WebPackage { folder: folder.to_path_buf(), why };
        let (mut files, mut total) = (BTreeMap::new(), 0);
        for entry in std::fs::read_dir(folder).map_err(|error| wrong(error.to_string()))? {
            let entry = entry.map_err(|error| wrong(error.to_string()))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let (Some(kind), Ok(facts)) = (content_type(&name), entry.metadata()) else { continue };
            total += facts.len();
            if total > MOST_BYTES {
                return Err(wrong(format!("it has more than {MOST_BYTES} bytes")));
            }
            if facts.is_file() {
                let content =
                    std::fs::read(entry.path()).map_err(|error| wrong(format!("{name}: {error}")))?;
                files.insert(name, (kind, Bytes::from(content)));
            }
        }
        match NEEDED.iter().find(|name| !files.contains_key(**name)) {
            Some(name) => Err(wrong(format!("it has no {name}"))),
            None => Ok(Self { files }),
        }
    }

    /// A file's media type and content.
    pub(crate) fn file(&self, name: &str) -> Option<(&'static str, Bytes)> {
        self.files.get(name).cloned()
    }
}

/// Shows the names alone.
impl fmt::Debug for WebPackage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        _ => None,
    }
}

const NEEDED: [&str; 3] = ["index.js", "worker.js", "photo_prep_bg.wasm"];
const MOST_BYTES: u64 = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_package_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let read = || WebPackage::read(folder.path()).unwrap_err().to_string();
        assert!(read().contains("it has no index.js"), "{}", read());
        assert!(WebPackage::read(folder.path().join("missing")).is_err());
        for name in NEEDED {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        std::fs::write(folder.path().join("package.json"), "{}").unwrap();
        std::fs::create_dir(folder.path().join("folder.js")).unwrap();
        let package = WebPackage::read(folder.path()).unwrap();
        let wasm = package.file("photo_prep_bg.wasm").unwrap();
        assert_eq!(wasm, ("application/wasm", Bytes::from("photo_prep_bg.wasm")));
        let others = ["package.json", "folder.js", "../index.js", ""];
        assert!(others.iter().all(|name| package.file(name).is_none()));
    }
}
