//! What is done about all files of a map before the first one is sent.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use super::problems::Problems;
use super::{Gathered, Input};
use crate::failure::{Failure, UsageError};

/// Looks whether all files are there and can be read. Those that can't be become misses if that is allowed;
/// else they are an error that tells all of them. `table` names the map.
pub(crate) fn check(gathered: &mut Gathered, table: &str, skip: bool) -> Result<(), UsageError> {
    let mut problems = Problems::default();
    for input in std::mem::take(&mut gathered.inputs) {
        match input.path().map(readable) {
            Some(Err(error)) if skip => {
                let path = input.path().unwrap_or(Path::new(""));
                let failure = Failure::io("read", path, &error);
                gathered.misses.push(input.report().failed(Failure { kind: "missing", ..failure }));
            }
            Some(Err(error)) => {
                let line = input.line.unwrap_or(0);
                problems.add(format!("line {line}: {}: {error}", input.file));
            }
            _ => gathered.inputs.push(input),
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    let told = problems.told(table);
    told.map_err(|UsageError(told)| {
        UsageError(format!("{told}\nMend the map, or go on without them: --skip-missing"))
    })
}

/// Opens it as well: permissions are not all that may be in the way.
fn readable(path: &Path) -> std::io::Result<()> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(std::io::Error::from(std::io::ErrorKind::IsADirectory));
    }
    // Opening a named pipe would wait for somebody to write into it.
    if about.is_file() { File::open(path).map(drop) } else { Ok(()) }
}

/// Brings inputs of the same file together, at the place of the first one, so that it is prepared once for
/// all records that it goes to. Their order stays otherwise.
pub(crate) fn neighbors(inputs: &mut [Input]) {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        first.entry(input.file.clone()).or_insert(place);
    }
    inputs.sort_by_cached_key(|input| first.get(&input.file).copied());
}
