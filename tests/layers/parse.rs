//! What a module declares, and the paths in it.

use std::collections::BTreeSet;

use crate::tokens::{self, Token};

/// The body of a module: a whole file, or what stands between the braces of `mod x { … }`.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Modules that are declared to lie in files of their own.
    pub(crate) files: Vec<String>,
    /// Modules that are written out here.
    pub(crate) inline: Vec<(String, Scope)>,
    /// Names of the items that are defined here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) uses: Vec<Use>,
    /// Paths of at least two names outside of `use` declarations.
    pub(crate) paths: Vec<Inline>,
    /// Names that stand alone or end a path outside of `use` declarations.
    pub(crate) words: BTreeSet<String>,
}

/// One name, or all names of a module, brought in by a `use` declaration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    /// The name here; none for `*`.
    pub(crate) name: Option<String>,
    pub(crate) line: usize,
    /// Whether it stands in a function, so that no other module can see it.
    pub(crate) local: bool,
}

/// A path in an expression, a type or a pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inline {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// Reads a source file.
pub(crate) fn file(source: &str) -> Scope {
    Parser { tokens: tokens::of(source), at: 0 }.scope()
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    /// The text of the token so far ahead; empty behind the end.
    fn text(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    fn is_word(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_word)
    }

    /// Reads to the brace that closes a module, or to the end of the file.
    fn scope(&mut self) -> Scope {
        let mut scope = Scope::default();
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "}" if depth == 0 => break,
                "}" => (self.at, depth) = (self.at + 1, depth - 1),
                "{" => (self.at, depth) = (self.at + 1, depth + 1),
                "pub" if self.text(1) == "(" => self.visibility(),
                "use" if self.text(1) != "<" => self.declaration(depth > 0, &mut scope.uses),
                "mod" if self.is_word(1) => self.module(&mut scope),
                _ if self.is_word(0) => self.name(depth, &mut scope),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        scope
    }

    /// Skips `pub(crate)` or `pub(in a::b)`, but only the word in front of the parentheses of a field
    /// `pub (A, B)`.
    fn visibility(&mut self) {
        let restricted = self.text(2) == "in" || (self.is_word(2) && self.text(3) == ")");
        if restricted && matches!(self.text(2), "in" | "crate" | "super" | "self") {
            while !matches!(self.text(0), ")" | "") {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// Reads `mod x;` or `mod x { … }`.
    fn module(&mut self, scope: &mut Scope) {
        let name = self.text(1).to_owned();
        let opened = self.text(2) == "{";
        self.at += 3;
        if opened {
            let inside = self.scope();
            scope.inline.push((name, inside));
        } else {
            scope.files.push(name);
        }
    }

    /// Reads a word or a path outside of `use` declarations.
    fn name(&mut self, depth: usize, scope: &mut Scope) {
        if depth == 0
            && let Some(item) = self.item()
        {
            scope.items.insert(item);
        }
        let before = self.at.checked_sub(1).map_or("", |at| self.tokens[at].text);
        let line = self.tokens[self.at].line;
        let mut path = vec![self.text(0).to_owned()];
        while self.text(1) == "::" && self.is_word(2) {
            path.push(self.text(2).to_owned());
            self.at += 2;
        }
        self.at += 1;
        let starts = !matches!(before, "." | "::") && (before != "$" || path[0] == "crate");
        match path.as_slice() {
            _ if !starts => {}
            [word] => drop(scope.words.insert(word.clone())),
            _ => scope.paths.push(Inline { path, line }),
        }
    }

    /// The name of the item whose keyword stands here.
    fn item(&self) -> Option<String> {
        let ahead = match (self.text(0), self.text(1), self.text(2)) {
            ("macro_rules", "!", _) | ("static", "mut", _) => 2,
            ("const", "fn" | "unsafe" | "extern", _) => return None,
            ("fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static", ..) => 1,
            _ => return None,
        };
        let in_generics = self.at > 0 && matches!(self.tokens[self.at - 1].text, "<" | ",");
        (self.is_word(ahead) && !in_generics).then(|| self.text(ahead).to_owned())
    }

    /// Reads a `use` declaration to its semicolon.
    fn declaration(&mut self, local: bool, uses: &mut Vec<Use>) {
        self.at += 1;
        let first = uses.len();
        self.tree(&[], uses);
        uses[first..].iter_mut().for_each(|leaf| leaf.local = local);
        while !matches!(self.text(0), ";" | "") {
            self.at += 1;
        }
        self.at += 1;
    }

    /// Reads one tree of a `use` declaration, behind a prefix.
    fn tree(&mut self, prefix: &[String], uses: &mut Vec<Use>) {
        let mut path = prefix.to_vec();
        let mut line = self.tokens.get(self.at).map_or(0, |token| token.line);
        if self.text(0) == "::" {
            // No module has this name, so the path leads out of the crate.
            path.push(String::new());
        }
        loop {
            match self.text(0) {
                "::" | "$" => self.at += 1,
                "{" => return self.group(&path, uses),
                "*" => {
                    self.at += 1;
                    return uses.push(Use { path, name: None, line, local: false });
                }
                "as" | "," | "}" | ";" | "" => break,
                word => {
                    line = self.tokens[self.at].line;
                    path.push(word.to_owned());
                    self.at += 1;
                }
            }
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let mut name = path.last().cloned();
        if self.text(0) == "as" {
            name = Some(self.text(1).to_owned());
            self.at += 2;
        }
        if name.is_some() {
            uses.push(Use { path, name, line, local: false });
        }
    }

    /// Reads `{a, b::c}` in a `use` declaration.
    fn group(&mut self, prefix: &[String], uses: &mut Vec<Use>) {
        self.at += 1;
        while !matches!(self.text(0), "}" | ";" | "") {
            self.tree(prefix, uses);
            if self.text(0) == "," {
                self.at += 1;
            }
        }
        if self.text(0) == "}" {
            self.at += 1;
        }
    }
}
