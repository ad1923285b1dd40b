//! Usage, preparing and explaining.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use photo_testkit::encode::jpeg;
use photo_testkit::photo_like;
use serde_json::Value;

use crate::harness::*;

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
        ("prep {a.jpg} --out {x} --quality 0", "from 1 to 100"),
        ("prep {a.jpg} --out {x} --quality 101", "from 1 to 100"),
        ("prep {a.jpg} --out {x} --format gif", "auto"),
        ("prep {a.jpg} --out {x} --subsampling 422", "420"),
        ("prep {a.jpg} --out {x} --metadata all", "keep-non-private"),
        ("prep {a.jpg} --out {x} --threads 0", "--threads"),
        ("prep {a.jpg} --out {x} --max-bytes 0", "--max-bytes"),
        ("prep {a.jpg} --out {x} --max-width 0", "--max-width"),
        ("prep {a.jpg} --out {x} --aspect wide", "is no aspect ratio"),
        ("prep {a.jpg} --out {x} --aspect 16:9-3:4", "the narrowest first"),
        ("prep {a.jpg} --out {x} --crop 50,101", "is no focus"),
        ("prep {a.jpg} --out {x} --pad pink", "is no color"),
        ("prep {a.jpg} --out {x} --crop --pad white", "cannot be used with"),
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
        ("turned.jpg", jpeg_with_exif(6), 0, "ok", "coefficients", "jpeg", ""),
        ("a.bmp", a_bmp(), 0, "ok", "pixels", "jpeg", ""),
        ("webp.jpg", a_webp(), 0, "ok", "pixels", "jpeg", ""),
        ("truncated.jpg", truncated, 1, "refused", "", "", "malformed"),
        ("text.jpg", b"just text".to_vec(), 1, "refused", "", "", "unknown_format"),
        ("empty.png", Vec::new(), 1, "refused", "", "", "unknown_format"),
    ];
    for (name, content, code, status, route, format, kind) in cases {
        let input = bench.file(name, &content);
        let out = bench.path(&format!("prepared-{}", name.replace('.', "-")));
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
        assert_eq!(
            line["verdict"]["violations"].as_array().map(Vec::is_empty),
            Some(route == "pass_through"),
            "{line}"
        );
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
fn sizes_and_shapes_are_made_as_asked() {
    let bench = Bench::new();
    bench.file("a.jpg", jpeg::encode(&photo_like(400, 300, 1), &jpeg::JpegOptions::default()));
    let requirements = "min_width = 600";
    bench.file("wide.toml", requirements);
    let cases = [
        ("--max-width 200", 200, 150),
        ("--max-height 90", 120, 90),
        ("--max-side 100", 100, 75),
        ("--aspect 1:1 --crop", 300, 300),
        ("--aspect 1:1 --crop 100,0 --max-side 64", 64, 64),
        ("--aspect 3:4-1:1 --crop center", 300, 300),
        ("--aspect 16:9 --pad #204060", 533, 300),
        ("--aspect 1:1 --pad white --max-width 200", 200, 200),
        ("--requirements {wide.toml} --enlarge", 600, 450),
        ("--requirements {wide.toml} --pad black", 600, 300),
        ("--background black", 400, 300),
    ];
    for (options, width, height) in cases {
        let line = run(args(&format!("prep {{a.jpg}} --out {{o}} --json {options}"), &bench)).ends(0).only();
        assert_eq!(
            (&line["out"]["width"], &line["out"]["height"]),
            (&width.into(), &height.into()),
            "{options}"
        );
    }
    for options in ["--aspect 1:1", "--requirements {wide.toml}"] {
        let line = run(args(&format!("prep {{a.jpg}} --out {{o}} --json {options}"), &bench)).ends(1).only();
        assert_eq!(line["error"]["kind"], "unfixable", "{options}: {line}");
    }
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
fn cut_off_pictures_are_filled_where_that_is_asked_for() {
    let bench = Bench::new();
    let whole = clean_jpeg();
    bench.file("cut.jpg", &whole[..whole.len() / 2]);
    let line = run(args("prep {cut.jpg} --out {x} --json", &bench)).ends(1).only();
    assert_eq!(line["error"]["kind"], "malformed", "{line}");
    let line = run(args("prep {cut.jpg} --out {x} --tolerance truncated --json", &bench)).ends(0).only();
    assert!(line["warnings"].to_string().contains("MCUs were there"), "{line}");
}

#[test]
fn broken_picture_data_are_handed_on_only_where_structure_is_all_that_is_asked_for() {
    let bench = Bench::new();
    let mut broken = clean_jpeg();
    let end = broken.len() - 2;
    // No code of a common table is all ones; no byte is 0xFF, which would be a marker.
    broken[end - 60..end].fill(0xFE);
    bench.file("broken.jpg", &broken);
    let line = run(args("prep {broken.jpg} --out {x} --json", &bench)).ends(1).only();
    assert_eq!(line["error"]["kind"], "malformed", "{line}");
    let line = run(args("prep {broken.jpg} --out {x} --verify structure --json", &bench)).ends(0).only();
    assert_eq!(line["route"], "pass_through", "{line}");
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
    assert_eq!(line["plan"]["options"]["requirements"]["max_pixels"], 10_000_000);
    line.as_object_mut().expect("an object").remove("plan");
    check_shape(&line);
    assert_eq!((&line["route"], &line["in"]["orientation"]), (&"coefficients".into(), &6.into()));
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
    let base = serve_pictures();
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

/// A web server for the test above; ends with the program. Returns its URL.
fn serve_pictures() -> String {
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
    base
}

#[test]
fn checking_tells_all_that_is_broken_and_makes_nothing() {
    let bench = Bench::new();
    bench.file("good.jpg", clean_jpeg());
    bench.file("turned.jpg", jpeg_with_exif(6));
    bench.file("text.txt", "text");
    bench.file("mine.toml", "max_long_side = 40\nrequire_upright = true\n");
    bench.file("typo.json", "{\"max_bites\": 3}");
    let ran = run(args("check {good.jpg}", &bench)).ends(0);
    assert!(ran.stdout.starts_with("compliant"), "{}", ran.stdout);
    let codes = |line: &Value| -> Vec<String> {
        let all = line["verdict"]["violations"].as_array().expect("a list");
        all.iter().map(|v| v["code"].as_str().expect("a text").to_owned()).collect()
    };
    let line = run(args("check {turned.jpg} --json", &bench)).ends(1).only();
    check_shape(&line);
    assert_eq!((&line["verdict"]["before"], &line["status"]), (&"fixable".into(), &"refused".into()));
    assert_eq!(codes(&line), ["not_upright", "private_metadata"]);
    let line =
        run(args("check {turned.jpg} --shallow --json --requirements {mine.toml}", &bench)).ends(1).only();
    assert_eq!(codes(&line), ["long_side_too_large", "not_upright", "private_metadata"]);
    let line = run(args("check {text.txt} --json", &bench)).ends(1).only();
    assert_eq!(line["verdict"]["before"], "unfixable");
    assert_eq!(codes(&line), ["unknown_format"]);
    let ran = run(args("check {turned.jpg} {good.jpg} {text.txt}", &bench)).ends(1);
    for word in ["fixable", "not_upright", "private_metadata", "preparing mends it", "unfixable"] {
        assert!(ran.stdout.contains(word), "{word}: {}", ran.stdout);
    }
    let usage = run(args("check {good.jpg} --requirements {typo.json}", &bench)).ends(2);
    assert!(usage.stderr.contains("nearest is \"max_bytes\""), "{}", usage.stderr);
    // A photo for a visa must be a square of 600 pixels at least.
    let line = run(args("check {good.jpg} --preset us-visa-photo --json", &bench)).ends(1).only();
    assert_eq!(line["verdict"]["before"], "unfixable", "{line}");
}

#[test]
fn what_is_required_by_a_file_comes_out() {
    let bench = Bench::new();
    bench.file("turned.jpg", jpeg_with_exif(6));
    bench.file("mine.toml", "formats = [\"png\"]\nmax_long_side = 40\nrequire_upright = true\n");
    let line = run(args("prep {turned.jpg} --out {out.png} --json --requirements {mine.toml}", &bench))
        .ends(0)
        .only();
    check_shape(&line);
    assert_eq!((&line["out"]["format"], &line["out"]["width"]), (&"png".into(), &40.into()));
    assert_eq!(
        (&line["verdict"]["before"], &line["verdict"]["after"]),
        (&"fixable".into(), &"compliant".into())
    );
    assert!(line["in"]["sha256"] != line["out"]["sha256"], "{line}");
    let digest = line["out"]["sha256"].as_str().expect("a text");
    assert_eq!(
        digest,
        photo_prep::Sha256::of(&std::fs::read(bench.path("out.png")).expect("written")).to_string()
    );
}

/// A picture whose data is cut off: only who goes through it sees that.
#[test]
fn explaining_refuses_what_preparing_refuses() {
    let bench = Bench::new();
    let whole = clean_jpeg();
    bench.file("cut.jpg", &whole[..whole.len() * 2 / 3]);
    let prep = run(args("prep {cut.jpg} --out {out.jpg} --json", &bench)).ends(1).only();
    let explained = run(args("explain {cut.jpg} --json", &bench)).ends(1).only();
    let checked = run(args("check {cut.jpg} --json", &bench)).ends(1).only();
    assert_eq!(explained["error"], prep["error"]);
    assert_eq!(
        (&explained["status"], &checked["verdict"]["before"]),
        (&"refused".into(), &"unfixable".into())
    );
}
