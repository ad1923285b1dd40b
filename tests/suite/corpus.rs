//! The pictures that others made: every one ends in a picture or a clear error, and valid ones in a picture.

use std::collections::BTreeMap;

use photo_testkit::corpus::{self, Expect};

#[test]
fn valid_files_of_the_four_formats_are_prepared() {
    let cases = corpus::cases_or_skip("valid_files_of_the_four_formats_are_prepared").unwrap();
    let wanted = |kind: &str| matches!(kind, "jpeg" | "png" | "gif" | "bmp");
    let valid: Vec<_> = cases.iter().filter(|c| c.expect == Expect::Valid && wanted(&c.kind)).collect();
    let mut excused = exceptions();
    assert!(
        cases.is_empty() || excused.len() * 100 <= valid.len(),
        "{} exceptions are over 1 %",
        excused.len()
    );
    let refused: Vec<String> = valid
        .iter()
        .filter_map(|case| {
            let bytes = std::fs::read(&case.file).unwrap();
            let error = photo_prep::prepare(&bytes).err()?;
            Some((case.name(), error))
        })
        .filter(|(name, _)| excused.remove(name).is_none())
        .map(|(name, error)| format!("{name}: {error}"))
        .collect();
    // What `../shared/corpus/check.py` adds, held to the same exceptions by `.ci/corpus_bar.py`, is whether
    // the pixels match; so an exception that isn't needed here may be needed there, but it must name a file
    // of the corpus.
    let known = |name: &String| valid.iter().any(|c| c.name() == *name);
    let unknown: Vec<_> = excused.keys().filter(|name| !cases.is_empty() && !known(name)).collect();
    assert!(unknown.is_empty(), "exceptions for no valid file: {unknown:?}");
    assert!(refused.is_empty(), "{} of {}:\n{}", refused.len(), valid.len(), refused.join("\n"));
}

/// The cases that `tests/corpus-exceptions.toml` names, each with its reason.
fn exceptions() -> BTreeMap<String, String> {
    let path = corpus::workspace_root().join("tests/corpus-exceptions.toml");
    read_exceptions(&std::fs::read_to_string(path).unwrap())
}

/// Entries of `[[exception]]`, `case = "…"` and `reason = "…"`: as much of TOML as that file needs.
fn read_exceptions(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let mut lines = lines.peekable();
    let mut found = BTreeMap::new();
    while let Some(line) = lines.next() {
        assert_eq!(line, "[[exception]]");
        let mut value = |key: &str| {
            let line = lines.next().unwrap_or_default();
            let quoted = line.strip_prefix(key).and_then(|l| l.trim().strip_prefix('=')).map(str::trim);
            let value = quoted.and_then(|q| q.strip_prefix('"')?.strip_suffix('"'));
            value.filter(|v| !v.is_empty()).unwrap_or_else(|| panic!("no {key} in {line:?}")).to_owned()
        };
        let (case, reason) = (value("case"), value("reason"));
        assert!(found.insert(case.clone(), reason).is_none(), "{case} is named twice");
    }
    found
}

#[test]
fn exceptions_are_read_with_their_reasons() {
    let text = "# why\n\n[[exception]]\ncase = \"a/b.png\"\nreason = \"no decoder agrees\"\n";
    let read = read_exceptions(text);
    assert_eq!(read.get("a/b.png").map(String::as_str), Some("no decoder agrees"));
    assert_eq!(read.len(), 1);
}

#[test]
fn hostile_files_end_in_a_picture_or_a_clear_error() {
    for case in corpus::cases_or_skip("hostile_files_end_in_a_picture_or_a_clear_error").unwrap() {
        let bytes = std::fs::read(&case.file).unwrap();
        match photo_prep::prepare(&bytes) {
            Ok(prepared) => assert!(prepared.size().pixels() <= 10_000_000, "{}", case.name()),
            Err(error) => assert!(error.to_string().len() > 20, "{}: {error}", case.name()),
        }
    }
}
