//! Every documented answer.

use photo_sandbox::{Code, Config, Records, Sandbox, reserved_record};

use crate::client::{ID, ask, authorization, form, path, png, put, request, upload};

type Change = fn(Config) -> Config;

fn start() -> Sandbox {
    Sandbox::start(Config::default()).unwrap()
}

#[test]
fn a_photo_goes_up_comes_down_and_goes_away() {
    let sandbox = start();
    let auth = authorization(&sandbox.token());
    let path = format!("{}?restrict_triggers=workflow", path(ID));
    let picture = png(4, 4, 5000);
    let reply = ask(&sandbox, &upload(&path, &sandbox.token(), &[("X-Whatever", "yes")], &picture)).unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.text(),
        r#"{"message":"photo uploaded successfully","details":{},"status":"success","code":"SUCCESS"}"#
    );
    let stored = sandbox.photo("Leads", ID).unwrap();
    assert_eq!((stored.bytes.as_ref(), stored.filename.as_str()), (picture.as_slice(), "a.png"));
    assert_eq!((stored.content_type, stored.restrict_triggers.as_deref()), ("image/png", Some("workflow")));
    let download = ask(&sandbox, &request(&format!("GET {path}"), &[("Authorization", &auth)], b"")).unwrap();
    assert_eq!((download.status, download.header("content-type")), (200, Some("image/png")));
    assert_eq!(download.header("content-disposition"), Some("attachment; filename=\"a.png\""));
    assert_eq!(download.body, picture);
    let delete = request(&format!("DELETE {path}"), &[("Authorization", &auth)], b"");
    let reply = ask(&sandbox, &delete).unwrap();
    assert_eq!(
        reply.text(),
        r#"{"message":"photo deleted","details":{},"status":"success","code":"SUCCESS"}"#
    );
    let gone = ask(&sandbox, &request(&format!("GET {path}"), &[("Authorization", &auth)], b"")).unwrap();
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    let stats = sandbox.stats();
    assert_eq!((stats.uploads_accepted, stats.downloads, stats.deletes, stats.photo_requests), (1, 1, 1, 4));
    assert_eq!((stats.accepted_for("Leads", ID), stats.confirmed_for("Leads", ID)), (1, 1));
}

#[test]
fn every_reserved_record_provokes_its_code() {
    let sandbox = start();
    for code in Code::ALL {
        let reply = put(&sandbox, &reserved_record(code)).unwrap();
        assert_eq!(reply.code(), (code.status(), code.wire().to_owned()));
        assert_eq!(reply.json()["message"], code.message());
        assert_eq!(reply.json()["status"], "error");
        assert!(reply.json()["details"].is_object());
        assert_eq!(sandbox.stats().refused(code), 1, "{code}");
    }
    assert_eq!(sandbox.stats().uploads_accepted, 0);
}

#[test]
fn every_code_has_its_natural_cause() {
    let sandbox = start();
    let token = sandbox.token();
    let auth = authorization(&token);
    let picture = png(4, 4, 100);
    let post = |path: &str, token: &str| upload(path, token, &[], &picture);
    let large =
        |version: &str, data: &[u8]| upload(&format!("/crm/{version}/Leads/1/photo"), &token, &[], data);
    let bare = |line: &str, headers: &[(&str, &str)]| request(line, headers, b"");
    let form_without_type =
        request("POST /crm/v2/Leads/1/photo", &[("Authorization", &auth)], &form(&picture));
    let table = [
        (post("/crm/v2/Leads/1/photos", &token), Code::InvalidUrlPattern),
        (post("/crm/v9/Leads/1/photo", &token), Code::InvalidUrlPattern),
        (bare("GET /index.html", &[]), Code::InvalidUrlPattern),
        (bare("PUT /crm/v2/Leads/1/photo", &[("Authorization", &auth)]), Code::InvalidRequestMethod),
        (bare("POST /crm/v2/Leads/1/photo", &[]), Code::AuthenticationFailure),
        (post("/crm/v2/Leads/1/photo", "wrong"), Code::InvalidToken),
        (post("/crm/v2/Leads/1/photo", &format!("{token}-stale")), Code::InvalidOauthtoken),
        (post("/crm/v2/Leads/1/photo", &format!("{token}-unauthenticated")), Code::AuthenticationFailure),
        (post("/crm/v2/Leads/1/photo", &format!("{token}-noscope")), Code::OauthScopeMismatch),
        (post("/crm/v2/Leads/1/photo", &format!("{token}-nopermission")), Code::NoPermission),
        (post("/crm/v2/Leads/1/photo", &format!("{token}-noprivilege")), Code::AuthorizationFailed),
        (post("/crm/v2/Leadz/1/photo", &token), Code::InvalidModule),
        (post("/crm/v2/Tasks/1/photo", &token), Code::ModuleNotSupported),
        (post("/crm/v2/Leads/1x/photo", &token), Code::InvalidData),
        (form_without_type, Code::InvalidData),
        (large("v2", b"%PDF-1.7"), Code::InvalidFileType),
        (large("v2", &png(4, 4, 10_000_001)), Code::FileSizeMoreThanAllowedSize),
        (large("v2", &png(10_000_001, 1, 100)), Code::FileSizeMoreThanAllowedSize),
        (large("v8", &png(4, 4, 10_000_001)), Code::FileSizeExceeds),
        (large("v8", &png(4, 4, 30_000_000)), Code::FileSizeExceeds),
        (large("v8", &png(10_000_001, 1, 100)), Code::FileResolutionExceeds),
    ];
    for (request, code) in table {
        let reply = ask(&sandbox, &request).unwrap();
        let line = String::from_utf8_lossy(&request[..40]).into_owned();
        assert_eq!(reply.code(), (code.status(), code.wire().to_owned()), "{line}");
    }
    assert_eq!(ask(&sandbox, &large("v8", &png(10_000_000, 1, 10_000_000))).unwrap().status, 200);
}

