//! What stops or pauses a run: credits, rights, outages, tokens. The sandbox counts what was sent.

use photo_sandbox::{Code, Config, Fault, RetryHint, Sandbox, Script};

use crate::harness::*;
use crate::scripted::{Reply, Server, code};

/// A map of so many rows, half of them for Leads and half for Contacts, all with the same picture.
fn prepared(rows: u32, config: Config) -> (Bench, Sandbox) {
    let bench = Bench::new();
    bench.file("a.jpg", clean_jpeg());
    let row = |row| format!("a.jpg,{},{}\n", 1000 + row, if row < rows / 2 { "Leads" } else { "Contacts" });
    bench.file("map.csv", (0..rows).map(row).collect::<String>());
    (bench, Sandbox::start(config).expect("started"))
}

fn upload(options: &str, bench: &Bench, sandbox: &Sandbox, ending: &str) -> Ran {
    let line = format!("upload --map {{map.csv}} --json {options} --api-domain");
    let mut command = command(args(&line, bench));
    let token = format!("{}{ending}", sandbox.token());
    Ran::from(command.arg(sandbox.url()).env("ZOHO_ACCESS_TOKEN", token).output().expect("it runs"))
}

fn count(ran: &Ran, status: &str) -> usize {
    ran.lines().iter().filter(|line| line["status"] == status).count()
}

#[test]
fn credits_stop_the_run_when_told_and_when_guessed_and_at_the_reserve() {
    let (bench, sandbox) = prepared(10, Config::default().credits(Some(6)));
    let ran = upload("--transfers 1", &bench, &sandbox, "").ends(7);
    assert_eq!((count(&ran, "ok"), count(&ran, "not_tried"), sandbox.stats().photo_requests), (6, 4, 6));
    let left: Vec<_> = ran.lines().iter().filter_map(|line| line["upload"]["credits"].as_u64()).collect();
    assert!(left.contains(&0) && left.contains(&3), "{left:?}");
    let (bench, sandbox) = prepared(10, Config::default().credits(Some(8)));
    let ran = upload("--transfers 1 --credit-reserve 2", &bench, &sandbox, "").ends(7);
    assert_eq!((count(&ran, "ok"), sandbox.stats().photo_requests), (6, 6));
    // Without a word of credits: single requests are refused as well.
    let (bench, sandbox) = prepared(11, Config::default().credits(Some(0)));
    let ran = upload("", &bench, &sandbox, "").ends(7);
    assert!(sandbox.stats().photo_requests <= 12, "{} requests", sandbox.stats().photo_requests);
    assert!(count(&ran, "not_tried") >= 7 && ran.stdout.contains("out_of_credits"), "{}", ran.stdout);
}

/// What is changed of a sandbox.
type Change = fn(&mut Config);

#[test]
fn rights_stop_a_module_and_wrong_addresses_all() {
    // What is wrong, the status of the rows, and the most requests.
    let cases: [(&str, Change, &str, i32, u64); 4] = [
        ("a permission", |_| {}, "-nopermission", 7, 8),
        ("a scope", |_| {}, "-noscope", 7, 8),
        ("a privilege", |_| {}, "-noprivilege", 7, 24),
        ("a gateway", |c| c.script = Script::new().every(1, Fault::Empty(403)), "", 7, 12),
    ];
    for (what, change, ending, code, most) in cases {
        let (bench, sandbox) = prepared(60, Config::default());
        sandbox.configure(change);
        let ran = upload("", &bench, &sandbox, ending).ends(code);
        let sent = sandbox.stats().photo_requests;
        assert!(sent <= most && count(&ran, "not_tried") > 30, "{what}: {sent} requests");
    }
    // One module's rights do not hold for the other one.
    let (bench, sandbox) = prepared(20, Config::default());
    sandbox.configure(|config| {
        config.modules.remove("Leads");
    });
    let ran = upload("", &bench, &sandbox, "").ends(7);
    assert_eq!(count(&ran, "ok"), 10);
}

/// A gateway's page, a wrong path, a host that nobody has: nothing of it is the picture's fault.
#[test]
fn what_is_no_endpoint_gets_few_pictures() {
    let page = |status| {
        let headers = vec![("Content-Type", "text/html".to_owned())];
        Reply::Answer { status, headers, body: b"<html><title>Sign in</title></html>".to_vec() }
    };
    let (bench, _) = prepared(60, Config::default());
    let upload_to = |url: &str| {
        let line = "upload --map {map.csv} --json --restart --max-outage 1s --retries 1 --api-domain";
        let mut command = command(args(line, &bench));
        Ran::from(command.arg(url).env("ZOHO_ACCESS_TOKEN", "1000.a").output().expect("it runs"))
    };
    for reply in [page(403), page(404), code(404, "INVALID_URL_PATTERN")] {
        let what = format!("{reply:?}");
        let server = Server::list([reply]);
        let ran = upload_to(&server.url()).ends(7);
        assert!(server.count() <= 12 && count(&ran, "not_tried") >= 48, "{what}: {}", server.count());
    }
    // Names that end with .invalid are nobody's (RFC 2606).
    let ran = upload_to("https://api.invalid").ends(5);
    assert!(count(&ran, "not_tried") >= 48, "{}", ran.stdout);
}

