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

/// `text` with every occurrence of `secret` replaced. Servers and proxies sometimes echo a request's headers.
pub(crate) fn redact(text: String, secret: &str) -> String {
    // A very short secret would blank out ordinary words, and is none.
    if secret.len() >= 4 && text.contains(secret) { text.replace(secret, "[redacted]") } else { text }
}

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
        assert_eq!(redact("Bearer 1000.abc!".into(), "1000.abc"), "Bearer [redacted]!");
        assert_eq!(redact("a cat".into(), "a"), "a cat");
        let outer = std::io::Error::other(std::io::Error::other("deep"));
        assert_eq!(causes(&outer), "deep");
    }
}
