//! What the parser, the resolver and the rules make of small sources.

use crate::graph;
use crate::parse;
use crate::resolve::{Crate, Sources};
use crate::rules;
use crate::tokens;

/// The crate `small-one` of the given files.
fn small(files: &[(&str, &str)]) -> Crate {
    let sources: Sources = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
    Crate::new("small-one", &sources)
}

/// The imports of a crate, without the folder of its sources.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let tree = small(files);
    assert_eq!(tree.missing, Vec::<String>::new());
    let shown = |import| tree.shown(import).trim_start_matches("crates/small-one/src/").to_owned();
    tree.imports().iter().map(shown).collect()
}

/// What the file `a/x.rs` imports, if it holds the given text beside `a`, `a::y`, `b` and `c`.
fn of_x(text: &str) -> Vec<String> {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use b::{B, Renamed as Other}; pub use c::*; fn top() {}"),
        ("a/mod.rs", "mod x; pub(crate) mod y; pub(crate) use y::Y; struct A; use crate::b::B;"),
        ("a/x.rs", text),
        ("a/y.rs", "pub(crate) struct Y; pub(crate) fn y() {}"),
        (
            "b.rs",
            "pub struct B; pub enum Renamed { One } pub(crate) mod deep { pub(crate) const D: u8 = 0; }",
        ),
        ("c.rs", "pub fn c() {} pub struct C;"),
    ];
    let told = |line: String| Some(line.strip_prefix("a/x.rs:")?.replace(" a::x uses ", " "));
    imports(&files).into_iter().filter_map(told).collect()
}

/// The text of `a/x.rs`, and what it imports from the other files of [`of_x`].
const PATHS: &[(&str, &[&str])] = &[
    // Groups.
    ("use crate::{a::y, b::B};", &["1: a::y", "1: b::B"]),
    (
        "use crate::{\n    a::{y::{self, y}, Y},\n    b::{B, deep::D},\n};",
        &["2: a::y::{Y, y}", "3: b::B, b::deep::D"],
    ),
    ("use std::{fmt, io::{self, Read}};", &[]),
    ("pub(crate) use crate::b::B as C;", &["1: b::B"]),
    ("pub(in crate::a) use super::y::y;", &["1: a::y::y"]),
    // Relative paths.
    ("use super::A;", &["1: a::A"]),
    ("use super::y::Y;", &["1: a::y::Y"]),
    ("use super::super::top;", &["1: lib::top"]),
    ("use super::super::b::deep;", &["1: b::deep"]),
    ("use self::inner::I; mod inner { pub struct I; use super::super::y::y; }", &["1: a::y::y"]),
    ("fn f() { super::y::y(); self::f(); super::super::top() }", &["1: a::y::y", "1: lib::top"]),
    ("fn f(b: &crate::b::B) -> [u8; crate::b::deep::D] {}", &["1: b::B, b::deep::D"]),
    ("macro_rules! m { () => { $crate::b::B }; }", &["1: b::B"]),
    // Re-exports.
    ("use crate::B;", &["1: b::B"]),
    ("use crate::Other;\nfn f() { Other::One }", &["1: b::Renamed"]),
    ("use crate::{C, c};", &["1: c::{C, c}"]),
    ("use super::{B, Y};", &["1: b::B", "1: a::y::Y"]),
    ("use crate::*;\nfn f(_: C) { y() }", &["1: c::C"]),
    // What modules are brought in for.
    ("use super::y;\nfn f() { y::y(); y::Y }", &["1: a::y::{Y, y}"]),
    ("use crate::a;\nfn f() { a::y::y() }", &["1: a::y::y"]),
    ("fn f() { use crate::b; b::deep::D }", &["1: b::deep::D"]),
    // Other crates.
    ("use b::B; use ::b::C; use small_two::B; fn f() { b::f() }", &[]),
    // Tests.
    ("#[cfg(test)]\nmod tests { use crate::b::B; }\nuse super::A;", &["3: a::A"]),
    ("#[cfg(all(test, unix))] use crate::b::{B, deep};\nuse super::A;", &["2: a::A"]),
    ("#[cfg(test)] fn f<A, B>(a: A) { crate::top() }\nuse super::A;", &["2: a::A"]),
    ("struct S { #[cfg(test)] b: crate::b::B, y: super::Y }", &["1: a::y::Y"]),
    ("#[cfg(any(test, unix))] use crate::b::B;", &["1: b::B"]),
    ("#[cfg(not(test))] use crate::b::B;", &["1: b::B"]),
    ("#![cfg(test)]\nuse crate::b::B;", &[]),
    // Comments, strings and lifetimes.
    ("// use crate::b::B;\n/* /* crate::b::B */ crate::b::B */\nuse super::A;", &["3: a::A"]),
    ("/// [`B`](crate::b::B)\nstruct S(&'static str);\nuse super::A;", &["3: a::A"]),
    ("const T: &str = \"\\\" crate::b::B\n\"; use super::A;", &["2: a::A"]),
    ("const T: &str = r#\"\" crate::b::B\"#; const Q: char = '\"'; use super::A;", &["1: a::A"]),
    ("fn f<'a>(b: &'a u8, c: char) { c == '\\'' || c == '\\u{22}'; super::y::y() }", &["1: a::y::y"]),
];

