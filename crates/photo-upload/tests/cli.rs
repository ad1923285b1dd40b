//! The example program prep-and-upload, run as scripts run it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use photo_sandbox::{Code, Config, Fault, RetryHint, Sandbox};
use photo_testkit::encode::{bmp, jpeg, webp};
use photo_testkit::exif::Exif;
use photo_testkit::{pattern, photo_like};
use serde_json::Value;
use tempfile::TempDir;

/// What a run came to.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Standard output as JSON lines, sorted by file.
    fn lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str::<Value>(line).expect("a JSON object a line");
        let mut lines: Vec<Value> = self.stdout.lines().map(parse).collect();
        lines.sort_by_key(|line| line["file"].as_str().map(str::to_owned));
        lines
    }

    fn only(&self) -> Value {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{}{}", self.stdout, self.stderr);
        lines[0].clone()
    }

    /// Asserts the exit status, and that a failure says something.
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(code == 0 || !self.stderr.trim().is_empty(), "a silent failure");
        self
    }
}

/// A folder for a test, with pictures on request.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn folder(&self, name: &str) -> PathBuf {
        std::fs::create_dir_all(self.path(name)).expect("made");
        self.path(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// Where cargo puts examples: beside the folder of the test programs.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>");
    let name = format!("prep-and-upload{}", std::env::consts::EXE_SUFFIX);
    let program = profile.join("examples").join(name);
    let shown = program.display();
    assert!(
        program.is_file(),
        "{shown} is not built: run `cargo test` without --test, or build the examples first"
    );
    program
}

fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "TOKEN_URL"] {
        command.env_remove(format!("ZOHO_{name}"));
    }
    command
}

fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    Ran::from(command(args).output().expect("it runs"))
}

/// Splits at spaces, and puts paths in for `{name}`.
fn args(line: &str, bench: &Bench) -> Vec<String> {
    let fill = |word: &str| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(name) => bench.path(name).to_string_lossy().into_owned(),
        None => word.to_owned(),
    };
    line.split_whitespace().map(fill).collect()
}

fn clean_jpeg() -> Vec<u8> {
    jpeg::encode(&photo_like(64, 48, 1), &jpeg::JpegOptions::default())
}

fn jpeg_with_exif(orientation: u16) -> Vec<u8> {
    let segments = vec![jpeg::Segment::exif(&Exif::orientation(orientation))];
    let picture = pattern::orientation_chart(64, 48).stored_for(orientation);
    jpeg::encode(&picture, &jpeg::JpegOptions { segments, ..Default::default() })
}

fn a_bmp() -> Vec<u8> {
    bmp::encode(&photo_like(64, 48, 2), bmp::PixelFormat::Rgb24, bmp::BmpOptions::default())
}

fn a_webp() -> Vec<u8> {
    webp::encode(&photo_like(64, 48, 3), &webp::WebpOptions::default())
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn set<'a>(names: &'a str) -> BTreeSet<&'a str> {
    names.split_whitespace().collect()
}

/// Every field is there, with the right type or null, and no other.
fn check_shape(line: &Value) {
    assert_eq!(
        keys(line),
        set("file status route reasons lossless in out upload warnings error ms"),
        "{line}"
    );
    let is_text_list = |list: &Value| list.as_array().is_some_and(|l| l.iter().all(Value::is_string));
    assert!(line["file"].is_string() && line["ms"].is_number(), "{line}");
    assert!(is_text_list(&line["reasons"]) && is_text_list(&line["warnings"]), "{line}");
    assert!(line["route"].is_string() || line["route"].is_null(), "{line}");
    assert!(line["lossless"].is_boolean() || line["lossless"].is_null(), "{line}");
    let objects = [
        ("in", "format width height bytes orientation"),
        ("out", "path format width height bytes"),
        ("upload", "status http code attempts ms"),
        ("error", "kind message"),
    ];
    for (name, fields) in objects {
        assert!(line[name].is_null() || keys(&line[name]) == set(fields), "{name} in {line}");
    }
    assert_eq!(line["status"] == "ok", line["error"].is_null(), "{line}");
    assert!(["ok", "refused", "failed"].iter().any(|status| line["status"] == *status), "{line}");
}

