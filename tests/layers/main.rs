//! Imports inside a crate run one way: files form no circles, and modules use their own layer and those below
//! it, as DESIGN.md lists them in its block ```` ```layers ````.
//!
//! `cargo test --test layers -- --nocapture` prints a line per crate. `LAYERS_FILE` names another file with
//! the block.

mod graph;
mod parse;
mod resolve;
mod rules;
mod table;
mod tokens;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use resolve::{Import, Sources};
use rules::Layers;

/// The crates whose imports are checked, where they exist.
const CRATES: [&str; 8] = [
    "photo-prep",
    "photo-jpeg",
    "photo-hevc",
    "photo-vp8",
    "photo-upload",
    "photo-sandbox",
    "photo-resize",
    "prep-and-upload",
];

#[test]
fn imports_run_one_way() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let design = env::var_os("LAYERS_FILE").map_or_else(|| root.join("DESIGN.md"), PathBuf::from);
    let text = fs::read_to_string(&design).unwrap_or_else(|e| panic!("{}: {e}", design.display()));
    let (layers, mut failures) = rules::read(&text, &CRATES);
    failures.iter_mut().for_each(|failure| *failure = format!("{}: {failure}", design.display()));
    for name in CRATES {
        let src = root.join("crates").join(name).join("src");
        if src.is_dir() {
            failures.extend(check(name, &sources(&src), layers.get(name)));
        }
    }
    for failure in &failures {
        println!("{failure}");
    }
    assert!(failures.is_empty(), "{} failures, listed above", failures.len());
}

/// Prints the line of a crate and returns what is wrong in it.
fn check(name: &str, sources: &Sources, layers: Option<&Layers>) -> Vec<String> {
    let tree = resolve::Crate::new(name, sources);
    let imports = tree.imports();
    let shown = |import: &Import| tree.shown(import);
    let circles = graph::circles(tree.files.len(), &imports);
    let mut failures = tree.missing.clone();
    let mut back = Vec::new();
    match layers {
        None => failures.push(format!("{name}: the block of layers has no line for this crate")),
        Some(layers) => {
            failures.extend(layers.unlisted(name, &tree.files));
            back =
                imports.iter().filter(|i| layers.runs_back(&tree.files[i.from], &tree.files[i.to])).collect();
        }
    }
    println!(
        "{name}: {} files, {} imports, {} arrows back, {} circles",
        tree.files.len(),
        imports.len(),
        back.len(),
        circles.len()
    );
    failures.extend(back.into_iter().map(shown));
    for circle in circles {
        let files: Vec<_> = circle.files.iter().map(|&file| tree.files[file].as_str()).collect();
        let lines: Vec<_> = circle.shortest.iter().map(|i| format!("\n    {}", shown(i))).collect();
        failures.push(format!(
            "{name}: circle among {} files ({}), the shortest way around:{}",
            files.len(),
            files.join(", "),
            lines.concat()
        ));
    }
    failures
}

/// The text of every Rust file below a folder, by its path from there.
fn sources(src: &Path) -> Sources {
    let mut found = BTreeMap::new();
    let mut folders = vec![src.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                let parts = path.strip_prefix(src).expect("the file lies below the folder").iter();
                let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
                found.insert(parts.join("/"), text);
            }
        }
    }
    found
}
