//! The layers of each crate, as DESIGN.md lists them.

use std::collections::{BTreeMap, BTreeSet};

/// The layer of each top-level module: 0 is the highest, which may use all others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layers(BTreeMap<String, usize>);

/// Reads the block ```` ```layers ````: a line per crate, such as `photo-jpeg: lib > decode encode >
/// error`, which lines that begin with a space continue. Returns what is wrong with it, too.
pub(crate) fn read(text: &str, crates: &[&str]) -> (BTreeMap<String, Layers>, Vec<String>) {
    let mut found = BTreeMap::new();
    let mut wrong = Vec::new();
    let lines = text.lines().skip_while(|line| line.trim_end() != "```layers").skip(1);
    let block: Vec<_> = lines.take_while(|line| !line.starts_with("```")).collect();
    if block.is_empty() {
        wrong.push("no block ```layers".to_owned());
    }
    for line in block.join("\n").replace("\n ", " ").lines().filter(|line| !line.trim().is_empty()) {
        let (name, order) = line.split_once(':').unwrap_or((line, ""));
        let (layers, doubled) = Layers::new(order);
        wrong.extend(doubled.into_iter().map(|module| format!("{name}: {module} is listed twice")));
        if !crates.contains(&name) {
            wrong.push(format!("{name}: no such crate is checked"));
        }
        if found.insert(name.to_owned(), layers).is_some() {
            wrong.push(format!("{name}: two lines for one crate"));
        }
    }
    (found, wrong)
}

impl Layers {
    /// Reads `lib > decode encode > error`, and returns the modules that are listed more than once.
    fn new(order: &str) -> (Self, Vec<String>) {
        let mut layers = Self::default();
        let mut doubled = Vec::new();
        for (index, layer) in order.split('>').enumerate() {
            for module in layer.split_whitespace() {
                if layers.0.insert(module.to_owned(), index).is_some() {
                    doubled.push(module.to_owned());
                }
            }
        }
        (layers, doubled)
    }

    /// What is wrong where the layers and the top-level modules of a crate are not the same.
    pub(crate) fn unlisted(&self, name: &str, files: &[String]) -> Vec<String> {
        let modules: BTreeSet<_> = files.iter().map(|file| top(file)).collect();
        let listed: BTreeSet<_> = self.0.keys().map(String::as_str).collect();
        let unlisted = modules.difference(&listed).map(|module| format!("{name}: {module} is in no layer"));
        let gone = listed.difference(&modules).map(|module| format!("{name}: there is no module {module}"));
        unlisted.chain(gone).collect()
    }

    /// Whether the second file lies in a higher layer than the first one, which imports it.
    pub(crate) fn runs_back(&self, from: &str, to: &str) -> bool {
        let layer = |file| self.0.get(top(file));
        matches!((layer(from), layer(to)), (Some(from), Some(to)) if to < from)
    }
}

/// The first component of a path below `src`.
fn top(file: &str) -> &str {
    file.split_once('/').map_or_else(|| file.trim_end_matches(".rs"), |(folder, _)| folder)
}