#[test]
fn wrong_usage_ends_with_2_and_does_nothing() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    bench.file("b.jpg", clean_jpeg());
    bench.folder("in");
    bench.file("in/a.jpg", clean_jpeg());
    bench.file("norecord.csv", "a.jpg\n");
    bench.file("badrecord.csv", "a.jpg,12x,Leads\n");
    bench.file("nomodule.csv", "file,record_id\na.jpg,12\n");
    bench.file("empty.csv", "file,record_id\n");
    let cases = [
        ("", "Usage"),
        ("prep {a.jpg}", "--out"),
        ("prep --out {x}", "INPUT"),
        ("prep {a.jpg} {b.jpg} --out {x}", "create it first"),
        ("prep {in} --out {x}", "create it first"),
        ("prep {a.jpg} --out {no/such/x}", "create it first"),
        ("prep {a.jpg} --out {new/}", "create it first"),
        ("prep - - --out {in}", "only once"),
        ("prep https://me:pw@a.example/x.png --out {x}", "user name or password"),
        ("prep {a.jpg} --out {x} --quality 0", "1..=100"),
        ("prep {a.jpg} --out {x} --quality 101", "1..=100"),
        ("prep {a.jpg} --out {x} --format gif", "auto"),
        ("prep {a.jpg} --out {x} --subsampling 422", "420"),
        ("prep {a.jpg} --out {x} --metadata all", "keep-non-private"),
        ("prep {a.jpg} --out {x} --threads 0", "--threads"),
        ("prep {a.jpg} --out {x} --max-bytes 0", "--max-bytes"),
        ("upload {a.jpg} --module Leads --sandbox", "--record"),
        ("upload {a.jpg} --record 1 --sandbox", "--module"),
        ("upload {a.jpg} --module Leads --record 1", "--sandbox"),
        ("upload {a.jpg} --module Leads --record 1 --sandbox --dc eu", "cannot be used with"),
        ("upload {a.jpg} --module Leads --record 1 --dc xx", "possible values"),
        ("upload {a.jpg} --module Leads --record one --sandbox", "record id"),
        ("upload {a.jpg} --module ../Leads --record 1 --sandbox", "module"),
        ("upload {a.jpg} --module Leads --record 1 --dc eu", "ZOHO_ACCESS_TOKEN"),
        ("upload {a.jpg} --module Leads --record 1 --api-domain http://a.example --dry-run", "plain http"),
        ("upload {a.jpg} --module Leads --record 1 --sandbox --restrict-triggers all", "workflow"),
        ("upload --module Leads --map {no.csv} --sandbox", "no.csv"),
        ("upload --module Leads --map {norecord.csv} --sandbox", "line 1"),
        ("upload --map {badrecord.csv} --sandbox", "record id"),
        ("upload --map {nomodule.csv} --sandbox", "line 2"),
        ("upload --map {empty.csv} --module Leads --sandbox", "names no files"),
    ];
    for (line, says) in cases {
        let ran = run(args(line, &bench)).ends(2);
        assert!(ran.stderr.contains(says), "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
        assert!(!ran.stderr.contains("pw@"), "{}", ran.stderr);
    }
    assert_eq!(bench.names("in"), ["a.jpg"]);
    assert!(!bench.path("x.jpg").exists() && !bench.path("x").exists());
}

