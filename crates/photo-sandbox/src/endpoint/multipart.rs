//! Multipart forms (RFC 7578), as far as one whole body in memory needs it: nothing is copied.

use std::borrow::Cow;

use memchr::memmem;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) filename: Option<Cow<'a, str>>,
    pub(crate) data: &'a [u8],
    /// False if the body ended before the part did.
    pub(crate) complete: bool,
}

/// Why a body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// The content type is not `multipart/form-data` with a boundary.
    ContentType,
    /// The boundary never comes.
    NoBoundary,
    /// A part has no well-formed header.
    Header,
    /// More parts than anybody sends.
    TooManyParts,
}

/// The first part with this name; none if the form ends without one.
pub(crate) fn find<'a>(
    content_type: &str,
    body: &'a [u8],
    name: &str,
) -> Result<Option<Part<'a>>, Malformed> {
    for part in Parts::new(content_type, body)? {
        let part = part?;
        if part.name == name {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// The parts of a form, in their order.
pub(crate) struct Parts<'a> {
    /// What comes after the last delimiter; none at the end of the form.
    rest: Option<&'a [u8]>,
    /// CR LF, two dashes, boundary.
    delimiter: Vec<u8>,
    left: usize,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(content_type: &str, body: &'a [u8]) -> Result<Self, Malformed> {
        let boundary = boundary(content_type).ok_or(Malformed::ContentType)?;
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut parts = Parts { rest: None, delimiter, left: MAX_PARTS };
        // The first delimiter needs no line break before it; text before it is a preamble.
        let opening = parts.delimiter.get(2..).unwrap_or_default();
        let start = match body.strip_prefix(opening).and_then(end_of_line) {
            Some(start) => start,
            None => parts.split(body).ok_or(Malformed::NoBoundary)?.1,
        };
        parts.rest = start.into_part();
        Ok(parts)
    }

    /// Splits at the next delimiter: what comes before it, and what follows its line.
    fn split(&self, body: &'a [u8]) -> Option<(&'a [u8], AfterDelimiter<'a>)> {
        memmem::find_iter(body, &self.delimiter).find_map(|at| {
            let (before, found) = body.split_at_checked(at)?;
            // A longer boundary with the same beginning is none of ours.
            let after = end_of_line(found.get(self.delimiter.len()..)?)?;
            Some((before, after))
        })
    }

    fn read(&mut self, part: &'a [u8]) -> Result<Part<'a>, Malformed> {
        self.left = self.left.checked_sub(1).ok_or(Malformed::TooManyParts)?;
        let (head, body) = split_head(part).ok_or(Malformed::Header)?;
        let (name, filename) = disposition(head).ok_or(Malformed::Header)?;
        let (data, complete) = match self.split(body) {
            Some((data, after)) => {
                self.rest = after.into_part();
                (data, true)
            }
            None => (body, false),
        };
        Ok(Part { name, filename, data, complete })
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<Part<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let part = self.rest.take()?;
        Some(self.read(part))
    }
}

/// What follows a delimiter.
enum AfterDelimiter<'a> {
    Part(&'a [u8]),
    End,
}

impl<'a> AfterDelimiter<'a> {
    fn into_part(self) -> Option<&'a [u8]> {
        match self {
            AfterDelimiter::Part(part) => Some(part),
            AfterDelimiter::End => None,
        }
    }
}

/// The rest of a delimiter's line: two dashes, or blanks and a line break.
fn end_of_line(rest: &[u8]) -> Option<AfterDelimiter<'_>> {
    if rest.starts_with(b"--") {
        return Some(AfterDelimiter::End);
    }
    let blanks = rest.iter().take_while(|&&b| b == b' ' || b == b'\t').count();
    rest.get(blanks..)?.strip_prefix(b"\r\n").map(AfterDelimiter::Part)
}

/// A part's header lines and its data.
fn split_head(part: &[u8]) -> Option<(&str, &[u8])> {
    let window = part.get(..MAX_HEAD).unwrap_or(part);
    let end = memmem::find(window, b"\r\n\r\n")?;
    let head = std::str::from_utf8(part.get(..end)?).ok()?;
    Some((head, part.get(end + 4..)?))
}

