//! `photo-prep-web-bindgen INPUT.wasm FOLDER`: the module and the JavaScript around it, for `build.sh`.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: photo-prep-web-bindgen INPUT.wasm FOLDER");
        return ExitCode::from(2);
    };
    match write(&input, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", input.display());
            ExitCode::FAILURE
        }
    }
}

fn write(input: &PathBuf, folder: &PathBuf) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    let web = bindgen.web(true).map_err(|error| format!("{error:#}"))?;
    let web = web
        .input_path(input)
        .out_name("photo_prep")
        .typescript(false)
        .remove_producers_section(true)
        .remove_name_section(true);
    web.generate(folder).map_err(|error| format!("{error:#}"))
}
