//! Text from outside.

/// One line without control characters, so that a file's name can't play tricks on a terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// A name for messages: of URLs only what comes before the query, which may hold a signature.
pub(crate) fn short_name(file: &str) -> String {
    let cut = if is_url(file) { file.find(['?', '#']).unwrap_or(file.len()) } else { file.len() };
    visible(file.get(..cut).unwrap_or(file))
}

/// Whether an input is to be fetched.
pub(crate) fn is_url(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    starts("http://") || starts("https://")
}
