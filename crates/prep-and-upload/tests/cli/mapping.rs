//! Maps: all of one is checked before anything is sent.

use photo_sandbox::{Config, Sandbox};

use crate::harness::*;

fn upload(line: &str, bench: &Bench, sandbox: &Sandbox) -> Ran {
    let mut command = command(args(&format!("upload {line} --no-journal --json --api-domain"), bench));
    Ran::from(command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", sandbox.token()).output().expect("it runs"))
}

fn sandbox() -> Sandbox {
    Sandbox::start(Config::default()).expect("started")
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("a.jpg", clean_jpeg());
    bench.file("b.jpg", clean_jpeg());
    // The table, and what is said of it.
    let cases: [(&str, &[&str]); 9] = [
        (
            "a.jpg,1x\n,2\nb.jpg,3.0E+12\na.jpg,4\n",
            &["3 problems", "line 1:", "line 2:", "line 3:", "rounded"],
        ),
        ("a.jpg,1\nb.jpg,1\na.jpg,2\n", &["lines 1, 2: several pictures for Leads/1", "--allow-duplicates"]),
        ("a.jpg,1\nno.jpg,2\nnot.jpg,3\n", &["2 problems", "line 2: ", "line 3: ", "--skip-missing"]),
        ("-,1\n", &["line 1", "standard input"]),
        ("Record Id,Name\n1,a\n", &["line 1", "lack `file`"]),
        ("file,name\na.jpg,b\n", &["line 1", "lack `record_id`"]),
        ("a.jpg,1,Le ads\n", &["line 1"]),
        ("\"a.jpg,1\nb.jpg,2\n", &["line 1"]),
        ("", &["names no files"]),
    ];
    for (table, said) in cases {
        bench.file("map.csv", table);
        let ran = upload("--map {map.csv} --module Leads", &bench, &sandbox).ends(2);
        for words in said {
            assert!(ran.stderr.contains(words), "{words:?} of {table:?} in {}", ran.stderr);
        }
    }
    bench.file("map.csv", b"a.jpg,1\n\xE4.jpg,2\n");
    assert!(upload("--map {map.csv} --module Leads", &bench, &sandbox).ends(2).stderr.contains("line 2"));
    assert_eq!(sandbox.stats().photo_requests, 0);
}

#[test]
fn tables_as_people_export_them() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("a.jpg", clean_jpeg());
    let wide = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let tables: [(&str, Vec<u8>); 6] = [
        ("11", b"file,record_id\na.jpg,11\n".to_vec()),
        ("12", b"Record Id;Module;File Name\nzcrm_12;Leads;a.jpg\n".to_vec()),
        ("13", b"ID\tPhoto\tName\n13\ta.jpg\tAnn\n".to_vec()),
        ("14", b"sep=;\r\nfile;record_id\r\na.jpg;14\r\n".to_vec()),
        ("15", wide("file;record id\r\na.jpg;15\r\n")),
        ("16", "\u{feff}path,zcrm_record_id\n\n\"a.jpg\",16\n".into()),
    ];
    for (record, table) in tables {
        bench.file("map.csv", table);
        upload("--map {map.csv} --module Leads", &bench, &sandbox).ends(0);
        assert_eq!(sandbox.stats().accepted_for("Leads", record), 1, "{record}");
    }
}

#[test]
fn one_record_gets_one_picture() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.folder("in");
    for name in ["in/a.jpg", "in/b.jpg"] {
        bench.file(name, clean_jpeg());
    }
    let last = jpeg_with_exif(1);
    bench.file("in/c.jpg", &last);
    for inputs in ["{in}", "{in/a.jpg} {in/b.jpg}"] {
        let ran = upload(&format!("{inputs} --module Leads --record 1"), &bench, &sandbox).ends(2);
        assert!(ran.stderr.contains("keeps one") && ran.stderr.contains("--map"), "{}", ran.stderr);
    }
    assert_eq!(sandbox.stats().photo_requests, 0);
    let ran = upload("{in} --module Leads --record 1 --allow-duplicates", &bench, &sandbox).ends(0);
    assert!(ran.only()["file"].as_str().is_some_and(|file| file.ends_with("c.jpg")));
    bench.file("in/map.csv", "a.jpg,2\nb.jpg,3\nc.jpg,2\n");
    let ran = upload("--map {in/map.csv} --module Leads --allow-duplicates", &bench, &sandbox).ends(0);
    let lines: Vec<_> = ran.lines().iter().map(|line| line["line"].as_u64()).collect();
    assert_eq!(lines, [Some(2), Some(3)]);
    assert_eq!(sandbox.stats().accepted_for("Leads", "2"), 1);
}

#[test]
fn a_picture_for_many_records_is_prepared_once() {
    let (bench, sandbox) = (Bench::new(), sandbox());
    bench.file("logo.jpg", jpeg_with_exif(6));
    bench.file("b.jpg", clean_jpeg());
    bench.file("map.csv", "logo.jpg,1\nb.jpg,2\nlogo.jpg,3\nlogo.jpg,4\n");
    let ran = upload("--map {map.csv} --module Leads --keep-prepared {kept}", &bench, &sandbox).ends(0);
    ran.lines().iter().for_each(check_shape);
    assert_eq!((ran.lines().len(), bench.names("kept").len()), (4, 2));
    let stored = |record| sandbox.photo("Leads", record).expect("stored").bytes;
    assert_eq!(stored("1"), stored("3"));
    assert_eq!(stored("1"), stored("4"));
}
