//! Small TIFFs of every kind that is read, against what libtiff and LittleCMS make of them
//! (`data/tiff/make.py`), and those that are refused by name.

use std::path::{Path, PathBuf};

use photo_prep::{Error, Options, OutputFormat, Prepared};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tiff")
}

#[test]
fn every_kind_is_shown_as_libtiff_shows_it_or_refused_by_name() {
    let table: Vec<Value> =
        serde_json::from_slice(&std::fs::read(folder().join("cases.json")).unwrap()).unwrap();
    assert!(table.len() > 120, "{} cases", table.len());
    let failures: Vec<String> = table
        .iter()
        .filter_map(|case| {
            let name = case["file"].as_str().unwrap();
            judged(name, case).err().map(|why| format!("{name}: {why}"))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), table.len(), failures.join("\n"));
}

fn judged(name: &str, case: &Value) -> Result<(), String> {
    let bytes = std::fs::read(folder().join(name)).unwrap();
    let done = Options::default().format(OutputFormat::Png).prepare(&bytes);
    if let Some(words) = case["refuse"].as_str() {
        return match done {
            Err(Error::Unsupported { .. } | Error::Malformed { .. }) if told(&done).contains(words) => Ok(()),
            _ => Err(format!("not refused with \"{words}\", but: {}", told(&done))),
        };
    }
    let prepared = done.map_err(|e| e.to_string())?;
    if let Some(warning) = case["warn"].as_str() {
        let warnings = format!("{:?}", prepared.report().warnings).to_lowercase();
        if !warnings.contains(warning) {
            return Err(format!("no warning of {warning}, but {warnings}"));
        }
    }
    let wanted = std::fs::read(folder().join(case["ref"].as_str().unwrap())).unwrap();
    let (got, want) = (seen(prepared.bytes()), seen(&wanted));
    if got.0 != want.0 {
        return Err(format!("sides {:?} instead of {:?}", got.0, want.0));
    }
    let mean = got.1.iter().zip(&want.1).map(|(a, b)| (a - b).abs()).sum::<f64>() / got.1.len() as f64;
    // Half a step is what rounding colors that are laid on white can do.
    let most = case["mean"].as_f64().unwrap() + 1e-9;
    if mean > most { Err(format!("mean difference {mean:.3}, at most {most:.3}")) } else { Ok(()) }
}

fn told(done: &Result<Prepared<'_>, Error>) -> String {
    match done {
        Ok(prepared) => format!("a picture of {}", prepared.size()),
        Err(error) => error.to_string(),
    }
}

/// Sides of a PNG, and its pixels as RGB times alpha, and alpha.
fn seen(png: &[u8]) -> ((u32, u32), Vec<f64>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut data).unwrap();
    let samples = frame.color_type.samples();
    let pixel = |p: &[u8]| {
        let alpha = if samples.is_multiple_of(2) { f64::from(p[samples - 1]) } else { 255.0 };
        let color = |i: usize| f64::from(p[if samples < 3 { 0 } else { i }]) * alpha / 255.0;
        [color(0), color(1), color(2), alpha]
    };
    ((frame.width, frame.height), data[..frame.buffer_size()].chunks_exact(samples).flat_map(pixel).collect())
}
