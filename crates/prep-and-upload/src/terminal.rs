//! Text on a terminal.

/// One line without control characters, so that a file's name can't play tricks on a terminal.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
