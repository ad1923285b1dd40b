//! Keyword arguments as photo-prep's options, by the names of the command line.

use std::str::FromStr;

use photo_prep::{
    AspectRatio, ColorPolicy, EdgePolicy, Focus, Framing, InputLimits, MetadataPolicy, Options, OutputFormat,
    Preset, Requirements, RequirementsFile, Subsampling, Tolerance, Verify,
};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// All names; `requirements` is the text of a file here.
const NAMES: [&str; 22] = [
    "requirements",
    "preset",
    "max_pixels",
    "max_bytes",
    "max_width",
    "max_height",
    "max_side",
    "aspect",
    "crop",
    "pad",
    "enlarge",
    "background",
    "format",
    "quality",
    "quality_floor",
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
    "input_bytes",
    "input_pixels",
    "input_scans",
    "input_decode_cost",
    "input_icc_bytes",
    "input_exif_bytes",
    "input_memory",
];

const FORMATS: &[(&str, OutputFormat)] =
    &[("auto", OutputFormat::Auto), ("jpeg", OutputFormat::Jpeg), ("png", OutputFormat::Png)];
const SUBSAMPLINGS: &[(&str, Subsampling)] =
    &[("auto", Subsampling::Auto), ("420", Subsampling::S420), ("444", Subsampling::S444)];
const METADATA: &[(&str, MetadataPolicy)] = &[
    ("strip", MetadataPolicy::Strip),
    ("keep-non-private", MetadataPolicy::KeepNonPrivate),
    ("keep", MetadataPolicy::Keep),
];
const COLORS: &[(&str, ColorPolicy)] =
    &[("auto", ColorPolicy::Auto), ("preserve", ColorPolicy::Preserve), ("srgb", ColorPolicy::Srgb)];
const EDGES: &[(&str, EdgePolicy)] = &[("exact", EdgePolicy::Exact), ("trim", EdgePolicy::Trim)];
const TOLERANCES: &[(&str, Tolerance)] =
    &[("strict", Tolerance::Strict), ("truncated", Tolerance::Truncated)];
const DEPTHS: &[(&str, Verify)] = &[("full", Verify::Full), ("structure", Verify::Structure)];

/// Names of all options.
#[pyfunction]
pub(crate) fn option_names() -> Vec<&'static str> {
    NAMES.iter().chain(&LIMITS).copied().collect()
}

/// Names of the presets, the default first.
#[pyfunction]
pub(crate) fn presets() -> Vec<&'static str> {
    Preset::all().iter().map(|preset| preset.name).collect()
}

/// The options that were given; what is absent or `None` is the default.
///
/// # Errors
/// `TypeError` for unknown names and wrong types, `ValueError` for values that can't be; both name the option.
pub(crate) fn options(given: &Bound<'_, PyDict>) -> PyResult<Options> {
    let given = Given(given);
    given.are_known()?;
    let mut options = Options::default()
        .requirements(given.required()?)
        .input_limits(given.input_limits()?)
        .format(given.word("format", FORMATS)?.unwrap_or_default())
        .metadata(given.word("metadata", METADATA)?.unwrap_or_default())
        .color(given.word("color", COLORS)?.unwrap_or_default())
        .edges(given.word("edges", EDGES)?.unwrap_or_default())
        .tolerance(given.word("tolerance", TOLERANCES)?.unwrap_or_default())
        .verify(given.word("verify", DEPTHS)?.unwrap_or_default())
        .enlarge(given.get("enlarge")?.unwrap_or_default())
        .sha256(given.get("sha256")?.unwrap_or_default());
    options = given.framed(options)?;
    given.of_quality(options)
}

/// Arguments by their names.
struct Given<'a, 'py>(&'a Bound<'py, PyDict>);

