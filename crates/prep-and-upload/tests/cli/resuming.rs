//! Runs that are cut off, and how they go on; against sandboxes, which count what they stored.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use photo_sandbox::{Code, Config, Fault, Sandbox};

use crate::harness::*;

/// A map of so many rows, each with a picture of its own, and a sandbox.
fn prepared(rows: usize) -> (Bench, Sandbox) {
    let bench = Bench::new();
    let mut map = "file,record_id\n".to_owned();
    for row in 0..rows {
        bench.file(&format!("{row}.jpg"), clean_jpeg());
        map.push_str(&format!("{row}.jpg,{}\n", 1000 + row));
    }
    bench.file("map.csv", map);
    (bench, Sandbox::start(Config::default()).expect("started"))
}

fn uploading(options: &str, bench: &Bench, sandbox: &Sandbox) -> Command {
    let line = format!("upload --map {{map.csv}} --module Leads --json {options} --api-domain");
    let mut command = command(args(&line, bench));
    command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", sandbox.token());
    command
}

fn upload(options: &str, bench: &Bench, sandbox: &Sandbox) -> Ran {
    Ran::from(uploading(options, bench, sandbox).output().expect("it runs"))
}

/// Waits until so many pictures are stored.
fn until_stored(sandbox: &Sandbox, count: u64, child: &mut Child) {
    let start = Instant::now();
    while sandbox.stats().uploads_accepted < count {
        assert!(start.elapsed() < Duration::from_secs(120), "too slow");
        if child.try_wait().expect("asked").is_some() {
            return;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// The records whose `stored` stands in the journal.
fn stored_by_journal(bench: &Bench) -> Vec<String> {
    let journal = std::fs::read_to_string(bench.path("map.csv.journal")).unwrap_or_default();
    let lines = journal.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines.filter(|l| l["state"] == "stored").map(|l| l["record"].as_str().expect("text").to_owned()).collect()
}

/// A number from the environment, for longer runs by hand.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The counts of a sandbox that has served what was under way.
fn settled(sandbox: &Sandbox) -> photo_sandbox::Stats {
    loop {
        let stats = sandbox.stats();
        std::thread::sleep(Duration::from_millis(20));
        if sandbox.stats() == stats {
            return stats;
        }
    }
}

/// By hand: `CRASH_ROWS=500 CRASH_KILLS=200 cargo test -p prep-and-upload --test cli killed_again --
/// --nocapture`.
#[test]
fn killed_again_and_again_nothing_is_lost_and_nothing_sent_after_it_was_noted_as_stored() {
    const TRANSFERS: u64 = 4;
    let (rows, kills) = (number("CRASH_ROWS", 60), number("CRASH_KILLS", 7));
    let mut random = number("CRASH_SEED", 1);
    let mut draw = |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % (most + 1)
    };
    let (bench, sandbox) = prepared(usize::try_from(rows).expect("few"));
    let options = format!("--resume --transfers {TRANSFERS}");
    let mut killed = 0;
    for _ in 0..kills {
        let noted = stored_by_journal(&bench);
        let before = settled(&sandbox);
        let mut child = uploading(&options, &bench, &sandbox).stdout(Stdio::null()).spawn().expect("it runs");
        let target = before.uploads_accepted + draw(2 * rows / kills);
        until_stored(&sandbox, target, &mut child);
        std::thread::sleep(Duration::from_micros(draw(3000)));
        killed += u64::from(child.try_wait().expect("asked").is_none());
        child.kill().expect("killed with SIGKILL");
        child.wait().expect("ended");
        let after = settled(&sandbox);
        for record in &noted {
            let count = |stats: &photo_sandbox::Stats| stats.accepted_for("Leads", record);
            assert_eq!(count(&after), count(&before), "{record} was sent after it was noted as stored");
        }
        for record in stored_by_journal(&bench) {
            assert!(after.accepted_for("Leads", &record) > 0, "{record} is noted but not stored");
        }
    }
    let ran = upload(&options, &bench, &sandbox).ends(0);
    assert_eq!(ran.lines().len() as u64, rows, "a line for each row");
    ran.lines().iter().for_each(check_shape);
    let after = sandbox.stats();
    let count = |row: u64| after.accepted_for("Leads", &(1000 + row).to_string());
    assert!((0..rows).all(|row| count(row) > 0), "every record has its picture");
    let twice = (0..rows).map(count).sum::<u64>() - rows;
    println!("{rows} rows, {killed} kills, {twice} pictures sent twice");
    assert!(twice <= killed * TRANSFERS, "{twice} sent twice in {killed} crashes");
    // Now there is nothing left to do, and the same command sends nothing.
    upload(&options, &bench, &sandbox).ends(0);
    assert_eq!(sandbox.stats().photo_requests, after.photo_requests);
}

#[test]
fn a_finished_run_is_not_repeated_unless_asked_for() {
    let (bench, sandbox) = prepared(3);
    upload("", &bench, &sandbox).ends(0);
    let said = upload("", &bench, &sandbox).ends(2).stderr;
    assert!(said.contains("--resume") && said.contains("--restart") && said.contains("stored 3"), "{said}");
    assert_eq!(sandbox.stats().photo_requests, 3);
    // A picture that changed is sent again, alone.
    bench.file("1.jpg", jpeg_with_exif(3));
    let ran = upload("--resume", &bench, &sandbox).ends(0);
    assert!(ran.stderr.contains("2 stored already"), "{}", ran.stderr);
    assert_eq!((sandbox.stats().photo_requests, sandbox.stats().accepted_for("Leads", "1001")), (4, 2));
    upload("--restart", &bench, &sandbox).ends(0);
    assert_eq!(sandbox.stats().photo_requests, 7);
    assert!(bench.path("map.csv.journal.old").exists());
    // Another list, or another endpoint, has no use for this journal.
    bench.file("map.csv", "0.jpg,1000\n");
    assert!(upload("--resume", &bench, &sandbox).ends(2).stderr.contains("another list"));
    let elsewhere = Sandbox::start(Config::default()).expect("started");
    upload("--journal {j}", &bench, &sandbox).ends(0);
    assert!(upload("--resume --journal {j}", &bench, &elsewhere).ends(2).stderr.contains("another endpoint"));
    assert_eq!(elsewhere.stats().photo_requests, 0);
}

#[test]
fn what_failed_for_good_is_told_and_what_passes_is_tried_again() {
    let (bench, sandbox) = prepared(4);
    let broken = photo_sandbox::reserved_record(Code::InternalError);
    let wrong = photo_sandbox::reserved_record(Code::InvalidData);
    bench.file("map.csv", format!("0.jpg,{broken}\n1.jpg,{wrong}\n2.jpg,1002\n3.jpg,1003\n"));
    let options = "--retries 0 --write-remaining {rest.csv}";
    let ran = upload(options, &bench, &sandbox).ends(5);
    assert_eq!(ran.lines().iter().filter(|line| line["status"] == "ok").count(), 2, "{}", ran.stdout);
    let rest = std::fs::read_to_string(bench.path("rest.csv")).expect("written");
    assert_eq!(rest.lines().count(), 3, "{rest}");
    assert_eq!(sandbox.stats().photo_requests, 4);
    let ran = upload("--resume --retries 0", &bench, &sandbox).ends(5);
    let told = ran.lines().into_iter().find(|line| line["status"] == "refused").expect("told");
    assert_eq!(
        (&told["error"]["kind"], &told["upload"]["code"]),
        (&"failed_earlier".into(), &"INVALID_DATA".into())
    );
    assert_eq!(sandbox.stats().photo_requests, 5);
    upload("--retry-failed --retries 0", &bench, &sandbox).ends(5);
    assert_eq!(sandbox.stats().photo_requests, 7);
    // The table of what was left goes in where a map does; it is another list.
    bench.file("map.csv", rest);
    let ran = upload("", &bench, &sandbox).ends(2);
    assert!(ran.stderr.contains("another list"), "{}", ran.stderr);
    upload("--no-journal --retries 0", &bench, &sandbox).ends(5);
    assert_eq!(sandbox.stats().photo_requests, 9);
}

#[test]
fn two_runs_of_one_journal_are_kept_apart() {
    let (bench, sandbox) = prepared(3);
    sandbox.push_fault(Fault::Slow(Duration::from_secs(60)));
    let mut first = uploading("", &bench, &sandbox).spawn().expect("it runs");
    let start = Instant::now();
    while sandbox.stats().photo_requests == 0 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let said = upload("--resume", &bench, &sandbox).ends(2).stderr;
    assert!(said.contains("in use"), "{said}");
    first.kill().expect("killed");
    first.wait().expect("ended");
    // A process that died leaves no lock.
    upload("--resume", &bench, &sandbox).ends(0);
}

#[cfg(unix)]
#[test]
fn signals_let_uploads_under_way_finish() {
    for signal in ["INT", "TERM", "HUP"] {
        let (bench, sandbox) = prepared(5);
        sandbox.push_fault(Fault::Slow(Duration::from_millis(700)));
        let child = uploading("--transfers 1", &bench, &sandbox).spawn().expect("it runs");
        let start = Instant::now();
        while sandbox.stats().photo_requests == 0 && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        let ran = Ran::from(child.wait_with_output().expect("it ends")).ends(130);
        let with = |status: &str| ran.lines().iter().filter(|line| line["status"] == status).count();
        assert_eq!((with("ok"), with("not_tried")), (1, 4), "{signal}: {}{}", ran.stdout, ran.stderr);
        assert_eq!((sandbox.stats().uploads_accepted, stored_by_journal(&bench).len()), (1, 1));
        upload("--resume", &bench, &sandbox).ends(0);
        assert_eq!(sandbox.stats().photo_requests, 5);
    }
}
