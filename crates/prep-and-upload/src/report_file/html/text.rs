//! Text of a page: whatever it says, it is never markup; and figures as people read them.

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

/// A count with commas between thousands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count(pub(super) u64);

impl Display for Count {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let digits = self.0.to_string();
        digits.char_indices().try_for_each(|(place, digit)| {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_char(',')?;
            }
            f.write_char(digit)
        })
    }
}

/// A file's size: kB and MB are a thousand and a million bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes(pub(super) u64);

impl Display for Bytes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            1 => f.write_str("1 byte"),
            n @ 0..1_000 => write!(f, "{n} bytes"),
            n @ 1_000..1_000_000 => write!(f, "{:.1} kB", n as f64 / 1e3),
            n @ 1_000_000..1_000_000_000 => write!(f, "{:.1} MB", n as f64 / 1e6),
            n => write!(f, "{:.1} GB", n as f64 / 1e9),
        }
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

    #[test]
    fn figures() {
        let counts = [(0, "0"), (999, "999"), (1_000, "1,000"), (50_000, "50,000"), (1_234_567, "1,234,567")];
        for (count, text) in counts {
            assert_eq!(Count(count).to_string(), text);
        }
        let sizes = [(1, "1 byte"), (999, "999 bytes"), (15_432, "15.4 kB"), (10_000_000, "10.0 MB")];
        for (bytes, text) in sizes {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
