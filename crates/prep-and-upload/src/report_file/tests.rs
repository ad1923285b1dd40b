use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ReportFiles;
use crate::failure::{Failure, Severity, UsageError};
use crate::report::{Report, Upload};

fn paths(folder: &TempDir) -> [PathBuf; 3] {
    ["r.csv", "r.jsonl", "r.html"].map(|name| folder.path().join(name))
}

/// What files of all kinds say of these.
fn written(rows: impl IntoIterator<Item = Report>) -> [String; 3] {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = paths(&folder);
    let mut reports = ReportFiles::begin(&paths, []).expect("begun");
    rows.into_iter().for_each(|row| reports.add(&row));
    assert_eq!(names(&folder), Vec::<String>::new(), "nothing is there before the end");
    assert_eq!(reports.end().into_iter().filter(Result::is_ok).count(), 3);
    assert_eq!(names(&folder), ["r.csv", "r.html", "r.jsonl"]);
    paths.map(|path| fs::read_to_string(path).expect("UTF-8"))
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The rows by the names of their columns.
fn cells(table: &str) -> Vec<HashMap<String, String>> {
    let table = table.strip_prefix('\u{feff}').expect("a byte order mark");
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect::<Result<_, _>>().expect("a table")
}

fn row(file: &str) -> Report {
    let (module, record) = (Some("Leads".to_owned()), Some("3000000038009".to_owned()));
    Report { line: Some(2), module, record, ..Report::new(file) }
}

#[test]
fn hostile_names_stay_text() {
    // A name, how a table has it, and a page.
    let cases = [
        ("<script>alert(1)</script>.jpg", "=", "&lt;script&gt;alert(1)&lt;/script&gt;.jpg"),
        ("a,b;c.jpg", "=", "a,b;c.jpg"),
        ("say \"hi\" & 'ho'.jpg", "=", "say &quot;hi&quot; &amp; &#39;ho&#39;.jpg"),
        ("two\r\nlines.jpg", "=", "two\u{fffd}\u{fffd}lines.jpg"),
        ("=1+1", "'=1+1", "=1+1"),
        ("+1", "'+1", "+1"),
        ("-1", "'-1", "-1"),
        ("@SUM(A1)", "'@SUM(A1)", "@SUM(A1)"),
        ("\t=1", "'\t=1", "\u{fffd}=1"),
        ("＝1", "'＝1", "＝1"),
        ("写真 é.jpg", "=", "写真 é.jpg"),
        ("https://a.example/p.jpg?key=hush", "https://a.example/p.jpg", "https://a.example/p.jpg"),
    ];
    let reasons = |name: &str| row(name).failed(Failure::refused("malformed", name));
    let [table, lines, page] = written(cases.iter().map(|(name, ..)| reasons(name)));
    let table = cells(&table);
    for (number, (name, cell, escaped)) in cases.iter().enumerate() {
        let cell = if *cell == "=" { name } else { cell };
        assert_eq!(table[number]["source"], *cell);
        let line: serde_json::Value =
            serde_json::from_str(lines.lines().nth(number).expect("a line")).expect("JSON");
        assert_eq!((&line["file"], &line["error"]["message"]), (&(*name).into(), &(*name).into()));
        assert!(page.contains(&format!("<bdi>{escaped}</bdi>")), "{escaped} in {page}");
    }
    assert!(table.iter().all(|row| !row["reason"].starts_with(['=', '+', '-', '@', '\t'])));
    assert_eq!((table.len(), lines.lines().count()), (cases.len(), cases.len()));
    assert!(!page.contains("<script") && !page.contains("hush</bdi>"), "{page}");
}

#[test]
fn the_page_groups_failures_by_what_to_do_and_has_them_first() {
    let failed = |severity, kind| row("f.jpg").failed(Failure::new(severity, kind, "why"));
    let upload = |status| Some(Upload { status, credits: Some(7), ..Upload::default() });
    let not_tried = Failure { not_tried: true, ..Failure::interrupted() };
    let [table, _, page] = written([
        Report { upload: upload("stored_earlier"), ..row("e.jpg") },
        Report { upload: upload("ok"), ..row("o.jpg") },
        row("n.jpg").failed(not_tried),
        failed(Severity::Permanent, "internal"),
        failed(Severity::Refused, "failed_earlier"),
        failed(Severity::Permanent, "missing"),
        failed(Severity::Refused, "malformed"),
        failed(Severity::Refused, "refused"),
        failed(Severity::Temporary, "temporary"),
        failed(Severity::StopsAll, "denied"),
    ]);
    let titles = [
        "Mend what stopped the run",
        "Send again",
        "Correct the record or the map",
        "Take another picture",
        "Look for the file",
        "Failed for good in an earlier run",
        "Report a fault of the program",
        "Not tried",
        "Stored",
        "Stored in an earlier run",
    ];
    let headings: Vec<_> = page.match_indices("<h2 id=").map(|(place, _)| &page[place..]).collect();
    assert_eq!(headings.len(), titles.len());
    for (number, (heading, title)) in headings.iter().zip(titles).enumerate() {
        assert!(heading.starts_with(&format!("<h2 id=s{number}>{title} <small>1</small>")), "{heading}");
    }
    for (name, count) in [("Inputs", 10), ("Ok", 2), ("Refused", 3), ("Failed", 4), ("Not tried", 1)] {
        assert!(page.contains(&format!("<dt>{name}</dt><dd>{count}</dd>")), "{name} in {page}");
    }
    assert!(page.contains("<dt>Credits left</dt><dd>7</dd>"), "{page}");
    // Each failure has its help, and nothing else has.
    assert!(cells(&table).iter().all(|row| row["help"].is_empty() == (row["status"] == "ok")));
}

#[test]
fn a_run_that_ends_without_a_word_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = paths(&folder);
    fs::write(&paths[0], "an earlier report").expect("written");
    let mut reports = ReportFiles::begin(&paths, []).expect("begun");
    reports.add(&row("a.jpg"));
    drop(reports);
    assert_eq!(names(&folder), ["r.csv"]);
    assert_eq!(fs::read_to_string(&paths[0]).expect("there"), "an earlier report");
}

