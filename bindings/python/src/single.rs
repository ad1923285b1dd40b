//! One picture at a time.

use photo_prep::{Depth, Options, Plan, Resources};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::exception;
use crate::options::options;
use crate::prepared::{Prepared, json};
use crate::source::Source;
use crate::threads;

/// What [`probe`] returns.
type Facts = (String, (u32, u32), u8, Vec<String>);

/// Prepares a picture.
#[pyfunction]
pub(crate) fn prepare(py: Python<'_>, source: Source, given: &Bound<'_, PyDict>) -> PyResult<Prepared> {
    let prepared =
        run(py, source, given, |options, bytes| options.prepare(bytes).map(photo_prep::Prepared::into_owned));
    prepared.map(Prepared::new)
}

/// The header's facts, as JSON, the size as it is seen, the orientation as EXIF counts it, and warnings in
/// words.
#[pyfunction]
pub(crate) fn probe(py: Python<'_>, source: Source, given: &Bound<'_, PyDict>) -> PyResult<Facts> {
    run(py, source, given, |options, bytes| {
        let info = options.probe(bytes)?;
        let size = info.upright_size();
        let warnings = info.warnings.iter().map(ToString::to_string).collect();
        Ok((json(&info), (size.width, size.height), info.orientation.to_exif(), warnings))
    })
}

/// What would be done: in sentences, as JSON, the route's name and the estimated bytes of memory.
#[pyfunction]
pub(crate) fn plan(
    py: Python<'_>,
    source: Source,
    given: &Bound<'_, PyDict>,
) -> PyResult<(String, String, &'static str, u64)> {
    let plan: Plan = run(py, source, given, |options, bytes| {
        options.plan(&options.probe(bytes)?, Resources::of_current_pool())
    })?;
    Ok((plan.to_string(), json(&plan), plan.route().name(), plan.estimate().peak_memory))
}

/// Whether the file meets the requirements: the word for it, in sentences, and as JSON.
#[pyfunction]
pub(crate) fn check(
    py: Python<'_>,
    source: Source,
    given: &Bound<'_, PyDict>,
    deep: bool,
) -> PyResult<(&'static str, String, String)> {
    let depth = if deep { Depth::Deep } else { Depth::Shallow };
    let verdict = run(py, source, given, move |options, bytes| Ok(options.check(bytes, depth)))?;
    Ok((verdict.status.name(), verdict.to_string(), json(&verdict)))
}

/// Runs `work` on the picture's bytes, on the threads for pictures.
fn run<T: Send + 'static>(
    py: Python<'_>,
    source: Source,
    given: &Bound<'_, PyDict>,
    work: impl FnOnce(&Options, &[u8]) -> photo_prep::Result<T> + Send + 'static,
) -> PyResult<T> {
    let options = options(given)?;
    let done = threads::run(py, move || source.with_bytes(&options, |bytes| work(&options, bytes)))?;
    done.map_err(|error| exception(py, &error))
}
