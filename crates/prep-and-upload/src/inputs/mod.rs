//! What to work on: files, the pictures of folders, standard input, URLs.

pub(crate) mod files;
pub(crate) mod map;
mod problems;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use photo_upload::{HttpOptions, Intake, Limits, Source, Target};

use crate::console::Console;
use crate::failure::{Failure, UsageError};
use crate::report::Report;

/// One picture to work on.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    source: Source,
    /// As it is named in reports.
    pub(crate) file: String,
    /// What its output is called, without an extension.
    pub(crate) stem: OsString,
    /// The line of the map that it comes from, from 1.
    pub(crate) line: Option<u64>,
    /// The record that it goes to, if it is to be uploaded.
    pub(crate) target: Option<Target>,
    /// Where its output goes, if it is kept.
    pub(crate) out: PathBuf,
}

/// What the command line's inputs stand for.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) inputs: Vec<Input>,
    /// What stands for nothing, and why.
    pub(crate) misses: Vec<Report>,
}

/// Looks up what the inputs stand for, in their order. Standard input can't be asked for twice, and no URL
/// can hold a password.
pub(crate) fn gather(names: &[PathBuf], console: &Console) -> Result<Gathered, UsageError> {
    let mut all = Gathered::default();
    for name in names {
        if !name.is_dir() {
            all.inputs.push(Input::new(Source::from_argument(name))?);
            continue;
        }
        match pictures(name, console) {
            Ok(files) => {
                let inputs = files.into_iter().map(|file| Input::new(Source::Path(file)));
                all.inputs.extend(inputs.collect::<Result<Vec<_>, _>>()?);
            }
            Err(failure) => all.misses.push(Report::new(name.to_string_lossy()).failed(failure)),
        }
    }
    if all.inputs.iter().filter(|input| input.source == Source::Stdin).count() > 1 {
        return Err(UsageError("standard input (-) can be read only once: name it once".to_owned()));
    }
    Ok(all)
}

/// The files of a folder that are pictures, sorted by name. Files whose name starts with a dot and
/// sub-folders are left out.
fn pictures(folder: &Path, console: &Console) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder);
    let paths = entries.and_then(|all| all.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>());
    let mut paths = paths.map_err(|error| Failure::io("read the folder", folder, &error))?;
    paths.sort();
    paths.retain(|path| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let taken = !hidden && photo_prep::is_picture_file(path);
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

impl Input {
    fn new(source: Source) -> Result<Self, UsageError> {
        let (file, stem) = match &source {
            Source::Path(path) => (path.to_string_lossy().into_owned(), path.file_stem().map(OsString::from)),
            Source::Url(url) => {
                let name = intake(0, HttpOptions::default()).url_name(url);
                let name = name.map_err(|error| UsageError(format!("an input is not usable: {error}")))?;
                (url.clone(), Some(plain_stem(&name).into()))
            }
            _ => ("-".to_owned(), Some("stdin".into())),
        };
        let stem = stem.unwrap_or_else(|| file.clone().into());
        Ok(Self { source, file, stem, line: None, target: None, out: PathBuf::new() })
    }

    /// Its report, as far as it is known before anything is done.
    pub(crate) fn report(&self) -> Report {
        let (module, record) = self.target.as_ref().map(|to| (to.module(), to.record_id())).unzip();
        Report {
            line: self.line,
            module: module.map(str::to_owned),
            record: record.map(str::to_owned),
            ..Report::new(self.file.clone())
        }
    }

    /// The file it is in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Its content. Whoever names a file or a pipe knows how long it may take; a server has a minute.
    pub(crate) async fn load(&self, intake: &Intake) -> Result<Bytes, Failure> {
        let remote = matches!(self.source, Source::Url(_));
        let intake = if remote { intake.clone() } else { intake.clone().timeout(Duration::MAX) };
        Ok(intake.read(&self.source).await?.bytes)
    }
}

/// Reads inputs of at most so many bytes.
pub(crate) fn intake(limit: u64, http: HttpOptions) -> Intake {
    let limits = Limits::default().max_bytes(limit);
    Intake::new().http(http).limits(limits).allow_plain_http(true).special_files(true)
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
