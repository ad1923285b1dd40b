//! The command `sandbox`: its options, and what it prints.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout};

use serde_json::Value;

use crate::harness::{Bench, Ran, args, clean_jpeg, command, end_by_interrupt, run};

/// A sandbox of the program, and what is left of its standard output.
struct Served {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
    token: String,
}

fn serve(options: &[&str]) -> Served {
    let mut child = command([&["sandbox"], options].concat()).spawn().expect("it runs");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut hello = String::new();
    out.read_line(&mut hello).expect("a line");
    let hello: Value = serde_json::from_str(&hello).expect("JSON");
    let text = |name: &str| hello[name].as_str().expect("text").to_owned();
    Served { child, out, url: text("url"), token: text("token") }
}

/// Uploads one picture; the exit status, and the JSON line.
fn upload(served: &Served, bench: &Bench, module: &str) -> (Option<i32>, Value) {
    let mut command = command(args("upload {a.jpg} --record 1 --json --module", bench));
    let output =
        command.arg(module).arg("--api-domain").arg(&served.url).env("ZOHO_ACCESS_TOKEN", &served.token);
    let ran = Ran::from(output.output().expect("it runs"));
    (ran.code, ran.only())
}

#[test]
fn scripts_modules_and_versions_come_from_the_command_line() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let script = bench.file("faults.txt", "# the second request\n2=RECORD_LOCKED\n");
    let script = script.to_string_lossy().into_owned();
    let mut served =
        serve(&["--script", &script, "--modules", "Leads, Parts", "--api-version", "v8", "--stats"]);
    assert_eq!(upload(&served, &bench, "Parts").0, Some(0));
    let (code, line) = upload(&served, &bench, "Leads");
    assert_eq!((code, line["upload"]["code"].as_str()), (Some(1), Some("RECORD_LOCKED")), "{line}");
    let (code, line) = upload(&served, &bench, "Contacts");
    assert_eq!((code, line["upload"]["code"].as_str()), (Some(1), Some("INVALID_MODULE")), "{line}");
    let Some(_) = end_by_interrupt(served.child, 0) else { return };
    let mut rest = String::new();
    served.out.read_to_string(&mut rest).expect("text");
    let stats: Value = serde_json::from_str(&rest).expect("one JSON line");
    assert_eq!(
        (&stats["uploads_accepted"], &stats["accepted"]["Parts/1"]),
        (&1.into(), &1.into()),
        "{stats}"
    );
}

#[test]
fn credits_and_concurrency_end() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let served = serve(&["--credits", "1", "--concurrency", "3", "--latency", "5"]);
    assert_eq!(upload(&served, &bench, "Leads").0, Some(0));
    let (code, line) = upload(&served, &bench, "Leads");
    assert_eq!((code, line["upload"]["code"].as_str()), (Some(5), Some("RATE_LIMIT_EXCEEDED")), "{line}");
    end_by_interrupt(served.child, 0);
}

#[test]
fn wrong_options_are_usage_errors() {
    for (options, said) in [
        (&["--script", "7=nonsense"][..], "nonsense"),
        (&["--script", "/nowhere/faults.txt"], "no such file"),
        (&["--api-version", "v9"], "v2 to v8"),
        (&["--modules", "Leads,../x"], "letters"),
        (&["--credits=-1"], "--credits"),
    ] {
        let ran = run([&["sandbox"], options].concat()).ends(2);
        assert!(ran.stderr.contains(said), "{options:?}: {}", ran.stderr);
    }
}
