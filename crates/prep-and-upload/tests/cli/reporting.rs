//! Reports of a run in files.

use std::process::Command;
use std::time::Duration;

use photo_sandbox::{Code, Config, Fault, Sandbox};

use crate::harness::*;

const REPORTS: &str = "--report {r.csv} --report {r.jsonl} --report {r.html}";

fn uploading(options: &str, bench: &Bench, sandbox: &Sandbox) -> Command {
    let line = format!("upload --map {{map.csv}} --module Leads --json {options} {REPORTS} --api-domain");
    let mut command = command(args(&line, bench));
    command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", sandbox.token());
    command
}

fn read(bench: &Bench, name: &str) -> String {
    std::fs::read_to_string(bench.path(name)).expect("written")
}

/// A column of the table, sorted by the line of the map.
fn column(bench: &Bench, name: &str) -> Vec<String> {
    let table = read(bench, "r.csv");
    let mut lines =
        table.trim_start_matches('\u{feff}').lines().map(|line| line.split(',').map(str::to_owned));
    let place = lines.next().expect("headings").position(|heading| heading == name).expect("a column");
    let mut rows: Vec<Vec<_>> = lines.map(Iterator::collect).collect();
    rows.sort_by_key(|row| row[0].parse::<u64>().expect("a line"));
    rows.into_iter().map(|row| row[place].clone()).collect()
}

#[test]
fn reports_tell_what_became_of_every_row() {
    let (bench, sandbox) = (Bench::new(), Sandbox::start(Config::default()).expect("started"));
    bench.file("a.jpg", jpeg_with_exif(6));
    bench.file("b&b.bmp", a_bmp());
    bench.file("c.jpg", "no picture");
    let wrong = photo_sandbox::reserved_record(Code::InvalidData);
    bench.file("map.csv", format!("a.jpg,11\nb&b.bmp,12\nc.jpg,13\na.jpg,{wrong}\n"));
    bench.file("r.csv", "an earlier report");
    let ran = Ran::from(uploading("", &bench, &sandbox).output().expect("it runs")).ends(1);
    // JSON lines are those of standard output.
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&read(&bench, "r.jsonl")), sorted(&ran.stdout));
    ran.lines().iter().for_each(check_shape);
    assert_eq!(column(&bench, "line"), ["1", "2", "3", "4"]);
    assert_eq!(column(&bench, "record"), ["11", "12", "13", &wrong]);
    assert_eq!(column(&bench, "status"), ["ok", "ok", "refused", "refused"]);
    assert_eq!(column(&bench, "verdict_before"), ["fixable", "fixable", "", "fixable"]);
    assert_eq!(column(&bench, "code"), ["SUCCESS", "SUCCESS", "", "INVALID_DATA"]);
    assert_eq!(column(&bench, "format_before"), ["jpeg", "bmp", "", "jpeg"]);
    assert_eq!(column(&bench, "height_before"), ["64", "48", "", "64"]);
    assert_eq!(column(&bench, "height_after"), ["48", "48", "", "48"]);
    let page = read(&bench, "r.html");
    assert!(page.contains("b&amp;b.bmp</bdi>") && !page.contains("b&b"), "{page}");
    let order = ["Correct the record or the map <", "Take another picture <", "Stored <"];
    let places = order.map(|title| page.find(title).expect("a section"));
    assert!(places.is_sorted(), "{page}");
    for network in ["<script", "<link", "src=\"http", "href=\"http", "url(", "@import"] {
        assert!(!page.contains(network), "{network} in {page}");
    }
    // Before and after, of each of the three that are pictures.
    assert_eq!(page.matches("src=\"data:image/").count(), 6, "{page}");
    assert!(bench.names(".").iter().all(|name| !name.contains(".part")), "{:?}", bench.names("."));
    // What the journal knows has its row, too.
    Ran::from(uploading("--resume", &bench, &sandbox).output().expect("it runs")).ends(1);
    assert_eq!(column(&bench, "upload")[..2], ["stored_earlier", "stored_earlier"]);
    assert!(read(&bench, "r.html").contains("Stored in an earlier run <small>2</small>"));
}

#[test]
fn wrong_reports_are_a_usage_error_before_anything_is_sent() {
    let (bench, sandbox) = (Bench::new(), Sandbox::start(Config::default()).expect("started"));
    bench.file("a.jpg", clean_jpeg());
    bench.file("map.csv", "a.jpg,11\n");
    for (report, why) in
        [("r.xlsx", ".jsonl or .html"), ("map.csv", "something else"), ("no/r.csv", "no/r.csv")]
    {
        let ran = uploading(&format!("--report {{{report}}}"), &bench, &sandbox).output();
        let said = Ran::from(ran.expect("it runs")).ends(2).stderr;
        assert!(said.contains("--report") && said.contains(why), "{said}");
    }
    assert_eq!(
        (sandbox.stats().photo_requests, bench.names(".")),
        (0, vec!["a.jpg".into(), "map.csv".into()])
    );
}

#[test]
fn a_run_that_ends_early_is_reported_whole() {
    let (bench, sandbox) = (Bench::new(), Sandbox::start(Config::default()).expect("started"));
    bench.file("a.jpg", clean_jpeg());
    bench.file("map.csv", (1..=40).map(|row| format!("a.jpg,{}\n", 1000 + row)).collect::<String>());
    sandbox.push_fault(Fault::Slow(Duration::from_secs(60)));
    let child = uploading("--transfers 1 --drain 300ms", &bench, &sandbox).spawn().expect("it runs");
    for _ in 0..1200 {
        if sandbox.stats().photo_requests > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    if end_by_interrupt(child, 130).is_some() {
        let status = column(&bench, "status");
        let count = |word| status.iter().filter(|status| *status == word).count();
        assert_eq!((count("failed"), count("not_tried")), (1, 39));
        assert!(read(&bench, "r.html").contains("Not tried <small>39</small>"));
    }
    // Standard output that nobody reads stops the run; the rest has its rows as well.
    let mut child = uploading("--restart --threads 1", &bench, &sandbox).spawn().expect("it runs");
    drop(child.stdout.take());
    Ran::from(child.wait_with_output().expect("it ends")).ends(1);
    assert_eq!(column(&bench, "line").len(), 40);
    assert!(column(&bench, "status").contains(&"not_tried".to_owned()));
}