#[test]
fn preparing_takes_the_right_route() {
    let bench = Bench::new();
    let truncated = clean_jpeg().get(..700).expect("long enough").to_vec();
    // File, content, exit status, status, route, output format, kind of error.
    let cases = [
        ("clean.jpg", clean_jpeg(), 0, "ok", "pass_through", "jpeg", ""),
        ("private.jpg", jpeg_with_exif(1), 0, "ok", "rewrite", "jpeg", ""),
        ("turned.jpg", jpeg_with_exif(6), 0, "ok", "pixels", "jpeg", ""),
        ("a.bmp", a_bmp(), 0, "ok", "pixels", "jpeg", ""),
        ("webp.jpg", a_webp(), 0, "ok", "pixels", "jpeg", ""),
        ("truncated.jpg", truncated, 1, "refused", "", "", "malformed"),
        ("text.jpg", b"just text".to_vec(), 1, "refused", "", "", "unknown_format"),
        ("empty.png", Vec::new(), 1, "refused", "", "", "unknown_format"),
    ];
    for (name, content, code, status, route, format, kind) in cases {
        let input = bench.file(name, &content);
        let out = bench.path(&format!("{name}.out")).with_extension("");
        let words = ["prep".as_ref(), input.as_os_str(), "--out".as_ref(), out.as_os_str()];
        let ran = run(words.into_iter().chain(["--json", "--format", "jpeg"].map(OsStr::new))).ends(code);
        let line = ran.only();
        check_shape(&line);
        assert_eq!(line["status"], status, "{line}");
        assert_eq!(line["error"]["kind"].as_str().unwrap_or_default(), kind, "{line}");
        assert!(line["upload"].is_null());
        if code != 0 {
            assert!(ran.stderr.contains(name), "{}", ran.stderr);
            continue;
        }
        assert_eq!((&line["route"], &line["out"]["format"]), (&route.into(), &format.into()), "{line}");
        assert_eq!(line["reasons"].as_array().map(Vec::is_empty), Some(route == "pass_through"), "{line}");
        assert_eq!(line["lossless"].as_bool(), Some(route != "pixels"), "{line}");
        assert_eq!(line["in"]["bytes"], content.len() as u64);
        assert_eq!((&line["out"]["width"], &line["out"]["height"]), (&64.into(), &48.into()), "{line}");
        let written = std::fs::read(line["out"]["path"].as_str().expect("a path")).expect("written");
        assert_eq!(written.len() as u64, line["out"]["bytes"].as_u64().expect("a number"));
        assert_eq!(written == content, route == "pass_through");
    }
    assert_eq!(run(args("prep {turned.jpg} --out {q} --json", &bench)).only()["in"]["orientation"], 6);
}

#[test]
fn options_reach_the_preparation() {
    let bench = Bench::new();
    bench.file("a.jpg", jpeg::encode(&photo_like(400, 300, 1), &jpeg::JpegOptions::default()));
    let size = |options: &str| {
        let line = run(args(&format!("prep {{a.jpg}} --out {{o}} --json {options}"), &bench)).ends(0).only();
        (line["out"]["format"].clone(), line["out"]["width"].as_u64(), line["out"]["bytes"].as_u64())
    };
    assert_eq!(size("--format png").0, "png");
    assert_eq!(size("--max-pixels 30000").1, Some(200));
    assert!(size("--max-bytes 9000").2 <= Some(9000));
    let (fine, coarse) = (size("--max-pixels 100000 --quality 80"), size("--max-pixels 100000 --quality 30"));
    assert!(fine.2 > coarse.2, "{fine:?} {coarse:?}");
    let (full, half) = ("--max-pixels 100000 --subsampling 444", "--max-pixels 100000 --subsampling 420");
    assert!(size(full).2 > size(half).2);
    let floor = "--max-bytes 1000 --quality-floor 90 --threads 1 --color srgb --metadata keep";
    assert!(size(floor).2 <= Some(1000));
}

#[test]
fn a_folder_gives_its_own_pictures_and_names_do_not_collide() {
    let bench = Bench::new();
    bench.folder("in/sub");
    bench.folder("out");
    for (name, content) in [
        ("a.jpg", clean_jpeg()),
        ("a.bmp", a_bmp()),
        ("A.webp", a_webp()),
        ("noextension", a_webp()),
        ("README.md", b"# no picture".to_vec()),
        ("index.json", b"[]".to_vec()),
        (".hidden.jpg", clean_jpeg()),
        ("sub/b.jpg", clean_jpeg()),
    ] {
        bench.file(&format!("in/{name}"), content);
    }
    let ran = run(args("prep {in} --out {out} --format jpeg -v", &bench)).ends(0);
    assert_eq!(bench.names("out").len(), 4);
    let lower: Vec<_> = bench.names("out").iter().map(|name| name.to_lowercase()).collect();
    for name in ["a.jpg", "a-2.jpg", "a-3.jpg", "noextension.jpg"] {
        assert!(lower.contains(&name.to_owned()), "{lower:?}");
    }
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("README.md") && ran.stderr.contains("4 inputs: 4 ok"), "{}", ran.stderr);

    let quiet = run(args("prep {in} --out {out} -q", &bench)).ends(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let empty = run(args("prep {in/sub/..} {out} {nothing} --out {out} --json -q", &bench)).ends(1);
    let kinds: Vec<_> = empty.lines().iter().map(|l| l["error"]["kind"].clone()).collect();
    assert!(kinds.contains(&"would_overwrite".into()) && kinds.contains(&"io".into()), "{kinds:?}");
    bench.folder("bare");
    let bare = run(args("explain {bare} --json", &bench)).ends(1).only();
    assert_eq!((&bare["status"], &bare["error"]["kind"]), (&"refused".into(), &"no_pictures".into()));
}

