//! A run as a page for people: one file, without scripts, that loads nothing.

mod document;
mod row;
mod section;
mod text;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::section::Section;
use super::spool::Spool;
use super::totals::Totals;
use crate::report::Report;

#[derive(Debug)]
pub(super) struct Page {
    path: PathBuf,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    section: Section,
    rows: Spool,
    count: u64,
}

impl Page {
    pub(super) fn begin(path: &Path) -> io::Result<Self> {
        let mut page = Self { path: path.to_owned(), parts: Vec::new() };
        // Tells at once whether anything can be written there.
        page.part(Section::Stored)?;
        Ok(page)
    }

    pub(super) fn add(&mut self, report: &Report) -> io::Result<()> {
        let part = self.part(Section::of(report))?;
        part.count += 1;
        row::write(report, &mut part.rows)
    }

    pub(super) fn write(mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        self.parts.retain(|part| part.count > 0);
        self.parts.sort_by_key(|part| part.section);
        document::begin(totals, out)?;
        let sections: Vec<_> = self.parts.iter().map(|part| (part.section, part.count)).collect();
        document::contents(&sections, out)?;
        for (number, part) in self.parts.into_iter().enumerate() {
            document::begin_section(number, part.section, part.count, out)?;
            part.rows.copy_to(out)?;
            document::end_section(out)?;
        }
        document::end(out)
    }

    /// There are a dozen sections at most.
    fn part(&mut self, section: Section) -> io::Result<&mut Part> {
        let found = self.parts.iter().position(|part| part.section == section);
        let place = found.unwrap_or(self.parts.len());
        if found.is_none() {
            self.parts.push(Part { section, rows: Spool::beside(&self.path)?, count: 0 });
        }
        Ok(&mut self.parts[place])
    }
}
