//! The same from `curl`, as the documentation's samples do it. Skipped, visibly, where there is no `curl`.

use std::path::Path;
use std::process::Command;

use photo_sandbox::{Code, Config, Sandbox, reserved_record};

use crate::client::{ID, authorization, png};

/// Status and body; none if there is no `curl`.
fn curl(arguments: &[&str]) -> Option<(u16, String)> {
    let output =
        match Command::new("curl").args(["-sS", "-m", "60", "-w", "\n%{http_code}"]).args(arguments).output()
        {
            Ok(output) => output,
            Err(error) => {
                println!("skipped: curl can't be run ({error})");
                return None;
            }
        };
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    Some((status.parse().unwrap(), body.to_owned()))
}

fn post(sandbox: &Sandbox, path: &str, token: &str, file: &Path, extra: &[&str]) -> Option<(u16, String)> {
    let url = format!("{}{path}", sandbox.url());
    let header = format!("Authorization: {}", authorization(token));
    let form = format!("file=@{}", file.display());
    let arguments = [&["-X", "POST", &url, "-H", &header, "-F", &form], extra].concat();
    curl(&arguments)
}

fn picture(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    file
}

#[test]
fn the_sample_of_the_documentation_works() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let path = format!("/crm/v2/Leads/{ID}/photo?restrict_triggers=workflow");
    // Over 1 MB curl asks first (`Expect: 100-continue`).
    for size in [100, 3_000_000, 10_000_000] {
        let file = picture(&folder, "x.png", &png(4, 4, size));
        let Some((status, body)) = post(&sandbox, &path, &sandbox.token(), &file, &[]) else { return };
        assert_eq!(status, 200, "{body}");
        assert!(body.contains("\"code\":\"SUCCESS\""), "{body}");
        assert_eq!(sandbox.photo("Leads", ID).unwrap().bytes.len(), size);
    }
}

#[test]
fn every_code_comes_back_to_curl() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let file = picture(&folder, "x.png", &png(4, 4, 2_000_000));
    for code in Code::ALL {
        let path = format!("/crm/v2/Leads/{}/photo", reserved_record(code));
        for extra in [&[][..], &["-H", "Expect:"], &["-H", "Transfer-Encoding: chunked"]] {
            let Some((status, body)) = post(&sandbox, &path, &sandbox.token(), &file, extra) else { return };
            assert_eq!(status, code.status(), "{code}");
            assert!(body.contains(&format!("\"code\":\"{}\"", code.wire())), "{body}");
        }
    }
}

#[test]
fn tokens_and_large_files() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Config::default()).unwrap();
    let url = sandbox.token_url();
    let fields = ["refresh_token=r", "client_id=i", "client_secret=s", "grant_type=refresh_token"];
    for flag in ["-d", "-F"] {
        let arguments: Vec<&str> =
            fields.iter().flat_map(|field| [flag, field]).chain([url.as_str()]).collect();
        let Some((status, body)) = curl(&arguments) else { return };
        assert!(status == 200 && body.contains("access_token"), "{body}");
    }
    let large = picture(&folder, "large.png", &png(4, 4, 30_000_000));
    let table = [("v8", 413, "FILE_SIZE_EXCEEDS"), ("v2", 415, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE")];
    for (version, expected, code) in table {
        let path = format!("/crm/{version}/Leads/1/photo");
        let Some((status, body)) = post(&sandbox, &path, &sandbox.token(), &large, &[]) else { return };
        assert_eq!(status, expected);
        assert!(body.contains(code), "{body}");
    }
}
