//! Reports of a run in files: a table, JSON lines, a page. One appears whole at the end of the run, however
//! it ends, or not at all.

mod csv;
mod html;
mod place;
mod spool;
#[cfg(test)]
mod tests;
mod totals;

use std::io;
use std::path::{Path, PathBuf};

use self::csv::Table;
use self::html::Page;
use self::spool::Spool;
use self::totals::Totals;
use crate::failure::UsageError;
use crate::report::Report;

/// The reports that a run was asked for.
#[derive(Debug, Default)]
pub(crate) struct ReportFiles {
    files: Vec<ReportFile>,
    totals: Totals,
}

#[derive(Debug)]
struct ReportFile {
    path: PathBuf,
    /// Or why nothing comes of it.
    content: io::Result<Content>,
}

#[derive(Debug)]
enum Content {
    Csv(Box<Table>),
    JsonLines(Spool),
    Html(Page),
}

impl ReportFiles {
    /// Begins reports of the kinds that the paths' endings name. They may not replace the files that are
    /// `taken`, nor each other.
    ///
    /// # Errors
    /// Other endings, and places where nothing can be written.
    pub(crate) fn begin<'a>(
        paths: &'a [PathBuf],
        taken: impl IntoIterator<Item = &'a Path>,
    ) -> Result<Self, UsageError> {
        let mut all = Self::default();
        if paths.is_empty() {
            return Ok(all);
        }
        let mut taken: Vec<PathBuf> =
            taken.into_iter().filter(|path| is_report(path)).map(place::real).collect();
        for path in paths {
            let refused = |why: String| UsageError(format!("--report {}: {why}", path.display()));
            let content = Content::begin(path);
            let content = content.map_err(|error| refused(format!("{error}; write elsewhere")))?;
            let content =
                content.ok_or_else(|| refused("its name must end with .csv, .jsonl or .html".into()))?;
            let real = place::real(path);
            if real.is_dir() {
                return Err(refused("is a folder: name a file".to_owned()));
            } else if taken.contains(&real) {
                return Err(refused(
                    "this run needs that file for something else: write elsewhere".to_owned(),
                ));
            }
            taken.push(real);
            all.files.push(ReportFile { path: path.clone(), content: Ok(content) });
        }
        Ok(all)
    }

    /// Whether checksums are reported.
    pub(crate) fn wants_checksums(&self) -> bool {
        self.files.iter().any(|file| matches!(file.content, Ok(Content::JsonLines(_))))
    }

    /// One input has come to its end.
    pub(crate) fn add(&mut self, report: &Report) {
        self.totals.add(report);
        for file in &mut self.files {
            let added = file.content.as_mut().map(|content| content.add(report));
            if let Ok(Err(error)) = added {
                file.content = Err(error);
            }
        }
    }

    /// Puts the reports in their places, and says so of each, or why not.
    pub(crate) fn end(self) -> Vec<Result<String, String>> {
        let totals = self.totals;
        let one = |ReportFile { path, content }: ReportFile| {
            let placed = content.and_then(|content| place::place(&path, |out| content.write(&totals, out)));
            match placed {
                Ok(()) => Ok(format!("report: {}", path.display())),
                Err(error) => Err(format!("can't write the report {}: {error}", path.display())),
            }
        };
        self.files.into_iter().map(one).collect()
    }
}

impl Content {
    /// `None` where the ending is of no kind.
    fn begin(path: &Path) -> io::Result<Option<Self>> {
        Ok(Some(match ending(path).as_str() {
            "csv" => Self::Csv(Box::new(Table::begin(path)?)),
            "jsonl" => Self::JsonLines(Spool::beside(path)?),
            "html" => Self::Html(Page::begin(path)?),
            _ => return Ok(None),
        }))
    }

    fn add(&mut self, report: &Report) -> io::Result<()> {
        match self {
            Self::Csv(table) => table.add(report),
            Self::JsonLines(lines) => {
                serde_json::to_writer(&mut *lines, report)?;
                io::Write::write_all(lines, b"\n")
            }
            Self::Html(page) => page.add(report),
        }
    }

    fn write(self, totals: &Totals, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Csv(table) => table.write(out),
            Self::JsonLines(lines) => lines.copy_to(out),
            Self::Html(page) => page.write(totals, out),
        }
    }
}

/// What is behind the last dot of the name, in lower case.
pub(crate) fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Whether its name is that of a report, so that one could take its place.
fn is_report(path: &Path) -> bool {
    ["csv", "jsonl", "html"].contains(&ending(path).as_str())
}
