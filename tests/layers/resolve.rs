//! The modules of a crate, and the file that each import refers to.

use std::collections::{BTreeMap, BTreeSet};

use crate::parse::{self, Scope, Use};

/// The text of each file of a crate, by its path below `src`.
pub(crate) type Sources = BTreeMap<String, String>;

/// A place where one file uses another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// Indices into [`Crate::files`].
    pub(crate) from: usize,
    pub(crate) line: usize,
    pub(crate) to: usize,
    /// What is used, such as `plan::{Lane, Plan}`, or a module alone.
    pub(crate) used: String,
}

/// The modules of a crate that a build without tests compiles.
pub(crate) struct Crate {
    /// As Cargo has it, with hyphens.
    name: String,
    modules: Vec<Module>,
    /// Paths below `src`.
    pub(crate) files: Vec<String>,
    /// Modules that are declared and have no file.
    pub(crate) missing: Vec<String>,
}

struct Module {
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// Such as `codec::png`; `lib` and `main` for the roots.
    shown: String,
    file: usize,
    scope: Scope,
}

/// What a name or a path stands for: Rust allows a module and an item of one name.
#[derive(Clone, Debug, Default)]
struct Found {
    module: Option<usize>,
    /// The module that defines the item, and its name there.
    item: Option<(usize, String)>,
}

impl Found {
    fn module(module: Option<usize>) -> Self {
        Self { module, item: None }
    }

    fn item(module: usize, name: &str) -> Self {
        Self { module: None, item: Some((module, name.to_owned())) }
    }

    fn or(self, other: Self) -> Self {
        Self { module: self.module.or(other.module), item: self.item.or(other.item) }
    }

    fn is_empty(&self) -> bool {
        self.module.is_none() && self.item.is_none()
    }
}

/// The names that are being looked up, so that re-exports of each other come to an end.
type Pending<'a> = Vec<(usize, &'a str)>;

impl Crate {
    /// Reads the modules from `lib.rs` and `main.rs` downwards.
    pub(crate) fn new(name: &str, sources: &Sources) -> Self {
        let mut tree =
            Self { name: name.to_owned(), modules: Vec::new(), files: Vec::new(), missing: Vec::new() };
        for root in ["lib", "main"] {
            let path = format!("{root}.rs");
            if let Some(text) = sources.get(&path) {
                let module = tree.module(None, root.to_owned(), path);
                tree.fill(module, parse::file(text), "", sources);
            }
        }
        tree
    }

    /// Adds a module that lies in the given file.
    fn module(&mut self, parent: Option<usize>, shown: String, path: String) -> usize {
        let known = self.files.iter().position(|file| *file == path);
        let file = known.unwrap_or(self.files.len());
        if known.is_none() {
            self.files.push(path);
        }
        self.modules.push(Module { parent, children: BTreeMap::new(), shown, file, scope: Scope::default() });
        self.modules.len() - 1
    }