impl<'py> Given<'_, 'py> {
    fn are_known(&self) -> PyResult<()> {
        let known = option_names();
        for name in self.0.keys() {
            let name: String = name.extract()?;
            if !known.contains(&name.as_str()) {
                let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(&name, known));
                let nearest = nearest.copied().unwrap_or_default();
                return Err(PyTypeError::new_err(format!(
                    "unknown option \"{name}\"; the nearest is \"{nearest}\""
                )));
            }
        }
        Ok(())
    }

    fn value(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(self.0.get_item(name)?.filter(|value| !value.is_none()))
    }

    fn get<T: for<'a> FromPyObject<'a, 'py>>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        let got = value.extract::<T>().map_err(|error| {
            let error: PyErr = error.into();
            let text = format!("{name}={}: {}", repr(&value), error.value(value.py()));
            match error.is_instance_of::<PyOverflowError>(value.py()) {
                true => PyValueError::new_err(text),
                false => PyTypeError::new_err(text),
            }
        });
        got.map(Some)
    }

    /// A whole number of at least 1.
    fn count<T: for<'a> FromPyObject<'a, 'py> + Default + PartialEq>(
        &self,
        name: &str,
    ) -> PyResult<Option<T>> {
        match self.get::<T>(name)? {
            Some(zero) if zero == T::default() => Err(wrong(name, "0", "at least 1")),
            given => Ok(given),
        }
    }

    fn quality(&self, name: &str) -> PyResult<Option<u8>> {
        match self.get::<i64>(name)? {
            None => Ok(None),
            Some(quality @ 1..=100) => Ok(u8::try_from(quality).ok()),
            Some(other) => Err(wrong(name, &other.to_string(), "from 1 to 100")),
        }
    }

    fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> PyResult<Option<T>> {
        let Some(given) = self.get::<String>(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        let all: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        found
            .map(Some)
            .ok_or_else(|| wrong(name, &format!("\"{given}\""), &format!("one of {}", all.join(", "))))
    }

    fn parsed<T: FromStr<Err = String>>(&self, name: &str) -> PyResult<Option<T>> {
        let Some(text) = self.get::<String>(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| PyValueError::new_err(format!("{name}: {error}")))
    }

    /// What is required by a preset or by the text of a file, and by single bounds, which come before it.
    fn required(&self) -> PyResult<Requirements> {
        let (text, preset) = (self.get::<String>("requirements")?, self.get::<String>("preset")?);
        let mut required = match (text, preset) {
            (Some(_), Some(_)) => {
                return Err(PyValueError::new_err("give requirements or a preset, not both"));
            }
            (Some(text), None) => {
                RequirementsFile::parse(&text).map(|file| file.requirements).map_err(value_error)?
            }
            (None, Some(name)) => {
                let names = presets().join(", ");
                let preset = Preset::named(&name)
                    .ok_or_else(|| wrong("preset", &format!("\"{name}\""), &format!("one of {names}")))?;
                preset.requirements().map_err(value_error)?
            }
            (None, None) => Requirements::default(),
        };
        required = self.count("max_pixels")?.map_or(required, |n| required.max_pixels(n));
        required = self.count("max_bytes")?.map_or(required, |n| required.max_bytes(n));
        required = self.count("max_width")?.map_or(required, |n| required.max_width(n));
        required = self.count("max_height")?.map_or(required, |n| required.max_height(n));
        required = self.count("max_side")?.map_or(required, |n| required.max_long_side(n));
        if let Some(text) = self.get::<String>("aspect")? {
            let (least, most) = AspectRatio::range(&text)
                .map_err(|error| PyValueError::new_err(format!("aspect: {error}")))?;
            required = required.min_aspect_ratio(least).max_aspect_ratio(most);
        }
        Ok(required)
    }

    fn input_limits(&self) -> PyResult<InputLimits> {
        let mut limits = InputLimits::default();
        limits = self.get("input_bytes")?.map_or(limits, |n| limits.bytes(n));
        limits = self.get("input_pixels")?.map_or(limits, |n| limits.pixels(n));
        limits = self.get("input_scans")?.map_or(limits, |n| limits.scans(n));
        limits = self.get("input_decode_cost")?.map_or(limits, |n| limits.decode_cost(n));
        limits = self.get("input_icc_bytes")?.map_or(limits, |n| limits.icc_bytes(n));
        limits = self.get("input_exif_bytes")?.map_or(limits, |n| limits.exif_bytes(n));
        Ok(self.get("input_memory")?.map_or(limits, |n| limits.memory(n)))
    }

    fn framed(&self, options: Options) -> PyResult<Options> {
        let (crop, pad) = (self.parsed::<Focus>("crop")?, self.parsed("pad")?);
        let options = match (crop, pad) {
            (Some(_), Some(_)) => return Err(PyValueError::new_err("give crop or pad, not both")),
            (Some(focus), None) => options.framing(Framing::Crop(focus)),
            (None, Some(color)) => options.framing(Framing::Pad(color)),
            (None, None) => options,
        };
        Ok(self.parsed("background")?.map_or(options, |color| options.background(color)))
    }

    fn of_quality(&self, mut options: Options) -> PyResult<Options> {
        let best = self.value("quality")?.is_some_and(|quality| quality.eq("best").unwrap_or(false));
        if best {
            options = options.best_quality();
        } else if let Some(quality) = self.quality("quality")? {
            options = options.quality(quality);
        }
        // As on the command line, "auto" leaves what "best" asks for.
        if let Some(sampling) = self.word("subsampling", SUBSAMPLINGS)?.filter(|s| *s != Subsampling::Auto) {
            options = options.subsampling(sampling);
        }
        Ok(self.quality("quality_floor")?.map_or(options, |floor| options.quality_floor(floor)))
    }
}

fn wrong(name: &str, given: &str, allowed: &str) -> PyErr {
    PyValueError::new_err(format!("{name}={given}: must be {allowed}"))
}

fn value_error(error: impl ToString) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn repr(value: &Bound<'_, PyAny>) -> String {
    value.repr().map_or_else(|_| "?".to_owned(), |text| text.to_string().chars().take(80).collect())
}
