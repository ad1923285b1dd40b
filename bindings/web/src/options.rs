//! A JSON object as photo-prep's options, by the names of the command line in camel case.

use std::str::FromStr;

use photo_prep::{
    AspectRatio, Focus, Framing, InputLimits, Options, Preset, Requirements, RequirementsFile, Subsampling,
};
use serde_json::{Map, Value};

use crate::errors::wrong;
use crate::words::{COLORS, DEPTHS, EDGES, FORMATS, METADATA, SUBSAMPLINGS, TOLERANCES};

const NAMES: [&str; 22] = [
    "requirements",
    "preset",
    "maxPixels",
    "maxBytes",
    "maxWidth",
    "maxHeight",
    "maxSide",
    "aspect",
    "crop",
    "pad",
    "enlarge",
    "background",
    "format",
    "quality",
    "qualityFloor",
    "subsampling",
    "metadata",
    "color",
    "edges",
    "tolerance",
    "verify",
    "sha256",
];
/// Names that bound the input, by those of [`InputLimits`].
const LIMITS: [&str; 7] = [
    "inputBytes",
    "inputPixels",
    "inputScans",
    "inputDecodeCost",
    "inputIccBytes",
    "inputExifBytes",
    "inputMemory",
];

type Result<T> = std::result::Result<T, String>;

/// Names of all options.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(LIMITS)
}

/// The options in a JSON object; what is absent or `null` is the default.
///
/// # Errors
/// `TypeError` for unknown names and wrong types, `RangeError` for values that can't be; both name the option.
pub(crate) fn read(text: &str) -> Result<Options> {
    let given: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| type_error("options must be an object"))?;
    let given = Given(given);
    given.are_known()?;
    let options = Options::default()
        .requirements(given.required()?)
        .input_limits(given.input_limits()?)
        .format(given.word("format", FORMATS)?.unwrap_or_default())
        .metadata(given.word("metadata", METADATA)?.unwrap_or_default())
        .color(given.word("color", COLORS)?.unwrap_or_default())
        .edges(given.word("edges", EDGES)?.unwrap_or_default())
        .tolerance(given.word("tolerance", TOLERANCES)?.unwrap_or_default())
        .verify(given.word("verify", DEPTHS)?.unwrap_or_default())
        .enlarge(given.flag("enlarge")?)
        .sha256(given.flag("sha256")?);
    given.of_quality(given.framed(options)?)
}

/// Options by their names.
struct Given(Map<String, Value>);

impl Given {
    fn are_known(&self) -> Result<()> {
        for name in self.0.keys() {
            if !names().any(|known| known == name) {
                let nearest = names().min_by_key(|known| strsim::damerau_levenshtein(name, known));
                let nearest = nearest.unwrap_or_default();
                return Err(type_error(&format!("unknown option \"{name}\"; the nearest is \"{nearest}\"")));
            }
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&str>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| kind(name, value, "a string"))
    }

    fn flag(&self, name: &str) -> Result<bool> {
        let Some(value) = self.value(name) else { return Ok(false) };
        value.as_bool().ok_or_else(|| kind(name, value, "true or false"))
    }