#[test]
fn inputs_are_never_overwritten() {
    let bench = Bench::new();
    bench.folder("in");
    let content = jpeg_with_exif(6);
    bench.file("in/a.jpg", &content);
    bench.file("in/b.jpg", &content);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(bench.path("in"), bench.path("link")).expect("linked");
        std::os::unix::fs::symlink(bench.path("in/a.jpg"), bench.path("alias.jpg")).expect("linked");
    }
    let mut cases = vec![
        ("prep {in} --out {in}", 2),
        ("prep {in/a.jpg} --out {in/a.jpg}", 1),
        ("prep {in/a.jpg} --out {in/a}", 1),
        ("prep {in/a.jpg} --out {in/../in/a}", 1),
        ("upload {in} --sandbox --module Leads --record 1 --dry-run --keep-prepared {in}", 2),
    ];
    if cfg!(unix) {
        cases.extend([("prep {in} --out {link}", 2), ("prep {alias.jpg} --out {in/a.jpg}", 1)]);
    }
    for (line, refused) in cases {
        let ran = run(args(line, &bench).into_iter().chain(["--json".to_owned()])).ends(1);
        let lines = ran.lines();
        assert_eq!(lines.len(), refused, "{line}");
        for line in lines {
            check_shape(&line);
            assert_eq!(line["error"]["kind"], "would_overwrite", "{line}");
        }
        assert_eq!(bench.names("in"), ["a.jpg", "b.jpg"], "{line}");
        for name in ["in/a.jpg", "in/b.jpg"] {
            assert!(std::fs::read(bench.path(name)).expect("still there") == content, "{line}");
        }
    }
}

#[test]
fn names_of_outputs() {
    let bench = Bench::new();
    bench.file("a.b.jpg", clean_jpeg());
    bench.folder("out");
    // --out, what is written, how many warnings.
    let cases = [
        ("{x}", "x.jpg", 0),
        ("{x.jpeg}", "x.jpeg", 0),
        ("{x.JPG}", "x.JPG", 0),
        ("{x.png}", "x.png", 1),
        ("{out}", "out/a.b.jpg", 0),
        ("{out/}", "out/a.b.jpg", 0),
    ];
    for (out, written, warnings) in cases {
        let line = run(args(&format!("prep {{a.b.jpg}} --out {out} --json"), &bench)).ends(0).only();
        assert_eq!(std::fs::read(bench.path(written)).ok(), Some(clean_jpeg()), "{out}");
        assert_eq!(line["warnings"].as_array().map(Vec::len), Some(warnings), "{line}");
        std::fs::remove_file(bench.path(written)).expect("removed");
    }
}

