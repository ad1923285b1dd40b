//! Uploading, against sandboxes.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use photo_sandbox::{Code, Config, Fault, Sandbox};
use serde_json::Value;

use crate::harness::*;
use crate::scripted::{Reply, Server};

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
    assert_eq!(ran.lines().len(), 7);
    ran.lines().iter().for_each(check_shape);
    let human = run(args(line, &bench)).ends(0);
    assert!(human.stderr.contains("only the sandbox takes that"));
    assert_eq!(human.stdout, "");
    assert_eq!(human.stderr.matches("stored on Leads/3000000038009").count(), 7, "{}", human.stderr);
}

/// A map of so many rows with the same picture.
fn mapped(rows: usize) -> Bench {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    bench.file("map.csv", (0..rows).map(|row| format!("a.jpg,{}\n", 100 + row)).collect::<String>());
    bench
}

#[test]
fn pace_and_transfers_are_as_asked() {
    const MAP: &str = "--map {map.csv} --module Leads --no-journal";
    // The endpoint's limit is found, and never taken for credits.
    let (bench, sandbox) = (mapped(120), Sandbox::start(Config::default().concurrency_limit(Some(6))));
    let sandbox = sandbox.expect("started");
    let ran = upload(&format!("{MAP} --transfers auto"), &bench, &sandbox, &sandbox.token()).ends(0);
    assert_eq!(sandbox.stats().uploads_accepted, 120);
    assert!(!ran.stdout.contains("credits seem"), "{}", ran.stdout);
    // From the first request to the eleventh there are ten steps.
    let (bench, sandbox) = (mapped(11), self::sandbox());
    let begun = Instant::now();
    upload(&format!("{MAP} --rate 50/s"), &bench, &sandbox, &sandbox.token()).ends(0);
    assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
}

#[test]
fn triggers_are_those_that_the_version_knows() {
    let (bench, sandbox) = (mapped(1), sandbox());
    let line = "{a.jpg} --module Leads --record 7 --restrict-triggers workflow,approval --api-version";
    let ran = upload(&format!("{line} v7"), &bench, &sandbox, &sandbox.token()).ends(2);
    assert!(ran.stderr.contains("approval"), "{}", ran.stderr);
    upload(&format!("{line} v8"), &bench, &sandbox, &sandbox.token()).ends(0);
    let stored = sandbox.photo("Leads", "7").expect("stored").restrict_triggers.expect("restricted");
    assert!(stored.contains("workflow") && stored.contains("approval"), "{stored}");
}

#[test]
fn url_sources_get_a_name_and_another_try() {
    let picture = a_webp();
    let server = Server::start(move |n, request| match request.header("User-Agent") {
        Some(name) if name.contains("prep-and-upload/") && name.ends_with("ops@example.com") => match n {
            0 => Reply::Answer { status: 429, headers: vec![("Retry-After", "0".into())], body: Vec::new() },
            _ => Reply::Answer { status: 200, headers: Vec::new(), body: picture.clone() },
        },
        _ => Reply::Answer { status: 403, headers: Vec::new(), body: Vec::new() },
    });
    let bench = Bench::new();
    let line = format!("prep {}/a.webp --out {{a.png}} --user-agent ops@example.com", server.url());
    run(args(&line, &bench)).ends(0);
    assert!(bench.path("a.png").is_file() && server.count() == 2, "{} requests", server.count());
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
    let mut rows: Vec<_> =
        ran.lines().iter().map(|l| (l["line"].as_u64(), l["module"].clone(), l["record"].clone())).collect();
    rows.sort_by_key(|row| row.0);
    let row = |line, module: &str, record: &str| (Some(line), module.into(), record.into());
    assert_eq!(rows, [row(1, "Leads", "11"), row(2, "Contacts", "12"), row(4, "Leads", "13")]);
    let counts = [accepted("Leads", "11"), accepted("Contacts", "12"), accepted("Leads", "13")];
    assert_eq!(counts, [1, 1, 1]);
    // With headings in another order; only what is named goes, and what the table doesn't know is refused.
    bench.file("in/named.csv", "\u{feff}module,Record_ID,who,file\nLeads,21,me,a.jpg\nLeads,22,you,c.jpg\n");
    let ran = upload("{in/c.jpg} {in/b.jpg} --map {in/named.csv}", &bench, &sandbox, &token).ends(1);
    assert_eq!((accepted("Leads", "21"), accepted("Leads", "22")), (0, 1));
    let [b, c] = ran.lines().try_into().expect("two lines");
    assert_eq!((&b["status"], &b["error"]["kind"]), (&"refused".into(), &"not_in_map".into()));
    assert_eq!(c["status"], "ok");
    // Nothing is sent where a file is missing, unless that is allowed.
    bench.file("in/missing.csv", "no.jpg,31\na.jpg,32\n");
    let ran = upload("--map {in/missing.csv} --module Leads", &bench, &sandbox, &token).ends(2);
    assert_eq!((ran.stderr.contains("line 1"), accepted("Leads", "32")), (true, 0), "{}", ran.stderr);
    let ran =
        upload("--map {in/missing.csv} --module Leads --skip-missing", &bench, &sandbox, &token).ends(1);
    let missing = ran.lines().into_iter().find(|line| line["error"]["kind"] == "missing").expect("told");
    assert_eq!((&missing["line"], &missing["record"], accepted("Leads", "32")), (&1.into(), &"31".into(), 1));
}