#[test]
fn paths_lead_to_the_file_that_defines_the_item() {
    for (text, want) in PATHS {
        let mut want = want.to_vec();
        let mut got = of_x(text);
        want.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, want, "{text}");
    }
}

#[test]
fn re_exports_are_followed_through_several_files() {
    let mut got = imports(&[
        ("lib.rs", "mod a; mod user; pub use a::*;"),
        ("a.rs", "mod b; pub use self::b::{Deep, made};"),
        ("a/b/mod.rs", "mod c; pub use c::Deep; make!(made);"),
        ("a/b/c.rs", "pub struct Deep; use super::super::super::Deep as Same;"),
        ("user.rs", "use crate::{Deep,\nmade};"),
    ]);
    let mut want = [
        "lib.rs:1: lib uses a",
        "a.rs:1: a uses a::b::c::Deep",
        "a.rs:1: a uses a::b::made",
        "a/b/mod.rs:1: a::b uses a::b::c::Deep",
        "user.rs:1: user uses a::b::c::Deep",
        "user.rs:2: user uses a::b::made",
    ];
    want.sort_unstable();
    got.sort_unstable();
    assert_eq!(got, want);
}

#[test]
fn a_module_and_a_function_of_one_name_are_told_apart() {
    let user = |text| {
        let got = imports(&[
            ("lib.rs", "mod probe; mod prepare; mod user; pub use prepare::probe;"),
            ("probe.rs", "pub(crate) fn facts() {}"),
            ("prepare.rs", "pub fn probe() {}"),
            ("user.rs", text),
        ]);
        got.into_iter().filter(|line| line.starts_with("user")).collect::<Vec<_>>()
    };
    assert_eq!(user("fn f() { crate::probe() }"), ["user.rs:1: user uses prepare::probe"]);
    assert_eq!(user("fn f() { crate::probe::facts() }"), ["user.rs:1: user uses probe::facts"]);
    assert_eq!(user("use crate::probe; fn f() { probe() }"), ["user.rs:1: user uses prepare::probe"]);
    assert_eq!(user("use crate::probe; fn f() { probe::facts() }"), ["user.rs:1: user uses probe::facts"]);
}

#[test]
fn names_that_stand_for_each_other_come_to_an_end() {
    let got = imports(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub use crate::b::*;"),
        ("b.rs", "pub use crate::a::*;"),
    ]);
    assert_eq!(got, ["a.rs:1: a uses b", "b.rs:1: b uses a"]);
    assert_eq!(imports(&[("lib.rs", "use bytes::bytes; use serde::*; fn f() { bytes::new() }")]), [""; 0]);
}

#[test]
fn files_of_tests_are_no_part_of_a_crate() {
    let tree = small(&[
        ("lib.rs", "mod a; #[cfg(test)] mod tests; mod gone;"),
        ("main.rs", "fn main() { small_one::a::run() }"),
        ("a.rs", "#[cfg(test)]\n#[allow(dead_code)]\nmod more;\npub fn run() {}"),
        ("a/more.rs", "use crate::tests;"),
        ("tests.rs", "use crate::a;"),
    ]);
    assert_eq!(tree.files, ["lib.rs", "a.rs", "main.rs"]);
    let shown: Vec<_> = tree.imports().iter().map(|import| tree.shown(import)).collect();
    assert_eq!(shown, ["crates/small-one/src/main.rs:1: main uses a::run"]);
    assert_eq!(tree.missing, ["small-one: lib.rs: no file for `mod gone;`"]);
}

