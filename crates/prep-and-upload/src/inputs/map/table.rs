//! The rows of a table: delimiter, headings, cells.

use csv::StringRecord;

/// Which column holds what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    file: usize,
    record: usize,
    module: Option<usize>,
}

/// The cells of a row that matter; empty ones count as missing.
pub(super) struct Cells<'a> {
    pub(super) file: Option<&'a str>,
    pub(super) record: Option<&'a str>,
    pub(super) module: Option<&'a str>,
}

/// Where a table without headings has its columns.
pub(super) const PLAIN: Columns = Columns { file: 0, record: 1, module: Some(2) };

impl Columns {
    /// Reads a line of headings. `None` if it is none; an error if it lacks a column that is needed.
    pub(super) fn of(row: &StringRecord) -> Option<Result<Self, String>> {
        let folded: Vec<String> = row.iter().map(folded).collect();
        let find = |names: &[&str]| folded.iter().position(|name| names.contains(&name.as_str()));
        // The fullest name first: exports may have a column `id` of their own besides.
        let record = RECORD.iter().find_map(|name| find(&[name]));
        let (file, module) = (find(&FILE), find(&MODULE));
        // A path, a number and a module's name are no headings.
        match (file, record) {
            (Some(file), Some(record)) => Some(Ok(Self { file, record, module })),
            (None, Some(_)) => Some(Err("the headings lack `file`".to_owned())),
            (Some(_), None) if row.iter().all(|cell| !is_number(cell)) => {
                Some(Err("the headings lack `record_id`".to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn cells<'a>(&self, row: &'a StringRecord) -> Cells<'a> {
        let cell = |column: usize| row.get(column).filter(|text| !text.is_empty());
        Cells { file: cell(self.file), record: cell(self.record), module: self.module.and_then(cell) }
    }
}

/// The delimiter that the first line names (`sep=;`, as some spreadsheets have it) or uses most, outside of
/// quotes.
pub(super) fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(told @ (b';' | b',' | b'\t')) =
        first.trim().strip_prefix("sep=").and_then(|s| s.bytes().next())
    {
        return told;
    }
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(byte == *delimiter && !quoted);
        }
    }
    // Of equals the first one counts.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(delimiter, _)| *delimiter)
}

/// Whether the row only names the delimiter.
pub(super) fn names_delimiter(row: &StringRecord) -> bool {
    row.get(0).is_some_and(|cell| cell.starts_with("sep="))
}

/// The id of a record as its cell has it: exports put `zcrm_` before it.
pub(super) fn record_id(cell: &str) -> Result<&str, String> {
    let bare = cell.get(..5).filter(|start| start.eq_ignore_ascii_case("zcrm_")).map_or(cell, |_| &cell[5..]);
    if bare.contains(['E', 'e', '.', ',']) && bare.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "the record id {cell:?} was rounded by a spreadsheet: export again, and keep its column as text"
        ));
    }
    Ok(bare)
}

fn folded(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_number(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit())
}

const FILE: [&str; 9] =
    ["file", "filename", "filepath", "path", "photo", "picture", "image", "photofile", "imagefile"];
const RECORD: [&str; 5] = ["recordid", "zcrmrecordid", "crmrecordid", "zcrmid", "id"];
const MODULE: [&str; 3] = ["module", "modulename", "moduleapiname"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        for (text, want) in [
            ("a,1", b','),
            ("a;1;Leads", b';'),
            ("a\t1", b'\t'),
            ("\n\"a;b;c\",1", b','),
            ("", b','),
            ("a", b','),
            ("sep=;\na,b;1", b';'),
        ] {
            assert_eq!(delimiter(text), want, "{text:?}");
        }
    }

    #[test]
    fn headings_as_people_export_them() {
        let columns = |line: &str| Columns::of(&StringRecord::from(line.split(',').collect::<Vec<_>>()));
        for line in ["file,record_id", "File Name,Record Id", "Module,ID,Photo", "id,zcrm_record_id,path"] {
            assert!(columns(line).is_some_and(|found| found.is_ok()), "{line}");
        }
        for line in ["a.jpg,11", "a.jpg,11,Leads", "file,11"] {
            assert!(columns(line).is_none(), "{line}");
        }
        assert!(columns("Record Id,Name").is_some_and(|found| found.is_err()));
        assert!(columns("photo,lead").is_some_and(|found| found.is_err()));
        let both = columns("id,file,record id").and_then(Result::ok);
        assert_eq!(both.map(|columns| columns.record), Some(2), "the fuller name counts");
    }

    #[test]
    fn record_ids() {
        assert_eq!(record_id("zcrm_3000000038009").as_deref(), Ok("3000000038009"));
        assert_eq!(record_id("ZCRM_1").as_deref(), Ok("1"));
        assert_eq!(record_id("12").as_deref(), Ok("12"));
        assert!(record_id("3,00E+12").is_err() && record_id("3.00000E+12").is_err());
    }
}
