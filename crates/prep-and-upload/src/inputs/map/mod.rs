//! The table that says which file goes to which record. All of it is checked before anything is sent.

mod assign;
mod table;
mod text;

pub(crate) use assign::assign;

use std::collections::HashMap;
use std::path::Path;

use photo_upload::{Source, Target};
use sha2::{Digest, Sha256};

use self::table::{Cells, Columns, PLAIN};
use super::Input;
use super::problems::Problems;
use crate::console::Console;
use crate::failure::UsageError;

/// A table that was read whole.
#[derive(Debug)]
pub(crate) struct Map {
    /// One input for each row.
    pub(crate) rows: Vec<Input>,
    /// Tells whether another table is the same: SHA-256 of its bytes.
    pub(crate) fingerprint: String,
}

/// How a table is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading<'a> {
    /// For rows that name no module.
    pub(crate) module: Option<&'a str>,
    /// Whether the last one of several rows for a record counts; else they are refused.
    pub(crate) allow_duplicates: bool,
}

/// Reads and checks a whole table, and tells all that is wrong with it.
///
/// The form is `file,record_id[,module]`, with or without a line of headings, which may then come in any
/// order, among others; `;` and tabs will do as well.
pub(crate) fn read(path: &Path, reading: Reading<'_>, console: &Console) -> Result<Map, UsageError> {
    let failed = |what: String| UsageError(format!("--map {}: {what}", path.display()));
    let bytes = text::read(path).map_err(failed)?;
    let text = text::decode(&bytes).map_err(failed)?;
    let mut problems = Problems::default();
    let mut rows = rows(&text, path, reading, &mut problems)?;
    if rows.is_empty() && problems.is_empty() {
        return Err(UsageError(format!("{} names no files: {FORM}", path.display())));
    }
    unique(&mut rows, reading.allow_duplicates, console, &mut problems);
    problems.told(&format!("--map {}", path.display()))?;
    let fingerprint = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Map { rows, fingerprint })
}

fn rows(
    text: &str,
    path: &Path,
    reading: Reading<'_>,
    problems: &mut Problems,
) -> Result<Vec<Input>, UsageError> {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).trim(csv::Trim::All).delimiter(table::delimiter(text));
    let folder = path.parent().unwrap_or(Path::new(""));
    let (mut columns, mut first, mut rows) = (PLAIN, true, Vec::new());
    for row in reader.from_reader(text.as_bytes()).records() {
        let row = row.map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        let line = row.position().map_or(0, |position| line_of(text, position));
        if row.iter().all(str::is_empty) || first && table::names_delimiter(&row) {
            continue;
        }
        if std::mem::take(&mut first)
            && let Some(headings) = Columns::of(&row)
        {
            let wrong = |what| UsageError(format!("{} line {line}: {what}: {FORM}", path.display()));
            columns = headings.map_err(wrong)?;
            continue;
        }
        match read_row(&columns.cells(&row), folder, reading.module) {
            Ok(input) => rows.push(Input { line: Some(line), ..input }),
            Err(what) => problems.add(format!("line {line}: {what}")),
        }
    }
    Ok(rows)
}

/// The line that a row begins at: the position may be that of empty lines before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let empty = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    let lines = empty.filter(|byte| **byte == b'\n').count();
    position.line().saturating_add(u64::try_from(lines).unwrap_or(u64::MAX))
}

/// Files are looked for beside the table, then in the current folder.
fn read_row(cells: &Cells<'_>, folder: &Path, module: Option<&str>) -> Result<Input, String> {
    let (Some(file), Some(record)) = (cells.file, cells.record) else {
        return Err(format!("a file and a record id are needed: {FORM}"));
    };
    if file.contains(['\n', '\r']) {
        return Err("the name of the file goes over lines: is a quote missing?".to_owned());
    }
    let module = cells.module.or(module).ok_or("no module: add the column, or give --module")?;
    let target = Target::new(module, table::record_id(record)?).map_err(|error| error.to_string())?;
    let source = match Source::from_argument(file) {
        Source::Url(url) => Source::Url(url),
        Source::Stdin => return Err("standard input (-) can't stand in a table: name a file".to_owned()),
        _ if folder.join(file).exists() => Source::Path(folder.join(file)),
        _ => Source::Path(file.into()),
    };
    let input = Input::new(source).map_err(|usage| usage.0)?;
    Ok(Input { target: Some(target), ..input })
}

/// Sees to it that a record gets one picture: the last row's, if that is allowed.
fn unique(rows: &mut Vec<Input>, allowed: bool, console: &Console, problems: &mut Problems) {
    let mut lines: HashMap<Target, Vec<u64>> = HashMap::new();
    for row in rows.iter() {
        if let Some(target) = &row.target {
            lines.entry(target.clone()).or_default().push(row.line.unwrap_or(0));
        }
    }
    lines.retain(|_, lines| lines.len() > 1);
    if lines.is_empty() {
        return;
    }
    if !allowed {
        let mut several: Vec<_> = lines.iter().collect();
        several.sort_by_key(|(_, lines)| lines.first().copied());
        for (target, lines) in several {
            let lines: Vec<_> = lines.iter().take(8).map(u64::to_string).collect();
            problems.add(format!(
                "lines {}: several pictures for {target}, which keeps one: leave one row, or take the last with \
                 --allow-duplicates",
                lines.join(", ")
            ));
        }
        return;
    }
    rows.retain(|row| {
        let last = row.target.as_ref().and_then(|target| lines.get(target)?.last());
        last.is_none_or(|last| Some(*last) == row.line)
    });
    let dropped: usize = lines.values().map(|lines| lines.len().saturating_sub(1)).sum();
    console.note(&format!("{dropped} rows are left out, since later rows are for the same records"));
}

const FORM: &str = "the form is file,record_id[,module]";
