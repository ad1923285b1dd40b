//! Making text from outside fit to be shown: one line, bounded, without secrets.

/// At most `most` characters on one line; control characters become `_`.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c.is_control() { '_' } else { c }).collect()
}

/// The start of a body for an error message: lossy UTF-8, one line, at most `most` characters.
pub(crate) fn body_start(body: &[u8], most: usize) -> String {
    let head = body.get(..most.saturating_mul(4)).unwrap_or(body);
    one_line(String::from_utf8_lossy(head).trim(), most)
}

/// `text` without `secret`: servers and proxies sometimes echo a request. Long parts of it go as well, since
/// an echo may be cut off, or escaped in the middle; upper and lower case do not matter, since host names are
/// folded. Never longer than before, so that what was bounded stays so.
pub(crate) fn redact(text: String, secret: &str) -> String {
    let fold = |text: &str| text.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<_>>();
    let (folded, secret) = (fold(&text), fold(secret));
    // A very short secret would blank out ordinary words, and is none.
    if secret.len() < LEAST_SECRET {
        return text;
    }
    let least = secret.len().min(LEAST_PART);
    let mut clean = String::with_capacity(text.len());
    let mut covered = 0_usize;
    for (at, shown) in text.chars().enumerate() {
        if at < covered {
            continue;
        }
        let length = longest_part(folded.get(at..).unwrap_or_default(), &secret);
        if length >= least {
            clean.extend(REDACTED.chars().take(length));
            covered = at + length;
        } else {
            clean.push(shown);
        }
    }
    clean
}

/// How many characters at the start of `text` are a part of `secret`.
fn longest_part(text: &[char], secret: &[char]) -> usize {
    let common = |part: &[char]| text.iter().zip(part).take_while(|(a, b)| a == b).count();
    (0..secret.len()).filter_map(|from| secret.get(from..)).map(common).max().unwrap_or(0)
}

/// Shorter secrets are not looked for.
const LEAST_SECRET: usize = 4;
/// What stands for a secret: no longer than the shortest part of a long one.
const REDACTED: &str = "[secret]";
/// From this length on a part of a secret counts as the secret.
const LEAST_PART: usize = 8;

/// All causes of an error in one line, outermost first. reqwest says the reason only in its sources.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = source.source();
    }
    one_line(&text, 400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_is_bounded_single_line_and_clean() {
        assert_eq!(one_line("a\r\nb\u{1b}[31mc", 20), "a__b_[31mc");
        assert_eq!(one_line("äöü", 2), "äö");
        assert_eq!(body_start(b"  <html>\xFF\xFE</html>", 8), "<html>\u{fffd}\u{fffd}");
        assert_eq!(body_start(&vec![b'x'; 100_000], 10), "x".repeat(10));
        assert_eq!(redact("Bearer 1000.abc!".into(), "1000.abc"), "Bearer [secret]!");
        assert_eq!(redact("a cat".into(), "a"), "a cat");
        let secret = "1000.Abcdef0123";
        for (text, clean) in [
            ("x 1000.Abcdef0123 y 1000.Abcdef0123", "x [secret] y [secret]"),
            ("cut off: 1000.Abcde", "cut off: [secret]"),
            ("\\u0031000.Abcdef0123\\u0020", "\\u003[secret]\\u0020"),
            ("http://1000.abcdef0123.example", "http://[secret].example"),
            ("ü1000.Abcdef0123ü", "ü[secret]ü"),
            ("since 1000.Ab on", "since 1000.Ab on"),
            ("", ""),
        ] {
            assert_eq!(redact(text.into(), secret), clean);
        }
        let parts = "1000.Abcx".repeat(30);
        assert_eq!(redact(parts.clone(), secret).len(), parts.len());
        assert_eq!(redact("1000.a is it".into(), "1000.a"), "[secre is it");
        let outer = std::io::Error::other(std::io::Error::other("deep"));
        assert_eq!(causes(&outer), "deep");
    }
}
