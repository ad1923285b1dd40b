//! The table that says which file goes to which record.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use photo_upload::{Source, Target};

use super::{Gathered, Input};
use crate::failure::{Failure, UsageError};
use crate::report::Report;

/// Gives the inputs the targets of their rows in the table at `path`, which are found by path or file name.
/// What the table doesn't know becomes a miss.
pub(crate) fn assign(gathered: &mut Gathered, rows: &[Input], path: &Path) {
    for input in std::mem::take(&mut gathered.inputs) {
        match rows_of(rows, &input) {
            Ok(rows) => {
                let to = |row: &Input| Input { target: row.target.clone(), ..input.clone() };
                gathered.inputs.extend(rows.into_iter().map(to));
            }
            Err(why) => {
                let failure = Failure::refused("not_in_map", format!("{} {why}", path.display()));
                gathered.misses.push(Report::new(&input.file).failed(failure));
            }
        }
    }
}

/// Reads and checks a whole table, so that a mistake in it is found before anything is sent. `module` holds
/// for rows that name none.
///
/// The form is `file,record_id[,module]`, with or without a line of these headings (which may then come in
/// any order, among others).
pub(crate) fn read(path: &Path, module: Option<&str>) -> Result<Vec<Input>, UsageError> {
    let text = read_text(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut headings = StringRecord::from(vec!["file", "record_id", "module"]);
    let mut rows = Vec::new();
    for (number, row) in reader.records().enumerate() {
        let wrong = |line: u64, what: String| UsageError(format!("{} line {line}: {what}", path.display()));
        let row = row.map_err(|e| wrong(e.position().map_or(0, csv::Position::line), e.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        if number == 0 && column(&row, "record_id").is_some() {
            headings = row;
            column(&headings, "file")
                .ok_or_else(|| wrong(line, format!("the headings lack `file`: {FORM}")))?;
        } else if row.iter().any(|field| !field.is_empty()) {
            rows.push(read_row(&headings, &row, folder, module).map_err(|what| wrong(line, what))?);
        }
    }
    if rows.is_empty() {
        return Err(UsageError(format!("{} names no files: {FORM}", path.display())));
    }
    Ok(rows)
}

fn rows_of<'a>(rows: &'a [Input], input: &Input) -> Result<Vec<&'a Input>, String> {
    let real = canonical(input);
    let same = |row: &&Input| row.file == input.file || real.is_some() && canonical(row) == real;
    let mut found: Vec<_> = rows.iter().filter(same).collect();
    if found.is_empty() && real.is_some() {
        let name = |of: &Input| of.path().and_then(Path::file_name).map(OsStr::to_owned);
        found = rows.iter().filter(|row| name(row) == name(input)).collect();
        if found.iter().any(|row| row.file != found[0].file) {
            return Err("has several files of this name: name it by its path".to_owned());
        }
    }
    if found.is_empty() {
        return Err(format!("has no row for {}: add one, or leave the input out", input.source));
    }
    Ok(found)
}

fn column(headings: &StringRecord, name: &str) -> Option<usize> {
    headings.iter().position(|heading| heading.eq_ignore_ascii_case(name))
}

/// Files are looked for beside the table, then in the current folder.
fn read_row(
    headings: &StringRecord,
    row: &StringRecord,
    folder: &Path,
    module: Option<&str>,
) -> Result<Input, String> {
    let field = |name| row.get(column(headings, name)?).filter(|text| !text.is_empty());
    let (Some(file), Some(record)) = (field("file"), field("record_id")) else {
        return Err(format!("a file and a record id are needed, separated by a comma: {FORM}"));
    };
    let module = field("module").or(module).ok_or("no module: add the column, or give --module")?;
    let target = Target::new(module, record).map_err(|error| error.to_string())?;
    let source = match Source::from_argument(file) {
        Source::Url(url) => Source::Url(url),
        _ if folder.join(file).exists() => Source::Path(folder.join(file)),
        _ => Source::Path(file.into()),
    };
    let input = Input::new(source).map_err(|usage| usage.0)?;
    Ok(Input { target: Some(target), ..input })
}

fn canonical(input: &Input) -> Option<PathBuf> {
    std::fs::canonicalize(input.path()?).ok()
}

fn read_text(path: &Path) -> Result<String, UsageError> {
    let failed = |what: String| UsageError(format!("--map {}: {what}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(format!("{error}; check the path")))?;
    file.take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| failed(format!("{error}; it must be CSV in UTF-8")))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(failed(format!("more than {MOST_BYTES} bytes: split it")));
    }
    Ok(text)
}

const FORM: &str = "the form is file,record_id[,module]";
const MOST_BYTES: u64 = 64 << 20;