    /// Gives a module its contents, and adds the modules below it, whose files lie in the given folder.
    fn fill(&mut self, module: usize, mut scope: Scope, folder: &str, sources: &Sources) {
        let own = self.files[self.modules[module].file].clone();
        let inline = std::mem::take(&mut scope.inline);
        let mut children: Vec<_> =
            inline.into_iter().map(|(name, inside)| (name, own.clone(), inside)).collect();
        for name in std::mem::take(&mut scope.files) {
            let paths = [format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs")];
            match paths.into_iter().find_map(|path| sources.get(&path).map(|text| (path, text))) {
                Some((path, text)) => children.push((name, path, parse::file(text))),
                None => self.missing.push(format!("{}: {own}: no file for `mod {name};`", self.name)),
            }
        }
        self.modules[module].scope = scope;
        for (name, path, inside) in children {
            let Module { parent, shown, .. } = &self.modules[module];
            let shown = if parent.is_some() { format!("{shown}::{name}") } else { name.clone() };
            let child = self.module(Some(module), shown, path);
            self.fill(child, inside, &format!("{folder}{name}/"), sources);
            self.modules[module].children.insert(name, child);
        }
    }

    /// What all files import from other files, in their order.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (index, module) in self.modules.iter().enumerate() {
            let of_use = |leaf| self.of_use(index, leaf).into_iter().map(|target| (leaf.line, target));
            let uses = module.scope.uses.iter().flat_map(of_use);
            // What a path gets at through a `use` declaration is told at the declaration.
            let paths = module.scope.paths.iter().filter(|inline| {
                let first = inline.path[0].as_str();
                let child = module.children.contains_key(first);
                child || matches!(first, "crate" | "super" | "self") || first == self.ident()
            });
            let paths = paths.map(|inline| (inline.line, self.resolve(index, &inline.path)));
            for (line, target) in uses.chain(paths) {
                if let Some((to, used)) = self.owner(target).filter(|(to, _)| *to != module.file) {
                    found.entry((module.file, line, to)).or_default().insert(used);
                }
            }
        }
        let import = |((from, line, to), used)| Import { from, line, to, used: grouped(&used) };
        found.into_iter().map(import).collect()
    }

    /// The file in which something is defined, and its module and name; nothing for what lies outside of the
    /// crate.
    fn owner(&self, target: Found) -> Option<(usize, (String, String))> {
        let (module, name) = match (target.item, target.module) {
            (Some((owner, name)), _) => (&self.modules[owner], name),
            (None, module) => (&self.modules[module?], String::new()),
        };
        Some((module.file, (module.shown.clone(), name)))
    }

    /// An import in words.
    pub(crate) fn shown(&self, import: &Import) -> String {
        let file = &self.files[import.from];
        let from = file.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
        format!("crates/{}/src/{file}:{}: {from} uses {}", self.name, import.line, import.used)
    }

    /// What a `use` declaration brings in. Of modules it is what the file gets at through them, if anything.
    fn of_use(&self, module: usize, leaf: &Use) -> Vec<Found> {
        let target = self.resolve(module, &leaf.path);
        let scope = &self.modules[module].scope;
        let through = |name: &str| {
            let paths = scope.paths.iter().filter(|inline| inline.path[0] == name);
            paths.map(|inline| self.resolve(module, &inline.path)).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        match (&leaf.name, target.module) {
            (_, None) => {}
            (Some(name), Some(_)) => {
                found = through(name);
                if scope.words.contains(name) {
                    found.extend(target.item.is_some().then(|| target.clone()));
                }
            }
            (None, Some(from)) => {
                let firsts = scope.paths.iter().map(|inline| &inline.path[0]);
                let names: BTreeSet<_> = firsts.chain(&scope.words).collect();
                for name in names.into_iter().filter(|name| !self.binds(module, name)) {
                    let given = self.lookup(from, name, false, &mut Pending::new());
                    if given.module.is_some() {
                        found.extend(through(name));
                    } else if given.item.is_some() {
                        found.push(given);
                    }
                }
            }
        }
        if found.is_empty() { vec![target] } else { found }
    }

    /// Whether a module itself says what a name stands for, so that no `*` does.
    fn binds(&self, module: usize, name: &str) -> bool {
        let Module { children, scope, .. } = &self.modules[module];
        let used = || scope.uses.iter().any(|leaf| leaf.name.as_deref() == Some(name));
        children.contains_key(name) || scope.items.contains(name) || used()
    }

    /// What a path stands for in a module; nothing if it leads out of the crate.
    fn resolve(&self, module: usize, path: &[String]) -> Found {
        self.walk(module, path, &mut Pending::new())
    }

    fn walk<'a>(&'a self, module: usize, path: &'a [String], pending: &mut Pending<'a>) -> Found {
        let mut found = Found::default();
        for (index, name) in path.iter().enumerate() {
            found = match (name.as_str(), found.module) {
                ("crate", _) if index == 0 => Found::module(Some(self.root(module))),
                ("self", _) if index == 0 => Found::module(Some(module)),
                ("super", None) if index == 0 => Found::module(self.modules[module].parent),
                ("super", Some(at)) => Found::module(self.modules[at].parent),
                (name, None) if index == 0 => self.first(module, name, pending),
                (name, Some(at)) => match self.lookup(at, name, at == module, pending) {
                    // A macro makes it there, or it comes from another crate.
                    found if found.is_empty() => Found::item(at, name),
                    found => found,
                },
                // Behind an item: a variant or an associated item.
                (_, None) => return found,
            };
        }
        found
    }

    /// The name of the crate in paths.
    fn ident(&self) -> String {
        self.name.replace('-', "_")
    }

    fn root(&self, module: usize) -> usize {
        self.modules[module].parent.map_or(module, |parent| self.root(parent))
    }

    /// What a path begins with that has none of the keywords in front.
    fn first<'a>(&'a self, module: usize, name: &'a str, pending: &mut Pending<'a>) -> Found {
        let found = self.lookup(module, name, true, pending);
        // `main.rs` has the library by the name of the crate.
        let own = found.is_empty() && name == self.ident();
        if own { Found::module(Some(0)) } else { found }
    }

    /// What a name stands for in a module, re-exports followed to where it is defined.
    fn lookup<'a>(&'a self, module: usize, name: &'a str, inside: bool, pending: &mut Pending<'a>) -> Found {
        let Module { children, scope, .. } = &self.modules[module];
        let mut found = Found::module(children.get(name).copied());
        if scope.items.contains(name) {
            found = found.or(Found::item(module, name));
        }
        if pending.contains(&(module, name)) {
            return found;
        }
        pending.push((module, name));
        let visible = || scope.uses.iter().filter(|leaf| inside || !leaf.local);
        for leaf in visible().filter(|leaf| leaf.name.as_deref() == Some(name)) {
            found = found.or(self.walk(module, &leaf.path, pending));
        }
        for leaf in visible().filter(|leaf| leaf.name.is_none()) {
            if (found.module.is_none() || found.item.is_none())
                && let Some(from) = self.walk(module, &leaf.path, pending).module
            {
                found = found.or(self.lookup(from, name, false, pending));
            }
        }
        pending.pop();
        found
    }
}

/// Items, each a module and a name there, in the way of a `use` declaration.
fn grouped(used: &BTreeSet<(String, String)>) -> String {
    let mut by_module: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (module, name) in used {
        let names = by_module.entry(module).or_default();
        names.extend((!name.is_empty()).then_some(name.as_str()));
    }
    let group = |(module, names): (&str, Vec<&str>)| match names.as_slice() {
        [] => module.to_owned(),
        [name] => format!("{module}::{name}"),
        names => format!("{module}::{{{}}}", names.join(", ")),
    };
    by_module.into_iter().map(group).collect::<Vec<_>>().join(", ")
}
