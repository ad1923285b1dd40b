//! Text of a page: whatever it says, it is never markup.

use std::fmt::{Display, Formatter, Result, Write};

/// Text that came from anywhere. Control characters become visible.
#[derive(Debug, Clone, Copy)]
pub(super) struct Escaped<T>(pub(super) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(Escaper(f), "{}", self.0)
    }
}

struct Escaper<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            c if c.is_control() => self.0.write_char('\u{FFFD}'),
            c => self.0.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        for (text, escaped) in [
            ("plain, é, 写真", "plain, é, 写真"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"a\" & 'b'", "&quot;a&quot; &amp; &#39;b&#39;"),
            ("two\nlines\0\u{1b}[31m", "two\u{fffd}lines\u{fffd}\u{fffd}[31m"),
        ] {
            assert_eq!(Escaped(text).to_string(), escaped);
        }
    }
}
