//! Values that an option takes.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// A time such as `500ms`, `30s`, `10m` or `1h`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("write a time such as 30s, 10m or 1h".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a time such as 30s, 10m or 1h".to_owned())?;
    let time = number.checked_mul(millis).filter(|time| *time <= 7 * 86_400_000);
    time.map(Duration::from_millis).ok_or_else(|| "at most 7 days".to_owned())
}

/// Takes one of these words for its value. What stands after a colon is the word's help.
pub(super) fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> {
    let words = choices.map(|(text, _)| match text.split_once(": ") {
        Some((word, help)) => PossibleValue::new(word).help(help),
        None => PossibleValue::new(text),
    });
    PossibleValuesParser::new(words).try_map(move |word| {
        let found = choices.iter().find(|(text, _)| text.split(':').next() == Some(&word));
        found.map(|(_, value)| *value).ok_or("no such choice")
    })
}