    /// A whole number from `least` to the most that `T` holds.
    fn number<T: TryFrom<u64>>(&self, name: &str, least: u64) -> Result<Option<T>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        if !value.is_number() {
            return Err(kind(name, value, "a number"));
        }
        // JavaScript writes large whole numbers as 1e21, which no option goes up to.
        let number = value.as_u64().filter(|number| *number >= least);
        let number = number.and_then(|number| T::try_from(number).ok());
        number.map(Some).ok_or_else(|| range(name, value, &format!("a whole number of at least {least}")))
    }

    fn quality(&self, name: &str) -> Result<Option<u8>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        if !value.is_number() {
            return Err(kind(name, value, "a number"));
        }
        let quality = value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=100).contains(n));
        quality.map(Some).ok_or_else(|| range(name, value, "a whole number from 1 to 100"))
    }

    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(given) = self.text(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        let all: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        found.map(Some).ok_or_else(|| range(name, &given.into(), &format!("one of {}", all.join(", "))))
    }

    fn parsed<T: FromStr<Err = String>>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| range_error(&format!("{name}: {error}")))
    }

    /// What is required by a preset or by the text of a file, and by single bounds, which come before it.
    fn required(&self) -> Result<Requirements> {
        let mut required = self.required_by_service()?;
        required = self.number("maxPixels", 1)?.map_or(required, |n| required.max_pixels(n));
        required = self.number("maxBytes", 1)?.map_or(required, |n| required.max_bytes(n));
        required = self.number("maxWidth", 1)?.map_or(required, |n| required.max_width(n));
        required = self.number("maxHeight", 1)?.map_or(required, |n| required.max_height(n));
        required = self.number("maxSide", 1)?.map_or(required, |n| required.max_long_side(n));
        if let Some(text) = self.text("aspect")? {
            let (least, most) =
                AspectRatio::range(text).map_err(|error| range_error(&format!("aspect: {error}")))?;
            required = required.min_aspect_ratio(least).max_aspect_ratio(most);
        }
        Ok(required)
    }

    fn required_by_service(&self) -> Result<Requirements> {
        match (self.requirements(), self.text("preset")?) {
            (Some(_), Some(_)) => Err(type_error("give requirements or a preset, not both")),
            (Some(text), None) => {
                let file = RequirementsFile::parse(&text).map_err(|error| range_error(&error.to_string()))?;
                Ok(file.requirements)
            }
            (None, Some(name)) => {
                let all: Vec<_> = Preset::all().iter().map(|preset| preset.name).collect();
                let preset = Preset::named(name)
                    .ok_or_else(|| range("preset", &name.into(), &format!("one of {}", all.join(", "))))?;
                preset.requirements().map_err(|error| range_error(&error.to_string()))
            }
            (None, None) => Ok(Requirements::default()),
        }
    }

    /// The text of a file, or an object with the same keys.
    fn requirements(&self) -> Option<String> {
        self.value("requirements")
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    fn input_limits(&self) -> Result<InputLimits> {
        let mut limits = InputLimits::default();
        limits = self.number("inputBytes", 0)?.map_or(limits, |n| limits.bytes(n));
        limits = self.number("inputPixels", 0)?.map_or(limits, |n| limits.pixels(n));
        limits = self.number("inputScans", 0)?.map_or(limits, |n| limits.scans(n));
        limits = self.number("inputDecodeCost", 0)?.map_or(limits, |n| limits.decode_cost(n));
        limits = self.number("inputIccBytes", 0)?.map_or(limits, |n| limits.icc_bytes(n));
        limits = self.number("inputExifBytes", 0)?.map_or(limits, |n| limits.exif_bytes(n));
        Ok(self.number("inputMemory", 0)?.map_or(limits, |n| limits.memory(n)))
    }

    fn framed(&self, options: Options) -> Result<Options> {
        let options = match (self.parsed::<Focus>("crop")?, self.parsed("pad")?) {
            (Some(_), Some(_)) => return Err(type_error("give crop or pad, not both")),
            (Some(focus), None) => options.framing(Framing::Crop(focus)),
            (None, Some(color)) => options.framing(Framing::Pad(color)),
            (None, None) => options,
        };
        Ok(self.parsed("background")?.map_or(options, |color| options.background(color)))
    }

    fn of_quality(&self, mut options: Options) -> Result<Options> {
        if self.value("quality").is_some_and(|quality| quality == "best") {
            options = options.best_quality();
        } else if let Some(quality) = self.quality("quality")? {
            options = options.quality(quality);
        }
        // As on the command line, "auto" leaves what "best" asks for.
        if let Some(sampling) = self.word("subsampling", SUBSAMPLINGS)?.filter(|s| *s != Subsampling::Auto) {
            options = options.subsampling(sampling);
        }
        Ok(self.quality("qualityFloor")?.map_or(options, |floor| options.quality_floor(floor)))
    }
}

fn kind(name: &str, given: &Value, allowed: &str) -> String {
    type_error(&format!("{name}: {}: must be {allowed}", shown(given)))
}

fn range(name: &str, given: &Value, allowed: &str) -> String {
    range_error(&format!("{name}: {}: must be {allowed}", shown(given)))
}

fn shown(given: &Value) -> String {
    given.to_string().chars().take(80).collect()
}

fn type_error(message: &str) -> String {
    wrong("TypeError", message)
}

fn range_error(message: &str) -> String {
    wrong("RangeError", message)
}