#[test]
fn the_configuration_decides() {
    let table: [(Change, Code); 5] = [
        (|config| config.scope(false), Code::OauthScopeMismatch),
        (|config| config.permission(false), Code::NoPermission),
        (|config| config.privilege(false), Code::AuthorizationFailed),
        (|config| config.records(Records::Only(["7".to_owned()].into())), Code::InvalidData),
        (|config| config.api_version(Some(8)).max_bytes(99), Code::FileSizeExceeds),
    ];
    for (change, code) in table {
        let sandbox = Sandbox::start(change(Config::default())).unwrap();
        assert_eq!(put(&sandbox, ID).unwrap().code(), (code.status(), code.wire().to_owned()));
        sandbox.configure(|config| *config = Config::default());
        assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    }
}

#[test]
fn triggers_are_checked() {
    let sandbox = start();
    for (query, status) in
        [("?restrict_triggers=workflow", 200), ("?restrict_triggers=all", 400), ("?other=1", 200)]
    {
        let path = format!("{}{query}", path(ID));
        let reply = ask(&sandbox, &upload(&path, &sandbox.token(), &[], &png(4, 4, 100))).unwrap();
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
        if status == 400 {
            assert_eq!(reply.json()["details"]["param_name"], "restrict_triggers");
        }
    }
}

#[test]
fn messages_are_those_of_the_version() {
    let sandbox = start();
    let message = |version: &str| {
        let path = format!("/crm/{version}/Leads/{}/photo", reserved_record(Code::InvalidData));
        let reply = ask(&sandbox, &upload(&path, &sandbox.token(), &[], &png(4, 4, 100))).unwrap();
        reply.json()["message"].as_str().unwrap().to_owned()
    };
    let (older, newer) =
        ("the related id given seems to be invalid", "You have specified an invalid record ID.");
    assert_eq!([message("v2"), message("v7"), message("v8")], [older, older, newer]);
    sandbox.configure(|config| config.api_version = Some(8));
    assert_eq!(message("v2"), newer);
    sandbox.configure(|config| config.api_version = Some(2));
    assert_eq!(message("v8"), older);
}

#[test]
fn photos_come_back_as_png_where_somebody_can_convert() {
    let gif = [&b"GIF89a\x04\0\x04\0"[..], &[0; 20]].concat();
    let converter = |photo: &[u8]| photo.starts_with(b"GIF").then(|| b"a PNG".to_vec());
    let table: [(Config, &str, &[u8]); 4] = [
        (Config::default(), "image/gif", &gif),
        (Config::default().png_converter(converter), "image/png", b"a PNG"),
        (Config::default().png_converter(converter).returns_png(false), "image/gif", &gif),
        (Config::default().png_converter(|_| None), "image/gif", &gif),
    ];
    for (config, content_type, body) in table {
        let sandbox = Sandbox::start(config).unwrap();
        let token = sandbox.token();
        assert_eq!(ask(&sandbox, &upload(&path(ID), &token, &[], &gif)).unwrap().status, 200);
        let auth = authorization(&token);
        let get = request(&format!("GET {}", path(ID)), &[("Authorization", &auth)], b"");
        let reply = ask(&sandbox, &get).unwrap();
        assert_eq!((reply.header("content-type"), reply.body.as_slice()), (Some(content_type), body));
        let extension = content_type.trim_start_matches("image/");
        let name = format!("attachment; filename=\"a.{extension}\"");
        assert_eq!(reply.header("content-disposition"), Some(name.as_str()));
        assert_eq!(sandbox.photo("Leads", ID).unwrap().bytes, gif);
    }
}

#[test]
fn answers_can_be_delayed() {
    let sandbox = Sandbox::start(Config::default().latency(std::time::Duration::from_millis(30))).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(put(&sandbox, ID).unwrap().status, 200);
    // Only the lower bound: a timer never fires early.
    assert!(begun.elapsed() >= std::time::Duration::from_millis(30));
}

#[test]
fn credits_are_counted_and_end() {
    let sandbox = Sandbox::start(Config::default().credits(Some(4))).unwrap();
    let left = |reply: &crate::client::Reply| reply.header("x-api-credits-remaining").map(str::to_owned);
    let replies: Vec<_> = (0..5).map(|_| put(&sandbox, ID).unwrap()).collect();
    let remaining: Vec<_> = replies.iter().map(left).collect();
    let expected = [None, Some("2"), Some("1"), Some("0"), None].map(|count| count.map(str::to_owned));
    assert_eq!(remaining, expected);
    assert_eq!(replies[4].code(), (429, "RATE_LIMIT_EXCEEDED".to_owned()));
}

#[test]
fn the_store_is_bounded() {
    let sandbox = Sandbox::start(Config::default().store_bytes(1400)).unwrap();
    for record in ["1", "2", "3"] {
        assert_eq!(put(&sandbox, record).unwrap().status, 200);
    }
    assert!(sandbox.photo("Leads", "1").is_none() && sandbox.photo("Leads", "3").is_some());
    assert_eq!(sandbox.stats().photos_forgotten, 1);
}
