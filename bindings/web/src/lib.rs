//! The compiled half of the npm package `@photo-prep/web`: bytes and options in, results and errors out.
//!
//! What JavaScript sees of it is in `js/`, with its types and examples. Options, facts, plans, verdicts and
//! reports cross as JSON, pictures as bytes. No `unsafe` here but what wasm-bindgen's macros write.
#![deny(unsafe_code)]

mod errors;
mod options;
mod private_facts;
mod words;

use photo_prep::{Depth, Error, LimitKind, Options, Resources};
use serde::Serialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use errors::error;

/// Prepares a picture: the file in `data` under `options`, a JSON object. Errors are JSON objects too.
#[wasm_bindgen]
pub fn prepare(data: Vec<u8>, options: &str) -> Result<Prepared, String> {
    let options = options::read(options)?;
    let prepared = options.prepare(&data).map_err(|e| error(&e))?;
    let report = report(prepared.report()).to_string();
    let file = match prepared.into_bytes() {
        std::borrow::Cow::Owned(file) => file,
        // The very same bytes came out: no second copy of them.
        std::borrow::Cow::Borrowed(_) => data,
    };
    Ok(Prepared { file, report })
}

/// What came out.
#[wasm_bindgen]
pub struct Prepared {
    file: Vec<u8>,
    report: String,
}

#[wasm_bindgen]
impl Prepared {
    /// The file; nothing is left of it here.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.file)
    }

    /// What was done, as JSON.
    pub fn report(&self) -> String {
        self.report.clone()
    }
}

/// Whether a file of so many bytes may be read at all, before it is.
#[wasm_bindgen]
pub fn admit(bytes: f64, options: &str) -> Result<(), String> {
    let limit = options::read(options)?.input_limits.bytes;
    // Whole and within what JavaScript counts exactly.
    let actual = bytes as u64;
    if actual > limit {
        return Err(error(&Error::LimitExceeded { what: LimitKind::InputBytes, actual, limit }));
    }
    Ok(())
}

/// Whether the file meets the requirements, as JSON; `deep` decodes it.
#[wasm_bindgen]
pub fn check(data: &[u8], options: &str, deep: bool) -> Result<String, String> {
    let depth = if deep { Depth::Deep } else { Depth::Shallow };
    let verdict = options::read(options)?.check(data, depth);
    let mut told = value(&verdict);
    told["text"] = verdict.to_string().into();
    Ok(told.to_string())
}

/// What would be done and why, as JSON, from the headers alone.
#[wasm_bindgen]
pub fn explain(data: &[u8], options: &str) -> Result<String, String> {
    let options: Options = options::read(options)?;
    let plan = options.probe(data).and_then(|info| options.plan(&info, Resources::of_current_pool()));
    let plan = plan.map_err(|e| error(&e))?;
    let route = plan.route().name();
    let told = json!({
        "route": route,
        "memory": plan.estimate().peak_memory,
        "text": plan.to_string(),
        "details": value(&plan),
    });
    Ok(told.to_string())
}

/// The facts of a file, as JSON, from its headers alone, with what its EXIF tells of people.
#[wasm_bindgen]
pub fn probe(data: &[u8], options: &str) -> Result<String, String> {
    let info = options::read(options)?.probe(data).map_err(|e| error(&e))?;
    let size = info.upright_size();
    let told = json!({
        "format": info.format.name(),
        "width": size.width,
        "height": size.height,
        "orientation": info.orientation.to_exif(),
        "bytes": info.bytes,
        "warnings": info.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "private": private_facts::of(data),
        "details": value(&info),
    });
    Ok(told.to_string())
}

/// Names of all options.
#[wasm_bindgen(js_name = optionNames)]
pub fn option_names() -> Vec<String> {
    options::names().map(str::to_owned).collect()
}

/// Names of the presets, the default first.
#[wasm_bindgen]
pub fn presets() -> Vec<String> {
    photo_prep::Preset::all().iter().map(|preset| preset.name.to_owned()).collect()
}

fn report(report: &photo_prep::Report) -> Value {
    let mut told = value(report);
    told["summary"] = report.to_string().into();
    told["attempt"] = value(&report.rung());
    told["verdict"] = if report.violations.is_empty() { "compliant" } else { "fixable" }.into();
    told["warnings"] = report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().into();
    if let Some(told) = told.as_object_mut() {
        // There is no clock here: what would be told is nothing but noughts.
        told.remove("stages");
    }
    told
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
