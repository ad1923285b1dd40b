//! Options from variables: `PREP_AND_UPLOAD_MAX_PIXELS` is `--max-pixels`.

use std::ffi::OsString;

use super::setting::Setting;
use crate::failure::UsageError;

const PREFIX: &str = "PREP_AND_UPLOAD_";

/// The settings among these variables, sorted by name. An empty one is none.
pub(super) fn settings(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<Setting>, UsageError> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let Some(value) = value.to_str() else {
            return Err(UsageError(format!("{name} is not UTF-8: set it anew, or unset it")));
        };
        let option = name[PREFIX.len()..].to_ascii_lowercase().replace('_', "-");
        if !value.is_empty() {
            found.push(Setting { option, values: vec![value.into()], from: name.into(), found: false });
        }
    }
    found.sort_by(|a, b| a.from.cmp(&b.from));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_as_its_option() {
        let variables = [
            ("PREP_AND_UPLOAD_MAX_PIXELS", "5"),
            ("PATH", "/bin"),
            ("PREP_AND_UPLOAD_DC", "eu"),
            ("PREP_AND_UPLOAD_JSON", ""),
        ];
        let found = settings(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        let found = found.expect("UTF-8");
        let told: Vec<_> = found.iter().map(|s| (s.option.as_str(), s.values.concat())).collect();
        assert_eq!(told, [("dc", "eu".to_owned()), ("max-pixels", "5".to_owned())]);
    }
}
