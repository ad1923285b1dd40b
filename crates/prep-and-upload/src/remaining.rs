//! What is left to do after a run, as a table that `--map` takes.

use std::path::{Path, PathBuf};

use crate::report::Report;

/// The rows that came to nothing.
#[derive(Debug)]
pub(crate) struct Remaining {
    path: PathBuf,
    rows: Vec<[String; 3]>,
}

impl Remaining {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), rows: Vec::new() }
    }

    /// Keeps it in mind if it is left.
    pub(crate) fn add(&mut self, report: &Report) {
        if report.error.is_some()
            && let (Some(record), Some(module)) = (&report.record, &report.module)
        {
            self.rows.push([report.file.clone(), record.clone(), module.clone()]);
        }
    }

    /// Writes the table beside, then renames it, and says so.
    pub(crate) fn write(&self) -> Result<String, String> {
        let failed = |error: String| format!("can't write {}: {error}", self.path.display());
        let mut table = csv::Writer::from_writer(Vec::new());
        let header = table.write_record(["file", "record_id", "module"]);
        header.map_err(|error| failed(error.to_string()))?;
        for row in &self.rows {
            table.write_record(row).map_err(|error| failed(error.to_string()))?;
        }
        let bytes = table.into_inner().map_err(|error| failed(error.to_string()))?;
        let mut beside = self.path.clone().into_os_string();
        beside.push(".part");
        std::fs::write(&beside, bytes)
            .and_then(|()| std::fs::rename(&beside, &self.path))
            .map_err(|error| failed(error.to_string()))?;
        Ok(format!("{} rows are left: {}", self.rows.len(), self.path.display()))
    }
}