#[test]
fn wrong_places_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder.csv")).expect("made");
    fs::write(at("map.csv"), "").expect("written");
    for (names, why) in [
        (vec!["r.txt"], "must end with .csv, .jsonl or .html"),
        (vec!["report"], "must end with"),
        (vec!["csv"], "must end with"),
        (vec!["folder.csv"], "is a folder"),
        (vec!["none/r.html"], "write elsewhere"),
        (vec!["map.csv"], "needs that file for something else"),
        (vec!["r.html", "R.HTML", "r.html"], "needs that file for something else"),
    ] {
        let paths: Vec<_> = names.iter().map(|name| at(name)).collect();
        let begun = ReportFiles::begin(&paths, [at("map.csv").as_path(), Path::new("a.jpg")]);
        let UsageError(said) = begun.expect_err("refused");
        assert!(said.contains(why), "{names:?}: {said}");
    }
}

/// By hand: `REPORT_ROWS=10000 cargo test -p prep-and-upload --lib many_rows -- --nocapture`.
#[test]
fn many_rows() {
    let rows = std::env::var("REPORT_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    let start = std::time::Instant::now();
    let one = |number: usize| match number % 50 {
        0 => row("b.jpg").failed(Failure::refused("malformed", "damaged JPEG: no picture data")),
        _ => row(&format!("photos/{number}.jpg")),
    };
    let [table, lines, page] = written((0..rows).map(one));
    println!("{rows} rows in {:?}, a page of {} bytes", start.elapsed(), page.len());
    assert_eq!((cells(&table).len(), lines.lines().count()), (rows, rows));
    assert_eq!(page.matches("<li><p class=name>").count(), rows);
}
