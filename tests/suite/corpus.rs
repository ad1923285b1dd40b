//! The pictures that others made: every one ends in a picture or a clear error, and valid ones in a picture.

use photo_testkit::corpus::{self, Expect};

#[test]
fn valid_files_of_the_four_formats_are_prepared() {
    let cases = corpus::cases_or_skip("valid_files_of_the_four_formats_are_prepared").unwrap();
    let wanted = |kind: &str| matches!(kind, "jpeg" | "png" | "gif" | "bmp");
    let valid: Vec<_> = cases.iter().filter(|c| c.expect == Expect::Valid && wanted(&c.kind)).collect();
    let refused: Vec<String> = valid
        .iter()
        .filter_map(|case| {
            let bytes = std::fs::read(&case.file).unwrap();
            let error = photo_prep::prepare(&bytes).err()?;
            Some(format!("{}: {error}", case.name()))
        })
        .collect();
    // 97 % is the bar; what `../shared/corpus/check.py` adds is whether the pixels match.
    assert!(
        refused.len() * 100 <= valid.len() * 3,
        "{} of {}:\n{}",
        refused.len(),
        valid.len(),
        refused.join("\n")
    );
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
