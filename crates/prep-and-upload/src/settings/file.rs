//! Options from a TOML file.

use std::io::Read;
use std::path::Path;

use toml::Value;

use super::setting::Setting;
use crate::failure::UsageError;

/// Far more than all options take.
const MOST_BYTES: u64 = 1 << 20;

/// The settings that the file holds. `found`: see [`Setting`].
pub(super) fn settings(path: &Path, found: bool) -> Result<Vec<Setting>, UsageError> {
    let name = path.display().to_string();
    let failed = |error: String| UsageError(format!("the config file {name}: {error}"));
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(failed("more than 1 MiB: that is no file of options".to_owned()));
    }
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| failed(error.to_string()))?;
    let one = |(option, value): (String, Value)| {
        let values = values(value).ok_or_else(|| {
            failed(format!("{option}: takes a text, a number, true or false, or a list of texts"))
        })?;
        Ok(Setting { option, values, from: name.clone(), found })
    };
    table.into_iter().map(one).collect()
}

fn values(value: Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => list.into_iter().map(scalar).collect(),
        other => Some(vec![scalar(other)?]),
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(yes) => Some(yes.to_string()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}