#[test]
fn standard_input_is_an_input() {
    let bench = Bench::new();
    let line = args("prep - --out {.} --json", &bench);
    let mut child = command(line).stdin(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("piped").write_all(&clean_jpeg()).expect("taken");
    let line = Ran::from(child.wait_with_output().expect("it ends")).ends(0).only();
    assert_eq!(line["file"], "-");
    assert_eq!(std::fs::read(bench.path("stdin.jpg")).ok(), Some(clean_jpeg()));
}

#[test]
fn explaining_touches_nothing() {
    let bench = Bench::new();
    bench.file("turned.jpg", jpeg_with_exif(6));
    bench.file("text.txt", "text");
    let mut line = run(args("explain {turned.jpg} --json", &bench)).ends(0).only();
    assert_eq!(line["plan"]["options"]["limits"]["max_pixels"], 10_000_000);
    line.as_object_mut().expect("an object").remove("plan");
    check_shape(&line);
    assert_eq!((&line["route"], &line["in"]["orientation"]), (&"pixels".into(), &6.into()));
    assert!(line["out"].is_null() && line["upload"].is_null() && line["lossless"].is_null());
    let ran = run(args("explain {turned.jpg}", &bench)).ends(0);
    assert!(ran.stderr.contains("on its side") && ran.stdout.is_empty(), "{}", ran.stderr);
    let refused = run(args("explain {text.txt} {turned.jpg} --json", &bench)).ends(1);
    assert_eq!(refused.lines().len(), 2);
    let mut names = bench.names("");
    names.retain(|name| name != "text.txt" && name != "turned.jpg");
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn urls_are_fetched_whatever_the_format() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a request");
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head);
            let (status, more, body) = match head.split(' ').nth(1).expect("a path") {
                "/me%20too.webp?sig=hush" => (200, "", a_webp()),
                "/moved" => (302, "Location: /me%20too.webp?sig=hush\r\n", Vec::new()),
                "/round" => (302, "Location: /round\r\n", Vec::new()),
                "/busy" => (503, "", Vec::new()),
                _ => (404, "", Vec::new()),
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n");
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).expect("sent");
        }
    });
    let bench = Bench::new();
    let out = bench.folder("out");
    let cases = [
        ("/me%20too.webp?sig=hush", 0, "ok", Value::Null, "me too.jpg"),
        ("/moved", 0, "ok", Value::Null, "moved.jpg"),
        ("/round", 1, "failed", "source".into(), ""),
        ("/gone.png", 1, "failed", "source".into(), ""),
        ("/busy", 5, "failed", "source".into(), ""),
    ];
    for (path, code, status, kind, written) in cases {
        let url = format!("{base}{path}");
        let words = ["prep", &url, "--out", out.to_str().expect("UTF-8"), "--json", "--format", "jpeg"];
        let ran = run(words).ends(code);
        let line = ran.only();
        check_shape(&line);
        assert_eq!((&line["status"], &line["error"]["kind"]), (&status.into(), &kind), "{line}");
        assert_eq!(line["file"], url.as_str());
        assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
        assert!(written.is_empty() || out.join(written).is_file(), "{:?}", bench.names("out"));
    }
}

/// Uploads to this sandbox with this token in the environment.
fn upload(line: &str, bench: &Bench, sandbox: &Sandbox, token: &str) -> Ran {
    let mut command = command(args(&format!("upload {line} --json --api-domain"), bench));
    Ran::from(command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", token).output().expect("it runs"))
}

fn sandbox() -> Sandbox {
    Sandbox::start(Config::default()).expect("started")
}

#[test]
fn uploads_arrive() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("a.jpg", jpeg_with_exif(6));
    let options =
        "--module Leads --record 3000000038009 --restrict-triggers workflow --keep-prepared {kept/new}";
    let ran = upload(&format!("{{a.jpg}} {options}"), &bench, &sandbox, &sandbox.token()).ends(0);
    let line = ran.only();
    check_shape(&line);
    let told = &line["upload"];
    assert_eq!(
        (&told["status"], &told["http"], &told["code"]),
        (&"ok".into(), &200.into(), &"SUCCESS".into())
    );
    assert_eq!(told["attempts"], 1);
    let stored = sandbox.photo("Leads", "3000000038009").expect("stored");
    assert_eq!(stored.bytes.as_ref(), std::fs::read(bench.path("kept/new/a.jpg")).expect("kept"));
    assert_eq!(sandbox.stats().uploads_accepted, 1);
}

#[test]
fn a_folder_goes_to_the_sandbox_inside() {
    let bench = Bench::new();
    bench.folder("in");
    for n in 0..7 {
        bench.file(&format!("in/{n}.jpg"), jpeg_with_exif(n % 8 + 1));
    }
    let line = "upload {in} --sandbox --module Leads --record 3000000038009 --transfers 2 --threads 2";
    let ran = run(args(&format!("{line} --json"), &bench)).ends(0);
    assert_eq!((ran.lines().len(), ran.stderr.as_str()), (7, ""));
    ran.lines().iter().for_each(check_shape);
    let human = run(args(line, &bench)).ends(0);
    assert_eq!(human.stdout, "");
    assert_eq!(human.stderr.matches("stored on Leads/3000000038009").count(), 7, "{}", human.stderr);
}