#[test]
fn the_exit_status_tells_what_kind_of_failure_is_left() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("a.jpg", clean_jpeg());
    bench.file("b.jpg", clean_jpeg());
    let wrong = photo_sandbox::reserved_record(Code::InvalidData);
    let locked = photo_sandbox::reserved_record(Code::RecordLocked);
    let token = sandbox.token();
    // Module, record, ending of the token, exit status, kind and status of the upload and the code of the
    // first failure.
    let cases = [
        ("Leads", wrong.as_str(), "", 1, "refused", "refused", "INVALID_DATA"),
        ("Leads", "1", "-noprivilege", 1, "refused", "refused", "AUTHORIZATION_FAILED"),
        ("Leads", locked.as_str(), "", 1, "record_state", "refused", "RECORD_LOCKED"),
        ("Leadz", "1", "", 7, "refused", "refused", "INVALID_MODULE"),
        ("Leads", "1", "-noscope", 7, "denied", "failed", "OAUTH_SCOPE_MISMATCH"),
        ("Leads", "1", "-nopermission", 7, "denied", "failed", "NO_PERMISSION"),
        ("Leads", "1", "-stale", 7, "token", "failed", ""),
    ];
    for (module, record, ending, code, kind, status, answer) in cases {
        bench.file("map.csv", format!("a.jpg,{record}\nb.jpg,1{record}\n"));
        let line = format!("--map {{map.csv}} --no-journal --module {module} --transfers 1");
        let ran = upload(&line, &bench, &sandbox, &format!("{token}{ending}")).ends(code);
        assert_eq!(ran.lines().len(), 2);
        ran.lines().iter().for_each(check_shape);
        assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token), "a token in {}", ran.stderr);
        let first = ran.lines().into_iter().find(|line| line["error"]["kind"] == kind);
        let first = first.unwrap_or_else(|| panic!("no {kind} in {}", ran.stdout));
        assert_eq!(first["upload"]["status"], status, "{first}");
        assert_eq!(first["upload"]["code"].as_str().unwrap_or_default(), answer, "{first}");
        // What holds for the other one too is not tried again.
        let untried = ran.lines().into_iter().any(|line| line["status"] == "not_tried");
        assert_eq!(untried, code == 7, "{}", ran.stdout);
    }
}

#[test]
fn temporary_failures_alone_end_with_5() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    bench.file("text.jpg", "text");
    let sandbox = Sandbox::start(Config::default().max_refreshes(0)).expect("started");
    let refresh = |inputs: &str| {
        let record = if inputs.contains("--map") { "" } else { "--record 1" };
        let line = format!("upload {inputs} --module Leads {record} --json --api-domain");
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
    // Whatever else failed: running it again helps.
    bench.file("map.csv", "a.jpg,1\ntext.jpg,2\n");
    refresh("--map {map.csv} --no-journal --max-outage 0s").ends(5);
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
    bench.file("map.csv", "a.jpg,1\nb.jpg,2\nc.jpg,3\n");
    let line = "upload --map {map.csv} --module Leads --transfers 1 --drain 300ms --json --api-domain";
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
        let status = if line["upload"].is_null() { "not_tried" } else { "failed" };
        assert_eq!((&line["status"], &line["error"]["kind"]), (&status.into(), &"interrupted".into()));
    }
}
