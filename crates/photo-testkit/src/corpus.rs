//! The corpus of other people's test pictures in `shared/corpus`, beside the workspace. It isn't part of the
//! repository, so a test that wants it must do without where it's absent, and say so.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What a case of the corpus must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Expect {
    /// Must be prepared to the expected picture.
    Valid,
    /// Must be refused.
    Invalid,
    /// Anything but a panic, a hang or unbounded memory.
    Hostile,
    /// Any other word of the manifest.
    #[serde(other)]
    Other,
}

/// One file of the corpus with what is known about it.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Case {
    /// The set (a folder of the corpus).
    pub set: String,
    /// Path inside the set, with forward slashes.
    pub path: String,
    /// Format by content or name, such as "jpeg", "png", "gif", "bmp".
    pub kind: String,
    /// What must happen.
    pub expect: Expect,
    /// File size in bytes.
    pub bytes: u64,
    /// Width and height that the file's header claims, where known.
    #[serde(default)]
    pub header: Option<(i64, i64)>,
    /// Remarks of the manifest.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Facts such as `"orientation"`, `"frames"`, `"mode"`, as the manifest has them.
    #[serde(default)]
    pub facts: serde_json::Value,
    /// The file on this machine.
    #[serde(skip)]
    pub file: PathBuf,
}

impl Case {
    /// "set/path", to name the case in messages.
    pub fn name(&self) -> String {
        format!("{}/{}", self.set, self.path)
    }
}

/// Why the corpus can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// The manifest can't be read from disk.
    #[error("can't read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The manifest isn't the JSON expected; the corpus and this crate don't fit together.
    #[error("{path} isn't a corpus manifest: {source}")]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
}

/// The workspace's root folder, from this crate's place in it.
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where the corpus should be: `../shared/corpus` beside the workspace.
pub fn folder() -> PathBuf {
    let root = workspace_root();
    root.parent().unwrap_or(&root).join("shared/corpus")
}

/// All cases of the corpus, or `None` where there is none.
///
/// # Errors
/// [`CorpusError`] if there's a manifest that can't be read.
pub fn cases() -> Result<Option<Vec<Case>>, CorpusError> {
    read(&folder())
}

/// All cases whose file is there; where the corpus is absent, prints a line that says which test is skipped,
/// and why, to standard error, and returns nothing.
///
/// # Errors
/// As [`cases`].
pub fn cases_or_skip(test: &str) -> Result<Vec<Case>, CorpusError> {
    let Some(mut cases) = cases()? else {
        eprintln!("SKIPPED {test}: no corpus at ../shared/corpus beside the workspace");
        return Ok(Vec::new());
    };
    cases.retain(|case| case.file.is_file());
    Ok(cases)
}

fn read(folder: &Path) -> Result<Option<Vec<Case>>, CorpusError> {
    let path = folder.join("manifest.json");
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CorpusError::Io { path, source }),
    };
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|source| CorpusError::Manifest { path: path.clone(), source })?;
    let mut cases = manifest.cases;
    for case in &mut cases {
        case.file = folder.join(&case.set).join(&case.path);
    }
    Ok(Some(cases))
}

#[derive(Deserialize)]
struct Manifest {
    cases: Vec<Case>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_root_is_the_one_with_the_crates() {
        assert!(workspace_root().join("crates/photo-testkit/Cargo.toml").is_file());
    }

    #[test]
    fn no_folder_is_no_corpus() {
        assert!(read(Path::new("no/such/folder")).unwrap().is_none());
    }

    #[test]
    fn every_case_of_the_corpus_has_its_file() {
        for case in cases_or_skip("every_case_of_the_corpus_has_its_file").unwrap() {
            assert_eq!(std::fs::metadata(&case.file).unwrap().len(), case.bytes, "{}", case.name());
        }
    }
}