#[test]
fn a_dry_run_needs_no_token_and_no_network() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let base = format!("http://{}", listener.local_addr().expect("bound"));
    let line = format!("upload {{a.jpg}} --module Leads --record 42 --dry-run --api-domain {base}");
    let told = run(args(&format!("{line} --json"), &bench)).ends(0).only();
    check_shape(&told);
    assert_eq!((&told["upload"]["status"], &told["upload"]["attempts"]), (&"dry_run".into(), &0.into()));
    let human = run(args(&line, &bench)).ends(0).stderr;
    assert!(human.contains(&format!("{base}/crm/v2/Leads/42/photo")), "{human}");
    run(args("upload {a.jpg} --module Leads --record 42 --dry-run --sandbox", &bench)).ends(0);
    assert_eq!(listener.accept().expect_err("nobody came").kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_map_says_what_goes_where() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.folder("in");
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        bench.file(&format!("in/{name}"), clean_jpeg());
    }
    let accepted = |module: &str, record: &str| sandbox.stats().accepted_for(module, record);
    let token = sandbox.token();
    // Without headings, module by the column or the option, and paths beside the table.
    bench.file("in/plain.csv", "a.jpg,11\nb.jpg, 12 ,Contacts\n\na.jpg,13\n");
    let ran = upload("--map {in/plain.csv} --module Leads", &bench, &sandbox, &token).ends(0);
    assert_eq!(ran.lines().len(), 3);
    let counts = [accepted("Leads", "11"), accepted("Contacts", "12"), accepted("Leads", "13")];
    assert_eq!(counts, [1, 1, 1]);
    // With headings in another order; only what is named goes, and what the table doesn't know is refused.
    bench.file("in/named.csv", "\u{feff}module,Record_ID,who,file\nLeads,21,me,a.jpg\nLeads,22,you,c.jpg\n");
    let ran = upload("{in/c.jpg} {in/b.jpg} --map {in/named.csv}", &bench, &sandbox, &token).ends(1);
    assert_eq!((accepted("Leads", "21"), accepted("Leads", "22")), (0, 1));
    let [b, c] = ran.lines().try_into().expect("two lines");
    assert_eq!((&b["status"], &b["error"]["kind"]), (&"refused".into(), &"not_in_map".into()));
    assert_eq!(c["status"], "ok");
    // A missing file fails by itself.
    bench.file("in/missing.csv", "no.jpg,31\na.jpg,32\n");
    let ran = upload("--map {in/missing.csv} --module Leads", &bench, &sandbox, &token).ends(1);
    let statuses: Vec<_> = ran.lines().iter().map(|line| line["status"].clone()).collect();
    assert_eq!((statuses.contains(&"failed".into()), accepted("Leads", "32")), (true, 1));
}

#[test]
fn the_exit_status_tells_what_kind_of_failure_is_left() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("a.jpg", clean_jpeg());
    bench.file("b.jpg", clean_jpeg());
    let (wrong, credits) = (photo_sandbox::reserved_record(Code::InvalidData), "7");
    let token = sandbox.token();
    // Module, record, ending of the token, exit status, kind and status of the upload and the code of the first failure.
    let cases = [
        ("Leads", wrong.as_str(), "", 1, "refused", "refused", "INVALID_DATA"),
        ("Leadz", "1", "", 1, "refused", "refused", "INVALID_MODULE"),
        ("Leads", "1", "-noscope", 7, "denied", "failed", "OAUTH_SCOPE_MISMATCH"),
        ("Leads", "1", "-nopermission", 7, "denied", "failed", "NO_PERMISSION"),
        ("Leads", "1", "-stale", 7, "token", "failed", ""),
        ("Leads", credits, "", 7, "out_of_credits", "failed", "TOO_MANY_REQUESTS"),
    ];
    for (module, record, ending, code, kind, status, answer) in cases {
        if record == credits {
            sandbox.push_fault(Fault::TooManyRequests(RetryHint::Header(86_400)));
        }
        let line = format!("{{a.jpg}} {{b.jpg}} --module {module} --record {record} --transfers 1");
        let ran = upload(&line, &bench, &sandbox, &format!("{token}{ending}")).ends(code);
        assert_eq!(ran.lines().len(), 2);
        ran.lines().iter().for_each(check_shape);
        assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token), "a token in {}", ran.stderr);
        let first = ran.lines().into_iter().find(|line| line["error"]["kind"] == kind);
        let first = first.unwrap_or_else(|| panic!("no {kind} in {}", ran.stdout));
        assert_eq!(first["upload"]["status"], status, "{first}");
        assert_eq!(first["upload"]["code"].as_str().unwrap_or_default(), answer, "{first}");
        // What holds for the other one too is not tried again.
        if code == 7 || module == "Leadz" {
            let other = if code == 7 { "stopped" } else { "skipped" };
            let mut kinds = ran.lines().into_iter().map(|line| line["error"]["kind"].clone());
            assert!(kinds.any(|kind| kind == other), "{}", ran.stdout);
        }
    }
}

