//! The frame of a page: head, totals, contents, the beginnings and ends of sections.

use std::io::{self, Write};
use std::time::SystemTime;

use super::section::Section;
use crate::figures::{Bytes, Count};
use crate::report_file::totals::Totals;

/// Nothing is loaded but the thumbnails in the page itself, and nothing runs, whatever a file's name says: the policy holds even for what escaping
/// should have missed.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn begin(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let style = include_str!("style.css").trim();
    let when = httpdate::fmt_http_date(SystemTime::now());
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
         <meta http-equiv=Content-Security-Policy content=\"{POLICY}\">\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <meta name=color-scheme content=\"light dark\">\n\
         <title>Upload report</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n<main>\n\
         <h1>Upload report</h1>\n<p>{when}, by prep-and-upload {}.</p>\n<dl class=totals>\n",
        env!("CARGO_PKG_VERSION")
    )?;
    let counts = [
        ("", "Inputs", totals.all()),
        ("good", "Ok", totals.ok),
        ("bad", "Refused", totals.refused),
        ("bad", "Failed", totals.failed),
        ("later", "Not tried", totals.not_tried),
    ];
    for (class, name, count) in counts {
        writeln!(out, "<div class=\"{class}\"><dt>{name}</dt><dd>{}</dd></div>", Count(count))?;
    }
    if totals.bytes_after > 0 {
        let (before, after) = (Bytes(totals.bytes_before), Bytes(totals.bytes_after));
        writeln!(out, "<div><dt>Prepared</dt><dd>{before} → {after}</dd></div>")?;
    }
    if let Some(credits) = totals.credits {
        writeln!(out, "<div><dt>Credits left</dt><dd>{}</dd></div>", Count(credits))?;
    }
    writeln!(out, "</dl>")
}

/// The sections with their counts, from the first.
pub(super) fn contents(sections: &[(Section, u64)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<nav aria-label=Sections>\n<ul>")?;
    for (number, (section, count)) in sections.iter().enumerate() {
        let (class, title) = (section.class(), section.title());
        writeln!(out, "<li class={class}><a href=\"#s{number}\">{title}</a>: {}</li>", Count(*count))?;
    }
    writeln!(out, "</ul>\n</nav>")
}

pub(super) fn begin_section(
    number: usize,
    section: Section,
    count: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (class, title, help, count) = (section.class(), section.title(), section.help(), Count(count));
    write!(
        out,
        "<section class={class} aria-labelledby=s{number}>\n<h2 id=s{number}>{title} <small>{count}</small></h2>\n\
         <p>{help}</p>\n<ol>\n"
    )
}

pub(super) fn end_section(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</ol>\n</section>")
}

pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</main>\n</body>\n</html>")
}
