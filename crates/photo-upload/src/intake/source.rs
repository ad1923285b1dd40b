//! Where a picture is.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a picture is, for [`Intake::read`](super::Intake::read). Displayed without what may be secret: the
/// query of a URL may hold a signature.
///
/// ```
/// use photo_upload::Source;
/// let source = Source::from_argument("https://a.example/me.png?signature=x");
/// assert!(matches!(source, Source::Url(_)));
/// assert_eq!(source.to_string(), "https://a.example/me.png");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// The standard input of this process.
    Stdin,
    /// An http(s) URL.
    Url(String),
}

impl Source {
    /// What a command line's argument means: `-` is standard input, what begins with `http://` or `https://`
    /// a URL, and all else a path.
    pub fn from_argument(argument: impl AsRef<Path>) -> Self {
        let path = argument.as_ref();
        match path.to_str() {
            Some("-") => Self::Stdin,
            Some(text) if is_url(text) => Self::Url(text.to_owned()),
            _ => Self::Path(path.to_owned()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("-"),
            Self::Url(url) => f.write_str(url.split(['?', '#']).next().unwrap_or_default()),
        }
    }
}

fn is_url(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    starts("http://") || starts("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        for (argument, shown) in [
            ("-", "-"),
            ("-x", "-x"),
            ("a/b.png?c", "a/b.png?c"),
            ("https", "https"),
            ("HTTPS://a.example/b?c#d", "HTTPS://a.example/b"),
        ] {
            let source = Source::from_argument(argument);
            assert_eq!(source.to_string(), shown);
            assert_eq!(matches!(source, Source::Stdin), argument == "-");
            assert_eq!(matches!(source, Source::Url(_)), argument.contains("://"));
        }
    }
}
