//! Which rows of a table are for which of the inputs, by indexes: tables and folders may be large.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::inputs::{Gathered, Input};

/// Gives the inputs the targets of their rows in the table, which are found by path or file name. What the
/// table doesn't know becomes a miss.
pub(crate) fn assign(gathered: &mut Gathered, rows: &[Input], table: &Path) {
    let mut index = Index::new(rows);
    for input in std::mem::take(&mut gathered.inputs) {
        match index.rows_of(&input) {
            Ok(rows) => {
                let to = |row: &Input| Input { target: row.target.clone(), line: row.line, ..input.clone() };
                gathered.inputs.extend(rows.into_iter().map(to));
            }
            Err(why) => {
                let failure = Failure::refused("not_in_map", format!("{} {why}", table.display()));
                gathered.misses.push(input.report().failed(failure));
            }
        }
    }
}

/// The rows by what they are found by.
struct Index<'a> {
    rows: &'a [Input],
    /// By the path without links and detours, or the text where it is no file.
    real: HashMap<PathBuf, Vec<usize>>,
    names: HashMap<OsString, Vec<usize>>,
    folders: Folders,
}

impl<'a> Index<'a> {
    fn new(rows: &'a [Input]) -> Self {
        let mut index =
            Self { rows, real: HashMap::new(), names: HashMap::new(), folders: Folders::default() };
        for (number, row) in rows.iter().enumerate() {
            let real = index.folders.real(row).unwrap_or_else(|| PathBuf::from(&row.file));
            index.real.entry(real).or_default().push(number);
            if let Some(name) = name(row) {
                index.names.entry(name.to_owned()).or_default().push(number);
            }
        }
        index
    }

    fn rows_of(&mut self, input: &Input) -> Result<Vec<&'a Input>, String> {
        let real = self.folders.real(input);
        let path = real.clone().unwrap_or_else(|| PathBuf::from(&input.file));
        let mut found = self.real.get(&path);
        if found.is_none() && real.is_some() {
            found = name(input).and_then(|name| self.names.get(name));
        }
        let found: Vec<&Input> =
            found.into_iter().flatten().filter_map(|number| self.rows.get(*number)).collect();
        match &*found {
            [] => Err(format!("has no row for {}: add one, or leave the input out", input.source)),
            [first, rest @ ..]
                if !self.real.contains_key(&path) && rest.iter().any(|row| row.file != first.file) =>
            {
                Err("has several files of this name: name it by its path".to_owned())
            }
            _ => Ok(found),
        }
    }
}

fn name(of: &Input) -> Option<&OsStr> {
    of.path().and_then(Path::file_name)
}

/// Folders without links and detours, each looked up once.
#[derive(Default)]
struct Folders(HashMap<PathBuf, Option<PathBuf>>);

impl Folders {
    /// Where a file really is, if there is one.
    fn real(&mut self, input: &Input) -> Option<PathBuf> {
        let path = input.path()?;
        let about = std::fs::symlink_metadata(path).ok()?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return std::fs::canonicalize(path).ok();
        };
        if about.is_symlink() {
            return std::fs::canonicalize(path).ok();
        }
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let real = match self.0.get(parent) {
            Some(known) => known.clone(),
            None => {
                let real = std::fs::canonicalize(parent).ok();
                self.0.insert(parent.to_owned(), real.clone());
                real
            }
        };
        real.map(|folder| folder.join(name))
    }
}
