//! Requirements as TOML and JSON, with where they come from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::definition::Requirements;

/// Requirements and what there is to say of them. In TOML and JSON all keys stand side by side:
///
/// ```
/// use photo_prep::RequirementsFile;
///
/// let file = RequirementsFile::from_toml(
///     r#"
///     title = "Avatar"
///     formats = ["jpeg", "png"]
///     max_bytes = 1_000_000
///     max_long_side = 512
///     min_aspect_ratio = "1:1"
///     max_aspect_ratio = "1:1"
///     "#,
/// )?;
/// assert_eq!(file.requirements.max_long_side, Some(512));
/// assert_eq!(RequirementsFile::from_json(&file.to_json())?, file);
/// # Ok::<(), photo_prep::RequirementsError>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementsFile {
    /// What they are for, in a few words.
    pub title: Option<String>,
    /// Where the rules are published: an address.
    pub source: Option<String>,
    /// When the source was last read, as `2026-11-30`.
    pub checked: Option<String>,
    /// Anything else.
    pub note: Option<String>,
    /// The requirements.
    pub requirements: Requirements,
}

/// What a file tells beside the requirements.
#[derive(Serialize, Deserialize)]
struct Heading {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Keys of [`Heading`].
const HEADING: [&str; 4] = ["title", "source", "checked", "note"];

/// Why a file of requirements can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these requirements can't be used: {0}")]
pub struct RequirementsError(String);

impl RequirementsFile {
    /// Requirements without a word.
    #[must_use]
    pub fn new(requirements: Requirements) -> Self {
        Self { title: None, source: None, checked: None, note: None, requirements }
    }

    /// From TOML. A key that is absent requires nothing; `formats` are JPEG and PNG then.
    ///
    /// # Errors
    /// [`RequirementsError`] for what is no TOML, unknown keys (it names the nearest known one), values that can't
    /// be, and bounds that leave nothing.
    pub fn from_toml(text: &str) -> Result<Self, RequirementsError> {
        let value: Map<String, Value> =
            toml::from_str(text).map_err(|error| RequirementsError(error.to_string()))?;
        Self::from_map(value)
    }

    /// From JSON.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self, RequirementsError> {
        let value: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| RequirementsError(error.to_string()))?;
        Self::from_map(value)
    }

    /// From the one or the other, by the first character that is no space: `{` begins JSON.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn parse(text: &str) -> Result<Self, RequirementsError> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('{') { Self::from_json(text) } else { Self::from_toml(text) }
    }

    /// As TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(&self.to_map()).unwrap_or_default()
    }

    /// As JSON, on several lines.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.to_map()).unwrap_or_default()
    }

    fn to_map(&self) -> Map<String, Value> {
        let Self { title, source, checked, note, requirements } = self.clone();
        let heading = Heading { title, source, checked, note };
        let maps = [serde_json::to_value(heading), serde_json::to_value(requirements)];
        maps.into_iter().filter_map(|value| value.ok()?.as_object().cloned()).flatten().collect()
    }

    fn from_map(mut map: Map<String, Value>) -> Result<Self, RequirementsError> {
        let known = known_keys();
        if let Some(key) = map.keys().find(|key| !known.iter().any(|known| known == *key)) {
            return Err(RequirementsError(unknown_key(key, &known)));
        }
        let heading: Map<String, Value> = HEADING.iter().filter_map(|key| map.remove_entry(*key)).collect();
        let wrong = |error: serde_json::Error| RequirementsError(error.to_string());
        let Heading { title, source, checked, note } =
            serde_json::from_value(Value::Object(heading)).map_err(wrong)?;
        let requirements: Requirements = from_each(map)?;
        requirements.are_possible().map_err(RequirementsError)?;
        Ok(Self { title, source, checked, note, requirements })
    }
}

/// The requirements of a map, key by key, so that an error can name the key.
fn from_each(map: Map<String, Value>) -> Result<Requirements, RequirementsError> {
    for (key, value) in &map {
        let one = Map::from_iter([(key.clone(), value.clone())]);
        serde_json::from_value::<Requirements>(Value::Object(one))
            .map_err(|error| RequirementsError(format!("{key}: {error}")))?;
    }
    serde_json::from_value(Value::Object(map)).map_err(|error| RequirementsError(error.to_string()))
}

/// All keys that a file may have: those that are written where everything is bounded, so that none is
/// forgotten here.
fn known_keys() -> Vec<String> {
    let all = serde_json::to_value(Requirements::bounding_all());
    let keys = all.ok().and_then(|value| value.as_object().map(|map| map.keys().cloned().collect()));
    let mut keys: Vec<String> = keys.unwrap_or_default();
    keys.extend(HEADING.map(String::from));
    keys
}

fn unknown_key(key: &str, known: &[String]) -> String {
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(key, known));
    format!("unknown key \"{key}\"; the nearest is \"{}\"", nearest.map_or("", String::as_str))
}
