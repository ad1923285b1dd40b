//! What a page says of one picture.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use photo_prep::{Rung, Size};
use photo_upload::Source;

use super::text::Escaped;
use crate::figures::{Bytes, Count};
use crate::report::{Report, Upload};
use crate::thumbnail::Thumbnail;

pub(super) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    // A query may hold what is nobody's business.
    let source = Escaped(Source::from_argument(&report.file));
    write!(out, "<li><p class=name><bdi>{source}</bdi></p><p class=where>")?;
    if let (Some(module), Some(record)) = (&report.module, &report.record) {
        write!(out, "{} {}", Escaped(module), Escaped(record))?;
    }
    if let Some(line) = report.line {
        write!(out, " <span>line {line}</span>")?;
    }
    write!(out, "</p>")?;
    thumbnails(report, out)?;
    sizes(report, out)?;
    if let Some(failure) = &report.error {
        write!(out, "<p class=why>{}</p>", Escaped(&failure.message))?;
    }
    preparation(report, out)?;
    for warning in &report.warnings {
        write!(out, "<p class=note>Note: {}</p>", Escaped(warning))?;
    }
    report.upload.as_ref().map_or(Ok(()), |upload| answer(upload, out))?;
    writeln!(out, "</li>")
}

/// Before and after, in the page itself.
fn thumbnails(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let [before, after] = &report.thumbnails;
    if before.is_none() {
        return Ok(());
    }
    write!(out, "<p class=pictures>")?;
    for (what, picture) in [("before", before), ("after", after)] {
        let Some(Thumbnail { format, size, bytes }) = picture else { continue };
        let (Size { width, height }, data) = (size, BASE64.encode(bytes));
        write!(
            out,
            "<img loading=lazy decoding=async alt={what} title={what} width={width} height={height} \
             src=\"data:image/{};base64,{data}\">",
            format.name()
        )?;
    }
    write!(out, "</p>")
}

/// Before and after, in figures.
fn sizes(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let Some(input) = &report.input else { return Ok(()) };
    let size = |format: &str, width: u32, height: u32, bytes: u64| {
        let format = Escaped(format.to_uppercase());
        format!("{format} {width}\u{a0}×\u{a0}{height}, <span>{}</span>", Bytes(bytes))
    };
    write!(out, "<p class=sizes>{}", size(input.format, input.width, input.height, input.bytes))?;
    if let Some(after) = &report.out {
        write!(out, " → {}", size(after.format, after.width, after.height, after.bytes as u64))?;
    }
    write!(out, "</p>")
}

/// What was done and why.
fn preparation(report: &Report, out: &mut impl Write) -> io::Result<()> {
    // Where nothing came out, the failure tells why.
    let Some(attempt) = report.attempt else { return Ok(()) };
    write!(out, "<p class=how>Prepared as: {attempt}")?;
    if let Some(quality) = report.quality {
        write!(out, ", quality {quality}")?;
    }
    // The other two say so themselves.
    if report.lossless == Some(true) && !matches!(attempt, Rung::AsIs | Rung::LosslessPng) {
        write!(out, ", without loss")?;
    }
    let violations: Vec<_> = report.verdict.violations.iter().map(ToString::to_string).collect();
    if violations.is_empty() {
        write!(out, "; it met the requirements</p>")
    } else {
        write!(out, "; because of: {}</p>", Escaped(violations.join("; ")))
    }
}

/// What the endpoint said.
fn answer(upload: &Upload, out: &mut impl Write) -> io::Result<()> {
    let mut facts = Vec::new();
    facts.extend(upload.code.as_ref().map(|code| Escaped(code).to_string()));
    facts.extend(upload.http.map(|status| format!("HTTP {status}")));
    facts.extend((upload.attempts > 1).then(|| format!("{} requests", Count(upload.attempts.into()))));
    facts.extend(upload.credits.map(|left| format!("{} credits left", Count(left))));
    if facts.is_empty() { Ok(()) } else { write!(out, "<p class=answer>{}</p>", facts.join(" · ")) }
}