#[test]
fn names_are_read_with_their_lines() {
    let scope =
        parse::file("fn f() {\n a::b::<C>::d();\n x.e::<u8>() }\nconst fn g() {}\nstatic mut S: u8 = 0;");
    assert_eq!(scope.items.iter().map(String::as_str).collect::<Vec<_>>(), ["S", "f", "g"]);
    assert_eq!(
        scope.paths.iter().map(|p| (p.path.join("::"), p.line)).collect::<Vec<_>>(),
        [("a::b".to_owned(), 2)]
    );
    let lines: Vec<_> =
        tokens::of("a\n'b' \"\n\"\nr#type").iter().map(|token| (token.text, token.line)).collect();
    assert_eq!(lines, [("a", 1), ("type", 4)]);
}

#[test]
fn circles_are_found_once_with_a_shortest_way() {
    let tree = small(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod parent;"),
        ("a.rs", "use crate::b::B;\nuse crate::d::D;\npub struct A;"),
        ("b.rs", "use crate::c::C;\npub struct B;"),
        ("c.rs", "use crate::a::A;\npub struct C;"),
        ("d.rs", "\n\nuse crate::a::A;\npub struct D;"),
        ("parent/mod.rs", "mod child; use child::Child; struct Own;"),
        ("parent/child.rs", "pub(super) struct Child;"),
    ]);
    let imports = tree.imports();
    let circles = graph::circles(tree.files.len(), &imports);
    let [circle] = circles.as_slice() else { panic!("{} circles", circles.len()) };
    assert_eq!(
        circle.files.iter().map(|&file| tree.files[file].as_str()).collect::<Vec<_>>(),
        ["a.rs", "b.rs", "c.rs", "d.rs"]
    );
    let lines: Vec<_> = circle.shortest.iter().map(|import| tree.shown(import)).collect();
    assert_eq!(
        lines,
        ["crates/small-one/src/a.rs:2: a uses d::D", "crates/small-one/src/d.rs:3: d uses a::A"]
    );
}

#[test]
fn a_child_that_uses_its_parent_makes_a_circle() {
    let tree = small(&[
        ("lib.rs", "mod parent;"),
        ("parent/mod.rs", "mod child;\nfn f() { child::g() }\nstruct Own;"),
        ("parent/child.rs", "pub(super) fn g() { super::Own }"),
    ]);
    let imports = tree.imports();
    assert_eq!(graph::circles(tree.files.len(), &imports).len(), 1);
}

#[test]
fn layers_run_to_the_right() {
    let text = "Text.\n\n```layers\none: lib > a b\n  > c\ntwo: lib > a a\nthree: lib\n```\nfour: lib\n";
    let (layers, wrong) = rules::read(text, &["one", "two"]);
    assert_eq!(wrong, ["two: a is listed twice", "three: no such crate is checked"]);
    let one = &layers["one"];
    let back = [("a/x.rs", "lib.rs"), ("c.rs", "a.rs"), ("c/d/e.rs", "b/mod.rs")];
    let on = [
        ("lib.rs", "c.rs"),
        ("a.rs", "b/x.rs"),
        ("b/x.rs", "a.rs"),
        ("a/x.rs", "a/y.rs"),
        ("b.rs", "c/d.rs"),
    ];
    assert!(back.iter().all(|(from, to)| one.runs_back(from, to)));
    assert!(!on.iter().any(|(from, to)| one.runs_back(from, to)));
    let files = ["lib.rs", "a/mod.rs", "a/x.rs", "c.rs", "d.rs"].map(str::to_owned);
    assert_eq!(one.unlisted("one", &files), ["one: d is in no layer", "one: there is no module b"]);
    assert_eq!(rules::read("```text\n```", &[]).1, ["no block ```layers"]);
}