/// Name and file name from the line `Content-Disposition`.
fn disposition(head: &str) -> Option<(Cow<'_, str>, Option<Cow<'_, str>>)> {
    let value = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, parameters) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let filename = parameter(parameters, "filename").or_else(|| extended(parameters));
    Some((parameter(parameters, "name")?, filename))
}

/// `filename*=utf-8''a%20b.png`, which a few clients send instead of the plain one.
fn extended(parameters: &str) -> Option<Cow<'_, str>> {
    let value = parameter(parameters, "filename*")?;
    let encoded = value.rsplit_once('\'').map_or(value.as_ref(), |(_, encoded)| encoded);
    // Form decoding is percent decoding with `+` for a blank; protect the plus signs.
    let query = format!("f={}", encoded.replace('+', "%2B").replace('&', "%26"));
    let decoded = form_urlencoded::parse(query.as_bytes()).next()?.1.into_owned();
    Some(Cow::Owned(decoded))
}

/// The boundary of a multipart content type.
fn boundary(content_type: &str) -> Option<Cow<'_, str>> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|boundary| (1..=MAX_BOUNDARY).contains(&boundary.len()))
}

/// One parameter of a header value, quoted or not.
fn parameter<'a>(mut rest: &'a str, wanted: &str) -> Option<Cow<'a, str>> {
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let (value, left) = after.split_once(';').unwrap_or((after, ""));
                (Cow::Borrowed(value.trim()), left)
            }
        };
        // Parameters without a value may stand before the name.
        let name = name.rsplit(';').next().unwrap_or(name);
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = left;
    }
}

/// A quoted string from behind its opening quote, and what follows it. Only `\"` is an escape: old browsers
/// send Windows paths with plain backslashes.
fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'"' && !escaped {
            let (value, rest) = (text.get(..at)?, text.get(at + 1..)?);
            let value =
                if value.contains("\\\"") { value.replace("\\\"", "\"").into() } else { value.into() };
            return Some((value, rest));
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}

