//! What to work on: files, the pictures of folders, standard input, URLs.

mod fetch;
mod folder;
mod load;
pub(crate) mod map_csv;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::console::Console;
use crate::exit::Usage;
use crate::failure::Failure;
use crate::report::Record;
use crate::text::is_url;

/// One picture to work on.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) source: Source,
    /// As it is named in records.
    pub(crate) file: String,
    /// What its output is called, without an extension.
    pub(crate) stem: OsString,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
    Url(String),
}

/// What the command line's inputs stand for.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) inputs: Vec<Input>,
    /// What stands for nothing, and why.
    pub(crate) misses: Vec<Record>,
    /// Whether a folder was among them.
    pub(crate) from_folder: bool,
}

/// Looks up what the inputs stand for, in their order.
///
/// # Errors
/// Where standard input is asked for twice, or a URL holds a password.
pub(crate) fn gather(names: &[PathBuf], console: &Console) -> Result<Gathered, Usage> {
    let mut all = Gathered::default();
    for name in names {
        if name.is_dir() {
            all.from_folder = true;
            match folder::pictures(name, console) {
                Ok(files) => all.inputs.extend(files.into_iter().map(Input::file)),
                Err(failure) => all.misses.push(Record::failed(name.to_string_lossy(), failure)),
            }
        } else {
            all.inputs.push(Input::named(name)?);
        }
    }
    let from_stdin = all.inputs.iter().filter(|input| matches!(input.source, Source::Stdin)).count();
    if from_stdin > 1 {
        return Err(Usage::new("standard input (-) can be read only once: name it once"));
    }
    Ok(all)
}

impl Input {
    /// What one argument stands for, folders aside.
    pub(crate) fn named(name: &Path) -> Result<Self, Usage> {
        if name == Path::new("-") {
            return Ok(Self { source: Source::Stdin, file: "-".to_owned(), stem: "stdin".into() });
        }
        match name.to_str().filter(|text| is_url(text)) {
            Some(url) => Self::url(url),
            None => Ok(Self::file(name.to_path_buf())),
        }
    }

    fn url(url: &str) -> Result<Self, Usage> {
        let stem = fetch::stem_of(url).map_err(Usage::new)?;
        Ok(Self { source: Source::Url(url.to_owned()), file: url.to_owned(), stem: stem.into() })
    }

    pub(crate) fn file(path: PathBuf) -> Self {
        let stem = path.file_stem().unwrap_or(path.as_os_str()).to_os_string();
        Self { file: path.to_string_lossy().into_owned(), stem, source: Source::File(path) }
    }

    /// The file it is in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::File(path) => Some(path),
            _ => None,
        }
    }

    /// Its content, at most `limit` bytes.
    pub(crate) async fn load(&self, limit: u64) -> Result<Bytes, Failure> {
        match &self.source {
            Source::File(path) => load::file(path.clone(), limit).await,
            Source::Stdin => load::stdin(limit).await,
            Source::Url(url) => fetch::fetch(url, limit).await,
        }
    }
}
