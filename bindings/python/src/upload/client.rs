//! The client.

use photo_upload::{Error, Job, Photo, Target, UploadOptions, blocking};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::errors::{internal, upload_error};
use super::settings::{ClientSettings, RunSettings, triggers};
use super::uploads::Uploads;
use crate::prepared::{Prepared, json};
use crate::threads;

/// Connections and a token. It belongs to the process that made it, whose threads it needs.
#[pyclass(frozen, module = "photo_prep._native")]
pub(crate) struct UploadClient {
    /// What clients of runs are built from: they share the token.
    builder: photo_upload::ClientBuilder,
    client: blocking::Client,
    endpoint: String,
    process: u32,
}

#[pymethods]
impl UploadClient {
    /// From the arguments of Python's `Client`.
    #[new]
    fn new(py: Python<'_>, settings: ClientSettings) -> PyResult<Self> {
        // Root certificates are read from files.
        py.detach(|| Self::build(settings)).map_err(|error| upload_error(py, &error))
    }

    /// The api-domain.
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Uploads a picture; gives the receipt as JSON. Ctrl-C abandons it.
    fn upload(
        &self,
        py: Python<'_>,
        prepared: &Prepared,
        name: &str,
        target: (String, String),
        restrict_triggers: Option<Vec<String>>,
    ) -> PyResult<String> {
        self.is_of_this_process()?;
        let job = job(prepared, name, target, restrict_triggers.as_deref());
        let job = job.map_err(|error| upload_error(py, &error))?;
        let mut uploads = self.client.upload_jobs([job]);
        let cancel = uploads.cancel_token();
        let done = threads::run_on_its_own(py, move || uploads.next());
        let done = done.inspect_err(|_| cancel.cancel())?.ok_or_else(internal)?;
        done.result.map(|receipt| json(&receipt)).map_err(|error| upload_error(py, &error))
    }

    /// Prepares and uploads many pictures: what `resolve` makes of each of `rows`.
    fn upload_many(
        &self,
        py: Python<'_>,
        rows: &Bound<'_, PyAny>,
        resolve: Py<PyAny>,
        run: RunSettings,
        given: &Bound<'_, PyDict>,
    ) -> PyResult<Uploads> {
        self.is_of_this_process()?;
        Uploads::begin(py, (self.builder.clone(), &self.endpoint), (rows.try_iter()?, resolve), run, given)
    }
}

impl UploadClient {
    fn build(settings: ClientSettings) -> Result<Self, Error> {
        let endpoint = settings.endpoint()?;
        let builder = settings.builder()?;
        let client = builder.clone().build_blocking()?;
        Ok(Self { builder, client, endpoint, process: std::process::id() })
    }

    fn is_of_this_process(&self) -> PyResult<()> {
        if self.process == std::process::id() {
            return Ok(());
        }
        Err(PyRuntimeError::new_err(
            "this client was made before the process was forked, and its threads are not here: make one here",
        ))
    }
}

fn job(
    prepared: &Prepared,
    name: &str,
    (module, record_id): (String, String),
    restrict_triggers: Option<&[String]>,
) -> Result<Job<()>, Error> {
    let options = UploadOptions::default();
    let options = match restrict_triggers {
        Some(names) => options.restrict_triggers(triggers(names)?),
        None => options,
    };
    let photo = Photo::from(prepared.inner().clone()).named(name);
    Ok(Job::new((), Target::new(module, record_id)?, photo).options(options))
}
