//! What to work on: files, the pictures of folders, standard input, URLs.

mod folder;
mod map;

pub(crate) use map::Map;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use photo_upload::{Intake, Limits};

use crate::console::Console;
use crate::failure::{Failure, UsageError};
use crate::report::Report;
use crate::text::is_url;

/// One picture to work on.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    source: Source,
    /// As it is named in records.
    pub(crate) file: String,
    /// What its output is called, without an extension.
    pub(crate) stem: OsString,
}

#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    Stdin,
    Url(String),
}

/// What the command line's inputs stand for.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) inputs: Vec<Input>,
    /// What stands for nothing, and why.
    pub(crate) misses: Vec<Report>,
    /// Whether a folder was among them.
    pub(crate) from_folder: bool,
}

/// Looks up what the inputs stand for, in their order.
///
/// # Errors
/// Where standard input is asked for twice, or a URL holds a password.
pub(crate) fn gather(names: &[PathBuf], console: &Console) -> Result<Gathered, UsageError> {
    let mut all = Gathered::default();
    for name in names {
        if name.is_dir() {
            all.from_folder = true;
            match folder::pictures(name, console) {
                Ok(files) => all.inputs.extend(files.into_iter().map(Input::file)),
                Err(failure) => all.misses.push(Report::failed(name.to_string_lossy(), failure)),
            }
        } else {
            all.inputs.push(Input::named(name)?);
        }
    }
    let from_stdin = all.inputs.iter().filter(|input| matches!(input.source, Source::Stdin)).count();
    if from_stdin > 1 {
        return Err(UsageError::new("standard input (-) can be read only once: name it once"));
    }
    Ok(all)
}

impl Input {
    /// What one argument stands for, folders aside.
    fn named(name: &Path) -> Result<Self, UsageError> {
        if name == Path::new("-") {
            return Ok(Self { source: Source::Stdin, file: "-".to_owned(), stem: "stdin".into() });
        }
        match name.to_str().filter(|text| is_url(text)) {
            Some(url) => Self::url(url),
            None => Ok(Self::file(name.to_path_buf())),
        }
    }

    fn url(url: &str) -> Result<Self, UsageError> {
        let name = intake(0).url_name(url).map_err(|error| UsageError::new(format!("an input: {error}")))?;
        Ok(Self { source: Source::Url(url.to_owned()), file: url.to_owned(), stem: plain_stem(&name).into() })
    }

    fn file(path: PathBuf) -> Self {
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

    /// Its content. Whoever names a file or a pipe knows how long it may take; a server's word is not taken for that.
    pub(crate) async fn load(&self, intake: &Intake) -> Result<Bytes, Failure> {
        let patient = intake.clone().timeout(Duration::MAX);
        let content = match &self.source {
            Source::File(path) => patient.read_path(path).await,
            Source::Stdin => patient.read_stdin().await,
            Source::Url(url) => intake.read_url(url).await,
        };
        Ok(content?.bytes)
    }
}

/// Reads inputs of at most so many bytes.
pub(crate) fn intake(limit: u64) -> Intake {
    let limits = Limits::default().max_bytes(limit);
    Intake::new().limits(limits).allow_plain_http(true).special_files(true)
}

/// What an output is called whose input has this name on a server: plain characters only.
fn plain_stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain = |c: char| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '_' };
    let safe: String = stem.chars().take(MAX_STEM).map(plain).collect();
    let safe = safe.trim_matches([' ', '.']);
    if safe.is_empty() { "photo".to_owned() } else { safe.to_owned() }
}

const MAX_STEM: usize = 100;
