//! The crates with `unsafe` code that photo-prep is built of are those that SECURITY.md lists: first those that
//! bytes of a file reach, each with what reaches it, then the others.
//!
//! A crate counts if `unsafe` stands anywhere in its source outside of comments and strings, whether it is
//! compiled or not. Macros that run while compiling are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the lists in SECURITY.md begin with.
const REACHED: &str = "<!-- unsafe: reached -->";
const OTHERS: &str = "<!-- unsafe: others -->";

/// For which the crates are listed.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

#[test]
fn crates_with_unsafe_code_are_those_that_security_md_lists() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("SECURITY.md")).expect("SECURITY.md is read");
    let reached = table(&text, REACHED);
    let others = table(&text, OTHERS);
    assert!(reached.is_disjoint(&others), "a crate is in both lists of SECURITY.md");
    let listed: BTreeSet<String> = reached.union(&others).cloned().collect();
    let found = with_unsafe(&root);
    println!("{} crates of photo-prep have `unsafe` code", found.len());
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "not in SECURITY.md: {new:?}; only in SECURITY.md: {gone:?}");
}

#[test]
fn no_decoder_of_jpeg_but_ours_is_built_in() {
    let names: BTreeSet<String> =
        tree(Path::new(env!("CARGO_MANIFEST_DIR"))).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains("photo-jpeg"), "{names:?}");
    for name in ["libjpeg-turbo-rs", "jpeg-decoder", "zune-jpeg", "mozjpeg", "turbojpeg"] {
        assert!(!names.contains(name), "{name}");
    }
}

/// The first column of the table behind a marker: names in backticks, of which a row may have several.
fn table(text: &str, marker: &str) -> BTreeSet<String> {
    let (_, behind) = text.split_once(marker).unwrap_or_else(|| panic!("SECURITY.md has no {marker}"));
    let rows = behind.trim_start().lines().take_while(|line| line.starts_with('|')).skip(2);
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2));
    let names: BTreeSet<String> = names.map(String::from).collect();
    assert!(!names.is_empty(), "no table behind {marker}");
    names
}

/// The other people's crates of photo-prep whose source holds `unsafe`.
fn with_unsafe(root: &Path) -> BTreeSet<String> {
    let folders = folders(root);
    let crates = tree(root).into_iter().filter_map(|(name, version)| {
        let folder = folders.get(&(name.clone(), version))?;
        let ours = folder.starts_with(root);
        (!ours && holds_unsafe(&folder.join("src"))).then_some(name)
    });
    crates.collect()
}

/// Names and versions of the crates that photo-prep is built of, with all its features.
fn tree(root: &Path) -> Vec<(String, String)> {
    let arguments = [
        "tree",
        "--offline",
        "--edges",
        "normal,no-proc-macro",
        "--package",
        "photo-prep",
        "--all-features",
        "--target",
        PLATFORM,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let text = cargo(root, &arguments);
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_string(), words.next()?.strip_prefix('v')?.to_string()))
    };
    text.lines().filter_map(line).collect()
}

/// Where the source of each crate lies, by name and version.
fn folders(root: &Path) -> BTreeMap<(String, String), PathBuf> {
    let text =
        cargo(root, &["metadata", "--offline", "--format-version", "1", "--filter-platform", PLATFORM]);
    let metadata: serde_json::Value = serde_json::from_str(&text).expect("cargo metadata is JSON");
    let of = |package: &serde_json::Value| {
        let text = |key: &str| package[key].as_str().map(String::from);
        let folder = PathBuf::from(text("manifest_path")?).parent()?.to_path_buf();
        Some(((text("name")?, text("version")?), folder))
    };
    metadata["packages"].as_array().into_iter().flatten().filter_map(of).collect()
}

fn cargo(root: &Path, arguments: &[&str]) -> String {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(root).output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

fn holds_unsafe(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds_unsafe(&path);
        }
        path.extension().is_some_and(|extension| extension == "rs")
            && fs::read(&path).is_ok_and(|bytes| has_unsafe(&String::from_utf8_lossy(&bytes)))
    })
}

/// Whether the word stands in source text outside of line comments and of strings that end on their line.
fn has_unsafe(source: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    source.lines().any(|line| {
        let mut outside = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        if let Some(comment) = outside.find("//") {
            outside.truncate(comment);
        }
        outside.split(|c| !is_part(c)).any(|word| word == "unsafe")
    })
}

#[test]
fn comments_and_strings_do_not_count() {
    for (line, counts) in [
        ("unsafe { x }", true),
        ("pub(crate) unsafe fn f() {", true),
        ("// unsafe", false),
        ("let s = \"unsafe\"; // unsafe", false),
        ("#![forbid(unsafe_code)]", false),
        ("let s = \"a\"; unsafe { f(\"b\") }", true),
    ] {
        assert_eq!(has_unsafe(line), counts, "{line}");
    }
}
