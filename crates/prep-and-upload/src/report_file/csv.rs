//! A run as a table for spreadsheets.

use std::io::{self, Write};
use std::path::Path;

use csv::{Terminator, Writer, WriterBuilder};
use photo_prep::Compliance;
use photo_upload::Source;

use super::spool::Spool;
use crate::report::{Input, Output, Report, Upload};

/// A row for each input, in the order in which they end.
#[derive(Debug)]
pub(super) struct Table(Writer<Spool>);

impl Table {
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let mut spool = Spool::beside(path)?;
        // Spreadsheets take a file without it for one in an older encoding.
        spool.write_all("\u{feff}".as_bytes())?;
        let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(spool);
        table.write_record(COLUMNS.map(|(name, _)| name))?;
        Ok(Self(table))
    }

    pub(super) fn add(&mut self, report: &Report) -> io::Result<()> {
        Ok(self.0.write_record(COLUMNS.map(|(_, cell)| harmless(cell(report))))?)
    }

    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let spool = self.0.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        spool.copy_to(out)
    }
}

type Cell = fn(&Report) -> String;

const COLUMNS: [(&str, Cell); 28] = [
    ("line", |row| text(row.line)),
    ("module", |row| text(row.module.as_ref())),
    ("record", |row| text(row.record.as_ref())),
    // A query may hold what is nobody's business.
    ("source", |row| Source::from_argument(&row.file).to_string()),
    ("status", |row| row.status.to_owned()),
    ("verdict_before", |row| text(row.verdict.before.map(Compliance::name))),
    ("violations", violations),
    ("verdict_after", |row| text(row.verdict.after.map(Compliance::name))),
    ("attempt", attempt),
    ("quality", |row| text(row.quality)),
    ("format_before", |row| before(row, |input| input.format.to_owned())),
    ("width_before", |row| before(row, |input| input.width.to_string())),
    ("height_before", |row| before(row, |input| input.height.to_string())),
    ("bytes_before", |row| before(row, |input| input.bytes.to_string())),
    ("format_after", |row| after(row, |out| out.format.to_owned())),
    ("width_after", |row| after(row, |out| out.width.to_string())),
    ("height_after", |row| after(row, |out| out.height.to_string())),
    ("bytes_after", |row| after(row, |out| out.bytes.to_string())),
    ("upload", |row| upload(row, |upload| Some(upload.status))),
    ("requests", |row| upload(row, |upload| Some(upload.attempts))),
    ("http", |row| upload(row, |upload| upload.http)),
    ("code", |row| upload(row, |upload| upload.code.as_ref())),
    ("credits_left", |row| upload(row, |upload| upload.credits)),
    ("kind", |row| text(row.error.as_ref().map(|error| error.kind))),
    ("reason", |row| text(row.error.as_ref().map(|error| &error.message))),
    ("help", |row| text(row.error.as_ref().and_then(|error| error.help))),
    ("warnings", |row| row.warnings.join("; ")),
    ("ms", |row| row.ms.to_string()),
];

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn before(row: &Report, fact: fn(&Input) -> String) -> String {
    row.input.as_ref().map(fact).unwrap_or_default()
}

fn after(row: &Report, fact: fn(&Output) -> String) -> String {
    row.out.as_ref().map(fact).unwrap_or_default()
}

fn upload<'a, T: ToString>(row: &'a Report, fact: fn(&'a Upload) -> Option<T>) -> String {
    text(row.upload.as_ref().and_then(fact))
}

fn violations(row: &Report) -> String {
    let codes: Vec<_> = row.verdict.violations.iter().map(|violation| violation.code()).collect();
    codes.join(" ")
}

/// By the name that it has in JSON.
fn attempt(row: &Report) -> String {
    let name = row.attempt.and_then(|attempt| serde_json::to_value(attempt).ok());
    text(name.as_ref().and_then(serde_json::Value::as_str))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    let formula = |first| "=+-@\t\r\n＝＋－＠".contains(first);
    if cell.starts_with(formula) { format!("'{cell}") } else { cell }
}