#[test]
fn temporary_failures_alone_end_with_5() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    bench.file("text.jpg", "text");
    let sandbox = Sandbox::start(Config::default().max_refreshes(0)).expect("started");
    let refresh = |inputs: &str| {
        let line = format!("upload {inputs} --module Leads --record 1 --json --api-domain");
        let output = command(args(&line, &bench))
            .arg(sandbox.url())
            .env("ZOHO_TOKEN_URL", sandbox.token_url())
            .envs([
                ("ZOHO_CLIENT_ID", "1000.id"),
                ("ZOHO_CLIENT_SECRET", "hush"),
                ("ZOHO_REFRESH_TOKEN", "1000.hush"),
            ])
            .output();
        Ran::from(output.expect("it runs"))
    };
    let ran = refresh("{a.jpg}").ends(5);
    assert_eq!(ran.only()["error"]["kind"], "token");
    assert!(!ran.stderr.contains("hush") && !ran.stdout.contains("hush"));
    refresh("{a.jpg} {text.jpg}").ends(1);
    sandbox.configure(|config| config.max_refreshes = 10);
    assert_eq!(refresh("{a.jpg}").ends(0).only()["upload"]["attempts"], 1);
}

#[test]
fn missing_secrets_are_named() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let line = args("upload {a.jpg} --module Leads --record 1 --dc eu", &bench);
    let output = command(&line).env("ZOHO_CLIENT_ID", "id").env("ZOHO_ACCESS_TOKEN", "").output();
    let said = Ran::from(output.expect("it runs")).ends(2).stderr;
    assert!(said.contains("missing: ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN)"), "{said}");
    let output = command(&line).env("ZOHO_ACCESS_TOKEN", "two words").output();
    let said = Ran::from(output.expect("it runs")).ends(2).stderr;
    assert!(!said.contains("two words"), "{said}");
}

#[test]
fn the_sandbox_command_serves_until_interrupted() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let mut serving = command(["sandbox", "--token", "1000.mine"]).spawn().expect("it runs");
    let mut out = std::io::BufReader::new(serving.stdout.take().expect("piped"));
    let mut hello = String::new();
    std::io::BufRead::read_line(&mut out, &mut hello).expect("a line");
    let hello: Value = serde_json::from_str(&hello).expect("JSON");
    assert_eq!(keys(&hello), set("url token_url token"));
    assert_eq!(hello["token"], "1000.mine");
    let url = hello["url"].as_str().expect("a URL");
    let line = args("upload {a.jpg} --module Leads --record 1 --json --api-domain", &bench);
    let output = command(line).arg(url).env("ZOHO_ACCESS_TOKEN", "1000.mine").output();
    Ran::from(output.expect("it runs")).ends(0);
    let taken = url.rsplit(':').next().expect("a port");
    assert!(run(["sandbox", "--port", taken]).ends(2).stderr.contains(taken));
    end_by_interrupt(serving, 0);
}

#[test]
fn an_interrupt_ends_with_130_and_tells_of_every_input() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        bench.file(name, clean_jpeg());
    }
    sandbox.push_fault(Fault::Slow(Duration::from_secs(60)));
    let line = "upload {a.jpg} {b.jpg} {c.jpg} --module Leads --record 1 --transfers 1 --json --api-domain";
    let mut command = command(args(line, &bench));
    let child =
        command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", sandbox.token()).spawn().expect("it runs");
    for _ in 0..1200 {
        if sandbox.stats().photo_requests > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    assert_eq!(sandbox.stats().photo_requests, 1);
    let Some(ran) = end_by_interrupt(child, 130) else { return };
    assert_eq!(ran.lines().len(), 3);
    for line in ran.lines() {
        check_shape(&line);
        assert_eq!((&line["status"], &line["error"]["kind"]), (&"failed".into(), &"interrupted".into()));
    }
}

/// Sends SIGINT and waits for the end. Elsewhere than on Unix nothing sends one: the program is just ended.
fn end_by_interrupt(mut child: Child, code: i32) -> Option<Ran> {
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