const MAX_PARTS: usize = 100;
const MAX_HEAD: usize = 16 << 10;
const MAX_BOUNDARY: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Name, file name, data, whether it is complete.
    type Seen = (String, Option<String>, String, bool);

    const TYPE: &str = "multipart/form-data; boundary=xx";

    fn names(content_type: &str, body: &str) -> Result<Vec<Seen>, Malformed> {
        let parts = Parts::new(content_type, body.as_bytes())?;
        parts
            .map(|part| {
                let part = part?;
                let data = String::from_utf8_lossy(part.data).into_owned();
                Ok((part.name.into_owned(), part.filename.map(Cow::into_owned), data, part.complete))
            })
            .collect()
    }

    fn one(head: &str) -> Result<(String, Option<String>), Malformed> {
        let body = format!("--xx\r\n{head}\r\n\r\nDATA\r\n--xx--\r\n");
        let mut parts = names(TYPE, &body)?;
        let (name, filename, data, complete) = parts.pop().unwrap();
        assert!(data == "DATA" && complete && parts.is_empty());
        Ok((name, filename))
    }

    #[test]
    fn boundaries_of_every_kind() {
        let table = [
            ("multipart/form-data; boundary=xx", Some("xx")),
            ("Multipart/Form-Data;charset=utf-8; BOUNDARY=\"x x;=\"", Some("x x;=")),
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4 ; a=b",
                Some("----WebKitFormBoundary7MA4"),
            ),
            ("multipart/form-data; flag; boundary=xx", Some("xx")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=\"xx", None),
            ("multipart/form-data", None),
            ("multipart/mixed; boundary=xx", None),
            ("image/png", None),
        ];
        for (text, expected) in table {
            assert_eq!(boundary(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn headers_of_every_kind() {
        let table = [
            ("Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"", "file", Some("a.png")),
            ("content-disposition:form-data;filename=a.png;name=file\r\nX: y", "file", Some("a.png")),
            ("Content-Disposition: form-data; name=\"file\"; filename=\"\"", "file", Some("")),
            ("Content-Disposition: form-data; name=\"file\"", "file", None),
            (
                "Content-Disposition: form-data; name=f; filename=\"a\\\"b; name=x\"",
                "f",
                Some("a\"b; name=x"),
            ),
            (
                "Content-Disposition: form-data; name=f; filename=\"C:\\pics\\ü.png\"",
                "f",
                Some("C:\\pics\\ü.png"),
            ),
            ("Content-Disposition: form-data; name=f; filename*=utf-8''a%20b+c.png", "f", Some("a b+c.png")),
        ];
        for (head, name, filename) in table {
            let filename = filename.map(str::to_owned);
            assert_eq!(one(head), Ok((name.to_owned(), filename)), "{head}");
        }
        for head in [
            "X: y",
            "Content-Disposition: form-data",
            "Content-Disposition: form-data; filename=a",
            "Content-Disposition: attachment; name=a",
        ] {
            assert_eq!(one(head), Err(Malformed::Header), "{head}");
        }
    }

    #[test]
    fn bodies_of_every_kind() {
        let head = "Content-Disposition: form-data; name=a\r\n\r\n";
        let part = |data: &str, complete| ("a".to_owned(), None, data.to_owned(), complete);
        let table = [
            (format!("--xx\r\n{head}1\r\n--xx--"), Ok(vec![part("1", true)])),
            (format!("preamble\r\n--xx \t\r\n{head}1\r\n--xx--\r\nepilogue"), Ok(vec![part("1", true)])),
            (
                format!("--xx\r\n{head}\r\n--xx\r\n{head}\r\n\r\n--xx--"),
                Ok(vec![part("", true), part("\r\n", true)]),
            ),
            (format!("--xx\r\n{head}1\r\n--xxy\r\n2\r\n--xx--"), Ok(vec![part("1\r\n--xxy\r\n2", true)])),
            (format!("--xx\r\n{head}1\r\n--x"), Ok(vec![part("1\r\n--x", false)])),
            ("--xx--\r\n".to_owned(), Ok(vec![])),
            (format!("--xx\n{head}1\n--xx--"), Err(Malformed::NoBoundary)),
            ("--yy\r\n".to_owned(), Err(Malformed::NoBoundary)),
            (String::new(), Err(Malformed::NoBoundary)),
            ("--xx\r\nno header".to_owned(), Err(Malformed::Header)),
            (format!("--xx\r\nX: {}\r\n{head}1\r\n--xx--", "y".repeat(MAX_HEAD)), Err(Malformed::Header)),
            (format!("--xx\r\n{head}\r\n").repeat(MAX_PARTS + 2), Err(Malformed::TooManyParts)),
        ];
        for (body, expected) in table {
            assert_eq!(names(TYPE, &body), expected, "{}", body.get(..200).unwrap_or(&body));
        }
    }

    const CRUMBS: &[&[u8]] = &[
        b"--xx",
        b"\r\n",
        b"--",
        b"\"",
        b"\\",
        b"Content-Disposition: form-data; name=file; filename=",
        b"\xff",
        b";",
        b"=",
    ];

    proptest! {
        #[test]
        fn any_body_is_read_without_panic(body in prop::collection::vec(prop::sample::select(CRUMBS), 0..40)) {
            let body = body.concat();
            if let Ok(parts) = Parts::new(TYPE, &body) {
                let _ = parts.count();
            }
        }

        #[test]
        fn any_content_comes_back_whole(data in prop::collection::vec(any::<u8>(), 0..300)) {
            let data = [&b"\r\n--x"[..], &data].concat();
            prop_assume!(memmem::find(&data, b"\r\n--boundary").is_none());
            let body = [b"--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n", &data[..], b"\r\n--boundary--\r\n"].concat();
            let part = find("multipart/form-data; boundary=boundary", &body, "file").unwrap().unwrap();
            prop_assert_eq!(part.data, &data[..]);
            prop_assert!(part.complete);
        }
    }
}