#[test]
fn an_outage_pauses_the_run_and_fails_no_row() {
    let (bench, sandbox) = prepared(30, Config::default());
    sandbox.set_script((5..14).fold(Script::new(), |script, number| script.at(number, Fault::BadGateway)));
    // As many retries as failures make an outage: so no row can use up its own before the run pauses.
    let ran = upload("--restrict-triggers workflow --retries 5", &bench, &sandbox, "").ends(0);
    assert_eq!(count(&ran, "ok"), 30);
    assert!(ran.stderr.contains("paused: ") && ran.stderr.contains("goes on"), "{}", ran.stderr);
    // One that does not end: the rest is left, and running it again helps.
    sandbox.set_script(Script::new().every(1, Fault::BadGateway));
    let ran = upload("--restart --max-outage 2s", &bench, &sandbox, "").ends(5);
    assert!(count(&ran, "not_tried") > 15, "{}", ran.stdout);
    let next = ran.stderr.lines().find(|line| line.contains("go on with: ")).expect("told");
    assert!(next.ends_with("--resume") && !next.contains("--restart"), "{next}");
    sandbox.set_script(Script::new());
    assert_eq!(count(&upload("--resume", &bench, &sandbox, "").ends(0), "ok"), 30);
}

#[test]
fn a_long_wait_is_not_called_credits() {
    let (bench, sandbox) = prepared(12, Config::default());
    sandbox.set_script(Script::new().every(1, Fault::TooManyRequests(RetryHint::Header(900))));
    let ran = upload("", &bench, &sandbox, "").ends(5);
    assert!(!ran.stdout.contains("credits seem") && !ran.stdout.contains("out_of_credits"), "{}", ran.stdout);
    assert!(sandbox.stats().photo_requests <= 8);
}

fn refreshing(options: &str, bench: &Bench, sandbox: &Sandbox) -> Ran {
    let line = format!("upload --map {{map.csv}} --json --restart {options} --api-domain");
    let mut command = command(args(&line, bench));
    command.arg(sandbox.url()).env("ZOHO_TOKEN_URL", sandbox.token_url()).envs([
        ("ZOHO_CLIENT_ID", "1000.id"),
        ("ZOHO_CLIENT_SECRET", "hush"),
        ("ZOHO_REFRESH_TOKEN", "1000.hush"),
    ]);
    Ran::from(command.output().expect("it runs"))
}

#[test]
fn runs_in_a_row_share_a_token() {
    let (bench, sandbox) = prepared(2, Config::default());
    for _ in 0..12 {
        refreshing("--token-store {token.json}", &bench, &sandbox).ends(0);
    }
    assert_eq!(sandbox.stats().token_refreshes, 1);
    // In the state folder by default, readable by its owner alone; and not at all if so wished.
    let state = bench.folder("state");
    let line = args("upload --map {map.csv} --restart --json --api-domain", &bench);
    let mut by_default = command(line);
    by_default.arg(sandbox.url()).env("ZOHO_TOKEN_URL", sandbox.token_url()).env("XDG_STATE_HOME", &state);
    by_default.envs([("ZOHO_CLIENT_ID", "1"), ("ZOHO_CLIENT_SECRET", "2"), ("ZOHO_REFRESH_TOKEN", "3")]);
    Ran::from(by_default.output().expect("it runs")).ends(0);
    let file = state.join("prep-and-upload/token.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(file.exists());
    refreshing("--no-token-store", &bench, &sandbox).ends(0);
    assert_eq!(sandbox.stats().token_refreshes, 3);
}

#[test]
fn a_refused_token_is_forgotten_and_nobody_sends_it_again() {
    let (bench, sandbox) = prepared(40, Config::default());
    // The token expires in the middle, and the token endpoint gives no other.
    sandbox.configure(|config| {
        config.expire_token_after.insert(10);
        config.max_refreshes = 1;
    });
    let ran = refreshing("--max-outage 1s --token-store {token.json}", &bench, &sandbox).ends(5);
    assert_eq!(count(&ran, "ok"), 10, "{}", ran.stderr);
    // Those under way at that moment were refused; the other ones were never sent.
    assert!(sandbox.stats().photo_requests <= 10 + 4, "{}", sandbox.stats().photo_requests);
    assert!(ran.stderr.contains("asked too often"), "{}", ran.stderr);
    assert_eq!(sandbox.stats().refused(Code::InvalidToken), sandbox.stats().photo_requests - 10);
}
