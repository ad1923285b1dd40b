//! Figures as people read them.

use std::fmt::{Display, Formatter, Result, Write};

/// A count with commas between thousands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count(pub(crate) u64);

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
pub(crate) struct Bytes(pub(crate) u64);

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
