//! What comes out.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A prepared picture.
#[pyclass(frozen, module = "photo_prep._native")]
pub(crate) struct Prepared(photo_prep::Prepared<'static>);

impl Prepared {
    pub(crate) fn new(prepared: photo_prep::Prepared<'static>) -> Self {
        Self(prepared)
    }

    #[cfg(feature = "upload")]
    pub(crate) fn inner(&self) -> &photo_prep::Prepared<'static> {
        &self.0
    }
}

#[pymethods]
impl Prepared {
    /// A copy of the file.
    fn bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.bytes())
    }

    /// How many bytes the file has.
    fn __len__(&self) -> usize {
        self.0.bytes().len()
    }

    /// `jpeg` or `png`.
    fn format(&self) -> &'static str {
        self.0.format().name()
    }

    /// Width and height, upright, in pixels.
    fn size(&self) -> (u32, u32) {
        (self.0.size().width, self.0.size().height)
    }

    /// Whether the file that came in met the requirements: `compliant` or `fixable`.
    fn verdict(&self) -> &'static str {
        if self.0.report().violations.is_empty() { "compliant" } else { "fixable" }
    }

    /// The name of the attempt that fitted.
    fn attempt(&self) -> String {
        word(&self.0.report().rung())
    }

    /// Quality of a new JPEG, 1 to 100.
    fn quality(&self) -> Option<u8> {
        self.0.report().quality
    }

    /// Bytes that came in.
    fn bytes_in(&self) -> u64 {
        self.0.report().input.bytes
    }

    /// What was done, as JSON.
    fn report(&self) -> String {
        let report = self.0.report();
        let mut value = serde_json::to_value(report).unwrap_or_default();
        value["summary"] = report.to_string().into();
        value["attempt"] = word(&report.rung()).into();
        value["warnings"] = report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().into();
        let stages = report.stages.iter().map(|(stage, time)| (stage.name(), time.as_secs_f64() * 1e3));
        value["stages"] = serde_json::json!(stages.collect::<Vec<_>>());
        value.to_string()
    }

    /// Writes the file, whole or not at all; adds the extension where `path` has none. Returns its path.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<PathBuf> {
        py.detach(|| self.0.write_to(path)).map_err(PyErr::from)
    }
}

/// As JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The name of a variant without fields.
fn word(value: &impl serde::Serialize) -> String {
    json(value).trim_matches('"').to_owned()
}
