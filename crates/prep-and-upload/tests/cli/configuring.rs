//! Options from the environment and from config files; completions and manual pages.

use std::process::Command;

use photo_testkit::encode::png;
use photo_testkit::photo_like;

use crate::harness::*;

/// `prep` of a picture of 64x48, in the folder of the test.
fn preparing(options: &str, bench: &Bench) -> Command {
    let picture = png::PngImage::from_picture(&photo_like(64, 48, 1), 8);
    bench.file("a.png", png::encode(&picture, &png::PngOptions::default()));
    bench.folder("out");
    let mut command = command(args(&format!("prep a.png --out out --json {options}"), bench));
    command.current_dir(bench.path("."));
    command
}

fn ran(command: &mut Command) -> Ran {
    Ran::from(command.output().expect("it runs"))
}

/// Format and width of what came out.
fn outcome(command: &mut Command) -> (String, u64) {
    let line = ran(command).ends(0).only();
    let out = &line["out"];
    (out["format"].as_str().expect("a format").to_owned(), out["width"].as_u64().expect("a width"))
}

#[test]
fn what_is_typed_comes_before_the_environment_and_that_before_the_file() {
    let bench = Bench::new();
    let of = |options: &str, variables: &[(&str, &str)]| {
        outcome(preparing(options, &bench).envs(variables.iter().copied()))
    };
    assert_eq!(of("", &[]), ("png".into(), 64));
    bench.file("prep-and-upload.toml", "max-side = 32\nformat = \"jpeg\"\nquiet = false\ndc = \"eu\"\n");
    assert_eq!(of("", &[]), ("jpeg".into(), 32));
    assert_eq!(of("--no-config", &[]), ("png".into(), 64));
    assert_eq!(of("--format png", &[]), ("png".into(), 32));
    let variables = [("PREP_AND_UPLOAD_MAX_SIDE", "16"), ("PREP_AND_UPLOAD_VERBOSE", "")];
    assert_eq!(of("", &variables), ("jpeg".into(), 16));
    assert_eq!(of("--max-side 8", &variables), ("jpeg".into(), 8));
    bench.file("other.toml", "max-width = 20");
    assert_eq!(of("--config other.toml", &[]), ("png".into(), 20));
    assert_eq!(of("", &[("PREP_AND_UPLOAD_CONFIG", "other.toml")]), ("png".into(), 20));
    let told = ran(&mut preparing("", &bench)).ends(0).stderr;
    assert!(told.contains("--max-side=32 (prep-and-upload.toml)") && !told.contains("dc"), "{told}");
}

#[test]
fn a_setting_gives_way_to_what_excludes_it() {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    bench.file("prep-and-upload.toml", "dc = \"eu\"\nmodule = \"Leads\"\ncrop = true\njournal = \"j\"\n");
    // One endpoint of several, cropping or padding, a journal or none; and the record, as typed.
    let line = "upload a.jpg --record 7 --sandbox --pad white --no-journal --json";
    let told = ran(command(args(line, &bench)).current_dir(bench.path("."))).ends(0);
    assert_eq!(told.only()["module"], "Leads", "{}", told.stderr);
    // An option before the command whose value is the command's name.
    let odd = "--requirements prep prep a.jpg --out out.jpg";
    bench.file("prep", "max_long_side = 30");
    bench.file("prep-and-upload.toml", "json = true");
    let line = ran(command(args(odd, &bench)).current_dir(bench.path("."))).ends(0).only();
    assert_eq!(line["out"]["width"], 30);
}

#[test]
fn wrong_settings_are_usage_errors_that_name_their_place() {
    let bench = Bench::new();
    for (file, why) in [
        ("max-sides = 32", "prep-and-upload.toml: there is no option --max-sides; max-side is meant?"),
        ("max-side = \"wide\"", "These options were added: --max-side=wide (prep-and-upload.toml)"),
        ("max-side = [1, 2]", "max-side takes one value"),
        ("max-side = {}", "max-side: takes a text, a number, true or false, or a list of texts"),
        ("verbose = \"perhaps\"", "verbose is true or false"),
        ("config = \"more.toml\"", "config can only be given on the command line"),
        ("api-domain = \"https://example.com\"", "decides where the access token goes"),
        ("root-certificate = \"theirs.pem\"", "decides where the access token goes"),
        ("write-remaining = \"notes.txt\"", "or what is overwritten"),
        ("= 3", "the config file prep-and-upload.toml: TOML parse error at line 1"),
    ] {
        bench.file("prep-and-upload.toml", file);
        let told = ran(&mut preparing("", &bench)).ends(2).stderr;
        assert!(told.contains(why), "{file}: {told}");
    }
    bench.file("prep-and-upload.toml", "");
    let told = ran(preparing("", &bench).env("PREP_AND_UPLOAD_MAX_PIXEL", "3")).ends(2).stderr;
    assert!(told.contains("PREP_AND_UPLOAD_MAX_PIXEL: there is no option --max-pixel; max-pixels"), "{told}");
    let told = ran(&mut preparing("--config none.toml", &bench)).ends(2).stderr;
    assert!(told.contains("the config file none.toml: No such file"), "{told}");
    // A file that was named may say where to go.
    bench.file("mine.toml", "api-domain = \"https://example.com\"");
    outcome(&mut preparing("--config mine.toml", &bench));
}

#[test]
fn shells_and_readers_of_manuals_are_served() {
    let bench = Bench::new();
    for (shell, sign) in
        [("bash", "complete -F"), ("zsh", "#compdef prep-and-upload"), ("fish", "complete -c")]
    {
        let text = run(["--completions", shell]).ends(0).stdout;
        assert!(text.contains(sign) && text.contains("max-outage"), "{shell}");
    }
    let folder = bench.folder("man");
    run([std::ffi::OsStr::new("--man"), folder.as_os_str()]).ends(0);
    let names = bench.names("man");
    assert!(names.contains(&"prep-and-upload.1".to_owned()), "{names:?}");
    let page = std::fs::read_to_string(folder.join("prep-and-upload-upload.1")).expect("a page");
    assert!(page.contains(".TH") && page.contains("\\-\\-resume"), "{page}");
    assert!(run(["--json"]).ends(2).stderr.contains("say what to do"));
}
