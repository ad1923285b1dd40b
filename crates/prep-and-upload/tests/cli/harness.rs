//! Running the program, and what it runs on.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use photo_testkit::encode::{bmp, jpeg, webp};
use photo_testkit::exif::Exif;
use photo_testkit::{pattern, photo_like};
use serde_json::Value;
use tempfile::TempDir;

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Standard output as JSON lines, sorted by file.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str::<Value>(line).expect("a JSON object a line");
        let mut lines: Vec<Value> = self.stdout.lines().map(parse).collect();
        lines.sort_by_key(|line| line["file"].as_str().map(str::to_owned));
        lines
    }

    pub(crate) fn only(&self) -> Value {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{}{}", self.stdout, self.stderr);
        lines[0].clone()
    }

    /// Asserts the exit status, and that a failure says something.
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(code == 0 || !self.stderr.trim().is_empty(), "a silent failure");
        self
    }
}

/// A folder for a test, with pictures on request.
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        std::fs::create_dir_all(self.path(name)).expect("made");
        self.path(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }

    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub(crate) fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prep-and-upload"));
    // No test leaves a token where the next one finds it.
    command.env_remove("XDG_STATE_HOME").env_remove("HOME");
    // Nor are there options that it did not ask for.
    command.env_remove("XDG_CONFIG_HOME");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PREP_AND_UPLOAD_") {
            command.env_remove(name);
        }
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "TOKEN_URL"] {
        command.env_remove(format!("ZOHO_{name}"));
    }
    command
}

pub(crate) fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    Ran::from(command(args).output().expect("it runs"))
}

/// Splits at spaces, and puts paths in for `{name}`.
pub(crate) fn args(line: &str, bench: &Bench) -> Vec<String> {
    let fill = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(name) => bench.path(name).to_string_lossy().into_owned(),
        None => word.to_owned(),
    };
    line.split_whitespace().map(fill).collect()
}

pub(crate) fn clean_jpeg() -> Vec<u8> {
    jpeg::encode(&photo_like(64, 48, 1), &jpeg::JpegOptions::default())
}

pub(crate) fn jpeg_with_exif(orientation: u16) -> Vec<u8> {
    let segments = vec![jpeg::Segment::exif(&Exif::orientation(orientation))];
    let picture = pattern::orientation_chart(64, 48).stored_for(orientation);
    jpeg::encode(&picture, &jpeg::JpegOptions { segments, ..Default::default() })
}

pub(crate) fn a_bmp() -> Vec<u8> {
    bmp::encode(&photo_like(64, 48, 2), bmp::PixelFormat::Rgb24, bmp::BmpOptions::default())
}

pub(crate) fn a_webp() -> Vec<u8> {
    webp::encode(&photo_like(64, 48, 3), &webp::WebpOptions::default())
}

pub(crate) fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

pub(crate) fn set(names: &str) -> BTreeSet<&str> {
    names.split_whitespace().collect()
}

/// Every field is there, with the right type or null, and no other.
pub(crate) fn check_shape(line: &Value) {
    assert_eq!(
        keys(line),
        set(
            "schema file line module record status route verdict attempt quality encodes lossless in out upload warnings error ms"
        ),
        "{line}"
    );
    let is_text_list = |list: &Value| list.as_array().is_some_and(|l| l.iter().all(Value::is_string));
    assert!(line["file"].is_string() && line["ms"].is_number(), "{line}");
    assert!(line["schema"] == 3 && is_text_list(&line["warnings"]), "{line}");
    assert!(line["route"].is_string() || line["route"].is_null(), "{line}");
    assert!(line["lossless"].is_boolean() || line["lossless"].is_null(), "{line}");
    let objects = [
        ("in", "format width height bytes orientation sha256"),
        ("out", "path format width height bytes sha256"),
        ("upload", "status http code attempts credits ms"),
        ("error", "kind message help"),
        ("verdict", "before violations after"),
    ];
    for (name, fields) in objects {
        assert!(line[name].is_null() || keys(&line[name]) == set(fields), "{name} in {line}");
    }
    for violation in line["verdict"]["violations"].as_array().expect("a list") {
        assert_eq!(keys(violation), set("code found allowed fixable message"), "{line}");
    }
    assert_eq!(line["status"] == "ok", line["error"].is_null(), "{line}");
    assert!(
        ["ok", "refused", "failed", "not_tried"].iter().any(|status| line["status"] == *status),
        "{line}"
    );
}

/// Sends SIGINT and waits for the end. Elsewhere than on Unix nothing sends one: the program is just ended.
pub(crate) fn end_by_interrupt(mut child: Child, code: i32) -> Option<Ran> {
    if cfg!(unix) {
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(code), "{}{}", ran.stdout, ran.stderr);
        return Some(ran);
    }
    println!("skipped: no SIGINT on this system");
    child.kill().expect("ended");
    child.wait().expect("it ends");
    None
}
